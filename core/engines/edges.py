"""Speech without the silence before and after it, whole or as it comes."""

import numpy as np

from core.audio import Floats

_QUIET = 10 ** (-55 / 20)
"""Peak of a block that counts as silence; breaths are well above it."""
_BLOCK_S = 0.01
_MARGIN_S = 0.03
"""Silence that is left on both sides, in seconds."""


class Edges:
    """Takes the silence off both ends of what is given to it in pieces: however it is cut, the result is the same."""

    def __init__(self, sample_rate: int) -> None:
        self._block = int(_BLOCK_S * sample_rate)
        self._margin = int(_MARGIN_S * sample_rate)
        self._held: Floats = np.zeros(0, np.float32)
        self._began = False

    def add(self, samples: Floats) -> Floats:
        """What can be heard by now of everything given so far, ``samples`` (float32 [n]) being the newest."""
        held: Floats = np.concatenate([self._held, samples])
        whole = len(held) // self._block * self._block
        loud = np.flatnonzero(np.abs(held[:whole]).reshape(-1, self._block).max(axis=1, initial=0.0) > _QUIET)
        if not len(loud):
            if not self._began:
                held = held[max(0, whole - self._margin) :] if whole else held
            self._held = held
            return held[:0]
        start = 0 if self._began else max(0, int(loud[0]) * self._block - self._margin)
        end = (int(loud[-1]) + 1) * self._block
        self._began = True
        self._held = held[end:]
        return held[start:end]

    def finish(self) -> Floats:
        """What is left to be heard."""
        if not self._began:
            return np.zeros(0, np.float32)
        tail = float(np.abs(self._held).max(initial=0.0))
        return self._held if tail > _QUIET else self._held[: self._margin]
