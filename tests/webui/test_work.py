"""Long work beside the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from core.errors import Cancelled, InvalidText
from core.progress import Progress
from webui.work import Step, stream


async def collect(events: AsyncIterator[object]) -> list[object]:
    return [event async for batch in events for event in batch]


def ignore(cancel: Callable[[], None]) -> None:
    pass


def test_items_arrive_in_order() -> None:
    assert asyncio.run(collect(stream(lambda progress: iter("abc"), ignore))) == list("abc")


def test_progress_arrives_between_the_items() -> None:
    def work(progress: Progress) -> Iterator[str]:
        progress.update("enroll", 0.5)
        read.wait(5)
        yield "done"

    read = threading.Event()

    async def run() -> list[object]:
        seen = []
        async for batch in stream(work, ignore):
            seen.append(batch)
            read.set()
        return seen

    assert asyncio.run(run()) == [[Step("enroll", 0.5)], ["done"]]


def test_the_place_in_the_queue_arrives_beside_how_far_it_is() -> None:
    def work(progress: Progress) -> Iterator[str]:
        progress.update("synthesize", 0.5)
        progress.queue(1)
        progress.queue(0)
        yield "done"

    steps = [Step("synthesize", 0.5), Step("synthesize", 0.5, ahead=1), Step("synthesize", 0.5)]
    assert asyncio.run(collect(stream(work, ignore))) == [*steps, "done"]


def test_what_comes_together_is_given_together() -> None:
    def work(progress: Progress) -> Iterator[str]:
        for percent in range(100):
            progress.update("enroll", percent / 100)
        yield "done"

    async def run() -> list[list[object]]:
        return [batch async for batch in stream(work, ignore)]

    batches = asyncio.run(run())
    assert len(batches) < 20
    assert [item for batch in batches for item in batch][-1] == "done"
    assert sum(map(len, batches)) == 101


def test_what_the_work_raises_is_raised() -> None:
    def work(progress: Progress) -> Iterator[str]:
        yield "first"
        read.wait(5)
        raise InvalidText("text.empty")

    read = threading.Event()

    async def run() -> None:
        events = stream(work, ignore)
        assert await anext(events) == ["first"]
        read.set()
        await anext(events)

    with pytest.raises(InvalidText):
        asyncio.run(run())


def test_cancelling_ends_the_stream_at_once_and_the_work_at_its_next_step() -> None:
    release, ended = threading.Event(), threading.Event()

    def work(progress: Progress) -> Iterator[str]:
        try:
            release.wait(5)
            yield "too late"
            yield "never"
        finally:
            ended.set()

    async def run() -> None:
        cancels: list[Callable[[], None]] = []
        events = stream(work, cancels.append)
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        cancels[0]()
        with pytest.raises(Cancelled):
            await asyncio.wait_for(waiting, 2)
        assert not ended.is_set()
        release.set()
        await asyncio.to_thread(ended.wait, 5)

    asyncio.run(run())
    assert ended.is_set()


def test_work_that_nobody_listens_to_any_more_is_cancelled() -> None:
    release, seen = threading.Event(), []

    def work(progress: Progress) -> Iterator[str]:
        yield "first"
        release.wait(5)
        try:
            progress.checkpoint()
        except Cancelled:
            seen.append("cancelled")
            raise
        yield "second"

    async def run() -> None:
        events = stream(work, ignore)
        await anext(events)
        await events.aclose()

    asyncio.run(run())
    release.set()
    for thread in [thread for thread in threading.enumerate() if thread.name == "encore-work"]:
        thread.join(5)
    assert seen == ["cancelled"]
