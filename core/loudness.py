"""How loud mono sound is: integrated loudness after ITU-R BS.1770-4.

The K-weighting is the standard's filter for 48 kHz as an analogue prototype, so that it fits any rate (De Man,
"Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018). All blocks are measured at once:
every hit is levelled anew, and must not wait for it.
"""

import functools
import math

import numpy as np
import numpy.typing as npt

from core.audio import Floats

BLOCK_S = 0.4
OVERLAP = 4
"""Blocks begin every :data:`BLOCK_S` / :data:`OVERLAP` seconds."""
ABSOLUTE_GATE = -70.0
RELATIVE_GATE = -10.0
LOOK_AHEAD_S = 0.005
"""How long before and after a peak the limiter turns down, in seconds."""
_OFFSET = -0.691


def prepare() -> None:
    """Load the filter's library, half of scipy, so that the first take does not wait for it."""
    import scipy.signal  # noqa: F401


class Meter:
    """Integrated loudness of a sound that may come in blocks."""

    def __init__(self, rate: int) -> None:
        """For samples at ``rate`` hertz."""
        self._weighting = _k_weighting(rate)
        self._state = np.zeros((len(self._weighting), 2))
        self._step = round(BLOCK_S * rate / OVERLAP)
        self._rest = np.zeros(0)
        self._energy: list[npt.NDArray[np.float64]] = []

    def add(self, samples: Floats) -> None:
        """What comes next, float32 [n]."""
        from scipy.signal import sosfilt

        if not len(samples):
            return
        weighted, self._state = sosfilt(self._weighting, samples.astype(np.float64), zi=self._state)
        squares = np.concatenate([self._rest, weighted**2]) if len(self._rest) else weighted**2
        whole = len(squares) // self._step * self._step
        self._energy.append(squares[:whole].reshape(-1, self._step).sum(axis=1))
        self._rest = squares[whole:]

    @property
    def loudness(self) -> float:
        """LUFS of all that came; minus infinity where all is silence.

        A sound shorter than a block is measured with silence behind it.
        """
        per_step = np.concatenate(self._energy) if self._energy else np.zeros(0)
        if len(per_step) < OVERLAP:
            tail = np.zeros((OVERLAP - len(per_step), self._step))
            tail[0, : len(self._rest)] = self._rest
            per_step = np.concatenate([per_step, tail.sum(axis=1)])
        power = np.convolve(per_step, np.ones(OVERLAP), "valid") / (OVERLAP * self._step)
        gated = power[_lufs(power) > ABSOLUTE_GATE]
        if not len(gated):
            return -math.inf
        gated = gated[_lufs(gated) > float(_lufs(gated.mean())) + RELATIVE_GATE]
        return float(_lufs(gated.mean()))


def integrated_loudness(samples: Floats, rate: int) -> float:
    """LUFS of ``samples``, float32 [n] at ``rate`` hertz, as :attr:`Meter.loudness`."""
    meter = Meter(rate)
    meter.add(samples)
    return meter.loudness


def limited(samples: Floats, rate: int, ceiling: float, peaks: Floats | None = None) -> Floats:
    """``samples``, float32 [n] at ``rate`` hertz, turned down smoothly around whatever passes ``ceiling``.

    ``peaks``, float32 [n], is how high the sound goes at each sample, where that is known better than from the samples.
    A look-ahead limiter: the gain that each sample needs, its minimum over a window, and the mean of that over the same
    window, which is nowhere more than what is needed.
    """
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    height = np.abs(samples) if peaks is None else peaks
    needed = np.minimum(1.0, ceiling / np.maximum(height, 1e-9).astype(np.float64))
    if needed.min(initial=1.0) == 1.0:
        return samples
    window = 2 * round(LOOK_AHEAD_S * rate) + 1
    gain = uniform_filter1d(minimum_filter1d(needed, window, mode="nearest"), window, mode="nearest")
    return np.asarray(np.clip(samples * gain, -ceiling, ceiling), dtype=np.float32)


def _lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(_OFFSET + 10 * np.log10(np.maximum(power, 1e-30)))


@functools.lru_cache
def _k_weighting(rate: int) -> npt.NDArray[np.float64]:
    """The two second-order sections: the head's shelf, and a high-pass."""
    gain, quality, turn = 3.999843853973347, 0.7071752369554196, math.tan(math.pi * 1681.974450955533 / rate)
    high, band = 10 ** (gain / 20), 10 ** (gain / 20 * 0.4996667741545416)
    norm = 1 + turn / quality + turn**2
    shelf = [
        (high + band * turn / quality + turn**2) / norm,
        2 * (turn**2 - high) / norm,
        (high - band * turn / quality + turn**2) / norm,
        1.0,
        2 * (turn**2 - 1) / norm,
        (1 - turn / quality + turn**2) / norm,
    ]
    quality, turn = 0.5003270373238773, math.tan(math.pi * 38.13547087602444 / rate)
    norm = 1 + turn / quality + turn**2
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (turn**2 - 1) / norm, (1 - turn / quality + turn**2) / norm]
    return np.array([shelf, high_pass])
