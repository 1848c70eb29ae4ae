"""Sends rows to a server, and looks at all that may come of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.webui.hostile.attacker import Attacker
from tests.webui.hostile.paths import STRAYED
from tests.webui.hostile.row import Row
from tests.webui.hostile.serving import KEYS, SCRIPT, Serving, serving

GROWN = 300
"""MiB by which memory may grow while a row is answered: a file of the largest size, and what is made of it."""
KEPT = 400
"""MiB by which it may have grown after all rows: the caches hold no more."""
_WARM = ("home/.cache/", "tmp/jieba.cache", "redis/", "data/popular.json")
"""What every server writes when it starts and stops: dictionaries, and what was used most."""


@dataclass(frozen=True)
class Trial:
    """A server under attack."""

    server: Serving
    attacker: Attacker
    memory: int
    """Bytes that it held before."""
    files: frozenset[str]
    """What was written before."""
    open_files: int

    def of(self, row: Row) -> str:
        """What ``row`` gets. Raises :class:`AssertionError` where anything else comes of it."""
        self.server.forget_peak()
        before = self.server.memory()
        answer = row.send(self.attacker)
        told = "\n".join(
            [*(f"{name}: {value}" for name, value in answer.headers.items()), answer.body.decode("latin-1")]
        )
        leaked = [secret for secret in self.server.secrets if secret in told]
        assert not leaked, f"{row} was told {leaked}"
        assert answer.status < 500, f"{row} got {answer} {answer.body[:300]!r}"
        grown = (self.server.memory("VmHWM") - before) >> 20
        assert grown < GROWN, f"{row} took {grown} MiB"
        self._lives(row)
        return str(answer)

    def aftermath(self) -> None:
        """What is left of it all. Raises :class:`AssertionError`."""
        new = {path for path in self.server.written() - self.files if not path.startswith(_WARM)}
        assert not new, new
        assert not self.files - self.server.written()
        assert self.attacker.speak(voice=SCRIPT).status == 200
        assert self.server.open_files() <= self.open_files + 4
        assert (self.server.memory() - self.memory) >> 20 < KEPT
        assert not [path for path in STRAYED if Path(path).exists()]
        log = self.server.log
        assert not [secret for secret in KEYS.values() if secret in log]
        assert '"logger": "webui.api.errors"' not in log, "something failed unexpectedly"

    def _lives(self, row: Row) -> None:
        """Somebody else, who has done nothing, gets what was there before."""
        answer = self.attacker.speak(key=KEYS["eve"])
        assert answer.status == 200, f"after {row}: {answer}"
        assert answer.headers["x-encore-outcome"] == "hit", f"after {row}"


@contextmanager
def trial() -> Iterator[Trial]:
    """A server that has spoken once."""
    with serving() as server:
        attacker = Attacker(server)
        assert attacker.speak(key=KEYS["eve"]).status == 200
        assert attacker.speak(voice=SCRIPT).status == 200
        yield Trial(server, attacker, server.memory(), frozenset(server.written()), server.open_files())
        attacker.close()
