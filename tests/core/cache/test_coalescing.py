"""One computation at a time per key, in one process and over several, whatever becomes of the one that computes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from core.cache.cache import Cache
from core.cache.cached import Cached
from core.cache.key import JSON, Namespace, key_for
from core.cache.outcome import Outcome
from core.errors import Cancelled, EncoreError, EngineFailed, InvalidText
from tests.core.cache.conftest import OpenNode, eventually
from tests.core.cache.json_codec import JsonCodec
from tests.core.cache.valkey import Valkey

KEY = key_for(Namespace.SEGMENT, {"name": "a"})


class Engine:
    """Works until it is let go, and counts its runs."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.runs = 0
        self.started = threading.Event()
        self.go = threading.Event()
        self.error = error

    def __call__(self) -> JSON:
        self.runs += 1
        self.started.set()
        assert self.go.wait(10)
        if self.error is not None:
            raise self.error
        return {"run": self.runs}


class Asker(threading.Thread):
    """A request under way."""

    def __init__(self, node: Cache, engine: Callable[[], JSON], checkpoint: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.node, self.engine, self.checkpoint = node, engine, checkpoint or (lambda: None)
        self.found: Cached[JSON] | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.found = self.node.get_or_compute(
                KEY, JsonCodec(), self.engine, engine="test", checkpoint=self.checkpoint
            )
        except BaseException as error:
            self.error = error


@pytest.fixture(params=["one process", "two nodes"])
def nodes(request: pytest.FixtureRequest, server: Valkey, open_node: OpenNode) -> tuple[Cache, Cache]:
    first = open_node(server)
    return first, first if request.param == "one process" else open_node(server)


def test_those_who_ask_meanwhile_wait_and_get_the_same(nodes: tuple[Cache, Cache]) -> None:
    engine = Engine()
    holder = Asker(nodes[0], engine)
    assert engine.started.wait(5)
    waiters = [Asker(nodes[1], engine) for _ in range(8)]
    time.sleep(0.3)
    engine.go.set()
    for asker in (holder, *waiters):
        asker.join(5)
    assert holder.found is not None
    assert holder.found.outcome is Outcome.MISS
    for waiter in waiters:
        assert waiter.found is not None
        assert (waiter.found.outcome, waiter.found.value, waiter.found.tier) == (Outcome.COALESCED, {"run": 1}, None)
        assert waiter.found.value is not holder.found.value
        assert waiter.found.saved_ms >= 300
    assert engine.runs == 1


def test_waiters_hear_of_a_result_at_once(nodes: tuple[Cache, Cache]) -> None:
    engine = Engine()
    holder = Asker(nodes[0], engine)
    assert engine.started.wait(5)
    waiter = Asker(nodes[1], engine)
    time.sleep(0.15)  # well inside the pause between two looks of its own
    engine.go.set()
    holder.join(5)
    assert holder.found is not None
    waiter.join(0.5)
    assert waiter.found is not None


def test_waiters_get_the_error_once_and_the_next_request_tries_again(nodes: tuple[Cache, Cache]) -> None:
    engine = Engine(InvalidText("text.too_long", characters=123_456, limit=100_000))
    holder = Asker(nodes[0], engine)
    assert engine.started.wait(5)
    waiters = [Asker(nodes[1], engine) for _ in range(3)]
    time.sleep(0.3)
    engine.go.set()
    for asker in (holder, *waiters):
        asker.join(5)
        assert isinstance(asker.error, InvalidText)
        assert "123,456" in str(asker.error)
    assert len({id(asker.error) for asker in (holder, *waiters)}) == 4
    assert engine.runs == 1
    engine.error = None
    for node in nodes[::-1]:
        again = Asker(node, engine)
        again.join(5)
        assert again.found is not None
    assert engine.runs == 2


def test_an_error_of_any_kind_reaches_waiters_as_the_engines_failure(nodes: tuple[Cache, Cache]) -> None:
    engine = Engine(ZeroDivisionError("division by zero"))
    holder = Asker(nodes[0], engine)
    assert engine.started.wait(5)
    waiter = Asker(nodes[1], engine)
    time.sleep(0.3)
    engine.go.set()
    holder.join(5)
    waiter.join(5)
    assert isinstance(holder.error, ZeroDivisionError)
    assert isinstance(waiter.error, EngineFailed)
    assert "division by zero" in str(waiter.error)


@pytest.mark.parametrize("end", [Cancelled(), KeyboardInterrupt(), SystemExit(1)])
def test_when_the_holder_is_cancelled_one_waiter_computes(nodes: tuple[Cache, Cache], end: BaseException) -> None:
    cancelled, engine = Engine(end), Engine()
    holder = Asker(nodes[0], cancelled)
    assert cancelled.started.wait(5)
    waiters = [Asker(nodes[1], engine) for _ in range(3)]
    time.sleep(0.3)
    cancelled.go.set()
    assert engine.started.wait(0.9)  # at once, not when it next looks
    engine.go.set()
    outcomes = Counter()
    for waiter in waiters:
        waiter.join(5)
        assert waiter.found is not None
        outcomes[waiter.found.outcome] += 1
    holder.join(5)
    assert holder.error is end
    assert outcomes == {Outcome.MISS: 1, Outcome.COALESCED: 2}
    assert engine.runs == 1


def test_a_waiter_can_leave_and_the_others_stay(nodes: tuple[Cache, Cache]) -> None:
    engine, leave = Engine(), threading.Event()
    calls = []

    def checkpoint() -> None:
        calls.append(time.monotonic())
        if leave.is_set():
            raise Cancelled

    holder = Asker(nodes[0], engine)
    assert engine.started.wait(5)
    leaver = Asker(nodes[1], engine, checkpoint)
    eventually(lambda: calls)
    stayer = Asker(nodes[1], engine)
    time.sleep(1.0)
    assert len(calls) >= 5
    leave.set()
    leaver.join(1)
    assert isinstance(leaver.error, Cancelled)
    engine.go.set()
    stayer.join(5)
    holder.join(5)
    assert stayer.found is not None
    assert stayer.found.outcome is Outcome.COALESCED
    assert engine.runs == 1


def test_nothing_stays_behind(nodes: tuple[Cache, Cache], server: Valkey) -> None:
    for error in (None, Cancelled(), ValueError()):
        engine = Engine(error)
        engine.go.set()
        Asker(nodes[0], engine).join(5)
    assert server.client().keys("*lock*") == []
    assert not nodes[0]._flights._flights
    assert not nodes[0]._bus._waiters
    assert not nodes[0]._locks._held


def test_work_that_takes_longer_than_a_locks_life_is_still_done_once(server: Valkey, open_node: OpenNode) -> None:
    one, other, engine = open_node(server), open_node(server), Engine()
    holder = Asker(one, engine)
    assert engine.started.wait(5)
    server.client().pexpire(KEY.lock, 1500)  # as if most of its life had gone
    waiter = Asker(other, engine)
    time.sleep(2.5)
    engine.go.set()
    holder.join(5)
    waiter.join(5)
    assert engine.runs == 1


# Processes of their own


class Process:
    def __init__(self, server: Valkey, folder: Path, name: str, seconds: float, *more: object) -> None:
        command = [sys.executable, "-m", "tests.core.cache.node", server.url, folder, name, seconds, *more]
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def told(self) -> list[dict]:
        out, _ = self.process.communicate(timeout=30)
        return [json.loads(line) for line in out.splitlines()]

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)


def runs(folder: Path) -> int:
    file = folder / "runs"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_thirty_two_requests_over_four_processes_are_one_run(server: Valkey, tmp_path: Path) -> None:
    processes = [Process(server, tmp_path, "a", 1.0, 8) for _ in range(4)]
    for process in processes:
        process.go()
    told = [line for process in processes for line in process.told()]
    assert runs(tmp_path) == 1
    assert Counter(line["outcome"] for line in told) == {"miss": 1, "coalesced": 31}
    assert all(line["right"] for line in told)


@pytest.mark.parametrize("end", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=pytest.mark.slow)])
def test_a_process_that_dies_or_hangs_while_it_computes_is_taken_over(
    server: Valkey, tmp_path: Path, end: signal.Signals
) -> None:
    doomed, other = Process(server, tmp_path, "a", 60), Process(server, tmp_path, "a", 0.1)
    doomed.go()
    eventually(lambda: runs(tmp_path) == 1)
    other.go()
    time.sleep(0.3)
    doomed.signal(end)
    started = time.monotonic()
    (told,) = other.told()
    assert told == {"outcome": "miss", "tier": None, "right": True}
    assert runs(tmp_path) == 2
    assert time.monotonic() - started < 8  # a lock's life of 4 s, a look of 1 s, and a busy machine
    doomed.signal(signal.SIGKILL)
    doomed.process.communicate()


def test_an_error_travels_between_processes(server: Valkey, tmp_path: Path) -> None:
    failing, waiting = (Process(server, tmp_path, "a", 3.0, 1, "fail") for _ in range(2))
    failing.go()
    eventually(lambda: runs(tmp_path) == 1)
    waiting.go()
    (one,), (other,) = failing.told(), waiting.told()
    assert one == other
    assert one["error"] == "InvalidText"
    assert "123,456" in one["sentence"]
    assert runs(tmp_path) == 1


def test_an_error_of_an_unknown_kind_is_still_a_sentence() -> None:
    from core.cache.failure import Failure

    strange = Failure.from_json({"kind": "Exception", "code": "text.empty", "details": {}})
    assert isinstance(strange.error(), EncoreError)
    with pytest.raises((ValueError, KeyError)):
        Failure.from_json({"kind": "EngineFailed", "code": "no.such.code", "details": {}})
