"""No other site asks in a visitor's name, and no foreign name leads here."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from webui.gate.origins import HEADERS, OwnOrigin, SecurityHeaders


def client_of(**how: object) -> TestClient:
    app = FastAPI()
    app.api_route("/", methods=["GET", "POST", "OPTIONS"])(lambda: "in")
    return TestClient(SecurityHeaders(OwnOrigin(app, **how)), base_url="http://127.0.0.1:7860")


def test_every_answer_says_what_browsers_may_do_with_it() -> None:
    for asked in ({}, {"Origin": "https://evil.example"}):
        answer = client_of().get("/", headers=asked)
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert "frame-ancestors 'none'" in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:7860"},
        {"Host": "studio.example", "Origin": "https://studio.example"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_asks_for_themselves_may(method: str, headers: dict[str, str]) -> None:
    assert client_of().request(method, "/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:7861"},
        {"Origin": "http://localhost:7860"},
        {"Origin": "http://127.0.0.1:7860.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_who_was_made_to_ask_by_another_site_may_not(headers: dict[str, str]) -> None:
    answer = client_of().post("/", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "access.origin"
    assert "access-control-allow-origin" not in answer.headers


def test_nor_may_a_foreign_script_read_or_ask_whether_it_may() -> None:
    foreign = {"Origin": "https://evil.example"}
    assert client_of().get("/", headers=foreign).status_code == 403
    assert client_of().options("/", headers=foreign | {"Access-Control-Request-Method": "POST"}).status_code == 403


def test_a_link_from_elsewhere_may_lead_here() -> None:
    assert client_of().get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_named_origins_may_ask() -> None:
    client = client_of(allowed=["https://Studio.example/"])
    assert client.post("/", headers={"Origin": "https://studio.example"}).status_code == 200
    assert client.post("/", headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860", "192.168.1.5:80", "my.name"]
)
def test_our_own_names(host: str) -> None:
    assert client_of(hosts=["my.name"]).get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil", "", "["]
)
def test_a_foreign_name_that_leads_here(host: str) -> None:
    answer = client_of(hosts=[]).get("/", headers={"Host": host})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "access.host"
    assert host == "[" or client_of().get("/", headers={"Host": host}).status_code == 200
