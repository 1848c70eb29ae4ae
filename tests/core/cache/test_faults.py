"""Whatever becomes of Redis, requests succeed, wait for a bounded time and get nothing wrong; it heals by itself."""

import logging
import pickle
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from core.cache.cache import Cache
from core.cache.envelope import Entry, seal
from core.cache.key import JSON, SCHEMA, Key, Namespace, key_for
from core.cache.outcome import Outcome, Tier
from tests.core.cache.conftest import OpenNode, eventually
from tests.core.cache.json_codec import JsonCodec
from tests.core.cache.valkey import Valkey, free_port

JSON_CODEC = JsonCodec()
ALLOWANCE_S = 0.25
"""As the settings have it."""
MACHINE_S = 0.5
"""What a busy machine may add to any wait."""


def key(name: str) -> Key:
    return key_for(Namespace.SEGMENT, {"name": name})


def ask(node: Cache, name: str, compute: Callable[[], JSON] | None = None):
    return node.get_or_compute(key(name), JSON_CODEC, compute or (lambda: f"value {name}"), engine="test")


def back(node: Cache) -> Callable[[], bool]:
    return lambda: node.stats().redis.up


def asked_in(node: Cache, name: str, outcome: Outcome, within_s: float) -> None:
    started = time.monotonic()
    found = ask(node, name)
    assert (found.value, found.outcome) == (f"value {name}", outcome)
    assert time.monotonic() - started < within_s


def test_down_at_the_start(own_server: Valkey, open_node: OpenNode, caplog: pytest.LogCaptureFixture) -> None:
    own_server.stop()
    node = open_node(own_server)
    asked_in(node, "a", Outcome.OFFLINE, MACHINE_S)
    assert ask(node, "a").tier is Tier.LOCAL
    stats = node.stats()
    assert not stats.redis.up
    assert stats.redis.reason
    assert stats.total.offline == 1
    assert [record.levelno for record in caplog.records if "without Redis" in record.message] == [logging.WARNING]
    own_server.start()
    eventually(back(node))
    assert ask(node, "b").outcome is Outcome.MISS


def test_what_was_computed_during_an_outage_is_shared_after_it(own_server: Valkey, open_node: OpenNode) -> None:
    own_server.stop()
    node = open_node(own_server)
    ask(node, "a")
    own_server.start()
    eventually(lambda: own_server.client().exists(str(key("a"))))
    assert ask(open_node(own_server), "a").tier is Tier.REDIS
    assert node.stats().total.offline == 1  # figures too


def test_killed_between_requests(own_server: Valkey, open_node: OpenNode) -> None:
    node = open_node(own_server)
    ask(node, "a")
    own_server.kill()
    asked_in(node, "b", Outcome.OFFLINE, MACHINE_S)
    assert ask(node, "a").tier is Tier.LOCAL
    own_server.start()
    eventually(back(node))
    assert ask(node, "c").outcome is Outcome.MISS


def test_killed_during_a_request(own_server: Valkey, open_node: OpenNode) -> None:
    node = open_node(own_server)

    def compute() -> JSON:
        own_server.kill()
        return "value a"

    found = ask(node, "a", compute)
    assert (found.value, found.outcome) == ("value a", Outcome.MISS)
    assert ask(node, "a").tier is Tier.LOCAL


def test_killed_while_others_wait_for_a_computation(own_server: Valkey, open_node: OpenNode) -> None:
    holder, waiter, go = open_node(own_server), open_node(own_server), threading.Event()

    def compute() -> JSON:
        go.wait(10)
        return "value a"

    threads = [threading.Thread(target=ask, args=(holder, "a", compute))]
    found: list[object] = []
    threads[0].start()
    time.sleep(0.2)
    threads.append(threading.Thread(target=lambda: found.append(ask(waiter, "a"))))
    threads[1].start()
    time.sleep(0.2)
    own_server.kill()
    threads[1].join(3)  # it looks once a second whether it still has to wait
    go.set()
    threads[0].join(3)
    assert [(each.value, each.outcome) for each in found] == [("value a", Outcome.OFFLINE)]  # type: ignore[attr-defined]


def test_hung(own_server: Valkey, open_node: OpenNode) -> None:
    node = open_node(own_server)
    ask(node, "a")
    own_server.pause()
    asked_in(node, "b", Outcome.OFFLINE, ALLOWANCE_S + MACHINE_S)
    started = time.monotonic()
    for number in range(20):
        assert ask(node, f"after {number}").outcome is Outcome.OFFLINE
    assert time.monotonic() - started < ALLOWANCE_S  # all twenty together: nobody waits any more
    assert ask(node, "a").tier is Tier.LOCAL
    own_server.resume()
    eventually(back(node))
    assert ask(node, "c").outcome is Outcome.MISS
    eventually(lambda: own_server.client().exists(str(key("b"))))


def test_hung_at_the_start(own_server: Valkey, open_node: OpenNode) -> None:
    own_server.pause()
    started = time.monotonic()
    node = open_node(own_server)
    assert time.monotonic() - started < 2 * ALLOWANCE_S + MACHINE_S
    asked_in(node, "a", Outcome.OFFLINE, MACHINE_S)
    own_server.resume()
    eventually(back(node))


def test_hung_during_a_computation(own_server: Valkey, open_node: OpenNode) -> None:
    node = open_node(own_server)

    def compute() -> JSON:
        own_server.pause()
        return "value a"

    started = time.monotonic()
    assert ask(node, "a", compute).value == "value a"
    assert time.monotonic() - started < ALLOWANCE_S + MACHINE_S
    own_server.resume()
    eventually(lambda: own_server.client().exists(str(key("a"))))


class SlowProxy:
    """Passes everything on to ``port``, ``delay_s`` later."""

    def __init__(self, port: int) -> None:
        self.delay_s = 0.0
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, delayed: bool) -> None:
        try:
            while data := source.recv(2**16):
                if delayed:
                    time.sleep(self.delay_s)
                sink.sendall(data)
        except OSError:
            pass
        finally:
            source.close()
            sink.close()


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[SlowProxy]:
    server = Valkey(tmp_path, port=free_port()).start()
    proxy = SlowProxy(server.port)
    yield proxy
    proxy.listener.close()
    server.stop()


def test_slow(slow: SlowProxy, open_node: OpenNode) -> None:
    node = open_node(f"redis://127.0.0.1:{slow.port}")
    assert ask(node, "a").outcome is Outcome.MISS
    slow.delay_s = 0.15  # each answer within the allowance, a request's worth of them not
    started = time.monotonic()
    ask(node, "b")
    assert time.monotonic() - started < ALLOWANCE_S + 0.15 + MACHINE_S
    eventually(lambda: not node._link.up)
    asked_in(node, "c", Outcome.OFFLINE, 0.1)
    slow.delay_s = 0.0
    eventually(back(node))
    assert ask(node, "d").outcome is Outcome.MISS
    assert ask(open_node(f"redis://127.0.0.1:{slow.port}"), "a").tier is Tier.REDIS


def test_out_of_memory(own_server: Valkey, open_node: OpenNode) -> None:
    node, client = open_node(own_server), own_server.client()
    ask(node, "a")
    client.config_set("maxmemory", "1mb")
    assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    client.config_set("maxmemory", client.info("memory")["used_memory"] - 1000)
    asked_in(node, "b", Outcome.OFFLINE, ALLOWANCE_S)
    assert ask(node, "b").tier is Tier.LOCAL
    assert ask(open_node(own_server), "a").tier is Tier.REDIS  # what is there still serves
    assert node.stats().redis.up
    client.config_set("maxmemory", 0)
    assert ask(node, "c").outcome is Outcome.MISS


def test_read_only(own_server: Valkey, open_node: OpenNode) -> None:
    node, client = open_node(own_server), own_server.client()
    ask(node, "a")
    client.config_set("replica-serve-stale-data", "yes")
    client.replicaof("127.0.0.1", free_port())
    assert ask(open_node(own_server), "a").tier is Tier.REDIS
    asked_in(node, "b", Outcome.OFFLINE, ALLOWANCE_S)
    assert ask(node, "b").tier is Tier.LOCAL
    client.replicaof("NO", "ONE")
    assert ask(node, "c").outcome is Outcome.MISS


def test_flushed(server: Valkey, open_node: OpenNode) -> None:
    node, client = open_node(server, local_cache_mb=0), server.client()
    ask(node, "a")
    client.flushall()
    client.script_flush()
    assert ask(node, "a").outcome is Outcome.MISS
    assert ask(node, "a").outcome is Outcome.HIT


def test_flushed_during_a_computation(server: Valkey, open_node: OpenNode) -> None:
    node = open_node(server)

    def compute() -> JSON:
        server.client().flushall()
        return "value a"

    assert ask(node, "a", compute).outcome is Outcome.MISS
    assert ask(open_node(server), "a").tier is Tier.REDIS


def test_restarted_empty(own_server: Valkey, open_node: OpenNode) -> None:
    one, other = open_node(own_server), open_node(own_server)
    ask(one, "a")
    own_server.kill()
    own_server.start()
    eventually(back(one))
    eventually(back(other))
    assert ask(other, "a").outcome is Outcome.MISS
    assert ask(one, "a").tier is Tier.LOCAL
    one.purge(key=key("a"))
    eventually(lambda: other.get(key("a"), JSON_CODEC) is None)  # the bus works on the new server


def test_a_purge_reaches_a_node_that_was_cut_off(slow: SlowProxy, open_node: OpenNode) -> None:
    near, far = open_node(f"redis://127.0.0.1:{slow.target}"), open_node(f"redis://127.0.0.1:{slow.port}")
    ask(near, "a")
    ask(far, "a")
    ask(far, "b")
    slow.delay_s = 3.0
    ask(far, "finds out")
    eventually(lambda: not far._link.up)
    near.purge(key=key("a"))
    slow.delay_s = 0.0
    eventually(back(far))
    eventually(lambda: far.get(key("a"), JSON_CODEC) is None)
    assert ask(far, "b").tier is Tier.LOCAL  # and nothing else is lost


def test_a_wrong_password(tmp_path: Path, open_node: OpenNode, caplog: pytest.LogCaptureFixture) -> None:
    server = Valkey(tmp_path, "--save", "", "--requirepass", "right", port=free_port()).start()
    node = open_node(f"redis://:wrong@127.0.0.1:{server.port}")
    asked_in(node, "a", Outcome.OFFLINE, MACHINE_S)
    state = node.stats().redis
    assert not state.up
    assert "password" in state.reason.lower()
    assert "wrong@" not in state.where + caplog.text
    assert ask(open_node(f"redis://:right@127.0.0.1:{server.port}"), "a").outcome is Outcome.MISS
    server.stop()


def test_entries_vanish_at_any_moment(server: Valkey, open_node: OpenNode) -> None:
    nodes = [open_node(server, local_cache_mb=0) for _ in range(2)]
    done = threading.Event()

    def evict() -> None:
        client = server.client()
        while not done.is_set():
            client.flushall()

    evictor = threading.Thread(target=evict)
    evictor.start()
    wrong: list[object] = []

    def work(node: Cache) -> None:
        for number in range(150):
            found = ask(node, f"{number % 5}")
            if found.value != f"value {number % 5}" or found.outcome is Outcome.OFFLINE:
                wrong.append(found)

    workers = [threading.Thread(target=work, args=(node,)) for node in nodes * 2]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done.set()
    evictor.join()
    assert not wrong


# Entries that are not what they should be

ENTRY = Entry(b'"wrong"', JSON_CODEC.name, "test", time.time(), 10.0, 1000)
GOOD = seal(key("a"), ENTRY)


with patch("core.cache.envelope.SCHEMA", SCHEMA + 1):
    NEWER = seal(key("a"), ENTRY)


class Trap:
    sprung = False

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return spring, ()


def spring() -> None:
    Trap.sprung = True


FOREIGN = {
    "empty": b"",
    "truncated": GOOD[:-1],
    "header alone": GOOD[:100],
    "bit flipped in the payload": GOOD[:-3] + bytes([GOOD[-3] ^ 1]) + GOOD[-2:],
    "bit flipped in the header": GOOD[:60] + bytes([GOOD[60] ^ 1]) + GOOD[61:],
    "of another schema": NEWER,
    "of another key": seal(key("b"), ENTRY),
    "of another codec": seal(key("a"), replace(ENTRY, codec="wav/1")),
    "whole, but not what the codec writes": seal(key("a"), replace(ENTRY, payload=b"{not json")),
    "whole, but nested beyond reason": seal(key("a"), replace(ENTRY, payload=b"[" * 100_000)),
    "a pickle": pickle.dumps(Trap()),
    "plain json": b'"wrong"',
}


@pytest.mark.parametrize("planted", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_damaged_or_foreign_entry_is_a_miss_is_deleted_and_counted(
    server: Valkey, open_node: OpenNode, planted: bytes
) -> None:
    node, client = open_node(server), server.client()
    client.set(str(key("a")), planted)
    found = ask(node, "a")
    assert (found.value, found.outcome) == ("value a", Outcome.MISS)
    assert client.get(str(key("a"))) != planted
    assert ask(open_node(server), "a").outcome is Outcome.HIT
    assert node.stats().total.damaged == 1
    assert not Trap.sprung


@pytest.mark.parametrize("kind", ["list", "hash"])
def test_something_of_another_kind_under_a_key(server: Valkey, open_node: OpenNode, kind: str) -> None:
    node, client = open_node(server), server.client()
    if kind == "list":
        client.rpush(str(key("a")), "x")
    else:
        client.hset(str(key("a")), "x", "y")
    assert node.entries(Namespace.SEGMENT) == []
    assert node.stats().footprint[1].entries == 0
    assert ask(node, "a").outcome is Outcome.MISS
    assert ask(open_node(server), "a").outcome is Outcome.HIT


def test_nonsense_on_the_bus_is_passed_over(server: Valkey, open_node: OpenNode) -> None:
    one, other, client = open_node(server), open_node(server), server.client()
    ask(one, "a")
    ask(other, "a")
    for fields in (
        {"x": "y"},
        {"node": "n", "event": "exploded"},
        {"node": "n", "event": "changed", "key": "encore:segment:v1:../../etc"},
        {"node": "n", "event": "failed", "failure": "{"},
        {"node": b"\xff", "event": b"\xff"},
    ):
        client.xadd("encore:bus:v1", fields)  # type: ignore[arg-type]
    one.purge(key=key("a"))
    eventually(lambda: other.get(key("a"), JSON_CODEC) is None, within_s=1)


def test_a_private_server_that_dies_is_started_again_with_its_snapshot(open_node: OpenNode) -> None:
    from core.cache.cache import open_cache
    from core.settings import Settings

    with tempfile.TemporaryDirectory(prefix="encore-") as folder:
        node = open_cache(Settings(data_dir=Path(folder), REDIS_URL=None, local_cache_mb=0))  # type: ignore[call-arg]
        ask(node, "a")
        from redis import Redis

        client = Redis(unix_socket_path=f"{folder}/redis.sock")
        client.save()
        pid = client.info("server")["process_id"]
        import os
        import signal

        os.kill(pid, signal.SIGKILL)
        assert ask(node, "b").outcome is Outcome.OFFLINE
        eventually(back(node))
        assert ask(node, "a").tier is Tier.REDIS
        node.close()
