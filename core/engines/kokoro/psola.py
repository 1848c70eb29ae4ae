"""Moves the pitch of speech and leaves everything else: time-domain pitch-synchronous overlap-add.

The method is TD-PSOLA (Moulines and Charpentier 1990, doi:10.1016/0167-6393(90)90021-Z). Speech is cut into grains of
two periods, one around each pulse of the voice, and the grains are laid out again at the wanted distance. Where nothing
moves, nothing changes, which a vocoder cannot say of itself.
"""

import numpy as np
import numpy.typing as npt
import pyworld

from core.audio import Floats
from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.timbre import CEILING_HZ, FLOOR_HZ, FRAME_MS, Doubles

Marks = npt.NDArray[np.int64]

_FRAME = round(SAMPLE_RATE * FRAME_MS / 1000)
_PULSE_HZ = 1000.0
"""Pulses are looked for below: above are the formants, which wander."""
_SLACK = 0.15
"""How far a pulse may lie from where the last one foretells it, in periods."""
_SHORTEST = SAMPLE_RATE // 20
"""In less than this there is no melody."""


def track_pitch(samples: Floats) -> Doubles:
    """Hz [frames], 0 where unvoiced, of speech at 24 kHz, float32 [n]."""
    speech = np.ascontiguousarray(samples, dtype=np.float64)
    raw, times = pyworld.dio(speech, SAMPLE_RATE, FLOOR_HZ, CEILING_HZ, frame_period=FRAME_MS)
    return np.asarray(pyworld.stonemask(speech, raw, times, SAMPLE_RATE))


def repitched(samples: Floats, semitones: float, spread: float) -> Floats:
    """Speech at 24 kHz, float32 [n], its pitch moved by ``semitones`` and ``spread`` times as far from its middle."""
    if len(samples) < _SHORTEST:
        return samples
    pitch = track_pitch(samples)
    voiced = pitch > 0
    if not voiced.any():
        return samples
    away = np.log(pitch[voiced]) - np.median(np.log(pitch[voiced]))
    factor = np.ones(len(pitch))
    # A frame that is an octave off was misjudged, or is creaky: it moves no further than a high accent.
    factor[voiced] = np.exp(semitones * np.log(2) / 12 + (spread - 1) * np.clip(away, -0.5, 0.5))
    marks, factors = _marks(samples, pitch, factor)
    return _laid_out(samples, marks, factors)


def _marks(samples: Floats, pitch: Doubles, factor: Doubles) -> tuple[Marks, Doubles]:
    """Where the grains' centres are, int64 [marks], ascending, and by how much each is to be repeated faster, [marks].

    One a pulse where there is voice, one a frame elsewhere.
    """
    pulses = _below(samples, _PULSE_HZ)
    if -pulses.min() > pulses.max():
        pulses = -pulses
    marks: list[int] = []
    factors: list[float] = []

    def quiet_until(end: int) -> None:
        start = marks[-1] + _FRAME if marks else 0
        between = range(start, end - _FRAME // 2, _FRAME)
        marks.extend(between)
        factors.extend([1.0] * len(between))

    borders = np.flatnonzero(np.diff(np.concatenate([[False], pitch > 0, [False]])))
    for first, last in borders.reshape(-1, 2):
        found = _pulses(pulses, pitch[first:last], first * _FRAME)
        quiet_until(found[0])
        marks.extend(found)
        factors.extend(factor[np.minimum(np.array(found) // _FRAME, len(factor) - 1)])
    quiet_until(len(samples))
    return np.array(marks, dtype=np.int64), np.array(factors)


def _pulses(wave: Doubles, pitch: Doubles, start: int) -> list[int]:
    """The pulses in a voiced stretch of ``wave`` that begins at ``start`` and has the ``pitch``, Hz [frames].

    From the highest peak on, each is where the wave is most like what it was around the pulse before: peaks alone jump
    from one half of a period to the other.
    """
    end = min(len(wave), start + len(pitch) * _FRAME)
    first = start + int(np.argmax(wave[start:end]))
    found = [first]
    for direction in (-1, 1):
        place = first
        while True:
            period = SAMPLE_RATE / pitch[min(len(pitch) - 1, (place - start) // _FRAME)]
            half = int(period / 2)
            low, high = (round(place + (direction + slack) * period) for slack in (-_SLACK, _SLACK))
            if min(low, place) - half < start or max(high, place) + half >= end:
                break
            region = wave[low - half : high + half + 1]
            likeness = np.correlate(region, wave[place - half : place + half + 1], "valid")
            power = np.convolve(region**2, np.ones(2 * half + 1), "valid")
            place = low + int(np.argmax(likeness / np.sqrt(power + 1e-9)))
            found.append(place)
    return sorted(found)


def _laid_out(samples: Floats, marks: Marks, factors: Doubles) -> Floats:
    """The grains around ``marks`` at ``factors`` times their rate, float32 [n]."""
    length = len(samples)
    gaps = np.diff(marks)
    before, after = np.append(_FRAME, gaps), np.append(gaps, _FRAME)
    pad = int(max(before.max(), after.max())) + 1
    source = np.pad(samples.astype(np.float64), pad)
    whole = np.zeros(length + 2 * pad)
    weight = np.zeros(length + 2 * pad)
    halves = (marks[:-1] + marks[1:]) / 2
    time = float(marks[0])
    while time < length:
        # The grain that is nearest in time.
        index = int(np.searchsorted(halves, time))
        if factors[index] == 1.0 and index < len(halves):
            # What does not move is put back exactly where it was: noise that is cut and shifted would be another noise.
            time = float(marks[index])
        left, right = int(before[index]), int(after[index])
        window = np.concatenate([np.hanning(2 * left + 1)[:left], np.hanning(2 * right + 1)[right:]])
        origin, place = int(marks[index]) - left + pad, round(time) - left + pad
        whole[place : place + len(window)] += source[origin : origin + len(window)] * window
        weight[place : place + len(window)] += window
        time += right / factors[index]
    covered = slice(pad, pad + length)
    # Beyond the first and the last mark grains fade where there is nothing to fade into.
    return np.asarray(whole[covered] / np.maximum(weight[covered], 0.3), dtype=np.float32)


def _below(samples: Floats, hertz: float) -> Doubles:
    """``samples`` without what lies above ``hertz``, in phase."""
    spectrum = np.fft.rfft(samples.astype(np.float64))
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    return np.asarray(np.fft.irfft(spectrum / (1 + (frequencies / hertz) ** 8), len(samples)))
