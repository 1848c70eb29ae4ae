"""How much one caller may ask for: counted in Redis, so that all nodes count together, and here while it is away."""

import hashlib
import logging
import math
import time
from typing import Any

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from core.cache.connect import Client
from core.cache.link import Link, Unavailable
from core.errors import InvalidInput

PREFIX = "encore:limit:"
"""How counters are called in Redis."""
log = logging.getLogger(__name__)


class RateLimit:
    """A number of things in a stretch of time, for each name. Thread-safe; asking may take as long as Redis may."""

    def __init__(self, allowed: str, about: str, link: Link | None = None) -> None:
        """``allowed`` is as in ``60/minute``, several with ``;`` between them, empty for no limit; ``about`` keeps what
        is counted apart from other limits. Counts in the Redis behind ``link``, if given, while that is well.

        Raises :class:`InvalidInput` (``settings.invalid``).
        """
        self.allowed = allowed.strip()
        self._about = about
        try:
            self._items: list[RateLimitItem] = parse_many(self.allowed) if self.allowed else []
        except ValueError as error:
            raise InvalidInput(
                "settings.invalid", name="ENCORE_RATE_LIMIT", reason="write it like 60/minute"
            ) from error
        self._here = FixedWindowRateLimiter(MemoryStorage())
        self._everywhere = FixedWindowRateLimiter(_RedisStorage(link)) if link is not None else None

    def hit(self, name: str) -> bool:
        """Count one for ``name``; whether it was still within the limit."""
        within = [self._ask("hit", item, name) for item in self._items]  # counted by every one, whatever the first says
        return all(within)

    def exhausted(self, name: str) -> bool:
        """Whether the next one for ``name`` would be beyond the limit."""
        return not all(self._ask("test", item, name) for item in self._items)

    def retry_s(self, name: str) -> int:
        """In how many seconds ``name`` may ask again, at least 1."""
        waits = [self._ask("get_window_stats", item, name) for item in self._items]
        return max([1, *(math.ceil(float(wait.reset_time) - time.time()) for wait in waits if not wait.remaining)])

    def _ask(self, question: str, item: RateLimitItem, name: str) -> Any:
        # Who asked for what is nobody's business, even in Redis.
        name = hashlib.sha256(name.encode()).hexdigest()[:32]
        if self._everywhere is not None:
            try:
                return getattr(self._everywhere, question)(item, self._about, name)
            except Unavailable as error:
                log.debug("counting here: %s", error)
        return getattr(self._here, question)(item, self._about, name)


class _RedisStorage(Storage):
    """The library's counters in the Redis that the cache uses, by the cache's way to it. Raises ``Unavailable``."""

    STORAGE_SCHEME = None

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link

    @property
    def base_exceptions(self) -> type[Exception]:
        """What goes wrong here."""
        return Unavailable

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more, in a window of ``expiry`` seconds that the first one opens."""

        def count(client: Client) -> int:
            pipeline = client.pipeline()
            pipeline.set(PREFIX + key, 0, ex=expiry, nx=True)
            pipeline.incrby(PREFIX + key, amount)
            return int(pipeline.execute()[-1])

        return self._link.run(count)

    def get(self, key: str) -> int:
        """The count."""
        return int(self._link.run(lambda client: client.get(PREFIX + key)) or 0)

    def get_expiry(self, key: str) -> float:
        """When the window ends, in Unix time."""
        return time.time() + max(0.0, self._link.run(lambda client: client.pttl(PREFIX + key)) / 1000)

    def check(self) -> bool:
        """Whether Redis is well."""
        return self._link.up

    def reset(self) -> int | None:
        """Forgetting every count is nothing that is done here: they expire."""
        return None

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._link.run(lambda client: client.delete(PREFIX + key))
