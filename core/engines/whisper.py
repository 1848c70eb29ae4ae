"""The embedded speech recogniser: whisper-base on the CPU through faster-whisper (CTranslate2)."""

import functools
import threading
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.availability import Availability, of_models
from core.engines.base import Capabilities, TimedText, Transcript
from core.models.manifest import manifest, model_path
from core.progress import Progress
from core.request import AUTO

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

MODEL = "whisper-base"
SAMPLE_RATE = 16_000
LANGUAGES = (
    "en zh de es fr it ja ko pt ru ar nl pl tr uk vi th id hi cs da el fi he hu ms no ro sk sv ca fa ta ur bg hr lt lv"
).split()
# Whisper writes whichever script its prompt is in; without one it often picks traditional characters.
PROMPTS = {"zh": "以下是普通话的句子，使用简体中文。"}
REVISION = 1
"""Raised when what this module does with the same weights changes a transcript."""


class WhisperEngine:
    """Transcribes any length of speech. Thread-safe: one transcription at a time, since the cores are shared."""

    name = "whisper"
    lane = "whisper"
    capabilities = Capabilities(languages=tuple(LANGUAGES))

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._model: WhisperModel | None = None

    @property
    def availability(self) -> Availability:
        """Whether its models are here; costs a look at a few files."""
        return of_models(MODEL)

    @property
    def loaded(self) -> bool:
        """Whether the model takes memory now."""
        return self._model is not None

    @functools.cached_property
    def fingerprint(self) -> str:
        """Weights, runtime and this module's revision."""
        return f"whisper/{REVISION}/{version('faster-whisper')}/{manifest().models[MODEL].digest[:16]}"

    def load(self) -> None:
        """Load the weights, once. Raises :class:`ModelMissing`."""
        with self._lock:
            self._ready()

    def unload(self) -> None:
        """Free the model's memory; the next use loads it again."""
        with self._lock:
            self._model = None

    def transcribe(self, clip: AudioClip, *, language: str, itn: bool, progress: Progress) -> Transcript:
        """What ``clip`` says; empty when nobody speaks in it."""
        wave = np.ascontiguousarray(clip.resampled(SAMPLE_RATE).samples)
        with self._lock:
            progress.update("transcribe", 0.0)
            model = self._ready()
            if language == AUTO:
                language = model.detect_language(wave, vad_filter=True)[0] if _speaks(wave) else "en"
                progress.checkpoint()
            segments, info = model.transcribe(
                wave,
                language=language,
                beam_size=5,
                vad_filter=True,
                initial_prompt=PROMPTS.get(language),
                condition_on_previous_text=False,
                suppress_tokens=[-1] if itn else [-1, *self._digit_tokens],
            )
            parts: list[TimedText] = []
            for segment in segments:
                parts.append(TimedText(segment.start, segment.end, segment.text.strip()))
                progress.update("transcribe", segment.end / max(info.duration, 0.01))
        joiner = "" if language in ("zh", "ja") else " "
        text = joiner.join(part.text for part in parts).strip()
        return Transcript(text, language, tuple(parts))

    def _ready(self) -> "WhisperModel":
        if self._model is None:
            from faster_whisper import WhisperModel

            folder = str(model_path(MODEL))
            self._model = WhisperModel(
                folder, device="cpu", compute_type="int8", cpu_threads=self._threads, local_files_only=True
            )
        return self._model

    @functools.cached_property
    def _digit_tokens(self) -> list[int]:
        """Every token with a digit in it: without them numbers come out as words (Whisper has no other switch)."""
        vocabulary = self._ready().hf_tokenizer.get_vocab()
        return [index for token, index in vocabulary.items() if any(c.isdigit() for c in token) and "<|" not in token]


def _speaks(wave: Floats) -> bool:
    """Whether there is any speech in a 16 kHz wave (language detection fails on none)."""
    from faster_whisper.vad import get_speech_timestamps

    return bool(get_speech_timestamps(wave))
