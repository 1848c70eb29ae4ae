"""The tier inside this process: verified payloads, least recently used out first, bounded by bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

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
    shared: bool


class LocalTier:
    """Entries by key in memory, each for its own ``ttl_s`` after its last use. Safe to use from several threads."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        """``limit`` in bytes, 0 to keep nothing; ``clock`` tells the time in seconds since the epoch."""
        self._limit = limit
        self._clock = clock
        self._entries: OrderedDict[Key, _Held] = OrderedDict()
        self._bytes = 0
        self._purges = 0
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

    @property
    def purges(self) -> int:
        """How often something was purged: read before an entry is fetched, for :meth:`put`."""
        return self._purges

    def put(self, key: Key, entry: Entry, *, shared: bool = True, purges: int | None = None) -> None:
        """Keep ``entry``, and let go of what was used longest ago until everything fits.

        ``shared`` says that it is in Redis too. With ``purges`` as it was before the entry was fetched, nothing is kept
        if there was a purge since, which may have meant this entry.
        """
        with self._lock:
            if purges is not None and purges != self._purges:
                return
            self._drop(key)
            if _charge(entry) > self._limit:
                return
            self._entries[key] = _Held(entry, self._clock(), shared)
            self._bytes += _charge(entry)
            while self._bytes > self._limit:
                self._drop(next(iter(self._entries)))

    def drop(self, key: Key) -> bool:
        """Purge ``key``; whether it was here."""
        with self._lock:
            self._purges += 1
            return self._drop(key)

    def clear(self, namespace: Namespace | None = None, *, shared_only: bool = False) -> int:
        """Purge a namespace or everything, or what of it is in Redis too; how many entries that was."""
        with self._lock:
            self._purges += 1
            doomed = [
                key
                for key, held in self._entries.items()
                if namespace in (None, key.namespace) and (held.shared or not shared_only)
            ]
            for key in doomed:
                self._drop(key)
            return len(doomed)

    def unshared(self, limit: int) -> list[tuple[Key, Entry]]:
        """Up to ``limit`` entries that are not in Redis yet."""
        with self._lock:
            unshared = ((key, held.entry) for key, held in self._entries.items() if not held.shared)
            return list(islice(unshared, limit))

    def mark_shared(self, key: Key, entry: Entry) -> None:
        """``entry`` is in Redis now."""
        with self._lock:
            held = self._entries.get(key)
            if held is not None and held.entry is entry:
                held.shared = True

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
