"""A real browser, and the two apps it looks at: one around small humming engines, one as it is served to people."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from starlette.types import ASGIApp

from core.settings import child_environment
from core.studio import Studio
from tests.core.humming import HummingEngine, humming_studio
from tests.webui.several import several_studio

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
).split()
ROOT = Path(__file__).parents[2]
USUAL_MS = 20_000
"""Longest wait of an expectation, in milliseconds: a busy machine takes more than Playwright's five seconds."""
expect.set_options(timeout=USUAL_MS)


def chromium() -> str | None:
    """Where Chromium is; None without one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it. Without one the test is skipped on a laptop, and fails in CI.

    Closed with this package's last test: an open one keeps an event loop in the main thread, where others want theirs.
    """
    path = chromium()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs Chromium: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def patience(milliseconds: float) -> Iterator[None]:
    """Expectations wait this long."""
    expect.set_options(timeout=milliseconds)
    yield
    expect.set_options(timeout=USUAL_MS)


@dataclass
class Humming:
    """The app around the small engines."""

    url: str
    studio: Studio
    engine: HummingEngine


@pytest.fixture
def humming(tmp_path: Path, redis_url: str) -> Iterator[Humming]:
    with serving_here(humming_studio(tmp_path, redis_url)) as app:
        yield app


@pytest.fixture
def several(tmp_path: Path, redis_url: str) -> Iterator[Humming]:
    """With engines to choose from."""
    with serving_here(several_studio(tmp_path, redis_url)) as app:
        yield app


@contextmanager
def serving_here(
    studio: Studio, *, private: bool = True, behind: Callable[[ASGIApp], ASGIApp] = lambda app: app
) -> Iterator[Humming]:
    """The app on ``studio``, in this process, with what ``behind`` puts around it."""
    from webui.app import build_app

    speaking = studio.synthesis["humming"]
    port = free_port()
    app = behind(build_app(studio, private=private))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield Humming(f"http://127.0.0.1:{port}", studio, speaking)
    server.should_exit = True
    speaking.gate.set()
    thread.join(10)
    studio.close()


@dataclass
class Served:
    """The app as ``encore serve`` runs it."""

    url: str
    process: subprocess.Popen[str]
    log: Path


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Served]:
    """The real thing with the real models, on the empty data folder ``folder``."""
    port = free_port()
    log = folder / "log"
    # On a busy machine Redis is late, too, and working without it would be right, but is not what is tested here.
    environment = {"ENCORE_REDIS_TIMEOUT_S": "10", **environment}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "webui", "serve", "--port", str(port)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=child_environment(ENCORE_DATA_DIR=str(folder / "data"), **environment),
            text=True,
        )
    deadline = time.monotonic() + 120
    while "is ready on" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    try:
        yield Served(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def served(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One node with a private Redis server."""
    with serving(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages that have to stay quiet: no error in the console, no request to another host."""
    troubles: list[str] = []
    contexts = []

    def open_page(
        url: str,
        *,
        width: int = 1440,
        height: int = 900,
        enter: Callable[[Page], None] = lambda page: None,
        **options: object,
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **({"locale": "en-US"} | options))
        contexts.append(context)
        page = context.new_page()

        def only_here(request: Request) -> None:
            if not request.url.startswith((url, "data:", "blob:")):
                troubles.append(f"asked {request.url}")

        context.on("request", only_here)
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(url)
        enter(page)
        page.wait_for_selector(".e-header")
        page.wait_for_selector("#script textarea:enabled")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
