"""The cache: what was computed once is not computed again.

A request goes from the nearest place to the farthest: this process's memory, a computation under way in this process,
Redis, a computation under way on another node, and only then the engine. Every step towards Redis may find it
unusable; then the request goes on without it.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from core.cache.bus import Bus, Event, Message, Waiter
from core.cache.census import WALK_S
from core.cache.codec import Codec
from core.cache.connect import Client, check_url, connect, public
from core.cache.envelope import Entry
from core.cache.failure import Failure
from core.cache.flights import Flight, Flights, Landing
from core.cache.housekeeping import Housekeeper
from core.cache.key import JSON, Key, Namespace
from core.cache.ledger import Ledger
from core.cache.link import Link, Turn, Unavailable
from core.cache.locks import Locks
from core.cache.notices import WINDOW, Notice, Thresholds, find_notices
from core.cache.outcome import Outcome, Tier
from core.cache.popular import Popular, PopularRecipes
from core.cache.server import PrivateServer
from core.cache.stats import CacheStats, EntryInfo, Footprint, Minute, RedisState, add
from core.cache.tiers import Tiers
from core.errors import Cancelled, StorageFailed
from core.settings import MEGABYTE, Settings

T = TypeVar("T")

RETRY_S = 1.0
"""How soon a waiter looks after a computation elsewhere of which nothing is heard, in seconds."""
SETTLE_S = 5.0
"""How long opening waits for Redis, which may have to be started and to load its snapshot, in seconds."""
_log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class _Request(Generic[T]):
    key: Key
    codec: Codec[T]
    compute: Callable[[], T]
    engine: str
    permanent: bool
    checkpoint: Callable[[], None]
    prepare: Callable[[], None]


class _FailedElsewhere(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


def _nothing() -> None:
    """The checkpoint of a request that nobody can cancel, and the preparation of one that needs none."""


class Cache:
    """Values by key, in this process over Redis. Safe to use from many threads; close it at the end."""

    def __init__(self, settings: Settings, url: str, server: PrivateServer | None = None) -> None:
        """Over the Redis at ``url``, which is ``server``'s if that is given. Connects in the background."""
        self._ttl_s = {
            Namespace.SPEAKER: settings.speaker_ttl_s,
            Namespace.SEGMENT: settings.segment_ttl_s,
            Namespace.TRANSCRIPT: settings.transcript_ttl_s,
            Namespace.ALIAS: settings.alias_ttl_s,
        }
        self._url = url
        self._timeout_s = settings.redis_timeout_s
        self._server = server
        self._thresholds = Thresholds(settings.notice_hit_rate, settings.notice_entries)
        self._noticed: set[str] = set()
        self._notices: Sequence[Notice] = ()
        self._flights = Flights()
        self._ledger = Ledger(time.time)
        self._popular = PopularRecipes(settings.data_dir / "popular.json")
        self._tiers = Tiers(settings.local_cache_mb * MEGABYTE, self._ledger, self._send)
        self._bus = Bus(url, on_change=self._changed_elsewhere, on_gap=self._tiers.missed_changes)
        self._link = Link(self._connect, self._timeout_s)
        self._locks = Locks(self._link)
        self._housekeeper = Housekeeper(
            self._link, self._tiers, self._ledger, self._popular, self._watch, settings.max_entries
        )

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
        checkpoint: Callable[[], None] = _nothing,
        prepare: Callable[[], None] = _nothing,
    ) -> Cached[T]:
        """The value under ``key``, computed by ``compute`` if nobody has it and nobody is at it.

        ``engine`` is the name that the computing is counted under; ``recipe`` the request as JSON, remembered so that
        popular entries can be computed again; ``bypass`` computes without looking, and stores; ``permanent`` entries
        do not expire. ``checkpoint`` is called several times a second while this request waits for another's
        computation, and may raise to leave. ``prepare`` comes before ``compute`` and is not counted as its time:
        loading a model is not what a later hit saves.

        Raises what ``compute`` raises. Waiters get the error of the one that computed, except for ``Cancelled``:
        then one of them computes.
        """
        started = time.perf_counter()
        request = _Request(key, codec, compute, engine, permanent, checkpoint, prepare)
        if bypass:
            value, landing = self._compute(self._link.turn(), request, Flight(), Outcome.BYPASS)
        else:
            value, landing = self._arrive(request)
        cached = _cached(value, landing, started)
        self._ledger.note_request(key.namespace, engine, cached.outcome, cached.tier, cached.ms, cached.saved_ms)
        if recipe is not None:
            self._popular.note(recipe, key, engine, landing.entry.compute_ms)
        return cached

    def get(self, key: Key, codec: Codec[T]) -> Cached[T] | None:
        """The value under ``key`` if it is stored; nothing is computed, and nothing counted."""
        started = time.perf_counter()
        try:
            found = self._tiers.look(self._link.turn(), key, codec)
        except Unavailable:
            return None
        return found and _cached(*found, started)

    def put(
        self, key: Key, codec: Codec[T], value: T, *, engine: str, compute_ms: float, permanent: bool = False
    ) -> None:
        """Store ``value``, which took ``engine`` so long, over whatever is there."""
        entry = self._entry(key, codec, value, engine, compute_ms, permanent)
        self._tiers.overwrite(self._link.turn(), key, entry)

    def purge(self, *, namespace: Namespace | None = None, key: Key | None = None) -> int:
        """Forget one entry, a namespace, or everything, on all nodes; how many entries that was.

        Raises StorageFailed (``redis.down``) if only this process could be made to forget.
        """
        try:
            if key is not None:
                removed = self._tiers.purge_key(self._link, key)
                self._popular.forget(self._link.turn(), key)
                return removed
            return sum(
                self._tiers.purge_namespace(self._link, each) for each in ([namespace] if namespace else Namespace)
            )
        except Unavailable as error:
            raise StorageFailed("redis.down", reason=str(error)) from error

    @property
    def redis_state(self) -> RedisState:
        """Whether Redis is used, as it is known without asking it: costs nothing. Its memory is not told."""
        return RedisState(self._link.up, public(self._url), reason=self._link.reason)

    @property
    def notices(self) -> Sequence[Notice]:
        """What somebody should look at, as of the last minute: costs nothing."""
        return self._notices

    def stats(self, walk_s: float = WALK_S) -> CacheStats:
        """What the cache did and holds, as all nodes together know it; what this process knows while Redis is down.

        Entries are counted for about ``walk_s`` at most; see :class:`~core.cache.census.Census`.
        """
        local = self._tiers.local.size()
        self._send_figures()
        try:
            activity = self._ledger.totals(self._link.turn())
            footprint = self._tiers.census.count(self._link, walk_s)
            recent = add(row.counts for minute in self.minutes(WINDOW) for row in minute.activity)
            self._notices = find_notices(self._thresholds, recent, sum(part.entries for part in footprint))
            memory, limit = self._memory()
            redis = RedisState(True, public(self._url), memory, limit)
            return CacheStats(activity, footprint, redis, local, self._notices)
        except Unavailable as error:
            nothing = [Footprint(namespace, 0, 0) for namespace in Namespace]
            return CacheStats(
                self._ledger.own(), nothing, RedisState(False, public(self._url), reason=str(error)), local
            )

    def minutes(self, count: int = 60) -> Sequence[Minute]:
        """What happened in the last ``count`` minutes, oldest first; nothing while Redis is down."""
        self._send_figures()
        with contextlib.suppress(Unavailable):
            return self._ledger.minutes(self._link.turn(), count)
        return ()

    def entries(self, namespace: Namespace, limit: int = 100) -> Sequence[EntryInfo]:
        """Up to ``limit`` entries of ``namespace`` in Redis, newest first; nothing while Redis is down."""
        with contextlib.suppress(Unavailable):
            return self._tiers.store.entries(self._link.turn(), namespace, limit)
        return ()

    def popular(self, count: int) -> Sequence[Popular]:
        """The ``count`` requests that are worth most, by engine time times how often they were asked for."""
        self._send_figures()
        return self._popular.top(self._link.turn(), count)

    def _memory(self) -> tuple[int, int]:
        """As :meth:`Store.memory`; a Redis that does not tell is none the worse for it."""
        try:
            return self._tiers.store.memory(self._link.turn())
        except Unavailable:
            if not self._link.up:
                raise
            return 0, 0

    def _watch(self) -> None:
        """Log what has come to be worth a notice."""
        notices = self.stats().notices
        for notice in notices:
            if notice.code not in self._noticed:
                _log.warning("%s", notice)
        self._noticed = {notice.code for notice in notices}

    def _send_figures(self) -> None:
        with contextlib.suppress(Unavailable):
            self._ledger.flush(self._link.turn())
            self._popular.flush(self._link.turn())

    def close(self) -> None:
        """Write down what is still to be written and let go of Redis."""
        self._housekeeper.close()
        self._locks.close()
        self._bus.close()
        self._link.close()
        if self._server is not None:
            self._server.release()

    def settle(self, timeout_s: float) -> bool:
        """Wait until it is known whether Redis can be used, at most ``timeout_s``; whether it can."""
        return self._link.settle(timeout_s)

    def _connect(self) -> Client:
        if self._server is not None:
            self._server.ensure()
        client = connect(self._url, self._timeout_s)
        self._bus.begin(client)
        return client

    # One request

    def _arrive(self, request: _Request[T]) -> tuple[T, Landing]:
        """Come by the value alone or with others in this process who want it now."""
        waited = False
        while True:
            flight, flies = self._flights.board(request.key)
            if flies:
                try:
                    value, landing = self._fly(request, flight)
                    flight.result = landing
                finally:
                    self._flights.land(request.key)
                return value, _waited(landing) if waited else landing
            result = flight.wait(request.checkpoint)
            if isinstance(result, Failure):
                raise result.error()
            if result is not None:
                computed = result.outcome is not Outcome.HIT
                landing = replace(result, outcome=Outcome.COALESCED, tier=None) if computed else result
                return request.codec.decode(landing.entry.payload), landing
            waited = True

    def _fly(self, request: _Request[T], flight: Flight) -> tuple[T, Landing]:
        """Come by the value on behalf of this process."""
        turn = self._link.turn()
        try:
            found = self._tiers.look(turn, request.key, request.codec)
            if found is None:
                with self._bus.watch(request.key) as waiter:
                    found = self._win(turn, request, waiter)
        except Unavailable:
            self._locks.release(turn, request.key)
            return self._compute(turn, request, flight, Outcome.OFFLINE)
        except _FailedElsewhere as elsewhere:
            flight.result = elsewhere.failure
            raise elsewhere.failure.error() from None
        if found is None:
            return self._compute(turn, request, flight, Outcome.MISS)
        value, landing = found
        if request.permanent and landing.entry.ttl_s:
            self._tiers.overwrite(turn, request.key, replace(landing.entry, ttl_s=0))
        return value, landing

    def _win(self, turn: Turn, request: _Request[T], waiter: Waiter) -> tuple[T, Landing] | None:
        """Wait until this node may compute (None; it holds the lock then) or another has. Raises ``Unavailable``."""
        waited = False
        while not self._locks.acquire(turn, request.key):
            news = waiter.wait(request.checkpoint, RETRY_S)
            if news is not None and news.failure is not None:
                raise _FailedElsewhere(news.failure)
            waited = True
            turn = self._link.turn()
            found = self._tiers.look(turn, request.key, request.codec)
            if found is not None:
                return found[0], _waited(found[1])
        found = self._tiers.look(turn, request.key, request.codec)  # it may have been stored since we looked
        if found is not None:
            self._locks.release(turn, request.key)
            return found[0], _waited(found[1]) if waited else found[1]
        return None

    def _compute(self, turn: Turn, request: _Request[T], flight: Flight, outcome: Outcome) -> tuple[T, Landing]:
        """Have the engine work, store the result and tell whoever waits elsewhere how it went."""
        key, engine = request.key, request.engine
        news = Message(Event.GIVEN_UP, key)
        try:
            request.prepare()
            started = time.perf_counter()
            value = request.compute()
            compute_ms = (time.perf_counter() - started) * 1e3
            entry = self._entry(key, request.codec, value, engine, compute_ms, request.permanent)
            value = request.codec.decode(entry.payload)  # what a miss gives is what a hit will give
            self._ledger.note(key.namespace, engine, computed_ms=compute_ms)
            if outcome is Outcome.BYPASS:
                self._tiers.overwrite(turn, key, entry)
            else:
                self._tiers.keep(turn, key, entry)
            news = Message(Event.STORED, key)
        except Cancelled:
            raise
        except Exception as error:
            self._ledger.note(key.namespace, engine, errors=1)
            flight.result = failure = Failure.of(error, engine)
            news = Message(Event.FAILED, key, failure=failure)
            raise
        finally:
            if self._locks.release(turn, key):
                with contextlib.suppress(Unavailable):
                    self._send(turn, news)
        return value, Landing(entry, outcome, None)

    def _entry(self, key: Key, codec: Codec[T], value: T, engine: str, compute_ms: float, permanent: bool) -> Entry:
        ttl_s = 0 if permanent else self._ttl_s[key.namespace]
        return Entry(codec.encode(value), codec.name, engine, time.time(), compute_ms, ttl_s)

    def _send(self, turn: Turn, message: Message) -> None:
        self._bus.send(turn, message)

    def _changed_elsewhere(self, message: Message) -> None:
        self._tiers.changed_elsewhere(message)
        if message.key is not None:
            self._popular.forget_unsent(message.key)


def open_cache(settings: Settings) -> Cache:
    """The cache of this process: over ``REDIS_URL`` or, with none set, a private server, started if nobody has.

    Returns when Redis is up or found to be unusable; the cache works either way. Raises ``InvalidInput``
    (``redis.url``).
    """
    if settings.redis_url:
        check_url(settings.redis_url)
        cache = Cache(settings, settings.redis_url)
    else:
        server = PrivateServer(settings.data_dir, settings.redis_memory_mb)
        cache = Cache(settings, server.url, server)
    cache.settle(SETTLE_S)
    return cache


def _waited(landing: Landing) -> Landing:
    """``landing`` as it is for somebody who waited for it: what would be a hit was computed meanwhile."""
    if landing.outcome is not Outcome.HIT:
        return landing
    return replace(landing, outcome=Outcome.COALESCED, tier=None)


def _cached(value: T, landing: Landing, started: float) -> Cached[T]:
    saved_ms = landing.entry.compute_ms if landing.outcome in (Outcome.HIT, Outcome.COALESCED) else 0.0
    return Cached(value, landing.outcome, landing.tier, (time.perf_counter() - started) * 1e3, saved_ms)
