"""What is served, and to whom."""

import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import webui.server
from core.engines.registry import synthesis_engines
from core.errors import EncoreError, InvalidInput
from core.settings import Settings
from core.studio import Studio
from tests.webui.conftest import NOBODY
from webui.gate.credentials import Credentials, key_hash, new_key
from webui.server import app_on, only_here

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("host", "share", "login", "private"),
    [
        ("127.0.0.1", False, False, True),
        ("127.8.9.1", False, False, True),
        ("::1", False, False, True),
        ("localhost", False, False, True),
        ("0.0.0.0", False, False, False),
        ("studio.example", False, False, False),
        ("127.0.0.1", True, False, False),
        ("127.0.0.1", False, True, False),
    ],
)
def test_the_page_is_private_only_where_nobody_else_comes(host: str, share: bool, login: bool, private: bool) -> None:
    assert only_here(host, share, login) is private


def test_the_api_alone_needs_no_gradio_and_has_no_page(studio: Studio) -> None:
    code = (
        "import sys; from pathlib import Path; from fastapi.testclient import TestClient\n"
        "from tests.core.humming import humming_studio; from webui.server import app_on\n"
        "studio = humming_studio(Path(sys.argv[1]), 'redis://127.0.0.1:1/0')\n"
        "client = TestClient(app_on(studio, private=True, api_only=True))\n"
        "assert client.get('/health').status_code == 200 and client.get('/').status_code == 404\n"
        "assert 'gradio' not in sys.modules\n"
    )
    command = [sys.executable, "-c", code, str(studio.settings.data_dir)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


def test_a_page_without_gradio_is_a_sentence(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(InvalidInput, match="--api-only"):
        app_on(studio, private=True, api_only=False)


def test_the_page_has_the_api_beside_it(client: TestClient) -> None:
    assert client.get("/v1/models").json()["data"][0]["id"] == "humming"


@pytest.mark.parametrize(
    ("options", "code"),
    [({"engine": "nothing"}, "request.engine"), ({"remote": ["gpu:8000"]}, "remote.urls")],
)
def test_what_cannot_be_served_is_told_and_the_address_let_go(
    options: dict, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(webui.server, "settings", lambda: Settings(data_dir=tmp_path, redis_url=NOBODY))
    monkeypatch.setattr(webui.server.signal, "signal", lambda *_: None)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(InvalidInput) as told:
        webui.server.serve("127.0.0.1", port, False, [], **options)
    assert told.value.code == code
    socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize(("host", "share"), [("0.0.0.0", False), ("::", False), ("127.0.0.1", True)])
def test_nobody_is_let_in_from_elsewhere_by_oversight(
    host: str, share: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(webui.server, "settings", lambda: Settings(data_dir=tmp_path, redis_url=NOBODY))
    with pytest.raises(InvalidInput) as told:
        webui.server.serve(host, 1, share, [])
    assert told.value.code == "serve.open"
    for allowed in ({"auth": ["ann:secret"]}, {"auth": [], "open_to_all": True}):
        with pytest.raises(EncoreError) as told:  # comes as far as the address, which nobody may have
            webui.server.serve("999.0.0.1", 1, share, **allowed)
        assert told.value.code == "serve.address"
    Credentials.of(webui.server.settings()).keys.add("ci", key_hash(new_key()))
    with pytest.raises(EncoreError) as told:
        webui.server.serve("999.0.0.1", 1, share, [])
    assert told.value.code == "serve.address"


def test_the_servers_that_are_named_are_the_default() -> None:
    registry = synthesis_engines(Settings(remote_urls="http://gpu:8000"))
    assert registry.preferring("remote").names[0] == "remote"
    assert sorted(registry.preferring("remote").names) == sorted(registry.names)
    with pytest.raises(InvalidInput):
        registry.preferring("nothing")
