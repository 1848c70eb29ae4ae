"""Long work off the event loop: what it yields and how far it is arrive as one stream, and leaving it stops it."""

import asyncio
import logging
import secrets
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from core.errors import Cancelled
from core.progress import Progress
from webui.gate.house import ANYBODY, Guest
from webui.watch.log import REQUEST_ID

T = TypeVar("T")
R = TypeVar("R")
GATHER_S = 0.01
"""How long to wait for what comes right after, in seconds: every message to the page costs more than that."""
AT_ONCE_S = 0.05
"""What is over so soon nobody can leave before, in seconds: a hit is spared the looking."""
MOST_THREADS = 1024
AT_WORK, IDLE = "encore-work", "encore-idle"
"""Names of threads; the process must not be taken down while one is at work."""
_THREADS = ThreadPoolExecutor(MOST_THREADS, IDLE)

log = logging.getLogger(__name__)


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


async def result(work: Callable[[Progress], R], gone: Callable[[], Awaitable[None]], guest: Guest = ANYBODY) -> R:
    """What ``work`` returns. It is cancelled once ``gone`` returns: whoever asked has gone.

    ``guest`` is who asks: what is too much is refused. Raises whatever ``work`` raises, :class:`Busy`, and
    :class:`Cancelled`.
    """
    visit = guest.enter()
    progress = Progress(admission=visit.need_engine)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[R] = loop.create_future()
    watching: list[asyncio.Task[None]] = []

    def settle(value: R | None, error: Exception | None) -> None:
        if done.done():  # whoever asked has gone
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast(R, value))

    async def leave() -> None:
        await gone()
        settle(None, Cancelled())

    def run() -> None:
        value, failed = None, None
        try:
            guest.count()
            value = work(progress)
        except Exception as error:
            failed = error
        finally:
            visit.leave()
        with suppress(RuntimeError):  # the loop is closed: the server has gone, and so has whoever asked
            loop.call_soon_threadsafe(settle, value, failed)

    begin(run)
    timer = loop.call_later(AT_ONCE_S, lambda: watching.append(loop.create_task(leave())))
    try:
        return await done
    finally:
        timer.cancel()
        for task in watching:
            task.cancel()
        progress.cancel()


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
            log.info("ended early", extra={"reason": getattr(error, "code", type(error).__name__)})
            post(_End(error))
        finally:
            visit.leave()

    begin(run)
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


def begin(run: Callable[[], None]) -> None:
    """Run ``run`` in a thread that knows for which request it works."""
    context = copy_context()
    if not REQUEST_ID.get():  # the page's events come out of Gradio's queue, not out of a request
        context.run(REQUEST_ID.set, f"page-{secrets.token_hex(4)}")
    _THREADS.submit(context.run, _at_work, run)


def _at_work(run: Callable[[], None]) -> None:
    thread = threading.current_thread()
    thread.name = AT_WORK
    try:
        run()
    finally:
        thread.name = IDLE
