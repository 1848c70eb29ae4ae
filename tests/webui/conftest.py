"""A studio of small engines that hum and count, and the app around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.studio import Studio
from tests.core.humming import humming_studio

NOBODY = "redis://127.0.0.1:1/0"
"""An address where no Redis is: what the page shows then is part of what is tested."""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = humming_studio(tmp_path, NOBODY)
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
