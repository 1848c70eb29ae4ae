"""What a voice sounds like beside its words, pitch and long-term spectrum, and how to bring one spectrum to another.

The analysis is WORLD's (Morise, Yokomori and Ozawa 2016, doi:10.1587/transinf.2015EDP7457). Its synthesis is not used:
pitch is moved inside Kokoro, and the spectrum by a filter, which leave no trace of a vocoder.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyworld

from core.audio import AudioClip, Floats
from core.engines.kokoro.graph import SAMPLE_RATE

Doubles = npt.NDArray[np.float64]

BANDS = 32
"""Bands in which long-term spectra are compared, even on the ERB scale."""
FLOOR_HZ, CEILING_HZ = 65.0, 600.0
"""Between these lies the pitch of a voice."""
FRAME_MS = 5.0
"""Between two looks at it."""
_VOWEL_RANGE_DB = 25.0
_LARGEST_GAIN_DB = 12.0
_COMPARABLE_HZ = 7000.0
"""Up to where spectra are compared: many recordings hold nothing above 8 kHz."""
_TAPS = 1025


@dataclass(frozen=True, eq=False)
class Analysis:
    """Speech at 24 kHz, taken apart."""

    pitch: Doubles
    """Hz [frames], 0 where unvoiced."""
    envelope: Doubles
    """Power [frames, bins]."""

    @functools.cached_property
    def vowels(self) -> npt.NDArray[np.bool_]:
        """Which frames are loud and voiced, [frames]: mains hum is voiced too, and fills every pause."""
        level = 10 * np.log10(self.envelope.mean(axis=1) + 1e-16)
        return np.asarray((self.pitch > 0) & (level > np.percentile(level, 95) - _VOWEL_RANGE_DB))

    @property
    def median_pitch(self) -> float | None:
        """Log Hz of the vowels; None if there are none."""
        return float(np.median(np.log(self.pitch[self.vowels]))) if self.vowels.any() else None

    @property
    def spectrum(self) -> Doubles:
        """Mean level of the vowels, dB [BANDS]."""
        if not self.vowels.any():
            return np.zeros(BANDS)
        vowels = self.envelope[self.vowels]
        # In the mean of levels every frame counts, in that of powers the loudest vowels, which are most of what is
        # heard. Half of each comes closer to the speaker than either.
        levels, powers = (10 * np.log10(vowels + 1e-12)).mean(axis=0), 10 * np.log10(vowels.mean(axis=0) + 1e-12)
        return _to_bands((levels + powers) / 2)


def analyse(clip: AudioClip) -> Analysis:
    """Take ``clip`` apart."""
    samples = np.ascontiguousarray(clip.resampled(SAMPLE_RATE).samples, dtype=np.float64)
    raw, times = pyworld.dio(samples, SAMPLE_RATE, FLOOR_HZ, CEILING_HZ, frame_period=FRAME_MS)
    pitch = pyworld.stonemask(samples, raw, times, SAMPLE_RATE)
    return Analysis(pitch, pyworld.cheaptrick(samples, pitch, times, SAMPLE_RATE, f0_floor=FLOOR_HZ))


def gain_between(have: Doubles, want: Doubles) -> Floats:
    """The gain, dB float32 [BANDS], from one long-term spectrum to another, whatever their levels."""
    gain = want - have
    compared = _centres() <= _COMPARABLE_HZ
    gain = gain - gain[compared].mean()
    # Where there may have been nothing to compare, nothing is raised.
    gain[~compared] = min(0.0, gain[compared][-1])
    return np.asarray(np.clip(gain, -_LARGEST_GAIN_DB, _LARGEST_GAIN_DB), dtype=np.float32)


def tilt(decibels: float) -> Floats:
    """The gain, dB float32 [BANDS], that makes 4 kHz louder than 500 Hz by ``decibels``: even per octave, to 8 kHz."""
    octaves = np.clip(np.log2(_centres() / 1000), -2, 3)
    return np.asarray(octaves * (decibels / 3), dtype=np.float32)


def equalised(samples: Floats, gain: Floats) -> Floats:
    """``samples`` at 24 kHz, float32 [n], through a linear-phase filter with ``gain``, dB [BANDS]."""
    response = 10 ** (np.interp(np.fft.rfftfreq(_TAPS - 1, 1 / SAMPLE_RATE), _centres(), gain.astype(np.float64)) / 20)
    impulse = np.fft.irfft(response)
    taps = np.append(np.roll(impulse, _TAPS // 2), impulse[_TAPS // 2]) * np.hanning(_TAPS)
    size = 1 << (len(samples) + _TAPS).bit_length()
    filtered = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(taps, size), size)
    return np.asarray(filtered[_TAPS // 2 : _TAPS // 2 + len(samples)], dtype=np.float32)


@functools.cache
def _centres() -> Doubles:
    """Frequencies of the bands in Hz, even on the ERB-rate scale (Glasberg and Moore 1990)."""
    lowest, highest = (21.4 * math.log10(1 + 0.00437 * hertz) for hertz in (80.0, SAMPLE_RATE / 2))
    return np.asarray((10 ** (np.linspace(lowest, highest, BANDS) / 21.4) - 1) / 0.00437)


def _to_bands(levels: Doubles) -> Doubles:
    """dB [BANDS] from dB [bins]: triangular means around the centres."""
    hertz = np.linspace(0, SAMPLE_RATE / 2, len(levels))
    edges = np.concatenate([[0.0], _centres(), [SAMPLE_RATE / 2 + 1]])
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    weights = np.maximum(1e-9, np.minimum((hertz - low) / (middle - low), (high - hertz) / (high - middle)))
    return np.asarray((weights @ levels) / weights.sum(axis=1))
