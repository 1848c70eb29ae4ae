"""Nothing is served without a login once one is asked for, and what is served knows who asks."""

import base64
import re
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

import webui.gate.access
from core.settings import Settings
from webui.gate.access import caller_of
from webui.gate.credentials import Credentials, key_hash, new_key, password_hash
from webui.gate.house import House
from webui.gate.limits import RateLimit
from webui.gate.login import Login, signing_secret
from webui.gate.middleware import Guard, around

USERS = ["ann:secret", "李:密码:with:colons"]
KEY = new_key()
PAGE = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.gate.credentials._N", 2**10)


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    credentials = Credentials.of(Settings(data_dir=tmp_path), USERS)
    credentials.keys.add("ci", key_hash(KEY))
    return credentials


def client_of(credentials: Credentials, folder: Path, *, failures: str = "100/minute") -> TestClient:
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    def who(request: Request) -> str:
        caller = caller_of(request.scope)
        return f"{caller.kind} {caller.name}"

    house = House(RateLimit("", "work"), max_work=1)
    guard = Guard(credentials, RateLimit(failures, "login"), house, Login(signing_secret(folder)))
    return TestClient(around(app, guard), follow_redirects=False)


@pytest.fixture
def client(credentials: Credentials, tmp_path: Path) -> TestClient:
    return client_of(credentials, tmp_path)


def login(user: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}


def test_where_no_login_is_asked_for_everybody_is_here(tmp_path: Path) -> None:
    credentials = Credentials.of(Settings(data_dir=tmp_path))
    client = client_of(credentials, tmp_path)
    assert client.get("/").json() == "here "
    # From the first key on it is asked for, and still is when the file has gone.
    credentials.keys.add("ci", key_hash(KEY))
    assert client.get("/").status_code == 401
    credentials.keys.remove("ci")
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("user", USERS)
def test_the_right_name_and_password(client: TestClient, user: str) -> None:
    assert client.get("/", headers=login(user)).json() == f"user {user.partition(':')[0]}"


def test_a_key(client: TestClient) -> None:
    assert client.get("/", headers={"Authorization": f"Bearer {KEY}"}).json() == "key ci"
    assert client.get("/", headers=login(f"ci:{KEY}")).json() == "key ci"


@pytest.mark.parametrize("user", ["ann:wrong", "ann:", "ann", ":secret", "", "ann:secret2", "bob:secret"])
def test_any_other_name_or_password(client: TestClient, user: str) -> None:
    answer = client.get("/", headers=login(user))
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "access.needed"
    assert "Basic" in answer.headers["www-authenticate"]


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer abc", "Bearer ", "Basic \xff", "Digest x"])
def test_headers_that_are_none(client: TestClient, header: str) -> None:
    assert client.get("/", headers={"Authorization": header.encode("latin-1")}).status_code == 401


def test_wrong_logins_are_few_from_one_address(credentials: Credentials, tmp_path: Path) -> None:
    client = client_of(credentials, tmp_path, failures="3/minute")
    client.get("/", headers=login(USERS[0]))
    tried = [client.get("/", headers=login(f"ann:{n}")).status_code for n in range(5)]
    assert tried == [401, 401, 401, 429, 429]
    assert int(client.get("/", headers=login("ann:5")).headers["retry-after"]) > 0
    # Who is in already stays in, and keys are not to be guessed.
    assert client.get("/", headers=login(USERS[0])).status_code == 200
    assert client.get("/", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200


def test_a_right_password_is_hashed_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/", headers=login(USERS[0])).status_code == 200
    monkeypatch.setattr("webui.gate.credentials._matches", lambda *_: pytest.fail("hashed again"))
    assert client.get("/", headers=login(USERS[0])).status_code == 200


def test_a_browser_is_shown_where_to_log_in(client: TestClient) -> None:
    sent = client.get("/?tab=1", headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2F%3Ftab%3D1")
    page = client.get(sent.headers["location"], headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert page.status_code == 200
    assert 'lang="zh"' in page.text
    assert "登录" in page.text
    assert not re.search(r"\{[a-z]+\}", page.text)
    # What the page's own scripts ask is refused without the browser's window for passwords.
    refused = client.get("/gradio_api/queue/data", headers={"Sec-Fetch-Mode": "cors"})
    assert (refused.status_code, "Basic" in refused.headers["www-authenticate"]) == (401, False)


def test_logging_in_and_out(client: TestClient) -> None:
    wrong = client.post("/login", data={"name": "ann", "password": "no"})
    assert wrong.status_code == 401
    assert "do not go together" in wrong.text
    entered = client.post("/login?next=/%3Ftab%3D1", data={"name": "ann", "password": "secret"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/?tab=1")
    assert all(word in entered.headers["set-cookie"] for word in ("HttpOnly", "SameSite=lax"))
    assert client.get("/").json() == "user ann"
    assert client.get("/logout").status_code == 303
    assert client.get("/").json() == "user ann"  # a link cannot log anybody out
    client.post("/logout")
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y"])
def test_nobody_is_sent_on_to_another_site(client: TestClient, target: str) -> None:
    sent = client.post("/login", params={"next": target}, data={"name": "ann", "password": "secret"})
    assert sent.headers["location"] == "/"


def test_a_cookie_holds_as_long_as_its_password(credentials: Credentials, tmp_path: Path) -> None:
    credentials.users.add("bob", password_hash("bobs password"))
    client = client_of(credentials, tmp_path)
    client.post("/login", data={"name": "bob", "password": "bobs password"})
    again = client_of(credentials, tmp_path)  # as after a restart
    again.cookies = client.cookies
    assert again.get("/").json() == "user bob"
    credentials.users.remove("bob")
    assert again.get("/").status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "bm90.a.cookie", "WyJhbm4iLCJ4Il0.aaaa.bbbb"])
def test_a_forged_cookie_is_none(client: TestClient, cookie: str) -> None:
    assert client.get("/", headers={"Cookie": f"{webui.gate.access.COOKIE}={cookie}"}).status_code == 401


def test_a_form_that_never_ends_is_not_read(client: TestClient) -> None:
    assert client.post("/login", data={"name": "ann", "password": "x" * 10_000}).status_code == 401
    assert client.post("/login", content=b"&" * 4000).status_code == 401
