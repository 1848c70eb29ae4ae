"""Queues: of each lane's requests one is worked for, and the others wait in the order in which they came."""

import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.progress import Progress

CHECK_S = 0.2
"""How often a waiter looks whether it was cancelled, in seconds."""


@dataclass(frozen=True, eq=False)
class _Ticket:
    who: object


class Lanes:
    """The queues of all lanes. Thread-safe."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._queues: dict[str, deque[_Ticket]] = defaultdict(deque)
        """The first of each has the turn."""

    @contextmanager
    def turn(self, lane: str, who: object, progress: Progress) -> Iterator[None]:
        """``who``'s turn in ``lane``, once all who came before have had theirs; at once in the lane without a name.

        ``progress`` is told how many are ahead, whenever that changes. Raises :class:`Cancelled`, and waits no more.
        Who has a turn must not ask for another in the same lane.
        """
        if not lane:
            yield
            return
        ticket = _Ticket(who)
        with self._moved:
            queue = self._queues[lane]
            queue.append(ticket)
        try:
            self._wait(queue, ticket, progress)
            yield
        finally:
            with self._moved:
                queue.remove(ticket)
                self._moved.notify_all()

    def waiting(self, who: object) -> int:
        """How many turns of ``who`` are waited for."""
        with self._moved:
            return sum(ticket.who is who for queue in self._queues.values() for ticket in list(queue)[1:])

    @property
    def length(self) -> int:
        """How many wait in all lanes."""
        with self._moved:
            return sum(max(0, len(queue) - 1) for queue in self._queues.values())

    def _wait(self, queue: deque[_Ticket], ticket: _Ticket, progress: Progress) -> None:
        told = 0
        while True:
            with self._moved:
                ahead = queue.index(ticket)
                if ahead and ahead == told:
                    self._moved.wait(CHECK_S)
                    ahead = queue.index(ticket)
            if ahead != told:  # told outside the lock: nobody knows how long a listener takes
                progress.queue(ahead)
            progress.checkpoint()
            told = ahead
            if not ahead:
                return
