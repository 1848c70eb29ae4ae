import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.cache.valkey import Valkey


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="encore-") as folder:
        server = Valkey(Path(folder)).start()
        yield server
        server.stop()


@pytest.fixture
def redis_url(redis_server: Valkey) -> str:
    """The address of a real server with nothing in it."""
    redis_server.client().flushall()
    return redis_server.url
