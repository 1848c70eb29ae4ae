"""Work for one HTTP request, off the event loop; it stops when whoever asked goes away."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import TypeVar

from fastapi import Request

import webui.work
from core.progress import Progress
from webui.gate.house import guest_of
from webui.work import Step, stream

T = TypeVar("T")


async def events(request: Request, work: Callable[[Progress], Iterator[T]]) -> AsyncGenerator[T, None]:
    """What ``work`` yields. Raises what ``work`` raises, and :class:`Cancelled` when ``request``'s sender has gone."""
    watching: list[asyncio.Task[None]] = []

    async def watch(cancel: Callable[[], None]) -> None:
        await _gone(request)
        cancel()

    def begin(cancel: Callable[[], None]) -> None:
        watching.append(asyncio.create_task(watch(cancel)))

    batches = stream(work, begin, guest_of(request.scope))
    try:
        async with aclosing(batches):
            async for batch in batches:
                for item in batch:
                    if not isinstance(item, Step):
                        yield item
    finally:
        for task in watching:
            task.cancel()


async def result(request: Request, work: Callable[[Progress], T]) -> T:
    """What ``work`` returns; raises as :func:`events` does."""
    return await webui.work.result(work, lambda: _gone(request), guest_of(request.scope))


async def _gone(request: Request) -> None:
    """Return once ``request``'s sender has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
