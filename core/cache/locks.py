"""One computation at a time per key across processes: redis-py's lock, short-lived and extended while work goes on.

The lock falls by itself a few seconds after its holder died, and then somebody else computes. It guards work, not
correctness: should it fall while its holder lives (a long stop of the whole process), the value is computed twice.
"""

import logging
import threading

from redis.lock import Lock

from core.cache.key import Key
from core.cache.link import Link, Turn, Unavailable

LOCK_S = 4.0
"""Life of a lock that is not extended any more, in seconds."""
EXTEND_S = 1.0
"""Time between extensions in seconds; several may fail before a lock falls."""

_log = logging.getLogger(__name__)


class Locks:
    """The locks that this process holds, with a thread that extends them."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._held: dict[Key, Lock] = {}
        self._mutex = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._extend_all, name="encore-locks", daemon=True)
        self._thread.start()

    def acquire(self, turn: Turn, key: Key) -> bool:
        """Take the lock on ``key`` if nobody has it; whether it was taken. Raises ``Unavailable``."""
        lock = turn.run(
            lambda client: _take(Lock(client, key.lock, timeout=LOCK_S, blocking=False, thread_local=False))
        )
        if lock is None:
            return False
        with self._mutex:
            self._held[key] = lock
        return True

    def release(self, turn: Turn, key: Key) -> bool:
        """Give the lock on ``key`` back, if it is held; whether it was. If Redis cannot be told, it falls by itself."""
        with self._mutex:
            lock = self._held.pop(key, None)
        if lock is None:
            return False
        try:
            turn.run(lambda _: lock.release())
        except Unavailable as error:
            _log.debug("A lock was left to fall: %s", error)
        return True

    def close(self) -> None:
        """Stop extending."""
        self._closed.set()

    def _extend_all(self) -> None:
        while not self._closed.wait(EXTEND_S):
            with self._mutex:
                held = list(self._held.items())
            for key, lock in held:
                try:
                    self._link.run(lambda _, lock=lock: lock.reacquire())  # type: ignore[misc]
                except Unavailable as error:
                    _log.debug("The lock on %s could not be extended: %s", key, error)


def _take(lock: Lock) -> Lock | None:
    return lock if lock.acquire() else None
