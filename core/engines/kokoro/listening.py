"""What is heard of a voice, whatever it says and wherever it was recorded: timbre, pitch, and how far the pitch moves.

A speaker embedding hears the room and the microphone too. Kokoro's voices have none, so a search for the style that
sounds like a recording would look for a voice like its noise. Before it is embedded, whatever is heard is therefore
brought to one long-term spectrum, and to one background.
"""

import functools
from dataclasses import dataclass

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.pace import counted
from core.engines.kokoro.timbre import Analysis, Doubles, analyse, equalised, gain_between
from core.speakers.encoder import DIMENSIONS, SpeakerEncoder

PITCH, SPREAD = DIMENSIONS, DIMENSIONS + 1
"""Where the two are in ``sounds``."""
SOUNDS = DIMENSIONS + 2
_BACKGROUND_DB = -25.0
"""The background's level, from the speech's."""
_LEVEL = 0.05
"""Of the speech, RMS."""
_BACKGROUND_S = 40
_SPECTRUM = np.array(
    "21.7 21.9 22.0 21.5 20.4 19.3 18.3 16.5 13.0 9.6 7.3 5.6 3.7 1.7 0.0 -1.7 "
    "-4.5 -7.0 -6.6 -7.1 -9.1 -11.1 -13.4 -14.5 -17.0 -18.9 -19.4 -18.6 -19.3 -21.5 -32.2 -46.1".split(),
    dtype=np.float64,
)
"""The spectrum that everybody is given, dB [BANDS]: the mean of the stock voices'."""
_OCTAVE = 0.52
"""Log Hz from the median beyond which a frame's pitch was misjudged."""
_UNVOICED = (5.0, 0.15)
"""The melody, log Hz, that a clip without a vowel is taken to have: 148 Hz, two and a half semitones."""
_SILENCE = 1e-3
"""Power of a frame, from that of the loudest, below which it is a pause."""


@dataclass(frozen=True, eq=False)
class Heard:
    """A voice."""

    sounds: Floats
    """float32 [SOUNDS]: its embedding, as if it had been recorded where all others are; the median of the pitch in
    vowels, log Hz; its standard deviation."""
    spectrum: Doubles
    """Of the vowels, as it was recorded, dB [BANDS]."""
    counted: tuple[int, float]
    """Syllables, and the seconds of speech that they took."""

    @property
    def pitch(self) -> float:
        """Log Hz."""
        return float(self.sounds[PITCH])


def listen(clip: AudioClip, encoder: SpeakerEncoder) -> Heard:
    """What is heard in ``clip``."""
    analysis = analyse(clip)
    spectrum = analysis.spectrum
    samples = _as_elsewhere(clip.resampled(SAMPLE_RATE).samples, spectrum)
    embedding = encoder.embed(AudioClip(samples, SAMPLE_RATE))
    return Heard(np.append(embedding, melody(analysis)).astype(np.float32), spectrum, counted(analysis))


def melody(analysis: Analysis) -> Floats:
    """Median and standard deviation of the pitch in vowels, log Hz, float32 [2]."""
    median = analysis.median_pitch
    if median is None:
        return np.array(_UNVOICED, dtype=np.float32)
    pitch = np.log(analysis.pitch[analysis.vowels])
    return np.array([median, pitch[np.abs(pitch - median) < _OCTAVE].std()], dtype=np.float32)


def _as_elsewhere(samples: Floats, spectrum: Doubles) -> Floats:
    """``samples``, float32 [n], whose vowels have ``spectrum``, with the spectrum and the background of all others."""
    flat = equalised(samples, gain_between(spectrum, _SPECTRUM))
    size = SAMPLE_RATE // 50
    power = np.mean(flat[: len(flat) // size * size].reshape(-1, size) ** 2, axis=1)
    level = np.sqrt(power[power >= _SILENCE * np.percentile(power, 95)].mean()) + 1e-9
    background = np.resize(_background(), len(flat)) * np.float32(10 ** (_BACKGROUND_DB / 20))
    return np.asarray((flat / level + background) * _LEVEL, dtype=np.float32)


@functools.cache
def _background() -> Floats:
    """Steady noise with the spectrum of speech, RMS 1, always the same."""
    noise = np.random.default_rng(7).standard_normal(_BACKGROUND_S * SAMPLE_RATE).astype(np.float32)
    shaped = equalised(noise, (_SPECTRUM - _SPECTRUM.mean()).astype(np.float32))
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)), dtype=np.float32)
