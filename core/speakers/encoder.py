"""How alike two voices sound: a clip to a d-vector, whose cosine with another says how alike the speakers are.

The network is a three-layer LSTM over 40 log-mel bands trained with the generalised end-to-end loss (Wan et al. 2018,
arXiv:1710.10467), as used by VoiceFilter-Lite. On LibriSpeech, two clips of one speaker have a cosine of about 0.86, of
two speakers 0.31.
"""

import functools
import math
import os

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from core.audio import AudioClip, Floats
from core.errors import ModelMissing
from core.models import model_path
from core.settings import settings

DIMENSIONS = 256
"""Length of an embedding."""
SAMPLE_RATE = 16_000
"""Rate that the network hears, in hertz."""
_FFT, _WINDOW, _HOP, _BANDS = 512, 400, 160, 40
_FRAMES, _STRIDE = 80, 40
"""The network hears windows of 0.8 s, half overlapping."""
_BATCH = 64


class SpeakerEncoder:
    """The loaded network; safe to use from several threads."""

    def __init__(self) -> None:
        """Raises :class:`ModelMissing`."""
        path = model_path("speaker-encoder") / "model.onnx"
        if not path.is_file():
            raise ModelMissing("model.missing", model="speaker-encoder")
        options = ort.SessionOptions()
        options.intra_op_num_threads = settings().threads or len(os.sched_getaffinity(0))
        options.log_severity_level = 3
        self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def embed(self, clip: AudioClip) -> Floats:
        """The clip's embedding, float32 [256] of length 1."""
        features = _log_mel(clip.resampled(SAMPLE_RATE).samples)
        if len(features) < _FRAMES:
            features = np.pad(features, ((0, _FRAMES - len(features)), (0, 0)))
        starts = range(0, len(features) - _FRAMES + 1, _STRIDE)
        windows = np.stack([features[start : start + _FRAMES] for start in starts])
        vectors = np.concatenate(
            [
                self._session.run(None, {"mel_window": windows[i : i + _BATCH]})[0]
                for i in range(0, len(windows), _BATCH)
            ]
        )
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12
        mean = vectors.mean(axis=0)
        return np.asarray(mean / (np.linalg.norm(mean) + 1e-12), dtype=np.float32)


@functools.cache
def speaker_encoder() -> SpeakerEncoder:
    """The encoder of this process. Raises :class:`ModelMissing`."""
    return SpeakerEncoder()


def similarity(one: Floats, other: Floats) -> float:
    """Cosine of two embeddings: about 0.3 for two speakers, 0.86 for one."""
    return float(np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-12))


def _log_mel(samples: Floats) -> Floats:
    """Log10 power of 40 Slaney mel bands, float32 [frames, 40], from 25 ms Hamming windows every 10 ms."""
    if len(samples) < _FFT:
        samples = np.pad(samples, (0, _FFT - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_HOP]
    power = np.abs(np.fft.rfft(frames * _window(), axis=1)) ** 2
    return np.asarray(np.log10(power @ mel_bands(_FFT).T + 1e-10), dtype=np.float32)


@functools.cache
def _window() -> Floats:
    """A periodic Hamming window of 400 samples in the middle of 512."""
    side = (_FFT - _WINDOW) // 2
    return np.pad(np.hamming(_WINDOW + 1)[:-1], side).astype(np.float32)


@functools.cache
def mel_bands(size: int) -> Floats:
    """Triangular filters of equal area, float32 [40, bins], spaced on the Auditory Toolbox mel scale (Slaney 1998).

    They weigh the power spectra of ``size`` samples at 16 kHz.
    """
    edges = _mel_to_hertz(np.linspace(0.0, _hertz_to_mel(SAMPLE_RATE / 2), _BANDS + 2))
    bins = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0.0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return np.asarray(triangles * 2.0 / (high - low), dtype=np.float32)


def _hertz_to_mel(hertz: float) -> float:
    """Linear below 1 kHz, logarithmic above."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * math.log(hertz / 1000) / math.log(6.4)


def _mel_to_hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * math.log(6.4) / 27))
