"""Entries live on while they are used. Their lives are extended together every second, and each only now and then."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from core.cache.envelope import Entry
from core.cache.key import Key
from core.cache.link import Turn, Unavailable
from core.cache.store import Store

WORTHWHILE = 0.1
"""Share of a life that must have gone before it is extended."""
REMEMBERED = 20_000
"""Entries whose last extension is remembered; the others are extended once too often."""


class Extensions:
    """The lives that are to be extended."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` tells the time in seconds since the epoch."""
        self._clock = clock
        self._lock = threading.Lock()
        self._extended: OrderedDict[Key, float] = OrderedDict()
        self._due: dict[Key, int] = {}

    def used(self, key: Key, entry: Entry) -> None:
        """``entry`` was a hit."""
        if not entry.ttl_s:
            return
        now = self._clock()
        with self._lock:
            last = self._extended.get(key, entry.created)
            if now - last > WORTHWHILE * entry.ttl_s:
                self._due[key] = entry.ttl_s
                self._extended[key] = now
                self._extended.move_to_end(key)
                if len(self._extended) > REMEMBERED:
                    self._extended.popitem(last=False)

    def flush(self, turn: Turn, store: Store) -> None:
        """Extend what is due in Redis. Raises ``Unavailable``, and then keeps it for the next time."""
        with self._lock:
            due, self._due = self._due, {}
        if not due:
            return
        try:
            store.extend(turn, due)
        except Unavailable:
            with self._lock:
                self._due = due | self._due
            raise
