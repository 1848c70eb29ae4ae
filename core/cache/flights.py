"""One computation at a time per key within this process: the first caller flies, the others wait for it to land."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.cache.envelope import Entry
from core.cache.failure import Failure
from core.cache.key import Key
from core.cache.outcome import Outcome, Tier

CHECK_S = 0.1
"""How often a waiter looks whether it was cancelled, in seconds."""


@dataclass(frozen=True)
class Landing:
    """How a flight ended well."""

    entry: Entry
    outcome: Outcome
    tier: Tier | None


class Flight:
    """One computation under way."""

    def __init__(self) -> None:
        self._landed = threading.Event()
        self._result: Landing | Failure | None = None

    def wait(self, checkpoint: Callable[[], None], timeout_s: float = float("inf")) -> bool:
        """Wait for the landing; whether it came in time. ``checkpoint`` is called often and may raise to leave."""
        end = time.monotonic() + timeout_s
        while not self._landed.is_set():
            checkpoint()
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._landed.wait(min(CHECK_S, left))
        return True

    def land(self, result: Landing | Failure | None) -> None:
        """Let the waiters go."""
        self._result = result
        self._landed.set()

    @property
    def result(self) -> Landing | Failure | None:
        """Where it landed; None if it was given up, and somebody else should fly."""
        return self._result


class Flights:
    """The flights of this process by key."""

    def __init__(self) -> None:
        self._flights: dict[Key, Flight] = {}
        self._lock = threading.Lock()

    def board(self, key: Key) -> tuple[Flight, bool]:
        """The flight for ``key``, and whether the caller flies it (and so must :meth:`land` it, come what may)."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: Key, result: Landing | Failure | None) -> None:
        """End the flight for ``key``: whoever asks from now on starts anew."""
        with self._lock:
            flight = self._flights.pop(key)
        flight.land(result)
