"""What all tests share: none of them touches the user's files or Redis, and all find the models in one way."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.models.fetch import missing
from core.models.manifest import manifest
from core.settings import settings
from tests.core.cache.valkey import Valkey

SHARED = Path(__file__).parents[2] / "shared"
"""Recordings that may lie beside the repository."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-models", action="store_true", help="Fail, instead of skipping, tests whose models are missing."
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: of tests that run side by side, a long one must not be left over at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Saved voices and snapshots go to a folder of this run, and no Redis of the user's is used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENCORE_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.delenv("REDIS_URL", raising=False)
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def models(pytestconfig: pytest.Config) -> Path:
    """The folder with the real models. Without them the test is skipped on a laptop, and fails where they are due."""
    folder = settings().models_dir
    if absent := missing(manifest(), folder):
        sentence = f"needs the models {', '.join(absent)}: run “encore models fetch”"
        if pytestconfig.getoption("--require-models") or os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return folder


@pytest.fixture(scope="session")
def shared_voices() -> Path:
    """Recordings of real speakers, one folder each; skips where they are not beside the repository."""
    folder = SHARED / "data" / "voices"
    if not folder.is_dir():
        pytest.skip("no recordings beside the repository")
    return folder


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
