"""Who works on which engine, and when its model is let go."""

import ctypes
import gc
import logging
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.engines.availability import Availability
from core.engines.base import Engine, RecognitionEngine, SynthesisEngine
from core.engines.guard import guarded
from core.engines.lanes import CHECK_S, Lanes
from core.engines.registry import Registry
from core.progress import Progress

Kind: TypeAlias = Literal["synthesis", "recognition"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EngineStatus:
    """How an engine is now."""

    name: str
    kind: Kind
    availability: Availability
    loaded: bool
    """Whether its model takes memory."""
    working: int
    """Requests that it works for."""
    waiting: int
    """Requests that wait for their turn with it."""
    idle_s: float | None
    """Since it last worked, in seconds, 0 while it does; None if it never has."""


@dataclass
class _Post:
    """What is known of one engine's work."""

    working: int = 0
    closing: bool = False
    """Whether its model is being let go, which new work waits for."""
    left: float | None = None
    """When the last work ended, by the monotonic clock."""

    @property
    def idle_s(self) -> float | None:
        if self.working:
            return 0.0
        return None if self.left is None else time.monotonic() - self.left


class Keeper:
    """Gives everybody a turn with the engine that they ask for, loads models, and lets idle ones go. Thread-safe."""

    def __init__(
        self,
        synthesis: Registry[SynthesisEngine],
        recognition: Registry[RecognitionEngine],
        idle_s: float = 0.0,
    ) -> None:
        """Models that nobody has used for ``idle_s`` seconds are let go; 0 keeps them."""
        self._registries: dict[Kind, Registry[SynthesisEngine] | Registry[RecognitionEngine]] = {
            "synthesis": synthesis,
            "recognition": recognition,
        }
        self._lanes = Lanes()
        self._changed = threading.Condition()
        self._posts: dict[Engine, _Post] = {}
        self._idle_s = idle_s
        self._closed = threading.Event()
        self._timer = threading.Thread(target=self._look_after, name="encore-idle", daemon=True)
        if idle_s > 0:
            self._timer.start()

    @contextmanager
    def using(self, engine: Engine, progress: Progress) -> Iterator[None]:
        """Work with ``engine``: wait for its lane in the order of arrival, load it if need be, and leave it at the end.

        ``progress`` is asked for leave, and hears how many are ahead. Raises :class:`Cancelled` while waiting,
        :class:`Busy` without leave, and what ``engine.load`` does.
        Nobody may wait for another request's work in here: that one may be waiting for this turn.
        """
        progress.need_engine()
        with self._lanes.turn(engine.lane, engine, progress), self._at_work(engine, progress):
            guarded(engine.name, engine.load)
            yield

    def status(self) -> Sequence[EngineStatus]:
        """How every engine is; no model is loaded for that."""
        return [
            self._status(kind, registry[name]) for kind, registry in self._registries.items() for name in registry.names
        ]

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn, with whichever engine."""
        return self._lanes.length

    def load(self, name: str, kind: Kind) -> None:
        """Load an engine's model, in its turn. Raises ``InvalidInput`` (``request.engine``) and as ``Engine.load``."""
        with self.using(self._registries[kind][name], Progress()):
            pass

    def unload(self, name: str, kind: Kind) -> None:
        """Free the memory of an engine's model once whoever it works for has what they came for.

        The next use loads it again. Raises ``InvalidInput`` (``request.engine``).
        """
        engine = self._registries[kind][name]
        with self._changed:
            post = self._post(engine)
            self._changed.wait_for(lambda: not post.closing)
            post.closing = True
            self._changed.wait_for(lambda: not post.working)
        self._let_go(engine, post)

    def close(self) -> None:
        """Look after the engines no more."""
        self._closed.set()
        if self._timer.is_alive():
            self._timer.join()

    def _status(self, kind: Kind, engine: Engine) -> EngineStatus:
        waiting = self._lanes.waiting(engine)
        with self._changed:
            post = self._post(engine)
            working, idle_s = post.working, post.idle_s
        return EngineStatus(engine.name, kind, engine.availability, engine.loaded, working, waiting, idle_s)

    def _post(self, engine: Engine) -> _Post:
        return self._posts.setdefault(engine, _Post())

    @contextmanager
    def _at_work(self, engine: Engine, progress: Progress) -> Iterator[None]:
        """Be counted among those whom ``engine`` works for."""
        with self._changed:
            post = self._post(engine)
            while post.closing:
                self._changed.wait(CHECK_S)
                progress.checkpoint()
            post.working += 1
        try:
            yield
        finally:
            with self._changed:
                post.working -= 1
                post.left = time.monotonic()
                self._changed.notify_all()

    def _look_after(self) -> None:
        """Let go of what has been idle too long, until closed."""
        while not self._closed.wait(min(self._idle_s / 4, 10.0)):
            with self._changed:
                idle = [
                    (engine, post)
                    for engine, post in self._posts.items()
                    if engine.loaded and not post.closing and (post.idle_s or 0.0) >= self._idle_s
                ]
                for _, post in idle:
                    post.closing = True
            for engine, post in idle:
                log.info("%s has been idle for %.0f s", engine.name, self._idle_s)
                with suppress(Exception):  # told by guarded(), and the others are to be let go nonetheless
                    self._let_go(engine, post)

    def _let_go(self, engine: Engine, post: _Post) -> None:
        try:
            guarded(engine.name, engine.unload)
        finally:
            with self._changed:
                post.closing = False
                self._changed.notify_all()
        gc.collect()
        _give_back()


def _give_back() -> None:
    """Hand freed memory to the system: the C library keeps it for itself otherwise, where it is GNU's."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
