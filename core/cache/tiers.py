"""The two tiers as one: this process's memory over Redis, kept in step with the other nodes."""

import contextlib
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from core.cache.bus import Event, Message
from core.cache.census import Census
from core.cache.codec import Codec
from core.cache.envelope import DamagedError, Entry
from core.cache.expiry import Extensions
from core.cache.flights import Landing
from core.cache.key import Key, Namespace
from core.cache.ledger import Ledger
from core.cache.link import Link, Turn, Unavailable
from core.cache.local import LocalTier
from core.cache.outcome import Outcome, Tier
from core.cache.store import Store

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Tiers:
    """Entries wherever they are."""

    def __init__(self, local_bytes: int, ledger: Ledger, send: Callable[[Turn, Message], None]) -> None:
        """``local_bytes`` limits this process's tier; ``send`` tells the other nodes."""
        self.local = LocalTier(local_bytes, time.time)
        self.store = Store()
        self.census = Census()
        self.extensions = Extensions(time.time)
        self._ledger = ledger
        self._send = send

    def look(self, turn: Turn, key: Key, codec: Codec[T]) -> tuple[T, Landing] | None:
        """What is stored, here or in Redis. Raises ``Unavailable``."""
        entry = self.local.get(key)
        tier = Tier.LOCAL
        if entry is None:
            tier = Tier.REDIS
            purges = self.local.purges
            try:
                entry = self.store.get(turn, key)
            except DamagedError as error:
                self._discard(turn, key, "unknown", error)
            if entry is None:
                return None
            self.local.put(key, entry, purges=purges)
        try:
            if entry.codec != codec.name:
                raise DamagedError(f"written by {entry.codec}")
            value = codec.decode(entry.payload)
        except Exception as error:  # whatever a foreign payload makes a codec do, it is no entry
            self._discard(turn, key, entry.engine, error)
            return None
        self.extensions.used(key, entry)
        return value, Landing(entry, Outcome.HIT, tier)

    def keep(self, turn: Turn, key: Key, entry: Entry) -> None:
        """Store ``entry`` in both tiers; in this process alone if Redis cannot, until it can."""
        shared = False
        with contextlib.suppress(Unavailable):
            size = self.store.put(turn, key, entry)
            self._ledger.note(key.namespace, entry.engine, bytes_stored=size)
            shared = True
        self.local.put(key, entry, shared=shared)

    def overwrite(self, turn: Turn, key: Key, entry: Entry) -> None:
        """Store ``entry`` over what other nodes may have in their memory."""
        self.keep(turn, key, entry)
        with contextlib.suppress(Unavailable):
            self._send(turn, Message(Event.CHANGED, key))

    def purge_key(self, link: Link, key: Key) -> int:
        """Forget ``key`` everywhere; how many entries that was. Raises ``Unavailable``."""
        # Twice here: what a request fetched just before Redis forgot it is not to stay.
        self.local.drop(key)
        removed = self.store.delete(link.turn(), key)
        self.local.drop(key)
        self._send(link.turn(), Message(Event.CHANGED, key))
        return int(removed)

    def purge_namespace(self, link: Link, namespace: Namespace) -> int:
        """Forget ``namespace`` everywhere; how many entries that was. Raises ``Unavailable``."""
        self.local.clear(namespace)
        removed = self.store.clear(link.turn(), namespace)
        self.census.start_over()
        self.local.clear(namespace)
        self._send(link.turn(), Message(Event.NAMESPACE_PURGED, namespace=namespace))
        return removed

    def changed_elsewhere(self, message: Message) -> None:
        """Another node purged or overwrote something."""
        if message.key is not None:
            self.local.drop(message.key)
        elif message.namespace is not None:
            self.local.clear(message.namespace)

    def missed_changes(self) -> None:
        """Other nodes may have purged anything: keep only what they do not know of."""
        self.local.clear(shared_only=True)

    def _discard(self, turn: Turn, key: Key, engine: str, error: Exception) -> None:
        """Delete an entry that cannot be used. Raises ``Unavailable``."""
        _log.warning("A damaged entry was deleted: %s (%s)", key, error)
        self._ledger.note(key.namespace, engine, damaged=1)
        self.local.drop(key)
        self.store.delete(turn, key)
