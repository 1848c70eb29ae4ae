"""A studio of small engines that hum and count, and the app around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.cache.cache import open_cache
from core.engines.registry import Registry
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from core.studio import Studio
from tests.core.humming import HummingEngine, ListeningEngine

NOBODY = "redis://127.0.0.1:1/0"
"""An address where no Redis is: what the page shows then is part of what is tested."""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    speaking, listening = HummingEngine(), ListeningEngine()
    settings = Settings(data_dir=tmp_path, redis_url=NOBODY)
    studio = Studio(
        cache=open_cache(settings),
        synthesis=Registry({"humming": lambda: speaking}),
        recognition=Registry({"listening": lambda: listening}),
        library=VoiceLibrary(tmp_path / "voices"),
        settings=settings,
    )
    yield studio
    studio.close()


@pytest.fixture
def app(studio: Studio) -> FastAPI:
    from webui.app import build_app

    return build_app(studio)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
