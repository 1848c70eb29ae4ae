"""The contract over HTTP: an Encore that speaks through another one."""

import threading
from collections.abc import Iterator

import pytest
import uvicorn

from core.engines.remote.engine import RemoteEngine
from core.progress import Progress
from core.settings import Settings
from tests.core.engines.contract import Speaking, SynthesisContract
from tests.core.humming import humming_studio
from tests.core.speakers.test_reference import speechlike
from webui.server import app_on

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a live server."""
    studio = humming_studio(tmp_path_factory.mktemp("node"), NOBODY)
    server = uvicorn.Server(
        uvicorn.Config(app_on(studio, private=True, api_only=True), port=0, log_level="warning", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    studio.close()


@pytest.fixture(scope="module")
def subject(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speaking]:
    data = tmp_path_factory.mktemp("data")
    engine = RemoteEngine(Settings(data_dir=data, remote_urls=node))
    profile = engine.enroll(speechlike(4.0), "What it says.", Progress())
    yield Speaking(
        engine=engine,
        fresh=lambda: RemoteEngine(Settings(data_dir=data, remote_urls=node)),
        absent=lambda folder: RemoteEngine(Settings(data_dir=folder, remote_urls="")),
        opens="core.engines.remote.engine.Client",
        profile=engine.stock_profile("alto"),
        enrolled=profile,
    )
    engine.unload()


class TestRemote(SynthesisContract):
    """Through a live server."""
