"""Servers that do what a test says, and engines that ask them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engines.base import Utterance
from core.engines.remote.engine import RemoteEngine
from core.progress import Progress
from core.settings import Settings
from core.speakers.profile import SpeakerProfile
from tests.core.engines.remote.scripted import Scripted
from tests.core.humming import hum

HELLO = Utterance("Hello there.", "en")

MakeEngine = Callable[..., RemoteEngine]


@pytest.fixture
def servers() -> Iterator[Callable[..., Scripted]]:
    started: list[Scripted] = []

    def start(port: int = 0) -> Scripted:
        started.append(Scripted(port))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(servers: Callable[..., Scripted]) -> Scripted:
    return servers()


@pytest.fixture
def engine_of(tmp_path: Path) -> Iterator[MakeEngine]:
    """An engine for servers, or addresses."""
    made: list[RemoteEngine] = []

    def make(*servers: Scripted | str, **options: object) -> RemoteEngine:
        urls = ",".join(each if isinstance(each, str) else each.url for each in servers)
        made.append(RemoteEngine(Settings(data_dir=tmp_path, remote_urls=urls, **options)))
        return made[-1]

    yield make
    for engine in made:
        engine.unload()


@pytest.fixture
def profile() -> SpeakerProfile:
    clip = hum("a voice", seconds=1.0)
    return RemoteEngine(Settings()).enroll(clip, "What it says.", Progress())
