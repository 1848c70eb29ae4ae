"""What somebody should look at: a hit rate that is low, entries that are many."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.cache.stats import Counts

WINDOW = 15
"""Minutes whose hit rate is judged."""
REQUESTS = 50
"""Fewer requests than this say nothing about a rate."""


@dataclass(frozen=True)
class Thresholds:
    """What is worth a notice; 0 switches one off."""

    hit_rate: float
    """A lower share of hits, in [0, 1]."""
    entries: int
    """More entries."""


@dataclass(frozen=True)
class Notice:
    """A threshold that was passed."""

    code: str
    """``hit_rate`` or ``entries``."""
    value: float
    limit: float

    def __str__(self) -> str:
        if self.code == "hit_rate":
            return f"Only {self.value:.0%} of the last {WINDOW} minutes' requests were hits (under {self.limit:.0%})."
        return f"The cache holds {self.value:,.0f} entries (over {self.limit:,.0f})."


def find_notices(thresholds: Thresholds, recent: Counts, entries: int) -> Sequence[Notice]:
    """What ``recent`` (the last :data:`WINDOW` minutes) and the number of ``entries`` give to notice."""
    found = []
    if recent.requests >= REQUESTS and recent.hit_rate < thresholds.hit_rate:
        found.append(Notice("hit_rate", recent.hit_rate, thresholds.hit_rate))
    if 0 < thresholds.entries < entries:
        found.append(Notice("entries", entries, thresholds.entries))
    return found
