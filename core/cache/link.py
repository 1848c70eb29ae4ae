"""Redis behind a breaker: one request waits for a bounded time at most, and the next ones not at all.

A step that finds Redis gone or silent trips the breaker; from then on every step is refused at once, until a probe in
the background finds Redis well again. So that a Redis which answers every time, but late, cannot hold a request up
step by step, the steps of one request (a :class:`Turn`) share one allowance of time.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    RedisClusterException,
    RedisError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core.cache.connect import Client

R = TypeVar("R")

PROBE_S = 0.5
"""Pause between two looks at a Redis that is down, in seconds."""
PROBE_PINGS = 3
"""Pings of one look; the fastest counts, as any of them may have waited for this process's own work."""
SLOW = 0.2
"""Share of the timeout above which a ping is too slow to work with: a request takes up to six steps."""

_DOWN = (
    RedisConnectionError,  # includes wrong passwords and a server that is loading its snapshot
    RedisTimeoutError,
    BusyLoadingError,
    ClusterDownError,
    RedisClusterException,
    OSError,
)
_log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Redis cannot do this step now; go on without it."""


class Link:
    """The way to Redis. Starts with a look in the background; see :meth:`settle`."""

    def __init__(self, connect: Callable[[], Client], timeout_s: float) -> None:
        """``connect`` does what it takes to get a client, again and again until there is one that works;
        ``timeout_s`` is one request's allowance.
        """
        self.timeout_s = timeout_s
        self._connect = connect
        self._client: Client | None = None
        self._up = False
        self._reason = "not connected yet"
        self._settled = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._probing = False
        self._look()

    @property
    def up(self) -> bool:
        """Whether steps are tried at all."""
        return self._up

    @property
    def reason(self) -> str:
        """Why it is not up; empty while it is."""
        return "" if self._up else self._reason

    def settle(self, timeout_s: float) -> bool:
        """Wait until the first look is over, at most ``timeout_s``; whether Redis is up."""
        self._settled.wait(timeout_s)
        return self._up

    def turn(self) -> "Turn":
        """A request's share of Redis."""
        return Turn(self)

    def run(self, step: Callable[[Client], R]) -> R:
        """One step on its own. Raises :class:`Unavailable`."""
        return self.turn().run(step)

    def attempt(self, step: Callable[[Client], R]) -> R:
        """Do ``step`` if the breaker allows. Raises :class:`Unavailable`, after tripping it if need be."""
        client = self._client
        if not self._up or client is None:
            raise Unavailable(self._reason)
        try:
            return step(client)
        except _DOWN as error:
            self.trip(_sentence(error))
            raise Unavailable(str(error)) from error
        except RedisError as error:
            # Refused (read-only, out of memory, not permitted …): reading may still work, so the breaker stays.
            _log.debug("Redis refused a step: %s", error)
            raise Unavailable(str(error)) from error

    def trip(self, reason: str) -> None:
        """Stop using Redis until it is found well again."""
        with self._lock:
            tripped, self._up, self._reason = self._up, False, reason
        if tripped:
            _log.warning("Working without Redis: %s", reason)
        self._look()

    def suspect(self) -> None:
        """A request's allowance is used up: find out whether Redis is slow."""
        self._look()

    def close(self) -> None:
        """Let go of Redis."""
        self._closed.set()
        self._up = False
        self._forget_client()

    def _forget_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _look(self) -> None:
        with self._lock:
            if self._probing or self._closed.is_set():
                return
            self._probing = True
        threading.Thread(target=self._probe, name="encore-redis-probe", daemon=True).start()

    def _probe(self) -> None:
        while not self._closed.is_set():
            reason = self._ail()
            with self._lock:
                recovered = not reason and not self._up
                ailing = bool(reason) and (self._up or not self._settled.is_set())
                self._up, self._reason = not reason, reason
                if not reason:
                    self._probing = False
            if ailing:
                _log.warning("Working without Redis: %s", reason)
            if recovered and self._settled.is_set():
                _log.info("Redis is back.")
            self._settled.set()
            if not reason:
                return
            self._closed.wait(PROBE_S)
        with self._lock:
            self._probing = False

    def _ail(self) -> str:
        """What is wrong with Redis; nothing if it is well."""
        try:
            client = self._client = self._client or self._connect()
            fastest = min(_ping_s(client) for _ in range(PROBE_PINGS))
        except Exception as error:  # whatever it is, Redis cannot be used, and this thread must go on looking
            self._forget_client()
            return _sentence(error)
        return "" if fastest < SLOW * self.timeout_s else f"it takes {fastest * 1e3:.0f} ms to answer"


class Turn:
    """The steps of one request, which together may take the link's timeout."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._spent_s = 0.0

    def run(self, step: Callable[[Client], R]) -> R:
        """Do ``step``. Raises :class:`Unavailable` if Redis cannot, or the allowance is used up."""
        if self._spent_s >= self._link.timeout_s:
            raise Unavailable("the allowance of time is used up")
        started = time.perf_counter()
        try:
            return self._link.attempt(step)
        finally:
            self._spent_s += time.perf_counter() - started
            if self._spent_s >= self._link.timeout_s:
                self._link.suspect()


def _ping_s(client: Client) -> float:
    started = time.perf_counter()
    client.ping()
    return time.perf_counter() - started


def _sentence(error: Exception) -> str:
    return str(error) or type(error).__name__
