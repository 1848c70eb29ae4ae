"""What need not be done while somebody waits: sending figures on, extending lives, catching up after an outage."""

import contextlib
import threading
import time
from collections.abc import Callable

from core.cache.ledger import Ledger
from core.cache.limit import trim
from core.cache.link import Link, Unavailable
from core.cache.popular import PopularRecipes
from core.cache.tiers import Tiers

ROUND_S = 1.0
"""Time between two rounds in seconds."""
CATCH_UP = 16
"""Entries computed during an outage that are sent to Redis in one round, so that requests are not held up."""
PATIENCE_S = 30.0
"""Pause after Redis refused such an entry, in seconds."""
MINUTE_S = 60.0
"""Time between copies of the popular recipes, and between looks at the figures, in seconds."""


class Housekeeper:
    """A thread that makes its round every second; one more when it is closed."""

    def __init__(
        self,
        link: Link,
        tiers: Tiers,
        ledger: Ledger,
        popular: PopularRecipes,
        watch: Callable[[], None],
        most_entries: int,
    ) -> None:
        """``watch`` looks once a minute whether there is something to notice; 0 ``most_entries`` is no limit."""
        self._link = link
        self._tiers = tiers
        self._ledger = ledger
        self._popular = popular
        self._watch = watch
        self._most_entries = most_entries
        self._refused = float("-inf")
        self._saved = time.monotonic()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="encore-housekeeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, after a last round."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(ROUND_S):
            self._round()
        self._saved = float("-inf")
        self._round()

    def _round(self) -> None:
        if not self._link.up:
            return
        with contextlib.suppress(Unavailable):
            self._ledger.flush(self._link.turn())
            self._popular.flush(self._link.turn())
            self._tiers.extensions.flush(self._link.turn(), self._tiers.store)
        with contextlib.suppress(Unavailable):
            self._catch_up()
            self._once_a_minute()

    def _catch_up(self) -> None:
        if time.monotonic() - self._refused < PATIENCE_S:
            return
        for key, entry in self._tiers.local.unshared(CATCH_UP):
            try:
                size = self._tiers.store.put(self._link.turn(), key, entry)
            except Unavailable:
                self._refused = time.monotonic()
                raise
            self._tiers.local.mark_shared(key, entry)
            self._ledger.note(key.namespace, entry.engine, bytes_stored=size)

    def _once_a_minute(self) -> None:
        if time.monotonic() - self._saved >= MINUTE_S:
            self._saved = time.monotonic()
            self._popular.save(self._link.turn())
            if not self._closed.is_set():
                if self._most_entries:
                    trim(self._link, self._most_entries)
                self._watch()
