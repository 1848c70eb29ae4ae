"""The cache: what was computed once is not computed again.

A request goes from the nearest place to the farthest: this process's memory, a computation under way in this process,
Redis, a computation under way on another node, and only then the engine. Every step towards Redis may find it
unusable; then the request goes on without it.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from core.cache.arrivals import Arrivals, Claim, Request, Work
from core.cache.bus import Bus, Message
from core.cache.cached import Cached
from core.cache.census import WALK_S
from core.cache.codec import Codec
from core.cache.connect import Client, check_url, connect, public
from core.cache.flights import Flights, Landing
from core.cache.housekeeping import Housekeeper
from core.cache.key import JSON, Key, Namespace
from core.cache.ledger import Ledger
from core.cache.link import Link, Turn, Unavailable
from core.cache.local import LocalSize
from core.cache.locks import Locks
from core.cache.notices import WINDOW, Notice, Thresholds, find_notices
from core.cache.outcome import Outcome, Tier
from core.cache.popular import Popular, PopularRecipes
from core.cache.server import PrivateServer
from core.cache.stats import Activity, CacheStats, EntryInfo, Footprint, Minute, RedisState, add
from core.cache.tiers import Tiers
from core.errors import StorageFailed
from core.settings import MEGABYTE, Settings

T = TypeVar("T")

SETTLE_S = 5.0
"""How long opening waits for Redis, which may have to be started and to load its snapshot, in seconds."""
_log = logging.getLogger(__name__)


def _nothing() -> None:
    """The checkpoint of a request that nobody can cancel."""


@dataclass(frozen=True)
class Part:
    """A value that was come by before."""

    key: Key
    created: float
    """When it was computed, in seconds since the epoch."""
    recipe: Mapping[str, JSON] | None = None
    """As for :meth:`Cache.get_or_compute`."""


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
        self._arrivals = Arrivals(self._link, self._tiers, self._flights, self._locks, self._bus, self._ledger)
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
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> Cached[T]:
        """The value under ``key``, computed by ``compute`` if nobody has it and nobody is at it.

        ``engine`` is the name that the computing is counted under; ``recipe`` the request as JSON, remembered so that
        popular entries can be computed again; ``bypass`` computes without looking, and stores; ``permanent`` entries
        do not expire. ``checkpoint`` is called several times a second while this request waits for another's
        computation, and may raise to leave. ``compute`` is called within ``around``, which is not counted as its time:
        waiting for an engine and loading its model is not what a later hit saves.

        Raises what ``compute`` raises. Waiters get the error of the one that computed, except for ``Cancelled``:
        then one of them computes.
        """
        started = time.perf_counter()

        def work() -> tuple[T, float]:
            with around():
                begun = time.perf_counter()
                return compute(), (time.perf_counter() - begun) * 1e3

        request = self._request(key, codec, engine, permanent)
        if bypass:
            value, landing = self._arrivals.bypass(request, work)
        else:
            value, landing = self._arrivals.arrive(request, work, checkpoint)
        if recipe is not None:
            self._popular.note(recipe, key, engine, landing.entry.compute_ms)
        return self._noted(request, Cached.of(value, landing, started))

    def claim(self, key: Key, codec: Codec[T], *, engine: str) -> Cached[T] | Claim[T] | None:
        """The value under ``key`` if it is stored, or the claim to compute it; None while somebody else is at it.

        For computing several values at once: claim them all, compute what was claimed, settle the claims, and only
        then wait, with :meth:`get_or_compute`, for what others are at. A claim never waits, so no two who do this
        can wait for each other.
        """
        started = time.perf_counter()
        request = self._request(key, codec, engine)
        found = self._arrivals.claim(request)
        if found is None:
            return None
        if isinstance(found, tuple):
            return self._noted(request, Cached.of(*found, started))
        settle = found

        def settled(work: Work[T]) -> Cached[T]:
            return self._noted(request, Cached.of(*settle(work), started))

        return Claim(settled)

    def get(self, key: Key, codec: Codec[T]) -> Cached[T] | None:
        """The value under ``key`` if it is stored; nothing is computed, and nothing counted."""
        started = time.perf_counter()
        try:
            found = self._tiers.look(self._link.turn(), key, codec)
        except Unavailable:
            return None
        return found and Cached.of(*found, started)

    def recall(self, parts: Sequence[Part]) -> Sequence[Cached[None]] | None:
        """A hit for each of ``parts``, if all are in this process's memory as they were; else nothing is counted.

        For who has the values still. Never waits.
        """
        started = time.perf_counter()
        entries = [self._tiers.local.get(part.key) for part in parts]
        hits: list[Cached[None]] = []
        for part, entry in zip(parts, entries, strict=True):
            if entry is None or entry.created != part.created:
                return None
            hits.append(Cached.of(None, Landing(entry, Outcome.HIT, Tier.LOCAL), started))
        for part, entry, hit in zip(parts, entries, hits, strict=True):
            if entry is not None:
                self._tiers.extensions.used(part.key, entry)
                self._ledger.note_request(part.key.namespace, entry.engine, hit.outcome, hit.tier, hit.ms, hit.saved_ms)
                if part.recipe is not None:
                    self._popular.note(part.recipe, part.key, entry.engine, entry.compute_ms)
        return hits

    def put(
        self, key: Key, codec: Codec[T], value: T, *, engine: str, compute_ms: float, permanent: bool = False
    ) -> None:
        """Store ``value``, which took ``engine`` so long, over whatever is there."""
        entry = self._request(key, codec, engine, permanent).entry(value, compute_ms)
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
    def link(self) -> Link:
        """The way to Redis, for what else nodes have to know together."""
        return self._link

    @property
    def redis_state(self) -> RedisState:
        """Whether Redis is used, as it is known without asking it: costs nothing. Its memory is not told."""
        return RedisState(self._link.up, public(self._url), reason=self._link.reason)

    @property
    def notices(self) -> Sequence[Notice]:
        """What somebody should look at, as of the last minute: costs nothing."""
        return self._notices

    @property
    def local_size(self) -> LocalSize:
        """How full the cache inside this process is."""
        return self._tiers.local.size()

    def activity(self) -> Sequence[Activity] | None:
        """What the cache did, as all nodes together know it, to the second; None while Redis is down.

        Costs one step towards Redis, however much is stored.
        """
        try:
            return self._ledger.totals(self._link.turn())
        except Unavailable:
            return None

    def stats(self, walk_s: float = WALK_S) -> CacheStats:
        """What the cache did and holds, as all nodes together know it; what this process knows while Redis is down.

        Entries are counted for about ``walk_s`` at most; see :class:`~core.cache.census.Census`.
        """
        local = self.local_size
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

    def _request(self, key: Key, codec: Codec[T], engine: str, permanent: bool = False) -> Request[T]:
        return Request(key, codec, engine, 0 if permanent else self._ttl_s[key.namespace])

    def _noted(self, request: Request[T], cached: Cached[T]) -> Cached[T]:
        """``cached``, counted."""
        namespace, engine = request.key.namespace, request.engine
        self._ledger.note_request(namespace, engine, cached.outcome, cached.tier, cached.ms, cached.saved_ms)
        return cached

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
