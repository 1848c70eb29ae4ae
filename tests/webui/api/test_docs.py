"""The page that describes the routes, and the description itself."""

import re

from fastapi.testclient import TestClient


def test_the_page_asks_nobody_else(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"(?:https?:)?//[\w.-]+\.\w", page.text)
    own = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert all(client.get(path).status_code == 200 for path in own if not path.startswith("data:"))
    assert sum(path.startswith("/docs/assets/") for path in own) == 2


def test_every_route_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    paths = {path for path in described["paths"] if path != "/metrics"}
    assert paths == {
        "/v1/audio/speech",
        "/v1/audio/transcriptions",
        "/v1/audio/voices",
        "/v1/models",
        "/tts",
        "/api/transcribe",
        "/audio/{clip_id}",
        "/cache/stats",
        "/health",
    }
    for path in paths:
        for operation in described["paths"][path].values():
            assert operation["summary"]
            assert operation["description"]
            assert "200" in operation["responses"]


def test_what_no_route_takes_is_told_in_the_same_shape(client: TestClient) -> None:
    nothing = client.get("/v1/nothing")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "api.path")
    wrong = client.get("/tts")
    assert (wrong.status_code, wrong.json()["error"]["code"], wrong.headers["allow"]) == (405, "api.method", "POST")


def test_the_figures_of_the_cache_are_those_of_the_command(client: TestClient, studio: object) -> None:
    told = client.get("/cache/stats").json()
    assert told["redis"]["up"] is False
    assert told.keys() == studio.cache.stats().as_json().keys()
