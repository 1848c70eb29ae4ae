"""Which of several servers is asked: the least busy of those that are well.

A server that failed is set aside for a while, longer every time, and comes back once it answers a question about
itself. All servers have to serve the same model: what one said is stored under what all are.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from core.engines.remote.told import Told
from core.errors import EncoreError, EngineUnavailable

REFRESH_S = 30.0
"""How old what the servers told may get while they are used."""
ASIDE_S = (2.0, 60.0)
"""How long a server is set aside after its first failure, and at most."""

log = logging.getLogger(__name__)


@dataclass
class Server:
    """One server and what is known of it."""

    url: str
    """Without a password, so that it can be shown."""
    told: Told | None = None
    """None while it is set aside, or was never asked."""
    busy: int = 0
    """Requests of ours that it is at."""
    failures: int = 0
    """In a row."""
    again_at: float = 0.0
    """When it may be asked about itself again."""


class Pool:
    """The servers. Thread-safe."""

    def __init__(
        self, urls: Sequence[str], ask: Callable[[str], Told], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``ask`` asks the server at a URL about itself; it raises :class:`EncoreError` when that fails."""
        self._servers = [Server(url) for url in urls]
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._asked_at: float | None = None
        self._told: Told | None = None

    @property
    def told(self) -> Told | None:
        """What the servers are; None if none was ever reached. They are asked at first, then in the background."""
        if self._asked_at is None:
            self.refresh()
        elif self._is_due():
            threading.Thread(target=self._refresh_unless_under_way, name="remote-ask", daemon=True).start()
        return self._told

    @property
    def names(self) -> str:
        """All servers, for people."""
        return ", ".join(server.url for server in self._servers)

    def __len__(self) -> int:
        return len(self._servers)

    def refresh(self) -> None:
        """Ask all servers about themselves, at once. Whoever comes while that is under way waits for it."""
        begun = self._clock()
        with self._asking:
            if self._asked_at is not None and self._asked_at >= begun:
                return
            with ThreadPoolExecutor(len(self._servers), "remote-ask") as threads:
                answers = list(threads.map(self._question, self._servers))
            with self._lock:
                self._take(answers)
                self._asked_at = self._clock()

    @contextmanager
    def lease(self) -> Iterator[Server]:
        """The least busy server that is well, busy by one more meanwhile.

        Raises :class:`EngineUnavailable` (``remote.unreachable``).
        """
        server = self._choose()
        if server is None:
            self.refresh()
            server = self._choose()
        if server is None:
            raise EngineUnavailable("remote.unreachable", servers=self.names)
        try:
            yield server
        finally:
            with self._lock:
                server.busy -= 1

    def failed(self, server: Server) -> None:
        """Set ``server`` aside."""
        with self._lock:
            self._set_aside(server)

    def changed(self) -> None:
        """What the servers told is no longer so: ask them before anything else is asked of them."""
        with self._lock:
            self._asked_at = None

    def _choose(self) -> Server | None:
        with self._lock:
            well = [server for server in self._servers if server.told and server.told.is_same(self._told)]
            if not well:
                return None
            fewest = min(server.busy for server in well)
            server = random.choice([server for server in well if server.busy == fewest])  # noqa: S311 — no secret
            server.busy += 1
            return server

    def _is_due(self) -> bool:
        now = self._clock()
        with self._lock:
            aside = any(server.told is None and server.again_at <= now for server in self._servers)
            return aside or self._asked_at is None or now - self._asked_at > REFRESH_S

    def _refresh_unless_under_way(self) -> None:
        if not self._asking.locked():
            self.refresh()

    def _question(self, server: Server) -> Told | None:
        try:
            return self._ask(server.url)
        except EncoreError as error:
            log.info("%s", error)
            return None

    def _take(self, answers: Sequence[Told | None]) -> None:
        """Note what the servers answered; what most of them were already, they stay."""
        for server, told in zip(self._servers, answers, strict=True):
            if told is None:
                self._set_aside(server)
            else:
                server.told, server.failures = told, 0
        there = [told for told in answers if told is not None]
        if there:
            self._told = next((told for told in there if told.is_same(self._told)), there[0])
        for server in self._servers:
            if server.told and not server.told.is_same(self._told):
                log.warning("%s serves another model than the others, and is left out", server.url)

    def _set_aside(self, server: Server) -> None:
        first, longest = ASIDE_S
        server.told = None
        server.again_at = self._clock() + min(longest, first * 2**server.failures)
        server.failures = min(server.failures + 1, 16)
