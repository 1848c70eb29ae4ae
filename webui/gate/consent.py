"""Who confirmed that the people whose voices they clone agreed to it; asked once."""

import json
import threading
import time
from pathlib import Path

from core.errors import StorageFailed
from webui.gate.access import Caller


class Consents:
    """Confirmations, one in each line of a file. Thread-safe."""

    def __init__(self, path: Path, *, private: bool) -> None:
        """In the file at ``path``. Where nobody has to say who they are, a confirmation is kept only
        if the server is ``private`` to the people at its machine: else it would count for whoever comes next.
        """
        self._path = path
        self._private = private
        self._lock = threading.Lock()
        self._names: set[str] | None = None

    def given(self, caller: Caller) -> bool:
        """Whether ``caller`` has confirmed. Whoever has a key did so when it was made."""
        if caller.kind == "key":
            return True
        with self._lock:
            return self._kept(caller) and caller.name in self._load()

    def give(self, caller: Caller) -> None:
        """Remember that ``caller`` has confirmed, where that can be. Raises :class:`StorageFailed`."""
        with self._lock:
            if not self._kept(caller) or caller.name in self._load():
                return
            line = json.dumps({"name": caller.name, "confirmed_s": round(time.time())}, ensure_ascii=False)
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
            except OSError as error:
                raise StorageFailed("file.unwritable", path=self._path, reason=error.strerror or error) from error
            self._load().add(caller.name)

    def _kept(self, caller: Caller) -> bool:
        return bool(caller.name) or self._private

    def _load(self) -> set[str]:
        """The names of those who confirmed; a damaged line confirms nothing."""
        if self._names is None:
            self._names = set()
            try:
                lines = self._path.read_text("utf-8").splitlines()
            except (OSError, UnicodeDecodeError):
                lines = []
            for line in lines:
                try:
                    self._names.add(str(json.loads(line)["name"]))
                except (ValueError, KeyError, TypeError):
                    continue
        return self._names
