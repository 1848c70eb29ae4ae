"""Nothing is served without a name and a password, once they are asked for."""

import base64

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.errors import InvalidInput
from webui.auth import RequireLogin

USERS = ["ann:secret", "李:密码:with:colons"]


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.get("/")(lambda: "in")
    return TestClient(RequireLogin(app, USERS))


def login(user: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}


@pytest.mark.parametrize("user", USERS)
def test_the_right_name_and_password(client: TestClient, user: str) -> None:
    assert client.get("/", headers=login(user)).json() == "in"


@pytest.mark.parametrize("user", ["ann:wrong", "ann:", "ann", ":secret", "", "ann:secret2", "bob:secret"])
def test_anything_else(client: TestClient, user: str) -> None:
    answer = client.get("/", headers=login(user))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer abc", "Basic \xff"])
def test_headers_that_are_none(client: TestClient, header: str) -> None:
    assert client.get("/", headers={"Authorization": header.encode("latin-1")}).status_code == 401


@pytest.mark.parametrize("user", ["", "ann", "ann:", ":secret", ":"])
def test_a_login_that_cannot_be_meant(user: str) -> None:
    with pytest.raises(InvalidInput, match="USER:PASS"):
        RequireLogin(FastAPI(), [user])
