"""So much of everything, and no more: work, requests, and what is sent."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from core.cache.connect import connect
from core.cache.link import Link
from core.errors import Busy, InvalidInput
from core.progress import Progress
from webui.gate.access import Caller
from webui.gate.bodies import FREE, MAX_EVENT, Bodies, Doors
from webui.gate.house import Guest, House, Reception, guest_of
from webui.gate.limits import PREFIX, RateLimit
from webui.work import stream


@pytest.fixture
def link(redis_url: str) -> Iterator[Link]:
    link = Link(lambda: connect(redis_url, 2.0), 2.0)
    assert link.settle(5)
    yield link
    link.close()


def test_no_more_than_so_much_for_each_name() -> None:
    limit = RateLimit("2/minute", "work")
    assert [limit.hit("ann") for _ in range(3)] == [True, True, False]
    assert limit.exhausted("ann")
    assert limit.hit("bob")
    assert 1 <= limit.retry_s("ann") <= 60
    assert RateLimit("", "work").hit("ann")


def test_all_nodes_count_together(link: Link) -> None:
    here, there = RateLimit("3/minute", "work", link), RateLimit("3/minute", "work", link)
    assert [here.hit("ann"), there.hit("ann"), here.hit("ann"), there.hit("ann")] == [True, True, True, False]
    assert 1 <= here.retry_s("ann") <= 60
    assert here.hit("bob")
    assert RateLimit("3/minute", "login", link).hit("ann")
    names = link.run(lambda client: list(client.scan_iter(PREFIX + "*")))
    assert len(names) == 3
    assert not any(b"ann" in name for name in names)
    assert all(link.run(lambda client, name=name: client.ttl(name)) > 0 for name in names)


def test_without_redis_this_process_counts(link: Link) -> None:
    limit = RateLimit("1/minute", "work", link)
    link.close()
    assert [limit.hit("ann"), limit.hit("ann")] == [True, False]
    assert limit.retry_s("ann") >= 1


def test_a_limit_that_cannot_be_meant() -> None:
    with pytest.raises(InvalidInput, match="60/minute"):
        RateLimit("often", "work")


def test_named_callers_are_counted_by_name_and_others_by_address() -> None:
    house = House(RateLimit("1/minute", "work"), max_work=1)
    ann = Caller("ann", "user")
    Guest(house, ann, "10.0.0.1").count()
    with pytest.raises(Busy) as refused:
        Guest(house, ann, "10.0.0.2").count()
    assert (refused.value.code, refused.value.retry_s > 0) == ("limit.rate", True)
    Guest(house, Caller("bob", "user"), "10.0.0.1").count()
    Guest(house, address="10.0.0.1").count()
    with pytest.raises(Busy):
        Guest(house, address="10.0.0.1").count()


def test_a_full_house_takes_no_more_engine_work_but_what_needs_none() -> None:
    house = House(RateLimit("", "work"), max_work=1)
    first, second, hit = house.enter(), house.enter(), house.enter()
    first.need_engine()
    first.need_engine()
    with pytest.raises(Busy) as refused:
        second.need_engine()
    assert refused.value.code == "busy.work"
    assert house.works == 1
    hit.begun = True  # what has begun to be given away is not broken off
    hit.need_engine()
    for visit in (first, second, hit):
        visit.leave()
    assert house.works == 0
    house.enter().need_engine()


def test_visits_are_bounded_whatever_they_need() -> None:
    house = House(RateLimit("", "work"), max_work=1)
    visits = [house.enter() for _ in range(16)]
    with pytest.raises(Busy):
        house.enter()
    visits[0].leave()
    house.enter()


def test_work_is_counted_until_it_has_really_ended() -> None:
    house = House(RateLimit("2/minute", "work"), max_work=1)
    guest, release = Guest(house, address="10.0.0.1"), threading.Event()

    def slow(progress: Progress) -> Iterator[str]:
        progress.need_engine()
        yield "begun"
        release.wait(10)

    def quick(progress: Progress) -> Iterator[str]:
        progress.need_engine()
        yield "done"

    async def run() -> None:
        left = stream(slow, lambda cancel: None, guest)
        assert await anext(left) == ["begun"]
        await left.aclose()
        assert house.works == 1  # nobody listens, but the engine does not know yet
        with pytest.raises(Busy) as refused:
            await anext(stream(quick, lambda cancel: None, guest))
        assert refused.value.code == "busy.work"
        release.set()
        while house.works:
            await asyncio.sleep(0.01)
        with pytest.raises(Busy) as refused:
            await anext(stream(quick, lambda cancel: None, guest))
        assert refused.value.code == "limit.rate"

    asyncio.run(run())


def test_a_request_knows_the_house_that_it_asks() -> None:
    app = FastAPI()
    seen: list[Guest] = []

    @app.get("/")
    def look(request: Request) -> None:
        seen.append(guest_of(request.scope))

    house = House(RateLimit("", "work"), max_work=1)
    TestClient(Reception(app, house), client=("10.0.0.9", 1)).get("/")
    assert seen == [Guest(house, Caller(), "10.0.0.9")]


def sized(**how: int) -> TestClient:
    app = FastAPI()

    @app.post("/{path:path}")
    async def take(request: Request) -> int:
        return len(await request.body())

    return TestClient(Bodies(Doors(app), **how))


def test_what_cannot_be_held_is_not_received() -> None:
    client = sized(together=100_000)
    assert client.post("/", content=b"x" * 90_000).json() == 90_000
    full = client.post("/", content=b"x" * 200_000)
    assert (full.status_code, full.json()["error"]["code"]) == (503, "busy.uploads")
    assert full.headers["retry-after"]
    assert client.post("/", content=b"x" * FREE).status_code == 200
    # Who does not say how much it will be may send as much as anybody.
    assert client.post("/", content=iter([b"x"])).status_code == 503
    assert client.post("/", content=b"x" * 90_000).status_code == 200  # what was let go is free again


def test_an_event_of_the_page_is_small() -> None:
    client = sized()
    assert client.post("/gradio_api/queue/join", content=b"x" * (MAX_EVENT + 1)).status_code == 413
    assert client.post("/", content=b"", headers={"Content-Length": str(2**40)}).status_code == 413


def test_a_sender_who_is_too_slow_counts_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.gate.bodies.PATIENCE_S", 0.05)
    gone: list[str] = []

    async def app(scope: object, receive: object, send: object) -> None:
        while (message := await receive())["type"] == "http.request" and message.get("more_body"):
            pass
        gone.append(message["type"])

    async def run() -> None:
        scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"10")]}
        told = iter([{"type": "http.request", "body": b"x", "more_body": True}])

        async def receive() -> dict:
            for message in told:
                return message
            await asyncio.sleep(30)
            raise AssertionError("waited for")

        async def send(message: dict) -> None:
            raise AssertionError(message)

        await Bodies(app)(scope, receive, send)

    asyncio.run(run())
    assert gone == ["http.disconnect"]
