"""What the pages on one project are told while they are open: of each thing the latest, in the order it happened."""

import asyncio
import json
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Collection, Hashable
from contextlib import suppress
from functools import partial

from core.errors import Busy
from webui.i18n import Texts

Json = dict[str, object]
Event = Callable[[Texts], Json | None]
"""What happened, in the words of a page's language; None if that is nothing to tell any more."""
About = tuple[str, str]
"""What an event is about, a kind and an id: of two events about the same only the later one counts."""

MOST_LISTENERS = 64
"""Pages that listen to one project at once."""
KEEP_ALIVE_S = 15.0
"""How often a page that nothing happens on is told that the line still stands, in seconds."""
GATHER_S = 0.05
"""How long to wait for what comes right after, in seconds: progress comes in small steps."""
RETRY_S = 5


class Feed:
    """The latest event about each thing, numbered, and who waits for more. Thread-safe.

    Only the latest is kept, so that what a page has missed, and what a slow one still has to hear, stays bounded.
    """

    def __init__(self) -> None:
        # By the clock, so that what was heard from this project when it was open before always lies in the past.
        self._stamp = time.time_ns() // 1_000_000
        self._latest: OrderedDict[About, tuple[int, Event]] = OrderedDict()
        self._listeners: set[_Listener] = set()
        self._lock = threading.Lock()

    @property
    def stamp(self) -> int:
        """Of the last event; whoever has seen all until now asks for what comes after it."""
        return self._stamp

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def tell(self, about: About, event: Event | Json) -> None:
        """Something happened; what needs no words is given as it is."""
        if isinstance(event, dict):
            event = partial(_as_it_is, event)
        with self._lock:
            self._stamp += 1
            self._latest[about] = (self._stamp, event)
            self._latest.move_to_end(about)
            for listener in self._listeners:
                listener.add(about, self._stamp, event)

    def forget(self, kind: str, ids: Collection[str]) -> None:
        """What was about these is nothing to tell any more."""
        with self._lock:
            for each in ids:
                self._latest.pop((kind, each), None)

    def listen(self, words: Texts, since: int | None = None) -> AsyncGenerator[bytes, None]:
        """Server-sent events in ``words``, from the one after ``since``. Raises :class:`Busy` (``busy.work``)."""
        listener = _Listener(asyncio.get_running_loop())
        with self._lock:
            if len(self._listeners) >= MOST_LISTENERS:
                raise Busy("busy.work", retry_s=RETRY_S)
            self._listeners.add(listener)
            for about, (stamp, event) in self._latest.items():
                if since is not None and stamp > since:
                    listener.add(about, stamp, event)
        return self._told(listener, words)

    async def _told(self, listener: "_Listener", words: Texts) -> AsyncGenerator[bytes, None]:
        try:
            yield b": hello\n\n"
            while True:
                waiting = await listener.wait()
                if waiting is None:
                    return
                told = [(stamp, event(words)) for stamp, event in waiting]
                yield b"".join(_sent(stamp, content) for stamp, content in told if content) or b": still here\n\n"
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def close(self) -> None:
        """Let everybody go."""
        with self._lock:
            for listener in self._listeners:
                listener.close()


class _Listener:
    """One page, and what it has not been told yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: OrderedDict[Hashable, tuple[int, Event]] = OrderedDict()
        self._woken = asyncio.Event()
        self._closed = False
        self._lock = threading.Lock()

    def add(self, about: About, stamp: int, event: Event) -> None:
        with self._lock:
            asleep = not self._waiting
            self._waiting.pop(about, None)
            self._waiting[about] = (stamp, event)
        if asleep:
            self._wake()

    def close(self) -> None:
        self._closed = True
        self._wake()

    async def wait(self) -> list[tuple[int, Event]] | None:
        """What there is to tell; nothing if it is only that the line still stands, None in the end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), KEEP_ALIVE_S)
            await asyncio.sleep(GATHER_S)
        self._woken.clear()
        with self._lock:
            waiting = list(self._waiting.values())
            self._waiting.clear()
        return None if self._closed and not waiting else waiting

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the loop is closed, and the page with it
            self._loop.call_soon_threadsafe(self._woken.set)


def _as_it_is(content: Json, _words: Texts) -> Json:
    return content


def _sent(stamp: int, content: Json) -> bytes:
    told = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"id: {stamp}\ndata: {told}\n\n".encode()
