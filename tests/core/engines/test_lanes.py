"""Turns: in the order of arrival, told, and given up by whoever cancels."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.engines.lanes import Lanes
from core.errors import Cancelled
from core.progress import Progress

WHO = "an engine"
PATIENCE_S = 10


class Waiter:
    """Asks for a turn in a thread of its own, and keeps it until it is let go."""

    def __init__(self, lanes: Lanes, lane: str = "gpu", who: object = WHO) -> None:
        self.heard: list[int] = []
        self.told = threading.Semaphore(0)
        self.working, self.leave = threading.Event(), threading.Event()
        self.error: Exception | None = None
        self.progress = Progress(queue_listener=self._hear)
        self._thread = threading.Thread(target=self._run, args=(lanes, lane, who))
        self._thread.start()

    def _hear(self, ahead: int) -> None:
        self.heard.append(ahead)
        self.told.release()

    def _run(self, lanes: Lanes, lane: str, who: object) -> None:
        try:
            with lanes.turn(lane, who, self.progress):
                self.working.set()
                self.leave.wait(PATIENCE_S)
        except Cancelled as error:
            self.error = error

    def end(self) -> None:
        self.leave.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


@contextmanager
def queue(lanes: Lanes, count: int) -> Iterator[list[Waiter]]:
    """One who works and those who wait, in their order."""
    waiters = [Waiter(lanes)]
    assert waiters[0].working.wait(PATIENCE_S)
    for _ in range(count - 1):
        waiters.append(Waiter(lanes))
        assert waiters[-1].told.acquire(timeout=PATIENCE_S)
    yield waiters
    for waiter in waiters:
        waiter.end()


def test_turns_come_in_order_and_everybody_hears_how_many_are_ahead() -> None:
    lanes = Lanes()
    with queue(lanes, 4) as (first, second, third, fourth):
        assert (lanes.length, lanes.waiting(WHO), lanes.waiting("another")) == (3, 3, 0)
        assert [each.heard for each in (first, second, third, fourth)] == [[], [1], [2], [3]]
        for leaving, coming in ((first, second), (second, third), (third, fourth)):
            assert not coming.working.is_set()
            leaving.end()
            assert coming.working.wait(PATIENCE_S)
            assert fourth.told.acquire(timeout=PATIENCE_S)
        assert fourth.heard == [3, 2, 1, 0]
        assert (first.heard, lanes.length) == ([], 0)


def test_who_cancels_leaves_the_queue_and_the_others_move_up() -> None:
    lanes = Lanes()
    with queue(lanes, 3) as (first, second, third):
        second.progress.cancel()
        second.end()
        assert isinstance(second.error, Cancelled)
        assert third.told.acquire(timeout=PATIENCE_S)
        assert (third.heard, lanes.length) == ([2, 1], 1)
        first.end()
        assert third.working.wait(PATIENCE_S)


def test_who_fails_gives_up_the_turn() -> None:
    lanes = Lanes()
    with pytest.raises(ZeroDivisionError), lanes.turn("gpu", WHO, Progress()):
        _ = 1 / 0
    with lanes.turn("gpu", WHO, Progress()):
        assert lanes.length == 0


def test_lanes_do_not_wait_for_each_other_and_nobody_waits_in_the_one_without_a_name() -> None:
    lanes = Lanes()
    waiters = [Waiter(lanes, lane) for lane in ("gpu", "another", "", "")]
    try:
        assert all(waiter.working.wait(PATIENCE_S) for waiter in waiters)
        assert lanes.length == 0
    finally:
        for waiter in waiters:
            waiter.end()
