"""What lets somebody in stands in no log, no answer, and nothing that is shown of the settings."""

import base64
import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.cache.cache import open_cache
from core.engines.registry import recognition_engines, synthesis_engines
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from core.studio import Studio
from webui.api.app import build_api
from webui.gate.credentials import Credentials, key_hash
from webui.gate.middleware import around
from webui.server import _guard

REDIS, REMOTE_KEY, REMOTE_LOGIN, KEY, PASSWORD, WRONG = SECRETS = (
    "hunter2redis",
    "hunter2remote",
    "hunter2login",
    "encore-hunter2key",
    "hunter2password",
    "hunter2wrong",
)


def test_no_secret_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(
        data_dir=tmp_path,
        redis_url=f"redis://user:{REDIS}@127.0.0.1:1/0",
        remote_urls=f"http://user:{REMOTE_LOGIN}@127.0.0.1:1",
        remote_key=REMOTE_KEY,
    )
    told = [repr(settings), str(settings)]
    studio = Studio(
        cache=open_cache(settings),
        synthesis=synthesis_engines(settings).preferring("remote"),
        recognition=recognition_engines(settings),
        library=VoiceLibrary(tmp_path / "voices"),
        settings=settings,
    )
    credentials = Credentials.of(settings, [f"ann:{PASSWORD}"])
    credentials.keys.add("ci", key_hash(KEY))
    client = TestClient(around(build_api(studio), _guard(studio, credentials, private=False, pages=True)))
    for login in (f"Bearer {KEY}", f"Bearer {WRONG}", basic(f"ann:{PASSWORD}"), basic(f"ann:{WRONG}")):
        asked = {"headers": {"Authorization": login}}
        speech = {"input": "Hello.", "voice": "alto", "model": "remote"}
        for answer in (
            client.get("/health", **asked),
            client.get("/cache/stats", **asked),
            client.get("/metrics", **asked),
            client.get("/openapi.json", **asked),
            client.post("/v1/audio/speech", json=speech, **asked),
            client.post("/login", data={"name": "ann", "password": WRONG}),
        ):
            told += [answer.text, str(dict(answer.headers))]
    told.append(client.post("/login", data={"name": "ann", "password": PASSWORD}).text)
    studio.close()
    out, err = capfd.readouterr()
    everything = "\n".join([*told, caplog.text, out, err])
    assert "127.0.0.1:1" in everything  # it was told where Redis should be, and that it is not
    assert [secret for secret in SECRETS if secret in everything] == []


def basic(login: str) -> str:
    return "Basic " + base64.b64encode(login.encode()).decode()
