"""What the cache did and holds, as figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

from core.cache.key import JSON, Key, Namespace
from core.cache.local import LocalSize
from core.cache.outcome import Outcome

if TYPE_CHECKING:
    from core.cache.notices import Notice


@dataclass(frozen=True)
class Counts:
    """What happened; the figures of several nodes add up."""

    hits_local: int = 0
    hits_redis: int = 0
    misses: int = 0
    coalesced: int = 0
    bypassed: int = 0
    offline: int = 0
    errors: int = 0
    """Computations that failed."""
    damaged: int = 0
    """Entries that were damaged or foreign, and deleted."""
    bytes_stored: int = 0
    """Bytes written to Redis."""
    computed_ms: float = 0.0
    """Engine time spent, in milliseconds."""
    saved_ms: float = 0.0
    """Engine time not spent, in milliseconds."""

    @property
    def hits(self) -> int:
        """Hits in either tier."""
        return self.hits_local + self.hits_redis

    @property
    def requests(self) -> int:
        """Everything that was asked for and came."""
        return self.hits + self.misses + self.coalesced + self.bypassed + self.offline

    @property
    def hit_rate(self) -> float:
        """Share of requests that needed no computing of their own, in [0, 1]; 0 before the first."""
        return (self.hits + self.coalesced) / self.requests if self.requests else 0.0

    def as_json(self) -> Mapping[str, JSON]:
        """For programs."""
        return asdict(self) | {"requests": self.requests, "hits": self.hits, "hit_rate": round(self.hit_rate, 4)}


@dataclass(frozen=True)
class Histogram:
    """How long requests took, in bins whose upper bounds double."""

    bins: Mapping[int, int] = field(default_factory=dict)
    """Requests by the number of binary digits of their time in microseconds."""

    def percentile(self, share: float) -> float | None:
        """Milliseconds within which ``share`` (in [0, 1]) of the requests were served, rounded up to a bin's bound."""
        wanted = share * sum(self.bins.values())
        reached = 0
        for digits, count in sorted(self.bins.items()):
            reached += count
            if reached >= wanted:
                return (1 << digits) / 1e3
        return None


@dataclass(frozen=True)
class Activity:
    """What happened in one namespace with one engine."""

    namespace: Namespace
    engine: str
    counts: Counts
    latency: Mapping[Outcome, Histogram] = field(default_factory=dict)
    """Time from request to value by outcome."""

    def as_json(self) -> Mapping[str, JSON]:
        """For programs."""
        latency: dict[str, JSON] = {
            outcome.value: {"p50_ms": histogram.percentile(0.5), "p95_ms": histogram.percentile(0.95)}
            for outcome, histogram in self.latency.items()
        }
        return {"namespace": self.namespace.value, "engine": self.engine, **self.counts.as_json(), "latency": latency}


@dataclass(frozen=True)
class Minute:
    """What happened in one minute."""

    start: int
    """Seconds since the epoch."""
    activity: Sequence[Activity]


@dataclass(frozen=True)
class Footprint:
    """What a namespace takes in Redis."""

    namespace: Namespace
    entries: int
    bytes: int
    exact: bool = True
    """False in a large cache, where both are about right: as of a while ago, or projected."""


@dataclass(frozen=True)
class RedisState:
    """How Redis is."""

    up: bool
    where: str
    """Its address, without any password."""
    memory: int = 0
    """Bytes in use by the server."""
    memory_limit: int = 0
    """Bytes that the server may use; 0 if it has no limit or does not say."""
    reason: str = ""
    """Why it is not up."""


@dataclass(frozen=True)
class CacheStats:
    """Everything at one moment."""

    activity: Sequence[Activity]
    """By namespace and engine, all nodes together (this process alone while Redis is down)."""
    footprint: Sequence[Footprint]
    """One for each namespace; all zero while Redis is down."""
    redis: RedisState
    local: LocalSize
    notices: Sequence["Notice"] = ()
    """What somebody should look at."""

    @property
    def total(self) -> Counts:
        """All activity added up."""
        return add(row.counts for row in self.activity)

    def as_json(self) -> Mapping[str, JSON]:
        """For programs."""
        return {
            "redis": asdict(self.redis),
            "local": asdict(self.local),
            "total": self.total.as_json(),
            "activity": [row.as_json() for row in self.activity],
            "stored": [asdict(part) for part in self.footprint],
            "notices": [{"code": notice.code, "message": str(notice)} for notice in self.notices],
        }


@dataclass(frozen=True)
class EntryInfo:
    """What is known about a stored entry without reading its payload."""

    key: Key
    engine: str
    codec: str
    created: float
    """Seconds since the epoch."""
    compute_ms: float
    bytes: int
    """Size in Redis."""
    expires_in_s: float | None
    """None for entries that are kept for good."""

    def as_json(self) -> Mapping[str, JSON]:
        """For programs."""
        return asdict(self) | {"key": str(self.key), "namespace": self.key.namespace.value}


def add(rows: Iterable[Counts]) -> Counts:
    """The sum of ``rows``."""
    rows = list(rows)
    return Counts(**{figure.name: sum(getattr(row, figure.name) for row in rows) for figure in fields(Counts)})
