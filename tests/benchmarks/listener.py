"""What tells two readings of a word apart: whisper's likelihood, the pitch of a syllable, stress, voice at the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyworld
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from core.audio import AudioClip
from core.models.manifest import model_path

Doubles = npt.NDArray[np.float64]

_RATE = 16_000
_TOKEN_S = 0.02
"""What one step of whisper's alignment is, in seconds."""
_LATE_S = 0.10
"""How far behind whisper's alignment a syllable's tone is, in seconds.

Whisper places words early, and a tone reaches its pitch late in its syllable (Xu 1997). Between 0.08 and 0.12 the pitch
of pairs that whisper tells apart by their sounds differs as their tones do.
"""
_FRAME_S = 0.005
_POINTS = 7
_TONES = {"1": (5, 5, 5), "2": (3, 3.5, 5), "3": (2.5, 1, 1.5), "4": (5, 3.5, 1)}
"""Pitch of the tones on Chao's scale of five, at the beginning, middle and end (Chao 1968); the third tone's is that
which it has before another syllable."""


@dataclass(frozen=True, eq=False)
class Heard:
    """A clip that whisper's encoder has listened to."""

    clip: AudioClip
    encoded: object
    frames: int


class Listener:
    """Whisper-base, asked not what it hears but how well what it is told fits."""

    def __init__(self) -> None:
        folder = str(model_path("whisper-base"))
        self._model = WhisperModel(folder, device="cpu", compute_type="int8", local_files_only=True)

    def listen(self, clip: AudioClip) -> Heard:
        """``clip``, encoded."""
        features = self._model.feature_extractor(clip.resampled(_RATE).samples)
        frames = min(features.shape[-1], 3000)
        padded = np.pad(features[:, :frames], ((0, 0), (0, 3000 - frames)))
        return Heard(clip, self._model.encode(padded), frames)

    def likelihood(self, heard: Heard, before: str, words: Sequence[str], after: str, language: str) -> float:
        """Log-likelihood of the sentence with whichever of ``words`` in its gap fits, in nats."""
        scores = [self._aligned(heard, (before, word, after), language)[0] for word in words]
        return float(np.logaddexp.reduce(scores))

    def place(self, heard: Heard, before: str, word: str, after: str, language: str) -> tuple[float, float]:
        """Where ``word`` is in the clip, in seconds."""
        _, start, end = self._aligned(heard, (before, word, after), language)
        return start, end

    def _aligned(self, heard: Heard, parts: tuple[str, str, str], language: str) -> tuple[float, float, float]:
        tokenizer = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language=language)
        tokens = [tokenizer.encode(part) if part else [] for part in parts]
        first, last = len(tokens[0]), len(tokens[0]) + len(tokens[1])
        (found,) = self._model.model.align(
            heard.encoded, tokenizer.sot_sequence, [[token for part in tokens for token in part]], heard.frames
        )
        times: dict[int, int] = {}
        for token, time in found.alignments:
            times.setdefault(token, time)
        end = times.get(last, heard.frames // 2)
        score = float(np.sum(np.log(np.maximum(found.text_token_probs, 1e-10))))
        return score, times[first] * _TOKEN_S, end * _TOKEN_S


def contour(clip: AudioClip, start_s: float, end_s: float) -> Doubles | None:
    """Pitch of a syllable at seven points, in semitones above the clip's median; None if there is hardly a voice.

    The stretch is whisper's, see :meth:`Listener.place`.
    """
    pitch = _pitch(clip)
    start_s, end_s = start_s + _LATE_S, end_s + _LATE_S
    voiced = np.flatnonzero(pitch > 0)
    inside = voiced[(voiced * _FRAME_S >= start_s) & (voiced * _FRAME_S <= end_s)]
    if len(inside) < _POINTS:
        return None
    semitones = 12 * np.log2(pitch[inside] / np.median(pitch[voiced]))
    return np.asarray(np.interp(np.linspace(inside[0], inside[-1], _POINTS), inside, semitones))


def tone_difference(one: Doubles, other: Doubles, tones: tuple[str, str]) -> float:
    """How far two contours differ in the way that their tones do: semitones a step of Chao's scale.

    1 to 3 is natural, 0 says that they do not differ so, and below 0 that they differ the other way round.
    """
    wanted = np.subtract(*(np.interp(np.linspace(0, 2, _POINTS), range(3), _TONES[tone]) for tone in tones))
    return float((one - other) @ wanted / (wanted @ wanted))


def stress(clip: AudioClip) -> tuple[float, float]:
    """How much the first of a lone word's two syllables has of the second's energy (dB) and of its pitch (semitones).

    A stressed syllable is longer, louder and higher (Fry 1955, 1958); energy here is summed, so length counts. The
    syllables meet where the word is quietest below 1 kHz.
    """
    power = _power(clip, 100, 1000)
    level = np.convolve(10 * np.log10(power + 1e-9), np.ones(5) / 5, "same")
    heard = np.flatnonzero(level > level.max() - 25)
    start, end = int(heard[0]), int(heard[-1]) + 1
    inner = range(start + (end - start) // 5, end - (end - start) // 5)
    valley = max(inner, key=lambda at: min(level[start:at].max(), level[at:end].max()) - level[at])
    pitch = np.pad(_pitch(clip), (0, len(power)))[: len(power)]
    energy = [10 * np.log10(power[side].sum()) for side in (slice(start, valley), slice(valley, end))]
    height = [
        12 * np.log2(np.percentile(pitch[side][pitch[side] > 0], 90)) if (pitch[side] > 0).any() else np.nan
        for side in (slice(start, valley), slice(valley, end))
    ]
    return float(energy[0] - energy[1]), float(height[0] - height[1])


def buzz(clip: AudioClip) -> float:
    """How much voice is in the hiss at the end of a lone word: energy below 500 Hz to that above 3 kHz, dB."""
    voice, hiss = _power(clip, 80, 500), _power(clip, 3000, 12_000)
    late = np.flatnonzero(hiss > hiss.max() / 10)
    late = late[late > 0.55 * len(hiss)]
    return float(10 * np.log10(voice[late].sum() / hiss[late].sum())) if len(late) else float("nan")


def _power(clip: AudioClip, low: float, high: float) -> Doubles:
    """Energy between two frequencies every ``_FRAME_S``, in windows of 20 ms."""
    step = int(_FRAME_S * clip.sample_rate)
    samples = np.pad(clip.samples.astype(np.float64), (2 * step, 4 * step))
    windows = np.lib.stride_tricks.sliding_window_view(samples, 4 * step)[::step] * np.hanning(4 * step)
    frequencies = np.fft.rfftfreq(4 * step, 1 / clip.sample_rate)
    spectra = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    return np.asarray(spectra[:, (frequencies >= low) & (frequencies < high)].sum(axis=1))


def _pitch(clip: AudioClip) -> Doubles:
    samples = np.ascontiguousarray(clip.samples, dtype=np.float64)
    raw, times = pyworld.dio(samples, clip.sample_rate, 65.0, 600.0, frame_period=_FRAME_S * 1000)
    return np.asarray(pyworld.stonemask(samples, raw, times, clip.sample_rate))
