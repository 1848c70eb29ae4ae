"""Pages are told the latest of each thing, in order, and no more is kept for them than that."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest

from core.errors import Busy
from webui.desk import feed
from webui.desk.feed import Feed, Json
from webui.i18n import texts

EN = texts("en")


def told(part: bytes) -> list[Json]:
    return [json.loads(event.split("data: ")[1]) for event in part.decode().split("\n\n") if "data: " in event]


async def begun(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    assert await anext(stream) == b": hello\n\n"
    return stream


def test_the_latest_of_each_thing_in_the_order_it_happened() -> None:
    async def run() -> None:
        happening = Feed()
        stream = await begun(happening.listen(EN))
        happening.tell(("state", "a"), {"n": 1})
        happening.tell(("state", "b"), {"n": 2})
        happening.tell(("state", "a"), {"n": 3})
        happening.tell(("state", "c"), lambda _: None)
        assert told(await anext(stream)) == [{"n": 2}, {"n": 3}]
        happening.close()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        assert not happening.heard

    asyncio.run(run())


def test_who_comes_back_hears_what_was_missed() -> None:
    async def run() -> None:
        happening = Feed()
        happening.tell(("state", "a"), {"n": 1})
        since = happening.stamp
        happening.tell(("state", "b"), {"n": 2})
        happening.tell(("state", "gone"), {"n": 3})
        happening.forget("state", ["gone"])
        stream = await begun(happening.listen(EN, since))
        part = await anext(stream)
        assert told(part) == [{"n": 2}]
        assert f"id: {since + 1}\n".encode() in part
        await stream.aclose()

    asyncio.run(run())


def test_so_many_listen_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_LISTENERS", 1)
    monkeypatch.setattr(feed, "KEEP_ALIVE_S", 0.01)

    async def run() -> None:
        happening = Feed()
        stream = await begun(happening.listen(EN))
        with pytest.raises(Busy):
            happening.listen(EN)
        assert await anext(stream) == b": still here\n\n"
        await stream.aclose()
        await begun(happening.listen(EN))

    asyncio.run(run())
