"""Which server is asked, with a clock that tests turn."""

import pytest

from core.engines.base import Capabilities
from core.engines.remote.pool import ASIDE_S, Pool
from core.engines.remote.told import Told
from core.errors import EngineFailed, EngineUnavailable

ME = Told(model="m", fingerprint="m/1", capabilities=Capabilities(("en",)))


class World:
    """Servers that answer, or do not, and the time."""

    def __init__(self, *urls: str) -> None:
        self.now = 100.0
        self.answers: dict[str, Told | None] = dict.fromkeys(urls, ME)
        self.asked: list[str] = []
        self.pool = Pool(urls, self.ask, lambda: self.now)
        assert self.pool.told

    def ask(self, url: str) -> Told:
        self.asked.append(url)
        told = self.answers[url]
        if told is None:
            raise EngineFailed("remote.broken_off", server=url)
        return told

    def leased(self, times: int = 8) -> set[str]:
        urls = set()
        for _ in range(times):
            with self.pool.lease() as server:
                urls.add(server.url)
        return urls


def test_all_are_asked_about_themselves_once() -> None:
    world = World("a", "b")
    assert world.leased(40) == {"a", "b"}
    assert sorted(world.asked) == ["a", "b"]


def test_the_busy_one_is_spared() -> None:
    world = World("a", "b")
    with world.pool.lease() as busy:
        assert world.leased() == {"a", "b"} - {busy.url}
    assert world.leased(40) == {"a", "b"}


def test_one_that_failed_is_set_aside_until_it_answers_again() -> None:
    world = World("a", "b")
    with world.pool.lease() as server:
        world.pool.failed(server)
    assert world.leased() == {"a", "b"} - {server.url}
    world.now += ASIDE_S[0]
    world.answers[server.url] = None
    world.pool.refresh()
    assert world.leased() == {"a", "b"} - {server.url}
    world.answers[server.url] = ME
    world.now += 1
    world.pool.refresh()
    assert world.leased(40) == {"a", "b"}


def test_it_is_set_aside_for_longer_every_time_but_not_for_ever() -> None:
    world = World("a", "b")
    world.answers["a"] = None
    waits = []
    for _ in range(8):
        world.now += 1000
        world.pool.refresh()
        waits.append(world.pool._servers[0].again_at - world.now)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == ASIDE_S


def test_when_all_failed_they_are_asked_at_once() -> None:
    world = World("a")
    with world.pool.lease() as server:
        world.pool.failed(server)
    world.now += 0.1
    assert world.leased() == {"a"}
    world.answers["a"] = None
    world.pool.failed(server)
    world.now += 0.1
    with pytest.raises(EngineUnavailable):
        world.leased()
    assert world.pool.told == ME


def test_all_that_moved_on_together_are_followed() -> None:
    world = World("a", "b")
    newer = ME.model_copy(update={"fingerprint": "m/2"})
    world.answers["a"] = newer
    world.now += 1
    world.pool.refresh()
    assert world.pool.told == ME
    assert world.leased() == {"b"}
    world.answers["b"] = newer
    world.now += 1
    world.pool.refresh()
    assert world.pool.told == newer
    assert world.leased(40) == {"a", "b"}
