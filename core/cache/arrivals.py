"""How one request comes by its value: from the nearest place to the farthest, the engine being the last."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeAlias, TypeVar

from core.cache.bus import Bus, Event, Message, Waiter
from core.cache.cached import Cached
from core.cache.codec import Codec
from core.cache.envelope import Entry
from core.cache.failure import Failure
from core.cache.flights import Flight, Flights, Landing
from core.cache.key import Key
from core.cache.ledger import Ledger
from core.cache.link import Link, Turn, Unavailable
from core.cache.locks import Locks
from core.cache.outcome import Outcome
from core.cache.tiers import Tiers
from core.errors import Cancelled

T = TypeVar("T")
Work: TypeAlias = Callable[[], tuple[T, float]]
"""Computes a value, and says how many milliseconds of engine time that took."""

RETRY_S = 1.0
"""How soon a waiter looks after a computation elsewhere of which nothing is heard, in seconds."""


@dataclass(frozen=True)
class Request(Generic[T]):
    """What is asked for."""

    key: Key
    codec: Codec[T]
    engine: str
    """The name that the computing is counted under."""
    ttl_s: int
    """How long the entry is to live, in seconds; 0 for ever."""

    def entry(self, value: T, compute_ms: float) -> Entry:
        """``value`` as it is stored."""
        payload = self.codec.encode(value)
        return Entry(payload, self.codec.name, self.engine, time.time(), compute_ms, self.ttl_s)


class Claim(Generic[T]):
    """The right to compute one value, which nobody else does meanwhile, and the duty to say how it went.

    Ends with the first call of :meth:`fulfil` or :meth:`give_up`; until then everybody else who asks waits.
    """

    def __init__(self, settle: Callable[[Work[T]], Cached[T]]) -> None:
        self._settle = settle
        self._once = threading.Lock()

    def fulfil(self, value: T, compute_ms: float) -> Cached[T]:
        """Store ``value``, which took so many milliseconds of engine time, and hand it to those who wait."""
        if not self._once.acquire(blocking=False):
            raise RuntimeError("this claim has ended")
        return self._settle(lambda: (value, compute_ms))

    def give_up(self, error: Exception) -> None:
        """Hand ``error`` to those who wait; for ``Cancelled`` one of them computes. Nothing if the claim has ended."""

        def fail() -> tuple[T, float]:
            raise error

        if self._once.acquire(blocking=False):
            with contextlib.suppress(type(error)):
                self._settle(fail)


class _FailedElsewhere(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class Arrivals:
    """Brings requests to their values, whoever has them or computes them."""

    def __init__(self, link: Link, tiers: Tiers, flights: Flights, locks: Locks, bus: Bus, ledger: Ledger) -> None:
        self._link = link
        self._tiers = tiers
        self._flights = flights
        self._locks = locks
        self._bus = bus
        self._ledger = ledger

    def arrive(self, request: Request[T], work: Work[T], checkpoint: Callable[[], None]) -> tuple[T, Landing]:
        """Come by the value alone or with others in this process who want it now."""
        waited = False
        while True:
            flight, flies = self._flights.board(request.key)
            if flies:
                try:
                    value, landing = self._fly(request, work, checkpoint, flight)
                    flight.result = landing
                finally:
                    self._flights.land(request.key)
                return value, _waited(landing) if waited else landing
            result = flight.wait(checkpoint)
            if isinstance(result, Failure):
                raise result.error()
            if result is not None:
                computed = result.outcome is not Outcome.HIT
                landing = replace(result, outcome=Outcome.COALESCED, tier=None) if computed else result
                return request.codec.decode(landing.entry.payload), landing
            waited = True

    def bypass(self, request: Request[T], work: Work[T]) -> tuple[T, Landing]:
        """Compute without looking, and store."""
        return self._compute(self._link.turn(), request, work, Flight(), Outcome.BYPASS)

    def claim(self, request: Request[T]) -> tuple[T, Landing] | Callable[[Work[T]], tuple[T, Landing]] | None:
        """The value if it is stored; what computes it, to be called once, if nobody is at it; None if somebody is.

        Never waits for another computation, so that one may hold many claims: who waits while he holds something
        that others wait for may wait for ever.
        """
        flight, flies = self._flights.board(request.key)
        if not flies:
            return None

        def settle(work: Work[T]) -> tuple[T, Landing]:
            try:
                value, flight.result = self._compute(self._link.turn(), request, work, flight, outcome)
                return value, flight.result
            finally:
                self._flights.land(request.key)

        claimed = False
        try:
            found = self._look_or_lock(self._link.turn(), request)
            if isinstance(found, Outcome):
                outcome, claimed = found, True
                return settle
            if found is not None:
                flight.result = found[1]
            return found
        finally:
            if not claimed:
                self._flights.land(request.key)

    def _look_or_lock(self, turn: Turn, request: Request[T]) -> tuple[T, Landing] | Outcome | None:
        """What is stored, or as what it is to be computed here; None if another node is at it."""
        try:
            found = self._tiers.look(turn, request.key, request.codec)
            if found is None:
                if not self._locks.acquire(turn, request.key):
                    return None
                found = self._tiers.look(turn, request.key, request.codec)  # it may have been stored since we looked
                if found is None:
                    return Outcome.MISS
                self._locks.release(turn, request.key)
            self._keep_for_good(turn, request, found[1])
            return found
        except Unavailable:
            self._locks.release(turn, request.key)
            return Outcome.OFFLINE

    def _fly(
        self, request: Request[T], work: Work[T], checkpoint: Callable[[], None], flight: Flight
    ) -> tuple[T, Landing]:
        """Come by the value on behalf of this process."""
        turn = self._link.turn()
        try:
            found = self._tiers.look(turn, request.key, request.codec)
            if found is None:
                with self._bus.watch(request.key) as waiter:
                    found = self._win(turn, request, waiter, checkpoint)
        except Unavailable:
            self._locks.release(turn, request.key)
            return self._compute(turn, request, work, flight, Outcome.OFFLINE)
        except _FailedElsewhere as elsewhere:
            flight.result = elsewhere.failure
            raise elsewhere.failure.error() from None
        if found is None:
            return self._compute(turn, request, work, flight, Outcome.MISS)
        self._keep_for_good(turn, request, found[1])
        return found

    def _win(
        self, turn: Turn, request: Request[T], waiter: Waiter, checkpoint: Callable[[], None]
    ) -> tuple[T, Landing] | None:
        """Wait until this node may compute (None; it holds the lock then) or another has. Raises ``Unavailable``."""
        waited = False
        while not self._locks.acquire(turn, request.key):
            news = waiter.wait(checkpoint, RETRY_S)
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

    def _compute(
        self, turn: Turn, request: Request[T], work: Work[T], flight: Flight, outcome: Outcome
    ) -> tuple[T, Landing]:
        """Have the engine work, store the result and tell whoever waits elsewhere how it went."""
        key, engine = request.key, request.engine
        news = Message(Event.GIVEN_UP, key)
        try:
            value, compute_ms = work()
            entry = request.entry(value, compute_ms)
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
                    self._bus.send(turn, news)
        return value, Landing(entry, outcome, None)

    def _keep_for_good(self, turn: Turn, request: Request[T], landing: Landing) -> None:
        """An entry that would expire, found by a request for one that does not, stays."""
        if not request.ttl_s and landing.entry.ttl_s:
            self._tiers.overwrite(turn, request.key, replace(landing.entry, ttl_s=0))


def _waited(landing: Landing) -> Landing:
    """``landing`` as it is for somebody who waited for it: what would be a hit was computed meanwhile."""
    if landing.outcome is not Outcome.HIT:
        return landing
    return replace(landing, outcome=Outcome.COALESCED, tier=None)
