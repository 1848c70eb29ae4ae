import random

import pytest

from core.cache.key import Namespace, key_for
from core.cache.limit import trim
from core.cache.link import Link
from tests.core.cache.conftest import OpenNode
from tests.core.cache.json_codec import JsonCodec
from tests.core.cache.valkey import Valkey


@pytest.fixture
def link(server: Valkey) -> Link:
    link = Link(server.client, 0.25)
    link.settle(5)
    return link


def fill(server: Valkey, count: int) -> list[str]:
    """Entries that were used one after the other, the longest ago first."""
    names = [str(key_for(Namespace.SEGMENT, {"number": number})) for number in range(count)]
    with server.client().pipeline() as pipeline:
        for age, name in enumerate(names):
            pipeline.set(name, "x", ex=10_000 + age)
        pipeline.execute()
    return names


def test_what_was_used_longest_ago_goes_first(server: Valkey, link: Link) -> None:
    names = fill(server, 2_000)
    assert trim(link, 1_500) >= 500
    client = server.client()
    kept = [bool(client.exists(name)) for name in names]
    assert 1_300 <= sum(kept) <= 1_500
    oldest, newest = sum(kept[:500]), sum(kept[-500:])
    assert newest > 490
    assert oldest < newest / 2


def test_below_the_limit_nothing_goes(server: Valkey, link: Link) -> None:
    fill(server, 100)
    assert trim(link, 100) == 0


def test_what_is_for_good_and_what_is_of_others_stays(server: Valkey, link: Link, open_node: OpenNode) -> None:
    node = open_node(server)
    saved = [key_for(Namespace.SPEAKER, {"voice": number}) for number in range(30)]
    for key in saved:
        node.put(key, JsonCodec(), random.random(), engine="test", compute_ms=1.0, permanent=True)
    server.client().set("somebody:else", "x")
    fill(server, 30)
    trim(link, 10)
    assert all(node.get(key, JsonCodec()) for key in saved)
    assert server.client().get("somebody:else") == b"x"
    assert not list(server.client().scan_iter("encore:segment:*"))


def test_one_node_trims_at_a_time(server: Valkey, link: Link) -> None:
    fill(server, 200)
    assert trim(link, 150) > 0
    fill(server, 200)
    assert trim(link, 150) == 0
