import numpy as np

from core.audio import AudioClip


def vowel(pitch: float, steepness: float) -> AudioClip:
    """A second of harmonics of ``pitch``, Hz, each weaker than the first by its number to the power ``steepness``."""
    time = np.arange(24_000) / 24_000
    wave = sum(np.sin(2 * np.pi * pitch * n * time) * n**-steepness for n in range(1, int(11_000 / pitch)))
    return AudioClip((0.1 * np.asarray(wave)).astype(np.float32), 24_000)
