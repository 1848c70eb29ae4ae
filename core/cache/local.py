"""The tier inside this process: verified payloads, least recently used out first, bounded by bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from core.cache.envelope import Entry
from core.cache.key import Key, Namespace

OVERHEAD = 512
"""What an entry is charged besides its payload, in bytes: key, metadata and bookkeeping."""


@dataclass(frozen=True)
class LocalSize:
    """How full the tier is."""

    entries: int
    bytes: int
    limit: int
    """Bytes that it may hold."""


@dataclass
class _Held:
    entry: Entry
    used: float


class LocalTier:
    """Entries by key in memory, each for its own ``ttl_s`` after its last use. Safe to use from several threads."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        """``limit`` in bytes, 0 to keep nothing; ``clock`` tells the time in seconds since the epoch."""
        self._limit = limit
        self._clock = clock
        self._entries: OrderedDict[Key, _Held] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Key) -> Entry | None:
        """The entry under ``key``, unless it has expired."""
        with self._lock:
            held = self._entries.get(key)
            if held is None:
                return None
            now = self._clock()
            if held.entry.ttl_s and now - held.used > held.entry.ttl_s:
                self._drop(key)
                return None
            held.used = now
            self._entries.move_to_end(key)
            return held.entry

    def put(self, key: Key, entry: Entry) -> None:
        """Keep ``entry``, and let go of what was used longest ago until everything fits."""
        with self._lock:
            self._drop(key)
            if _charge(entry) > self._limit:
                return
            self._entries[key] = _Held(entry, self._clock())
            self._bytes += _charge(entry)
            while self._bytes > self._limit:
                self._drop(next(iter(self._entries)))

    def drop(self, key: Key) -> bool:
        """Forget ``key``; whether it was here."""
        with self._lock:
            return self._drop(key)

    def clear(self, namespace: Namespace | None = None) -> int:
        """Forget a namespace, or everything; how many entries that was."""
        with self._lock:
            doomed = [key for key in self._entries if namespace in (None, key.namespace)]
            for key in doomed:
                self._drop(key)
            return len(doomed)

    def items(self) -> list[tuple[Key, Entry]]:
        """What is here at this moment, least recently used first."""
        with self._lock:
            return [(key, held.entry) for key, held in self._entries.items()]

    def size(self) -> LocalSize:
        """How full it is."""
        with self._lock:
            return LocalSize(len(self._entries), self._bytes, self._limit)

    def _drop(self, key: Key) -> bool:
        held = self._entries.pop(key, None)
        if held is None:
            return False
        self._bytes -= _charge(held.entry)
        return True


def _charge(entry: Entry) -> int:
    return len(entry.payload) + OVERHEAD
