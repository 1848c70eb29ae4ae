"""Addresses, and what lies behind them: one server, Sentinel, Cluster."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from core.cache.cache import Cache
from core.cache.connect import check_url, public
from core.cache.key import Key, Namespace, key_for
from core.cache.outcome import Outcome, Tier
from core.cache.server import find_binary
from core.errors import InvalidInput
from tests.core.cache.conftest import OpenNode, eventually
from tests.core.cache.json_codec import JsonCodec
from tests.core.cache.valkey import Valkey, free_port


def key(name: str) -> Key:
    return key_for(Namespace.SEGMENT, {"name": name})


def ask(node: Cache, name: str) -> tuple[Outcome, Tier | None]:
    found = node.get_or_compute(key(name), JsonCodec(), lambda: f"value {name}", engine="test", recipe={"name": name})
    assert found.value == f"value {name}"
    return found.outcome, found.tier


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://user:secret@localhost:6380/2",
        "rediss://:secret@example.org:6380/0?ssl_ca_certs=/ca.pem",
        "unix:///run/redis.sock?db=1",
        "redis+sentinel://:secret@one:26379,two:26380,three/mymaster/1",
        "rediss+sentinel://one/mymaster",
        "redis+cluster://user:secret@one:7000,two:7001",
        "rediss+cluster://[::1]:7000",
    ],
)
def test_addresses(url: str) -> None:
    check_url(url)
    assert "secret" not in public(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://localhost",
        "redis://localhost:notaport",
        "redis+ring://localhost",
        "redis+sentinel://one:26379",
        "redis+sentinel:///mymaster",
        "redis+cluster://",
        "redis+cluster://one:99999",
        "unix+cluster://one",
    ],
)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_url(url)
    assert raised.value.code == "redis.url"


class Group:
    """Several servers on TCP ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers: list[Valkey] = []

    def start(self, name: str, *options: str) -> Valkey:
        place = self.folder / name
        place.mkdir()
        server = Valkey(place, "--save", "", *options, port=free_port()).start()
        self.servers.append(server)
        return server

    def sentinel(self, configuration: str) -> int:
        place = self.folder / "sentinel"
        place.mkdir()
        port = free_port()
        (place / "conf").write_text(f"port {port}\ndir {place}\n{configuration}")
        server = Valkey(place, port=port)
        server.process = subprocess.Popen(
            [str(find_binary()), str(place / "conf"), "--sentinel"], stdout=subprocess.DEVNULL
        )
        self.servers.append(server)
        eventually(lambda: _answers(port))
        return port


def _answers(port: int) -> bool:
    try:
        return bool(Redis(port=port).ping())
    except RedisError:
        return False


@pytest.fixture
def group() -> Iterator[Group]:
    with tempfile.TemporaryDirectory(prefix="encore-") as folder:
        servers = Group(Path(folder))
        yield servers
        for server in servers.servers:
            server.stop()


def works(one: Cache, other: Cache) -> None:
    """Everything that touches Redis."""
    names = [f"{number}" for number in range(30)]
    assert {ask(one, name)[0] for name in names} == {Outcome.MISS}
    assert {ask(other, name) for name in names} == {(Outcome.HIT, Tier.REDIS)}
    one.purge(key=key("0"))
    eventually(lambda: other.get(key("0"), JsonCodec()) is None)
    other.stats()
    stats = one.stats()
    assert stats.total.misses == stats.total.hits_redis == 30
    assert stats.footprint[1].entries == 29
    assert stats.redis.memory > 0
    assert len(one.entries(Namespace.SEGMENT, 100)) == 29
    assert len(one.popular(100)) == 29
    assert sum(part.counts.misses for minute in one.minutes(2) for part in minute.activity) == 30
    assert one.purge(namespace=Namespace.SEGMENT) == 29
    eventually(lambda: other.get(key("5"), JsonCodec()) is None)


@pytest.mark.slow
def test_sentinel_names_the_master_and_a_failover_is_survived(group: Group, open_node: OpenNode) -> None:
    master = group.start("master")
    replica = group.start("replica", "--replicaof", f"127.0.0.1 {master.port}", "--repl-diskless-sync-delay", "0")
    port = group.sentinel(
        f"sentinel monitor encore 127.0.0.1 {master.port} 1\n"
        "sentinel down-after-milliseconds encore 500\n"
        "sentinel failover-timeout encore 3000\n"
    )
    url = f"redis+sentinel://127.0.0.1:{port}/encore"
    one, other = open_node(url), open_node(url)
    works(one, other)
    ask(one, "kept")
    eventually(lambda: replica.client().exists(str(key("kept"))), within_s=15)
    eventually(lambda: Redis(port=port).sentinel_master("encore")["num-slaves"] == 1, within_s=15)
    master.kill()
    assert ask(one, "meanwhile")[0] in (Outcome.OFFLINE, Outcome.MISS)
    eventually(lambda: one.stats().redis.up and replica.client().role()[0] == b"master", within_s=20)
    eventually(lambda: open_node(url, local_cache_mb=0).get(key("kept"), JsonCodec()) is not None, within_s=10)
    eventually(lambda: ask(one, f"after {time.monotonic()}")[0] is Outcome.MISS, within_s=10)


@pytest.mark.slow
def test_a_cluster_serves_from_all_its_nodes(group: Group, open_node: OpenNode) -> None:
    servers = [group.start(f"{number}", "--cluster-enabled", "yes") for number in range(3)]
    step = 16_384 // 3 + 1
    for number, server in enumerate(servers):
        server.client().execute_command("CLUSTER", "ADDSLOTSRANGE", number * step, min(16_383, (number + 1) * step - 1))
        server.client().execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        server.client().execute_command("CLUSTER", "MEET", "127.0.0.1", servers[0].port)
    eventually(
        lambda: all(
            {b"cluster_state:ok", b"cluster_known_nodes:3"}
            <= set(server.client().execute_command("CLUSTER", "INFO").splitlines())
            for server in servers
        ),
        within_s=15,
    )
    url = f"redis+cluster://127.0.0.1:{servers[0].port},127.0.0.1:{servers[1].port}"
    one, other = open_node(url), open_node(url)
    works(one, other)
    for number in range(30):
        ask(one, f"spread {number}")
    assert all(any(name.startswith(b"encore:segment") for name in server.client().keys("*")) for server in servers)


def test_a_cluster_that_is_down_is_survived(group: Group, open_node: OpenNode) -> None:
    node = open_node(f"redis+cluster://127.0.0.1:{free_port()},127.0.0.1:{free_port()}")
    assert ask(node, "a")[0] is Outcome.OFFLINE
    assert not node.stats().redis.up
