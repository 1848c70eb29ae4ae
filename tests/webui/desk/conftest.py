"""The desk over HTTP on a studio that hums, without the page, and with people who are let in by name."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from core.studio import Studio
from tests.core.humming import HummingEngine, humming_studio
from webui.api.app import api_on
from webui.api.audio import ClipStore
from webui.desk.desk import Desk
from webui.desk.routes import desk_routes
from webui.gate.access import Caller
from webui.gate.consent import Consents
from webui.gate.house import House, Reception
from webui.gate.limits import RateLimit

NOWHERE = "redis://127.0.0.1:1/0"
Json = dict[str, Any]


class Named:
    """ASGI middleware: whoever says a name in a header is that user."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            name = dict(scope["headers"]).get(b"x-name", b"").decode()
            scope.setdefault("state", {})["caller"] = Caller(name, "user" if name else "here")
        await self._app(scope, receive, send)


@dataclass
class Page:
    """A page that has a project open."""

    client: TestClient
    whole: Json

    @property
    def path(self) -> str:
        return f"/desk/projects/{self.whole['id']}"

    def post(self, name: str, body: Json | None = None, status: int = 200) -> Json:
        answer = self.client.post(f"{self.path}/{name}", json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else {}

    def see(self) -> Json:
        self.whole = self.client.get(self.path).json()
        return self.whole

    def edit(self, *edits: Json, status: int = 200) -> Json:
        told = self.post("edit", {"edits": list(edits), "revision": self.whole["revision"]}, status)
        self.whole["revision"] = told.get("revision", self.whole["revision"])
        return told

    def write(self, *texts: str) -> list[str]:
        """Append lines; their ids."""
        told = self.edit({"op": "insert", "lines": [{"text": text} for text in texts]})
        return list(told["changed"]["lines"]["order"])

    def until(self, done: Callable[[Json], object]) -> Json:
        for _ in range(200):
            if done(self.see()):
                return self.whole
            time.sleep(0.02)
        raise AssertionError(json.dumps(self.whole)[:3000])

    def rendered(self) -> Json:
        return self.until(lambda whole: not whole["rendering"]["running"])


@dataclass
class Site:
    """A server with a desk."""

    studio: Studio
    desk: Desk
    clips: ClipStore
    app: ASGIApp

    def client(self, name: str = "") -> TestClient:
        return TestClient(self.app, headers={"X-Name": name} if name else {})

    def page(self, name: str = "", **wanted: object) -> Page:
        client = self.client(name)
        answer = client.post("/desk/projects", json=wanted)
        assert answer.status_code == 201, answer.text
        return Page(client, answer.json())

    @property
    def engine(self) -> HummingEngine:
        engine = self.studio.synthesis["humming"]
        assert isinstance(engine, HummingEngine)
        return engine


def site_in(folder: Path, *, limit: str = "", max_work: int = 8, private: bool = False) -> Site:
    studio = humming_studio(folder, NOWHERE)
    clips = ClipStore()
    desk = Desk(studio, clips, private=private)
    app = api_on(studio, clips)
    app.include_router(desk_routes(desk))
    house = House(RateLimit(limit, "work"), max_work=max_work, consents=Consents(folder / "consents", private=private))
    return Site(studio, desk, clips, Named(Reception(app, house)))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = site_in(tmp_path)
    yield site
    site.desk.close()
    site.studio.close()


@pytest.fixture
def page(site: Site) -> Page:
    return site.page()
