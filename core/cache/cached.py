"""What a request got from the cache."""

import time
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from core.cache.flights import Landing
from core.cache.outcome import Outcome, Tier

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
    created: float
    """When the value was computed, in seconds since the epoch: one key's values of different times may differ."""

    @classmethod
    def of(cls, value: T, landing: Landing, started: float) -> Self:
        """``value`` for a request that began at ``started`` (``time.perf_counter``) and ended with ``landing``."""
        entry = landing.entry
        saved_ms = entry.compute_ms if landing.outcome in (Outcome.HIT, Outcome.COALESCED) else 0.0
        return cls(value, landing.outcome, landing.tier, (time.perf_counter() - started) * 1e3, saved_ms, entry.created)
