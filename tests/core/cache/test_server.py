"""The private server, as a user's processes find it."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from core.cache.server import PrivateServer
from core.errors import StorageFailed
from tests.core.cache.conftest import eventually


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="encore-") as name:
        yield Path(name)


def client(server: PrivateServer) -> Redis:
    return Redis.from_url(server.url, protocol=3)


def running(server: PrivateServer) -> bool:
    with contextlib.suppress(RedisError):
        return bool(client(server).ping())
    return False


USER = """
import sys
from pathlib import Path
from core.cache.server import PrivateServer
server = PrivateServer(Path(sys.argv[1]), 32)
server.ensure()
print("ready", flush=True)
sys.stdin.readline()
server.release()
"""


def user(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_it_keeps_what_it_had_over_a_restart_and_leaves_no_process(folder: Path) -> None:
    server = PrivateServer(folder, 32)
    server.ensure()
    client(server).set("a", "b")
    pid = client(server).info("server")["process_id"]
    server.release()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    server.ensure()
    assert client(server).get("a") == b"b"
    server.release()
    server.release()


def test_it_is_limited_private_and_reachable_by_its_socket_alone(folder: Path) -> None:
    server = PrivateServer(folder, 32)
    server.ensure()
    settings = client(server).config_get("*")
    assert settings["maxmemory"] == str(32 * 2**20)
    assert settings["maxmemory-policy"] == "volatile-lfu"
    assert settings["port"] == "0"
    assert (folder / "redis.sock").stat().st_mode & 0o077 == 0
    server.release()


def test_processes_share_it_and_the_last_one_out_ends_it(folder: Path) -> None:
    first, second = user(folder), user(folder)
    server = PrivateServer(folder, 32)
    server.ensure()
    pid = client(server).info("server")["process_id"]
    first.communicate("\n", timeout=20)
    assert client(server).info("server")["process_id"] == pid
    server.release()
    assert running(server)
    second.communicate("\n", timeout=20)
    assert not running(server)


def test_killed_users_leave_no_server_behind_and_lose_nothing(folder: Path) -> None:
    first, second = user(folder), user(folder)
    server = PrivateServer(folder, 32)
    client(server).set("a", "b")
    for process in (first, second):
        process.kill()
        process.communicate()
    eventually(lambda: not running(server))
    server.ensure()
    assert client(server).get("a") == b"b"
    server.release()


def test_many_at_once_start_one(folder: Path) -> None:
    command = [sys.executable, "-c", USER, str(folder)]
    users = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.stdout.readline() for process in users if process.stdout] == ["ready\n"] * 4
    assert (folder / "server.log").read_text().count("Ready to accept connections") == 1
    for process in users:
        process.communicate("\n", timeout=20)
    assert not running(PrivateServer(folder, 32))


def test_the_terminals_signals_do_not_reach_it(folder: Path) -> None:
    server = PrivateServer(folder, 32)
    server.ensure()
    pid = client(server).info("server")["process_id"]
    assert os.getsid(pid) != os.getsid(0)
    server.release()


def test_a_server_that_died_is_started_again(folder: Path) -> None:
    server = PrivateServer(folder, 32)
    server.ensure()
    client(server).set("a", "b")
    client(server).save()
    os.kill(client(server).info("server")["process_id"], signal.SIGKILL)
    eventually(lambda: not running(server))
    time.sleep(0.6)  # the guardian looks twice a second
    server.ensure()
    assert client(server).get("a") == b"b"
    server.release()


@pytest.mark.parametrize("damage", ["truncated", "flipped", "junk", "empty"])
def test_a_damaged_snapshot_is_moved_aside(folder: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    server = PrivateServer(folder, 32)
    server.ensure()
    client(server).set("a", os.urandom(1000))
    server.release()
    good = (folder / "dump.rdb").read_bytes()
    middle = len(good) // 2
    bad = {
        "truncated": good[:-20],
        "flipped": good[:middle] + bytes([good[middle] ^ 255]) + good[middle + 1 :],
        "junk": b"junk" * 100,
        "empty": b"",
    }[damage]
    (folder / "dump.rdb").write_bytes(bad)
    server.ensure()
    assert client(server).dbsize() == 0
    assert (folder / "dump.damaged").read_bytes() == bad
    assert "damaged" in caplog.text
    server.release()


def test_a_long_path_gets_a_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    server = PrivateServer(deep, 32)
    server.ensure()
    client(server).set("a", "b")
    server.release()
    assert (deep / "dump.rdb").exists()
    place = Path(server.url.removeprefix("unix://")).parent
    assert place.stat().st_mode & 0o077 == 0
    place.chmod(0o755)
    with pytest.raises(StorageFailed, match="belongs to somebody else"):
        server.ensure()


def test_a_server_that_cannot_start_is_a_sentence(folder: Path) -> None:
    (folder / "file").write_text("")
    for place in (folder / "file" / "data", Path("/proc/encore")):
        with pytest.raises(StorageFailed) as raised:
            PrivateServer(place, 32).ensure()
        assert raised.value.code == "server.start"
