"""Finished files that can be fetched for a while. They have no names on the disk: when nobody can have one any more,
or the process ends, however it does, it is gone.
"""

import os
import secrets
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

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
        """On the disk that ``folder`` is on."""
        self._folder = folder
        self._offered: OrderedDict[str, Offered] = OrderedDict()
        self._lock = threading.Lock()

    def new(self) -> IO[bytes]:
        """An empty file to be written; it goes with the last who holds it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self._folder)

    def offer(self, file: IO[bytes], name: str, media_type: str, *, owner: str, project_id: str) -> str:
        """Let ``file`` be fetched; the token that it is fetched with."""
        file.flush()
        size = os.fstat(file.fileno()).st_size
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
