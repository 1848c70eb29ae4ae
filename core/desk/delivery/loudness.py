"""Loudness and peaks of what is delivered: measured after ITU-R BS.1770-4, and brought to what is wanted.

Sounds may be longer than memory: they are read, measured and turned up in blocks.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import soxr

from core.audio import Floats
from core.loudness import Meter, limited

FINE_RATE = 192_000
"""Hertz at which peaks between the samples are looked for, at least (BS.1770-4, annex 2)."""
SILENCE_DB = -120.0
"""The peak of silence, in dBTP."""
CHANNELS_DB = {1: 0.0, 2: 10 * math.log10(2)}
"""How much louder the same sound is in so many channels."""
MOST_LIMITING_DB = 15.0
"""Peaks are turned down by no more than this; what would need more stays softer than wanted."""
CLOSE_DB = 0.1
"""So near the target is near enough."""
MARGIN_DB = 0.1
"""How far below the wanted peak is limited: smoothing and rounding move what lies between samples a little."""
_ROUNDS = 6
_LEAST_SLOPE = 0.2
_BLOCK = 1 << 20
"""Samples that are worked on at once."""
_CONTEXT_S = 0.1
"""How far a block's neighbourhood reaches that its limiting depends on, in seconds."""


class Samples(Protocol):
    """Float32 samples: an array, or what can be read like one."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: slice, /) -> Floats: ...


class Gauge:
    """Loudness and peak of a sound that comes in blocks."""

    def __init__(self, rate: int, channels: int = 1) -> None:
        """For samples at ``rate`` hertz that are heard from ``channels`` alike."""
        self._meter = Meter(rate)
        self._finer = soxr.ResampleStream(rate, _finer(rate) * rate, 1, dtype="float32", quality="HQ")
        self._peak = 0.0
        self._channels_db = CHANNELS_DB[channels]

    def add(self, samples: Floats) -> None:
        """What comes next, float32 [n]."""
        self._meter.add(samples)
        self._look(samples, self._finer.resample_chunk(samples))

    def finish(self) -> "Measured":
        """What was found, now that all has come."""
        self._look(self._finer.resample_chunk(np.empty(0, np.float32), last=True))
        loudness = self._meter.loudness + self._channels_db
        return Measured(loudness if math.isfinite(loudness) else None, _decibels(self._peak))

    def _look(self, *found: Floats) -> None:
        self._peak = max(self._peak, *(float(np.abs(samples).max(initial=0.0)) for samples in found))


@dataclass(frozen=True)
class Measured:
    """How loud something is."""

    loudness: float | None
    """Integrated, in LUFS; None for silence."""
    peak: float
    """True peak, in dBTP."""


def measure(blocks: Iterable[Floats], rate: int, channels: int = 1) -> Measured:
    """Loudness and peak of ``blocks``, float32 [n] each, one after the other."""
    gauge = Gauge(rate, channels)
    for block in blocks:
        gauge.add(block)
    return gauge.finish()


@dataclass(frozen=True)
class Levelling:
    """How a sound is turned up or down."""

    gain: float
    """Factor."""
    ceiling: float
    """What no peak may pass, between samples either; full scale is 1."""

    def blocks(self, samples: Samples, rate: int) -> Iterator[Floats]:
        """``samples`` at ``rate`` hertz, levelled, in blocks: the same however they are cut."""
        context = round(_CONTEXT_S * rate)
        for begin in range(0, len(samples), _BLOCK):
            end = min(len(samples), begin + _BLOCK)
            start = max(0, begin - context)
            part = samples[start : min(len(samples), end + context)] * np.float32(self.gain)
            yield limited(part, rate, self.ceiling, _heights(part, rate))[begin - start : end - start]


def levelling(samples: Samples, rate: int, *, target: float | None, peak: float, channels: int = 1) -> Levelling:
    """How ``samples`` at ``rate`` hertz come to ``target`` LUFS (None leaves them) and not above ``peak`` dBTP.

    Where the peak forbids the gain, peaks are limited, by :data:`MOST_LIMITING_DB` at most; so what it comes to has to
    be measured. Silence stays as it is.
    """
    before = measure(_read(samples), rate, channels)
    if target is None or before.loudness is None:
        return Levelling(1.0, _factor(peak if before.peak <= peak else peak - MARGIN_DB))
    gain_db = target - before.loudness
    if before.peak + gain_db <= peak:
        return Levelling(_factor(gain_db), _factor(peak))
    ceiling = _factor(peak - MARGIN_DB)
    most = peak - before.peak + MOST_LIMITING_DB
    slope, last_db, reached = 1.0, 0.0, before.loudness
    for _ in range(_ROUNDS):
        gain_db = min(gain_db, most)
        after = measure(Levelling(_factor(gain_db), ceiling).blocks(samples, rate), rate, channels).loudness
        missing = target - (target if after is None else after)
        if abs(missing) <= CLOSE_DB or (gain_db == most and missing > 0):
            break
        # The more is limited, the less of a further decibel is heard.
        if after is not None and gain_db != last_db:
            slope = min(1.0, max(_LEAST_SLOPE, (after - reached) / (gain_db - last_db)))
            last_db, reached = gain_db, after
        gain_db += missing / slope
    return Levelling(_factor(min(gain_db, most)), ceiling)


def _read(samples: Samples) -> Iterator[Floats]:
    for begin in range(0, len(samples), _BLOCK):
        yield samples[begin : begin + _BLOCK]


def _heights(samples: Floats, rate: int) -> Floats:
    """How high the sound goes from each sample to the next, float32 [n]."""
    times = _finer(rate)
    finer = np.abs(soxr.resample(samples, rate, times * rate, quality="HQ"))
    even = np.zeros(times * len(samples), np.float32)
    used = min(len(even), len(finer))
    even[:used] = finer[:used]
    return np.maximum(even.reshape(-1, times).max(axis=1), np.abs(samples))


def _finer(rate: int) -> int:
    """How many times ``rate`` is fine enough for peaks."""
    return -(-FINE_RATE // rate)


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _decibels(factor: float) -> float:
    return max(SILENCE_DB, 20 * math.log10(max(factor, 1e-9)))
