import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.cache.cache import Cache
from core.settings import Settings
from tests.core.cache.valkey import Valkey

OpenNode = Callable[..., Cache]


@pytest.fixture
def server(redis_server: Valkey) -> Valkey:
    """An empty server that a test may fill, but must leave well."""
    redis_server.client().flushall()
    return redis_server


@pytest.fixture
def own_server() -> Iterator[Valkey]:
    """A server for this test alone, to do anything to."""
    with tempfile.TemporaryDirectory(prefix="encore-") as folder:
        server = Valkey(Path(folder)).start()
        yield server
        server.stop()


@pytest.fixture
def open_node(tmp_path: Path) -> Iterator[OpenNode]:
    """Opens caches as separate nodes would; they are closed after the test."""
    nodes: list[Cache] = []

    def open_one(where: Valkey | str, **settings: object) -> Cache:
        url = where if isinstance(where, str) else where.url
        node = Cache(Settings(data_dir=tmp_path, **settings), url)  # type: ignore[arg-type]
        nodes.append(node)
        node.settle(5)
        return node

    yield open_one
    for node in nodes:
        node.close()


def eventually(check: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait until ``check`` holds; what happens in the background has no fixed time."""
    end = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.01)
