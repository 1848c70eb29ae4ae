"""Joins segments into one take: pauses, smooth edges, one loudness for the whole."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from core.audio import AudioClip, Floats
from core.loudness import integrated_loudness, limited

TARGET_LUFS = -19.0
"""Integrated loudness of a take: the usual level of mono speech (AES TD1004)."""
PEAK = 0.97
"""Highest sample of a take."""
FADE_S = 0.004


class Assembler:
    """Takes segments in order, gives each back ready to be played at once, and in the end the levelled whole.

    Segments are cached unlevelled and the whole is levelled here, so that a replaced sentence does not jump.
    """

    def __init__(self, sample_rate: int, level_db: float = 0.0) -> None:
        """For segments at ``sample_rate`` hertz; ``level_db`` is how much louder than usual the take is meant to be."""
        self._rate = sample_rate
        self._level_db = level_db
        self._parts: list[tuple[AudioClip, float]] = []
        self._preview_gain: float | None = None

    def add(self, clip: AudioClip, pause_s: float) -> None:
        """Append a segment with the silence after it."""
        self._parts.append((clip, pause_s))

    def heard(self) -> AudioClip:
        """The segment that was added last with its silence, at the loudness of the first segment that was heard."""
        part = self._joined(self._parts[-1:])
        if self._preview_gain is None:
            self._preview_gain = self._gain(part)
        return AudioClip(limited(part * np.float32(self._preview_gain), self._rate, PEAK), self._rate)

    def finish(self) -> AudioClip:
        """The take."""
        whole = self._joined(self._parts)
        alone = self._preview_gain if len(self._parts) == 1 else None  # measured already
        gain = self._gain(whole) if alone is None else alone
        return AudioClip(limited(whole * np.float32(gain), self._rate, PEAK), self._rate)

    def _joined(self, parts: Sequence[tuple[AudioClip, float]]) -> Floats:
        pieces = ((_smooth_edges(clip), np.zeros(round(pause_s * self._rate), np.float32)) for clip, pause_s in parts)
        return np.concatenate(list(chain.from_iterable(pieces)))

    def _gain(self, samples: Floats) -> float:
        """The factor that brings ``samples`` to the loudness they are meant to have.

        What is meant to be loud is limited afterwards; else loudness gives way to the peak.
        """
        peak = float(np.abs(samples).max(initial=0.0))
        if peak == 0.0:
            return 1.0
        loudness = integrated_loudness(samples, self._rate)
        if not np.isfinite(loudness):
            return 1.0
        usual = min(10 ** ((TARGET_LUFS - loudness) / 20), PEAK / peak)
        return float(usual * 10 ** (self._level_db / 20))


def _smooth_edges(clip: AudioClip) -> Floats:
    """The clip's samples with a few milliseconds of fade at both ends, so that joins don't click."""
    samples = clip.samples.astype(np.float32, copy=True)
    n = min(round(FADE_S * clip.sample_rate), len(samples) // 2)
    if n:
        ramp = np.linspace(0.0, 1.0, n, dtype=np.float32)
        samples[:n] *= ramp
        samples[-n:] *= ramp[::-1]
    return samples
