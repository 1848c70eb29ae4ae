"""The cache: what was computed once is not computed again."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.cache.codec import Codec
from core.cache.envelope import Entry
from core.cache.failure import Failure
from core.cache.flights import Flights, Landing
from core.cache.key import JSON, Key, Namespace
from core.cache.local import LocalTier
from core.cache.outcome import Outcome, Tier
from core.cache.stats import CacheStats, EntryInfo, Footprint, RedisState
from core.errors import Cancelled
from core.settings import MEGABYTE, Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Cached(Generic[T]):
    """A value and how it was come by."""

    value: T
    outcome: Outcome
    tier: Tier | None
    """Where a hit was found; None for the other outcomes."""
    ms: float
    """What the request took in all, in milliseconds."""
    saved_ms: float
    """Engine time that was not spent, in milliseconds: what the value once took, for hits and coalesced requests."""


def _unhurried() -> None:
    """The checkpoint of a request that nobody can cancel."""


class Cache:
    """Values by key, in this process over Redis. Safe to use from many threads; close it at the end."""

    def __init__(self, settings: Settings) -> None:
        self._ttl_s = {
            Namespace.SPEAKER: settings.speaker_ttl_s,
            Namespace.SEGMENT: settings.segment_ttl_s,
            Namespace.TRANSCRIPT: settings.transcript_ttl_s,
            Namespace.ALIAS: settings.alias_ttl_s,
        }
        self._local = LocalTier(settings.local_cache_mb * MEGABYTE, time.time)
        self._flights = Flights()

    def get_or_compute(
        self,
        key: Key,
        codec: Codec[T],
        compute: Callable[[], T],
        *,
        engine: str,
        recipe: Mapping[str, JSON] | None = None,
        bypass: bool = False,
        permanent: bool = False,
        checkpoint: Callable[[], None] = _unhurried,
    ) -> Cached[T]:
        """The value under ``key``, computed by ``compute`` if nobody has it and nobody is at it.

        ``engine`` is the name that the computing is counted under; ``recipe`` the request as JSON, remembered so that
        popular entries can be computed again; ``bypass`` computes without looking, and stores; ``permanent`` entries
        do not expire. ``checkpoint`` is called several times a second while this request waits for another's
        computation, and may raise to leave.

        Raises what ``compute`` raises. Waiters get the error of the one that computed, except for ``Cancelled``:
        then one of them computes.
        """
        started = time.perf_counter()
        while True:
            flight, flies = self._flights.board(key)
            if flies:
                result: Landing | Failure | None = None
                try:
                    value, result = self._fly(key, codec, compute, engine, bypass, permanent)
                except Cancelled:
                    raise
                except Exception as error:
                    result = Failure.of(error, engine)
                    raise
                finally:
                    self._flights.land(key, result)
                return _cached(value, result, started)
            flight.wait(checkpoint)
            if isinstance(flight.result, Failure):
                raise flight.result.error()
            if flight.result is not None:
                landing = flight.result
                if landing.outcome is not Outcome.HIT:
                    landing = Landing(landing.entry, Outcome.COALESCED, None)
                return _cached(codec.decode(landing.entry.payload), landing, started)

    def get(self, key: Key, codec: Codec[T]) -> Cached[T] | None:
        """The value under ``key`` if it is stored; nothing is computed."""
        started = time.perf_counter()
        entry = self._local.get(key)
        if entry is None or entry.codec != codec.name:
            return None
        return _cached(codec.decode(entry.payload), Landing(entry, Outcome.HIT, Tier.LOCAL), started)

    def put(
        self, key: Key, codec: Codec[T], value: T, *, engine: str, compute_ms: float, permanent: bool = False
    ) -> None:
        """Store ``value``, which took ``engine`` so long, over whatever is there."""
        self._keep(key, codec, value, engine, compute_ms, permanent)

    def purge(self, *, namespace: Namespace | None = None, key: Key | None = None) -> int:
        """Forget one entry, a namespace, or everything, on all nodes; how many entries that was."""
        if key is not None:
            return int(self._local.drop(key))
        return self._local.clear(namespace)

    def stats(self) -> CacheStats:
        """What the cache did and holds."""
        return CacheStats(
            activity=(),
            footprint=[Footprint(namespace, 0, 0) for namespace in Namespace],
            redis=RedisState(up=False, where=""),
            local=self._local.size(),
        )

    def entries(self, namespace: Namespace, limit: int = 100) -> Sequence[EntryInfo]:
        """Up to ``limit`` stored entries of ``namespace``."""
        return []

    def close(self) -> None:
        """Write down what is still to be written and let go of Redis."""

    def _fly(
        self, key: Key, codec: Codec[T], compute: Callable[[], T], engine: str, bypass: bool, permanent: bool
    ) -> tuple[T, Landing]:
        entry = None if bypass else self._local.get(key)
        if entry is not None and entry.codec == codec.name:
            return codec.decode(entry.payload), Landing(entry, Outcome.HIT, Tier.LOCAL)
        started = time.perf_counter()
        value = compute()
        compute_ms = (time.perf_counter() - started) * 1e3
        entry = self._keep(key, codec, value, engine, compute_ms, permanent)
        return codec.decode(entry.payload), Landing(entry, Outcome.BYPASS if bypass else Outcome.MISS, None)

    def _keep(self, key: Key, codec: Codec[T], value: T, engine: str, compute_ms: float, permanent: bool) -> Entry:
        ttl_s = 0 if permanent else self._ttl_s[key.namespace]
        entry = Entry(codec.encode(value), codec.name, engine, time.time(), compute_ms, ttl_s)
        self._local.put(key, entry)
        return entry


def open_cache(settings: Settings) -> Cache:
    """The cache of this process."""
    return Cache(settings)


def _cached(value: T, landing: Landing, started: float) -> Cached[T]:
    saved_ms = landing.entry.compute_ms if landing.outcome in (Outcome.HIT, Outcome.COALESCED) else 0.0
    return Cached(value, landing.outcome, landing.tier, (time.perf_counter() - started) * 1e3, saved_ms)
