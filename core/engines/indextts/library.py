"""``indextts25-inference`` at work: the same as the authors' code, but for how it remembers voices."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from core.engines.indextts.code import Code
from core.engines.indextts.files import ModelFiles
from core.engines.indextts.upstream import EMOTION, FEELING, SPEAKER, VOICE, Arrays, Options, Upstream

_MOST = 0.8
"""The most that the emotions of a vector may add up to, as with the authors' code: what is left is the voice's own."""


class Library(Upstream):
    """A loaded model of version 2.5. It cannot read emotions out of words."""

    def __init__(self, files: ModelFiles, code: Code, options: Options) -> None:
        """As for :class:`Upstream`."""
        super().__init__(files, code, options)
        self._module._audio_key = str  # it asks when the file was changed; there is none

    def _made(self, files: ModelFiles, options: Options) -> Any:
        where = {"cfg_path": str(files.configuration), "model_dir": str(files.folder)}
        return self._module.IndexTTS2(**where, device=self._device, use_bf16=options.fp16)

    def _heard(self, path: str) -> dict[str, Any]:
        self._forget()
        voice = self._tts._speaker_conditioning(path, path)
        emotion = self._tts._emotion_conditioning(path, path)
        self._forget()
        return {**dict(zip(SPEAKER, voice, strict=True)), EMOTION: emotion}

    def _felt(self, path: str, voice: Arrays) -> Any:  # noqa: ARG002 — it needs none
        self._forget()
        felt = self._tts._emotion_conditioning(path, path)
        self._forget()
        return felt

    def _lend(self, voice: Arrays, feeling: npt.NDArray[Any] | None, other: bool) -> None:
        self._forget()
        self._tts._spk_cache[VOICE] = tuple(self._tensor(voice[name]) for name in SPEAKER)
        self._tts._emo_cache[FEELING if other else VOICE] = self._tensor(feeling)  # type: ignore[arg-type]

    def _forget(self) -> None:
        for memory in (self._tts._spk_cache, self._tts._emo_cache, self._tts._emovec_cache):
            memory.clear()

    def _feelings(self, vector: Sequence[float], words: str) -> list[float]:  # noqa: ARG002 — capabilities say so
        total = sum(vector)
        return [float(value) * min(1.0, _MOST / total) for value in vector]
