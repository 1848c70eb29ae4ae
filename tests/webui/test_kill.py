"""The server is killed in the middle of its work, and started again: what it leaves behind, and what comes after."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError

from core.cache.envelope import unseal
from core.cache.key import Key
from core.cache.locks import LOCK_S
from core.cache.server import PrivateServer
from tests.browser.conftest import child_environment, free_port

ROOT = Path(__file__).parents[2]
REQUESTS = 100
LINES = [f"Line number {number}." for number in range(REQUESTS)]


@contextlib.contextmanager
def node(folder: Path, name: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """``encore serve`` with an engine that takes a moment, on the data of ``folder``."""
    port = free_port()
    log = folder / name
    environment = child_environment(ENCORE_DATA_DIR=str(folder / "data"), HUM_S="0.1", ENCORE_MAX_WORK="200")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.engines.remote.node", "serve", "--api-only", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while b"is ready on" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(30)


def say(url: str, line: str) -> str | None:
    """The digest of how ``line`` sounds; None if there was no answer."""
    try:
        answer = httpx.post(
            f"{url}/v1/audio/speech", json={"input": line, "voice": "alto", "response_format": "wav"}, timeout=60
        )
    except httpx.HTTPError:
        return None
    assert answer.status_code == 200, answer.text
    return hashlib.sha256(answer.content).hexdigest()


def servers_of(data: Path) -> list[int]:
    """Process ids of the private servers of ``data`` and their guardians."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "valkey" in line and str(data) in line]


@pytest.mark.slow
def test_a_killed_server_leaves_nothing_broken_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"
    enough = threading.Semaphore(0)

    def counted(url: str, line: str) -> str | None:
        heard = say(url, line)
        enough.release()
        return heard

    with node(tmp_path, "first") as (url, process), ThreadPoolExecutor(REQUESTS) as clients:
        answers = [clients.submit(counted, url, line) for line in LINES]
        for _ in range(REQUESTS // 5):  # some were answered, the others are under way
            assert enough.acquire(timeout=60)
        os.kill(process.pid, signal.SIGKILL)
        killed = time.monotonic()
        before = [answer.result() for answer in answers]
    assert 0 < sum(heard is None for heard in before) < REQUESTS

    with node(tmp_path, "second") as (url, _):
        client = Redis.from_url(PrivateServer(data, 64).url)
        with ThreadPoolExecutor(8) as clients:
            after = list(clients.map(lambda line: say(url, line), LINES))
        assert None not in after
        assert all(heard in (None, now) for heard, now in zip(before, after, strict=True))
        stats = httpx.get(f"{url}/cache/stats").json()
        assert stats["redis"]["up"]
        assert stats["total"]["damaged"] == 0
        for name in client.scan_iter("encore:*"):
            key = Key.recognise(name)
            stored = client.get(name) if key else None
            if key and stored is not None:
                unseal(key, stored)  # raises for what is damaged
        time.sleep(max(0.0, killed + LOCK_S - time.monotonic()))
        assert not list(client.scan_iter("*:lock"))
        health = httpx.get(f"{url}/health").json()
        assert health["status"] == "ok"
        assert health["queue"] == 0
        log = (tmp_path / "second").read_text()
        assert not [line for line in log.splitlines() if line.startswith("{") and json.loads(line)["level"] == "error"]

    deadline = time.monotonic() + 30
    while servers_of(data) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert servers_of(data) == []
    with pytest.raises(RedisError):
        client.ping()
