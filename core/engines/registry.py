"""Which engines there are. Each is made when first asked for, once; its models are loaded by itself, later still."""

import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from core.engines.base import Engine, RecognitionEngine, SynthesisEngine
from core.errors import InvalidInput
from core.settings import Settings

EngineT = TypeVar("EngineT", bound=Engine)


class Registry(Generic[EngineT]):
    """Engines by name."""

    def __init__(self, makers: Mapping[str, Callable[[], EngineT]]) -> None:
        self._makers = makers
        self._made: dict[str, EngineT] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """The names there are, the default first."""
        return tuple(self._makers)

    @property
    def usable(self) -> str:
        """The first that can be used; the first of all where none can, which then says why."""
        return next((name for name in self.names if self[name].availability.ready), self.names[0])

    def preferring(self, name: str) -> "Registry[EngineT]":
        """These engines with ``name`` as the default. Raises :class:`InvalidInput` (``request.engine``)."""
        if name not in self._makers:
            raise self._unknown(name)
        return Registry({each: self._makers[each] for each in (name, *self._makers)})

    def __getitem__(self, name: str) -> EngineT:
        """The engine called ``name``. Raises :class:`InvalidInput` (``request.engine``)."""
        if name not in self._makers:
            raise self._unknown(name)
        with self._lock:
            if name not in self._made:
                self._made[name] = self._makers[name]()
            return self._made[name]

    def _unknown(self, name: str) -> InvalidInput:
        return InvalidInput("request.engine", engine=name, known=", ".join(self._makers))


def synthesis_engines(settings: Settings) -> Registry[SynthesisEngine]:
    """The engines that speak."""

    def kokoro() -> SynthesisEngine:
        from core.engines.kokoro.engine import KokoroEngine

        return KokoroEngine(threads=settings.threads)

    def cosyvoice() -> SynthesisEngine:
        from core.engines.cosyvoice.engine import CosyVoiceEngine

        return CosyVoiceEngine(settings)

    def indextts() -> SynthesisEngine:
        from core.engines.indextts.engine import IndexTTSEngine

        return IndexTTSEngine(settings)

    def remote() -> SynthesisEngine:
        from core.engines.remote.engine import RemoteEngine

        return RemoteEngine(settings)

    return Registry({"kokoro": kokoro, "cosyvoice": cosyvoice, "indextts": indextts, "remote": remote})


def recognition_engines(settings: Settings) -> Registry[RecognitionEngine]:
    """The engines that write down: SenseVoice first where its model is, since it hears more, and faster."""
    from core.engines.sensevoice.files import ModelFiles

    def sensevoice() -> RecognitionEngine:
        from core.engines.sensevoice.engine import SenseVoiceEngine

        return SenseVoiceEngine(settings)

    def whisper() -> RecognitionEngine:
        from core.engines.whisper import WhisperEngine

        return WhisperEngine(threads=settings.threads)

    if ModelFiles.of(settings).availability.ready:
        return Registry({"sensevoice": sensevoice, "whisper": whisper})
    return Registry({"whisper": whisper, "sensevoice": sensevoice})
