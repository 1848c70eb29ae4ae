"""The server, as ``encore serve`` runs it, in a process of its own, with engines that hum: what hostile inputs meet."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.request import AudioSource, ReferenceSpeaker
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from tests.core.cache.valkey import Valkey
from tests.core.humming import humming_studio
from webui.gate.credentials import Credentials, key_hash

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "tests" / "data" / "reference.ogg").read_bytes()
KEYS = {
    "ann": "encore-key-of-ann",
    "bob": "encore-key-of-bob",
    "eve": "encore-key-of-eve",
    "flood": "encore-key-of-flood",
}
LIMIT = "400/minute"
"""How much work each key may ask for."""
SCRIPT = '"><script>alert(1)</script>'
"""Called so, a voice of Ann's."""
PRIVATE = "Bob’s own"
"""A voice of Bob's that nobody else may use."""
LINKED = "Linked"
"""A voice whose clip is a link to a file elsewhere."""


@dataclass(frozen=True)
class Serving:
    """A server that runs."""

    url: str
    process: "subprocess.Popen[bytes]"
    folder: Path
    """Everything that it may write to lies below."""

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> str:
        """All that it has said so far."""
        return (self.folder / "log").read_text("utf-8")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no answer may hold: paths of the machine, keys and their hashes, and what only Python's errors say."""
        hashes = (key_hash(key) for key in KEYS.values())
        places = (str(self.folder), str(ROOT), sys.prefix, "/site-packages/", "/usr/lib/python")
        return (*places, *KEYS.values(), *hashes, "Traceback", 'File "', "root:x:0:")

    def memory(self, what: str = "VmRSS") -> int:
        """Bytes that it holds; with ``VmHWM`` the most that it has held since :meth:`forget_peak`."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) * 1024

    def forget_peak(self) -> None:
        """Begin anew to look for the most memory that it holds."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def open_files(self) -> int:
        """Files and connections that it holds open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def written(self) -> set[str]:
        """The files below :attr:`folder`."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if not path.is_dir()}


@contextmanager
def serving() -> Iterator[Serving]:
    """A server with keys, a rate limit, a Redis, and voices; its work folder, home and temporary folder are its own."""
    with tempfile.TemporaryDirectory(prefix="encore-") as place:
        folder = Path(place)
        for name in ("data", "home", "tmp", "work", "redis"):
            (folder / name).mkdir()
        _fill(folder / "data")
        redis = Valkey(folder / "redis").start()
        environment = os.environ | {
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ENCORE_DATA_DIR": str(folder / "data"),
            "ENCORE_RATE_LIMIT": LIMIT,
            "ENCORE_HOSTS": "studio.example",
            "ENCORE_LOG": "json",
            "ENCORE_LOCAL_CACHE_MB": "32",
            "REDIS_URL": redis.url,
        }
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                cwd=folder / "work",
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        try:
            yield Serving(_address(process, folder), process, folder)
        finally:
            process.terminate()
            process.wait(20)
            redis.stop()


def _fill(data: Path) -> None:
    """Keys and voices."""
    credentials = Credentials.of(Settings(data_dir=data))
    for name, key in KEYS.items():
        credentials.keys.add(name, key_hash(key))
    library = VoiceLibrary(data / "voices")
    speaker = ReferenceSpeaker(AudioSource(REFERENCE))
    library.save(SCRIPT, speaker, "ann")
    library.save(PRIVATE, speaker, "bob")
    linked = data / "voices" / library.save(LINKED, speaker, "ann").voice_id / "reference"
    linked.unlink()
    linked.symlink_to("/etc/passwd")


def _address(process: "subprocess.Popen[bytes]", folder: Path) -> str:
    """What it says once it is ready."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"Encore is ready on "):
            return line.split()[-1].decode()
    raise AssertionError((folder / "log").read_text())


def _serve() -> None:
    """Serve as ``encore serve`` does, on an address that is free."""
    import webui.server

    def hummed(settings: Settings, *, engine: str = "") -> object:
        assert settings.redis_url is not None
        return humming_studio(settings.data_dir, settings.redis_url)

    webui.server.open_studio = hummed  # type: ignore[assignment]
    webui.server.serve("127.0.0.1", 0, False, [])


if __name__ == "__main__":
    _serve()
