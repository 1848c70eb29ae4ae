import threading
import time
from pathlib import Path

import pytest

from core.cache.cache import Cache, open_cache
from core.cache.envelope import Entry, seal
from core.cache.key import JSON, Key, Namespace, key_for
from core.cache.outcome import Outcome, Tier
from core.cache.stats import Counts
from core.errors import EngineFailed, InvalidInput, StorageFailed
from core.settings import Settings
from tests.core.cache.conftest import OpenNode, eventually
from tests.core.cache.json_codec import JsonCodec
from tests.core.cache.valkey import Valkey

JSON_CODEC = JsonCodec()


def key(name: str, namespace: Namespace = Namespace.SEGMENT) -> Key:
    return key_for(namespace, {"name": name})


class Engine:
    """Counts its runs."""

    def __init__(self, value: JSON = "said", error: Exception | None = None) -> None:
        self.runs = 0
        self.value = value
        self.error = error

    def __call__(self) -> JSON:
        self.runs += 1
        time.sleep(0.01)
        if self.error is not None:
            raise self.error
        return self.value


def ask(node: Cache, name: str, engine: Engine, **options: object):
    return node.get_or_compute(key(name), JSON_CODEC, engine, engine="test", **options)  # type: ignore[arg-type]


def test_a_value_is_computed_once_and_then_found_ever_nearer(server: Valkey, open_node: OpenNode) -> None:
    one, other, engine = open_node(server), open_node(server), Engine({"text": "你好"})
    first = ask(one, "a", engine)
    assert (first.value, first.outcome, first.tier, first.saved_ms) == ({"text": "你好"}, Outcome.MISS, None, 0.0)
    here, there, there_again = ask(one, "a", engine), ask(other, "a", engine), ask(other, "a", engine)
    assert [(found.outcome, found.tier) for found in (here, there, there_again)] == [
        (Outcome.HIT, Tier.LOCAL),
        (Outcome.HIT, Tier.REDIS),
        (Outcome.HIT, Tier.LOCAL),
    ]
    assert here.value == there.value == there_again.value == first.value
    assert 10 <= here.saved_ms == there.saved_ms <= first.ms
    assert engine.runs == 1


def test_without_a_local_tier_redis_serves(server: Valkey, open_node: OpenNode) -> None:
    node, engine = open_node(server, local_cache_mb=0), Engine()
    ask(node, "a", engine)
    assert ask(node, "a", engine).tier is Tier.REDIS
    assert ask(node, "a", engine).tier is Tier.REDIS


def test_bypass_computes_and_stores(server: Valkey, open_node: OpenNode) -> None:
    one, other = open_node(server), open_node(server)
    ask(one, "a", Engine("old"))
    ask(other, "a", Engine())
    assert ask(one, "a", Engine("new"), bypass=True).outcome is Outcome.BYPASS
    again = ask(one, "a", Engine())
    assert (again.value, again.outcome) == ("new", Outcome.HIT)
    eventually(lambda: ask(other, "a", Engine()).value == "new", within_s=1)


def test_get_finds_and_put_stores(server: Valkey, open_node: OpenNode) -> None:
    one, other = open_node(server), open_node(server)
    assert one.get(key("a"), JSON_CODEC) is None
    one.put(key("a"), JSON_CODEC, ["v"], engine="test", compute_ms=1234.0)
    found = other.get(key("a"), JSON_CODEC)
    assert found is not None
    assert (found.value, found.tier, found.saved_ms) == (["v"], Tier.REDIS, 1234.0)


def test_a_failed_computation_leaves_nothing_and_the_next_request_tries_again(
    server: Valkey, open_node: OpenNode
) -> None:
    node, error = open_node(server), EngineFailed("engine.failed", engine="test", reason="no breath")
    with pytest.raises(EngineFailed) as raised:
        ask(node, "a", Engine(error=error))
    assert raised.value is error
    assert server.client().keys("encore:segment:*") == []
    assert ask(node, "a", Engine()).outcome is Outcome.MISS


def test_values_that_cannot_be_stored_are_the_callers_fault(server: Valkey, open_node: OpenNode) -> None:
    node = open_node(server)
    with pytest.raises(TypeError):
        ask(node, "a", Engine({1, 2}))  # type: ignore[arg-type]
    assert ask(node, "a", Engine()).outcome is Outcome.MISS


# Purging


@pytest.mark.parametrize("what", [{"key": key("a")}, {"namespace": Namespace.SEGMENT}, {}])
def test_a_purge_reaches_the_other_nodes(server: Valkey, open_node: OpenNode, what: dict) -> None:
    one, other, engine = open_node(server), open_node(server), Engine()
    ask(one, "a", engine)
    ask(other, "a", engine)
    assert one.purge(**what) == 1
    assert one.get(key("a"), JSON_CODEC) is None
    eventually(lambda: other.get(key("a"), JSON_CODEC) is None, within_s=1)
    assert ask(other, "a", engine).outcome is Outcome.MISS


def test_a_purge_leaves_the_rest(server: Valkey, open_node: OpenNode) -> None:
    node = open_node(server)
    ask(node, "a", Engine())
    ask(node, "b", Engine())
    node.put(key("a", Namespace.SPEAKER), JSON_CODEC, "v", engine="test", compute_ms=1)
    assert node.purge(key=key("a")) == 1
    assert node.purge(namespace=Namespace.TRANSCRIPT) == 0
    assert node.get(key("b"), JSON_CODEC)
    assert node.get(key("a", Namespace.SPEAKER), JSON_CODEC)


def test_a_purge_that_did_not_reach_redis_says_so(own_server: Valkey, open_node: OpenNode) -> None:
    node = open_node(own_server)
    ask(node, "a", Engine())
    own_server.kill()
    with pytest.raises(StorageFailed) as raised:
        node.purge(key=key("a"))
    assert raised.value.code == "redis.down"


# Expiry


def test_entries_expire_each_namespace_after_its_own_time_and_not_together(server: Valkey, open_node: OpenNode) -> None:
    node, client = open_node(server, segment_ttl_s=1000, speaker_ttl_s=5000), server.client()
    lives = []
    for number in range(40):
        ask(node, f"{number}", Engine())
        lives.append(client.ttl(str(key(f"{number}"))))
    assert 895 <= min(lives) < max(lives) <= 1100
    node.put(key("s", Namespace.SPEAKER), JSON_CODEC, 1, engine="test", compute_ms=1)
    assert 4490 <= client.ttl(str(key("s", Namespace.SPEAKER))) <= 5500


def test_permanent_entries_do_not_expire(server: Valkey, open_node: OpenNode) -> None:
    node, client = open_node(server), server.client()
    ask(node, "a", Engine(), permanent=True)
    assert client.ttl(str(key("a"))) == -1


def test_an_entry_that_is_wanted_for_good_becomes_permanent_on_every_node(server: Valkey, open_node: OpenNode) -> None:
    one, other, client = open_node(server), open_node(server), server.client()
    ask(one, "a", Engine())
    assert client.ttl(str(key("a"))) > 0
    assert ask(other, "a", Engine(), permanent=True).outcome is Outcome.HIT
    assert client.ttl(str(key("a"))) == -1
    assert ask(other, "a", Engine()).tier is Tier.LOCAL
    assert client.ttl(str(key("a"))) == -1


def test_use_extends_a_life_once_a_tenth_of_it_is_gone(server: Valkey, open_node: OpenNode) -> None:
    node, client = open_node(server, segment_ttl_s=1000), server.client()
    now = time.time()
    for name, age_s in (("young", 50), ("old", 950)):
        entry = Entry(b'"v"', JSON_CODEC.name, "test", now - age_s, 10.0, 1000)
        client.set(str(key(name)), seal(key(name), entry), ex=1000 - age_s)
        assert ask(node, name, Engine()).outcome is Outcome.HIT
    eventually(lambda: client.ttl(str(key("old"))) >= 900)
    assert client.ttl(str(key("young"))) <= 950


# Figures


def test_figures_of_all_nodes_add_up(server: Valkey, open_node: OpenNode) -> None:
    one, other, engine = open_node(server), open_node(server), Engine()
    ask(one, "a", engine)
    ask(one, "a", engine)
    ask(other, "a", engine)
    ask(other, "a", engine, bypass=True)
    with pytest.raises(ValueError, match="no"):
        ask(other, "b", Engine(error=ValueError("no")))
    other.stats()  # sends what it has
    stats = one.stats()
    counts = stats.total
    assert (counts.hits_local, counts.hits_redis, counts.misses, counts.bypassed, counts.errors) == (1, 1, 1, 1, 1)
    assert counts.requests == 4
    assert counts.hit_rate == 0.5
    assert counts.computed_ms >= 20
    assert counts.saved_ms >= 20
    (row,) = stats.activity
    assert (row.namespace, row.engine) == (Namespace.SEGMENT, "test")
    slow, fast = row.latency[Outcome.MISS].percentile(0.5), row.latency[Outcome.HIT].percentile(0.5)
    assert slow is not None
    assert fast is not None
    assert slow > fast
    assert [sum(part.counts.requests for part in minute.activity) for minute in one.minutes(2)][-2:] in ([0, 4], [4, 0])


def test_what_is_stored_is_told_by_namespace(server: Valkey, open_node: OpenNode) -> None:
    node = open_node(server)
    ask(node, "a", Engine())
    ask(node, "b", Engine(), permanent=True)
    server.client().set("encore:segment:v1:not-a-digest", "?")
    stats = node.stats()
    print_of = {part.namespace: part for part in stats.footprint}
    assert print_of[Namespace.SEGMENT].entries == 2
    assert print_of[Namespace.SEGMENT].bytes == stats.total.bytes_stored
    assert print_of[Namespace.SPEAKER].entries == 0
    assert stats.redis.up
    assert stats.redis.memory > 0
    assert stats.local.entries == 2
    infos = {info.key: info for info in node.entries(Namespace.SEGMENT)}
    assert set(infos) == {key("a"), key("b")}
    assert infos[key("a")].engine == "test"
    assert infos[key("a")].compute_ms >= 10
    assert infos[key("a")].expires_in_s is not None
    assert infos[key("b")].expires_in_s is None
    assert len(node.entries(Namespace.SEGMENT, limit=1)) == 1
    assert node.entries(Namespace.SPEAKER) == []


def test_no_user_text_is_in_any_name(server: Valkey, open_node: OpenNode) -> None:
    node = open_node(server)
    ask(node, "secret words", Engine("secret words"), recipe={"text": "secret words"})
    node.stats()
    node.popular(1)
    client = server.client()
    names = client.keys("*")
    assert names
    assert not any(b"secret" in name for name in names)


def test_one_request_costs_a_bounded_number_of_commands(server: Valkey, open_node: OpenNode) -> None:
    node, client = open_node(server, local_cache_mb=0), server.client()
    ask(node, "a", Engine())

    def commands() -> int:
        answer = client.info("commandstats")
        return sum(answer.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("get", "set", "keys", "scan"))

    before = commands()
    for _ in range(50):
        ask(node, "a", Engine())
    assert commands() - before == 50  # one GET each, and nothing that walks


# Opening


def test_with_no_address_a_private_server_is_started_and_keeps_the_cache(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, REDIS_URL=None, redis_memory_mb=32)  # type: ignore[call-arg]
    for expected in (Outcome.MISS, Outcome.HIT):
        node = open_cache(settings)
        assert ask(node, "a", Engine()).outcome is expected
        node.close()


def test_an_address_that_cannot_be_one_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        open_cache(Settings(data_dir=tmp_path, REDIS_URL="http://example.org"))  # type: ignore[call-arg]
    assert raised.value.code == "redis.url"


def test_counts_add_up_by_name() -> None:
    assert Counts().hit_rate == 0.0


def test_many_threads_on_many_keys(server: Valkey, open_node: OpenNode) -> None:
    nodes = [open_node(server, local_cache_mb=1) for _ in range(2)]
    engines = {f"{number}": Engine(f"value {number}") for number in range(20)}
    wrong: list[object] = []

    def work(node: Cache, start: int) -> None:
        for step in range(60):
            name = f"{(start * 7 + step) % 20}"
            found = ask(node, name, engines[name])
            if found.value != f"value {name}":
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(nodes[n % 2], n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert [engine.runs for engine in engines.values()] == [1] * 20
