"""A speaker encoder that enrolment never uses: Resemblyzer's, run in numpy.

A three-layer LSTM over 1.6 s windows of 40 mel bands, trained with the generalised end-to-end loss (Wan et al. 2018,
arXiv:1710.10467) on LibriSpeech-other and VoxCeleb 1 and 2. Long silences are cut out first, here by Silero VAD.
"""

import functools

import numpy as np
import numpy.typing as npt
from faster_whisper.vad import VadOptions, get_speech_timestamps
from scipy.special import expit

from core.audio import AudioClip, Floats
from core.speakers.encoder import mel_bands
from tests.benchmarks.judges import judge_path
from tests.benchmarks.judges.torch_file import read_tensors

_RATE, _WINDOW, _HOP, _UNITS = 16_000, 400, 160, 256
_FRAMES = 160
_STEP = 77
"""Frames from one window to the next: 1.3 windows a second."""
_COVERED = 0.75
"""How much of the last window has to be sound."""
_LOUDNESS_DBFS = -30.0
_LONGEST_PAUSE_MS = 180


class Resemblyzer:
    """The loaded network."""

    def __init__(self) -> None:
        """Fetches the weights if they are not here."""
        self._weights = read_tensors(judge_path("resemblyzer") / "pretrained.pt", "model_state")

    def embed(self, clip: AudioClip) -> Floats:
        """The clip's embedding, float32 [256] of length 1, no value negative."""
        samples = _prepared(clip.resampled(_RATE).samples)
        starts = range(0, max(1, -(-(len(samples) + 1) // _HOP) - _FRAMES + _STEP + 1), _STEP)
        if len(starts) > 1 and len(samples) - starts[-1] * _HOP < _COVERED * _FRAMES * _HOP:
            starts = starts[:-1]
        samples = np.pad(samples, (0, max(0, (starts[-1] + _FRAMES) * _HOP - len(samples))))
        mel = _mel(samples)
        vectors = self._run(np.stack([mel[start : start + _FRAMES] for start in starts]))
        mean = vectors.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def _run(self, windows: Floats) -> Floats:
        """One embedding for each of ``windows``, float32 [windows, frames, bands]."""
        rows = windows.transpose(1, 0, 2)
        for layer in range(3):
            rows = self._layer(rows, layer)
        vectors = np.maximum(0.0, rows[-1] @ self._weights["linear.weight"].T + self._weights["linear.bias"])
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def _layer(self, rows: Floats, layer: int) -> Floats:
        """An LSTM layer over ``rows``, float32 [frames, windows, n]."""
        from_input, from_state, bias, more = (
            self._weights[f"lstm.{part}_l{layer}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        drive = rows @ from_input.T + (bias + more)
        state = cell = np.zeros((rows.shape[1], _UNITS), np.float32)
        states = np.empty((*rows.shape[:2], _UNITS), np.float32)
        for time, row in enumerate(drive):
            enter, forget, new, leave = np.split(row + state @ from_state.T, 4, axis=1)
            cell = expit(forget) * cell + expit(enter) * np.tanh(new)
            state = expit(leave) * np.tanh(cell)
            states[time] = state
        return states


@functools.cache
def resemblyzer() -> Resemblyzer:
    """The judge of this process."""
    return Resemblyzer()


def _prepared(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """``samples`` at 16 kHz, raised to a common level if they are quieter, without long pauses."""
    level = 10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12)
    samples = samples * np.float32(10 ** (max(0.0, _LOUDNESS_DBFS - level) / 20))
    options = VadOptions(speech_pad_ms=_LONGEST_PAUSE_MS // 2, min_silence_duration_ms=_LONGEST_PAUSE_MS)
    spans = get_speech_timestamps(samples, options)
    return np.concatenate([samples[span["start"] : span["end"]] for span in spans]) if spans else samples


def _mel(samples: Floats) -> Floats:
    """Power of 40 mel bands, float32 [frames, 40], from 25 ms Hann windows every 10 ms; no logarithm."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, _WINDOW // 2), _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1], axis=1)) ** 2
    return np.asarray(power @ mel_bands(_WINDOW).T, dtype=np.float32)
