"""What the cache did for one stage, in the words that badges and reports use."""

from enum import StrEnum


class Outcome(StrEnum):
    """How one value was come by."""

    HIT = "hit"
    """It was stored already."""
    MISS = "miss"
    """It was not stored, so it was computed, and stored."""
    COALESCED = "coalesced"
    """Somebody was computing it already; this request waited and got the same bytes."""
    BYPASS = "bypass"
    """The store was not asked, as the request wished; it was computed, and stored."""
    OFFLINE = "offline"
    """Redis could not be used and this process did not have it, so it was computed here."""


class Tier(StrEnum):
    """Where a hit was found."""

    LOCAL = "local"
    """In this process."""
    REDIS = "redis"
    """In the store that all nodes share."""
