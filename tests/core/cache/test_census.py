"""Counting what is stored, however much that is."""

import threading
import time

import pytest

from core.cache.census import Census
from core.cache.envelope import Entry, seal
from core.cache.key import Namespace, key_for
from core.cache.link import Link
from tests.core.cache.conftest import OpenNode
from tests.core.cache.valkey import Valkey

MANY = 50_000


def fill(server: Valkey, count: int, namespace: Namespace = Namespace.SEGMENT) -> int:
    """Store ``count`` entries of one size, each a second younger than the one before; that size."""
    client, size = server.client(), 0
    for start in range(0, count, 5_000):
        with client.pipeline(transaction=False) as pipeline:
            for number in range(start, min(start + 5_000, count)):
                key = key_for(namespace, {"number": number})
                sealed = seal(key, Entry(b"x" * 50, "json/1", "engine", 1_700_000_000.5 + number, 5.5, 0))
                size = len(sealed)
                pipeline.set(str(key), sealed)
            pipeline.execute()
    return size


@pytest.fixture
def link(server: Valkey) -> Link:
    link = Link(server.client, 0.25)
    link.settle(5)
    return link


def test_a_small_cache_is_counted_exactly(server: Valkey, link: Link) -> None:
    size = fill(server, 700)
    server.client().set("somebody:else", "x")
    found = {part.namespace: part for part in Census().count(link)}
    assert (found[Namespace.SEGMENT].entries, found[Namespace.SEGMENT].bytes) == (700, 700 * size)
    assert found[Namespace.SPEAKER].entries == 0
    assert all(part.exact for part in found.values())


def test_a_large_cache_is_counted_bit_by_bit(server: Valkey, link: Link) -> None:
    fill(server, 4_000)
    fill(server, 1_000, Namespace.TRANSCRIPT)
    census = Census()
    _, segments, transcripts, _ = census.count(link, walk_s=1e-9)
    assert not segments.exact
    assert segments.entries + transcripts.entries == pytest.approx(5_000, abs=2)
    assert segments.entries == pytest.approx(4_000, rel=0.1)
    _, segments, transcripts, _ = _walk_to_the_end(census, link)
    assert (segments.entries, transcripts.entries) == (4_000, 1_000)


def _walk_to_the_end(census: Census, link: Link):
    for _ in range(30):
        census._walk(link, 1e-9)
    return census._known


def test_walking_takes_a_small_share_of_the_time(server: Valkey, link: Link) -> None:
    fill(server, 20_000)
    census = Census()
    census.count(link)
    lap, known = census._lap, census._known
    started = time.monotonic()
    while time.monotonic() < started + 0.1:
        census.count(link)
    assert (census._lap, census._known) == (lap, known)


def test_starting_over_sees_what_is_left(server: Valkey, link: Link) -> None:
    fill(server, 100)
    census = Census()
    census.count(link)
    server.client().flushall()
    assert census.count(link)[1].entries == 100
    census.start_over()
    assert census.count(link)[1].entries == 0


def test_a_walk_that_broke_off_begins_anew(server: Valkey, link: Link) -> None:
    fill(server, 2_000)
    census = Census()
    census.count(link, walk_s=1e-9)
    assert census._lap is not None
    census._lap.client = server.client()  # as if Redis had been away
    census._walk(link, 60)
    assert census._known[1].entries == 2_000


def test_many_entries_neither_hold_the_page_up_nor_look_like_an_outage(server: Valkey, open_node: OpenNode) -> None:
    size = fill(server, MANY)
    node = open_node(server)
    answers = []

    def watch() -> None:
        for _ in range(5):
            answers.append((node.stats(), node.entries(Namespace.SEGMENT, 50), node.redis_state.up))

    pages = [threading.Thread(target=watch) for _ in range(4)]
    for page in pages:
        page.start()
    for page in pages:
        page.join(60)
    assert len(answers) == 20
    for stats, entries, up in answers:
        assert stats.redis.up
        assert up
        assert stats.footprint[1].entries == pytest.approx(MANY, rel=0.02)
        assert stats.footprint[1].bytes == pytest.approx(MANY * size, rel=0.02)
        assert len(entries) == 50
    assert node.stats(walk_s=60).footprint[1].entries >= 0.98 * MANY
    assert node.redis_state.reason == ""


def test_a_list_shows_the_newest_first(server: Valkey, open_node: OpenNode) -> None:
    fill(server, 400)
    fill(server, 300, Namespace.SPEAKER)
    newest = open_node(server).entries(Namespace.SEGMENT, 3)
    assert [round(info.created - 1_700_000_000.5) for info in newest] == [399, 398, 397]


def test_redis_is_told_without_asking_it(own_server: Valkey, open_node: OpenNode) -> None:
    node = open_node(own_server)
    before = own_server.client().info("commandstats").get("cmdstat_hgetall", {}).get("calls", 0)
    assert node.redis_state.up
    assert own_server.client().info("commandstats").get("cmdstat_hgetall", {}).get("calls", 0) == before
    own_server.kill()
    node.stats()
    assert not node.redis_state.up
    assert node.redis_state.reason
