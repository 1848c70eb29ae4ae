"""One computation at a time per key within this process: the first caller flies, the others wait for it to land."""

import threading
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
        self.landed = threading.Event()
        self.result: Landing | Failure | None = None
        """Where it landed, set by the one who flies; None if it was given up, and somebody else should fly."""

    def wait(self, checkpoint: Callable[[], None]) -> Landing | Failure | None:
        """The result, once it has landed. ``checkpoint`` is called often meanwhile and may raise to leave."""
        while not self.landed.wait(CHECK_S):
            checkpoint()
        return self.result


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

    def land(self, key: Key) -> None:
        """End the flight for ``key`` and let its waiters go: whoever asks from now on starts anew."""
        with self._lock:
            flight = self._flights.pop(key)
        flight.landed.set()
