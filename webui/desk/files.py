"""Finished files that can be fetched for a while. They have no names on the disk: when nobody can have one any more,
or the process ends, however it does, it is gone.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.errors import Cancelled, StorageFailed

MOST_FILES = 16
"""Files that can be fetched at once; the oldest goes first."""
LONGEST_S = 3600.0
"""For how long a file can be fetched, in seconds."""
PIECE = 256 * 1024


@dataclass(frozen=True, eq=False)
class Offered:
    """A file that can be fetched; it lives as long as this does."""

    file: IO[bytes]
    name: str
    media_type: str
    owner: str
    """Whose it is; empty for whoever has the token."""
    project_id: str
    made_s: float
    size: int

    def pieces(self) -> Iterator[bytes]:
        """Its bytes; several may read at once."""
        place = 0
        while piece := os.pread(self.file.fileno(), PIECE, place):
            place += len(piece)
            yield piece


class Files:
    """The files of one server. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """What is being made lies below ``folder``, beside what other processes make there."""
        self._folder = folder
        self._place: _Place | None = None
        self._closed = False
        self._offered: OrderedDict[str, Offered] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def making(self) -> Iterator[Path]:
        """A folder to make a file in, which is gone at the end. Raises :class:`StorageFailed`, :class:`Cancelled`."""
        try:
            with self._lock:
                if self._closed:
                    raise Cancelled
                if self._place is None:
                    self._place = _Place(self._folder)
            folder = tempfile.TemporaryDirectory(dir=self._place.folder, ignore_cleanup_errors=True)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=self._folder, reason=error.strerror or error) from error
        with folder as name:
            yield Path(name)

    def offer(self, path: Path, media_type: str, *, owner: str, project_id: str) -> str:
        """Let the file at ``path``, whose name may go, be fetched; the token that it is fetched with."""
        file, name, size = path.open("rb"), path.name, path.stat().st_size
        token = secrets.token_hex(16)
        with self._lock:
            self._offered[token] = Offered(file, name, media_type, owner, project_id, time.monotonic(), size)
            while len(self._offered) > MOST_FILES:
                self._offered.popitem(last=False)
        return token

    def get(self, token: str, viewer: str | None) -> Offered | None:
        """The file with this token, if ``viewer`` may have it; None is the house."""
        self.tidy()
        with self._lock:
            found = self._offered.get(token)
        return found if found and (viewer is None or found.owner in ("", viewer)) else None

    def tidy(self, *, project_id: str = "") -> None:
        """Let go of what is old, and of what belongs to a project that is closed."""
        now = time.monotonic()
        with self._lock:
            gone = [
                token
                for token, each in self._offered.items()
                if now - each.made_s > LONGEST_S or each.project_id == project_id
            ]
            for token in gone:
                del self._offered[token]

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            self._offered.clear()
            place, self._place, self._closed = self._place, None, True
        if place is not None:
            place.close()


class _Place:
    """A folder for as long as this process lives. What others left when they were killed is cleared away."""

    def __init__(self, base: Path) -> None:
        base.mkdir(parents=True, exist_ok=True)
        for left in base.glob("*.lock"):
            with suppress(OSError), left.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # only if nobody holds it any more
                shutil.rmtree(left.with_suffix(""), ignore_errors=True)
                left.unlink()
        self.folder = base / secrets.token_hex(8)
        self._path = self.folder.with_suffix(".lock")
        # Locked before it has its name, or it would look left for a moment.
        draft = base / f"{self.folder.name}.new"
        self._lock = draft.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        draft.replace(self._path)
        self.folder.mkdir()

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self._path.unlink(missing_ok=True)
        self._lock.close()
