"""How fast somebody speaks: syllables a second of speech, without the pauses.

Syllables are counted by their nuclei, peaks of loudness that are voiced (de Jong and Wempe 2009,
doi:10.3758/BRM.41.2.385). On 40 clips of readers and of Kokoro the rate is within 11 % (standard deviation) of that of
the vowels which were really said, without a bias.
"""

import numpy as np
from scipy.signal import find_peaks

from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.timbre import FRAME_MS, Analysis

PACES = (0.7, 1.15)
"""Slowest and fastest that a clone speaks, as a factor: its pace is that of the reference, which may be an odd one."""
_BAND_HZ = (300.0, 3300.0)
"""Where vowels are loud, and pitch and hiss are not."""
_SMOOTH_MS = 105.0
_PROMINENCE_DB = 1.0
_NUCLEUS_DB, _SPEECH_DB = 25.0, 30.0
"""How far below the loudest a nucleus, and speech, may be."""
_PAUSE_MS = 150.0
"""Quiet that lasts longer is a pause."""


def counted(analysis: Analysis) -> tuple[int, float]:
    """How many syllables are heard, and in how many seconds of speech."""
    hertz = np.linspace(0, SAMPLE_RATE / 2, analysis.envelope.shape[1])
    band = (hertz > _BAND_HZ[0]) & (hertz < _BAND_HZ[1])
    level = 10 * np.log10(analysis.envelope[:, band].mean(axis=1) + 1e-14)
    size = round(_SMOOTH_MS / FRAME_MS)
    window = np.hanning(size) / np.hanning(size).sum()
    level = np.convolve(np.pad(level, size // 2, mode="edge"), window, "valid")
    loudest = np.percentile(level, 95)
    peaks, _ = find_peaks(level, prominence=_PROMINENCE_DB)
    near = np.convolve(analysis.pitch > 0, np.ones(9), "same") > 0
    syllables = int(np.count_nonzero((level[peaks] > loudest - _NUCLEUS_DB) & near[peaks]))
    gaps = np.diff(np.flatnonzero(level > loudest - _SPEECH_DB))
    frames = 1 + int(np.where(gaps * FRAME_MS <= _PAUSE_MS, gaps, 1).sum())
    return syllables, frames * FRAME_MS / 1000


def pace(wanted: tuple[int, float], said: tuple[int, float]) -> float:
    """By what factor a voice that ``said`` its syllables in so many seconds has to be faster, to be as ``wanted``."""
    if not wanted[0]:
        return 1.0
    return float(np.clip(wanted[0] / wanted[1] / (said[0] / said[1]), *PACES))
