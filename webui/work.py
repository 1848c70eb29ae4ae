"""Long work off the event loop: what it yields and how far it is arrive as one stream, and leaving it stops it."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from core.errors import Cancelled
from core.progress import Progress
from webui.house import ANYBODY, Guest

T = TypeVar("T")
GATHER_S = 0.01
"""How long to wait for what comes right after, in seconds: every message to the page costs more than that."""


@dataclass(frozen=True)
class Step:
    """How far the work is."""

    stage: str
    """``enroll``, ``synthesize``, ``transcribe`` …"""
    fraction: float
    """Done, in [0, 1]."""
    ahead: int = 0
    """How many others the engine works for first."""


@dataclass(frozen=True)
class _End:
    error: Exception | None = None


async def stream(
    work: Callable[[Progress], Iterator[T]],
    on_start: Callable[[Callable[[], None]], None],
    guest: Guest = ANYBODY,
) -> AsyncGenerator[list[T | Step], None]:
    """What ``work`` yields and how far it is, in order: each time all that has come since the last.

    ``on_start`` is given what cancels: it ends the stream at once, and the work at its next checkpoint. The work is
    cancelled, too, when nobody listens any more. ``guest`` is who asks for it: what is too much is refused, unless some
    of it has been yielded already. Raises whatever ``work`` raises, :class:`Busy`, and :class:`Cancelled`.
    """
    visit = guest.enter()
    loop = asyncio.get_running_loop()
    inbox: asyncio.Queue[T | Step | _End] = asyncio.Queue()

    def post(item: T | Step | _End) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has gone, and so has whoever asked
            loop.call_soon_threadsafe(inbox.put_nowait, item)

    latest = Step("", 0.0)

    def tell(step: Step) -> None:
        nonlocal latest
        latest = step
        post(step)

    progress = Progress(
        lambda stage, fraction: tell(Step(stage, fraction)),
        lambda ahead: tell(replace(latest, ahead=ahead)),
        visit.need_engine,
    )

    def cancel() -> None:
        progress.cancel()
        post(_End(Cancelled()))

    on_start(cancel)

    def run() -> None:
        try:
            guest.count()
            for item in work(progress):
                progress.checkpoint()
                visit.begun = True
                post(item)
            post(_End())
        except Exception as error:  # raised again where the stream is read
            post(_End(error))
        finally:
            visit.leave()

    threading.Thread(target=run, name="encore-work", daemon=True).start()
    try:
        while True:
            arrived = [await inbox.get()]
            await asyncio.sleep(GATHER_S)
            while not inbox.empty():
                arrived.append(inbox.get_nowait())
            items = [item for item in arrived if not isinstance(item, _End)]
            if items:
                yield items
            for item in arrived:
                if isinstance(item, _End):
                    if item.error is not None:
                        raise item.error
                    return
    finally:
        progress.cancel()
