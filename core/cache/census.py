"""How much is stored: a walk through everything that takes short steps and a small share of the time.

Counting along as entries come and go would cost less and soon be wrong: they expire, are evicted or flushed, and
nobody is told.
"""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from core.cache.connect import Client
from core.cache.key import Key, Namespace
from core.cache.link import Link
from core.cache.stats import Footprint

WALK_S = 0.25
"""How long one look may go on with the walk, in seconds: enough for thousands of entries."""
SHARE = 0.05
"""Share of the time that may go into walking, however many pages watch however large a cache."""
BATCH = 500
"""Keys looked at in one round trip."""


class Census:
    """Entries and bytes by namespace. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lap: _Lap | None = None
        self._known: Sequence[Footprint] = ()
        self._whole = False
        self._walk_again = float("-inf")

    def count(self, link: Link, walk_s: float = WALK_S) -> Sequence[Footprint]:
        """What each namespace takes, after walking on for at most about ``walk_s``. Raises ``Unavailable``.

        Exact where everything can be seen in that time. Of more, what the last whole walk found; until there was one,
        what was seen so far, projected to all keys there are.
        """
        # Whoever comes while another walks is told what is known; only the very first have to wait.
        if time.monotonic() >= self._walk_again and self._lock.acquire(blocking=not self._known):
            try:
                if time.monotonic() >= self._walk_again:
                    self._walk(link, walk_s)
            finally:
                self._lock.release()
        return self._known

    def start_over(self) -> None:
        """Much was removed: what is known is void."""
        with self._lock:
            self._lap, self._known, self._whole, self._walk_again = None, (), False, float("-inf")

    def _walk(self, link: Link, walk_s: float) -> None:
        started = time.monotonic()
        at_once = self._lap is None
        done = False
        try:
            lap, done = link.run(self._step)
            while not done and time.monotonic() - started < walk_s:
                lap, done = link.run(self._step)  # each step on its own: a long walk is no sign of a slow Redis
            if done:
                self._known, self._whole, self._lap = lap.footprints(1.0, exact=at_once), True, None
            elif not self._whole:
                keys = link.run(lambda client: int(client.dbsize()))
                self._known = lap.footprints(max(1.0, keys / max(1, lap.seen)), exact=False)
        except BaseException:
            self._lap = None
            raise
        finally:
            self._walk_again = time.monotonic() + (time.monotonic() - started) / SHARE

    def _step(self, client: Client) -> tuple["_Lap", bool]:
        """The lap after one more step, and whether that was its last."""
        if self._lap is None or self._lap.client is not client:
            self._lap = _Lap(client)
        return self._lap, self._lap.step()


class _Lap:
    """One walk through all keys."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seen = 0
        # All names, not Encore's alone: looking for a few among many others would be one long step.
        self._names = iter(client.scan_iter(count=BATCH))
        self._entries: Counter[Namespace] = Counter()
        self._bytes: Counter[Namespace] = Counter()

    def step(self) -> bool:
        """Count some more; whether those were the last."""
        names = list(islice(self._names, BATCH))
        keys = [key for key in map(Key.recognise, names) if key is not None]
        with self.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.strlen(str(key))
            lengths = pipeline.execute(raise_on_error=False)
        for key, length in zip(keys, lengths, strict=True):
            if isinstance(length, int) and length:
                self._entries[key.namespace] += 1
                self._bytes[key.namespace] += length
        self.seen += len(names)
        return len(names) < BATCH

    def footprints(self, scale: float, *, exact: bool) -> Sequence[Footprint]:
        """What was counted, times ``scale``."""
        return [
            Footprint(each, round(self._entries[each] * scale), round(self._bytes[each] * scale), exact)
            for each in Namespace
        ]
