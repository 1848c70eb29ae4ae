"""The API alone around a studio of humming engines, in memory and on a real port."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from core.studio import Studio
from tests.core.humming import HummingEngine, ListeningEngine
from webui.api.app import build_api

REFERENCE = (Path(__file__).parents[2] / "data" / "reference.ogg").read_bytes()
REF_AUDIO = "data:audio/ogg;base64," + base64.b64encode(REFERENCE).decode()


@pytest.fixture
def app(studio: Studio) -> FastAPI:
    return build_api(studio)


@pytest.fixture
def engine(studio: Studio) -> HummingEngine:
    return studio.synthesis["humming"]


@pytest.fixture
def listener(studio: Studio) -> ListeningEngine:
    return studio.recognition["listening"]


@pytest.fixture
def url(app: FastAPI, engine: HummingEngine) -> Iterator[str]:
    """The app on a real port: the test client has no half-finished answers and never goes away."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    engine.gate.set()
    server.should_exit = True
    thread.join(10)


class Turnstile:
    """Lets so many through, and the others, after ``then``, once it is open."""

    def __init__(self, first: int) -> None:
        self._left = first
        self.reached = threading.Event()
        self.open = threading.Event()
        self.then: Callable[[], None] = lambda: None

    def wait(self, _timeout: float) -> None:
        self._left -= 1
        if self._left < 0:
            self.reached.set()
            self.open.wait(30)
            self.then()

    def set(self) -> None:
        self.open.set()


def refused(response: httpx.Response, status: int, code: str) -> str:
    """The sentence of a refusal."""
    assert response.status_code == status
    error = response.json()["error"]
    assert error["code"] == code
    assert error["type"] == ("invalid_request_error" if status < 500 else "server_error")
    assert "Traceback" not in error["message"]
    return error["message"]
