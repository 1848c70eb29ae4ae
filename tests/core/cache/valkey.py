"""A real server for tests, to be stopped, hung, filled and restarted at will."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from core.cache.server import find_binary


class Valkey:
    """One server process in ``folder``, on a socket there, or on a TCP port of this machine."""

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.options = list(options)
        self.socket = folder / "s"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.socket}"

    def start(self, *, wait: bool = True) -> "Valkey":
        command = [str(find_binary()), *self.options, "--dir", str(self.folder), "--port", str(self.port)]
        if not self.port:
            command += ["--unixsocket", str(self.socket)]
        if not self.options or self.options[0] != "--save":
            command += ["--save", ""]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + 10
        while wait and not self.answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.01)
        return self

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except (AuthenticationError, ResponseError):  # it wants a password, so it is there
            return True
        except RedisError:
            return False

    def client(self) -> Redis:
        return Redis.from_url(self.url, protocol=3, socket_timeout=2)

    def pause(self) -> None:
        """Hang it: connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.resume()
            self._signal(signal.SIGTERM)
            self._wait()

    def _signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def _wait(self) -> None:
        assert self.process is not None
        self.process.wait(10)


def free_port() -> int:
    """One that a cluster's node can use: its second port is 10,000 above."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port
