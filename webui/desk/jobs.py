"""What is to be done for one project: one thing after the other, in a thread that is there while there is any."""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from core.desk.rendering import RenderQueue
from core.desk.script import Line
from core.errors import Busy, Cancelled
from core.progress import Listener, Progress, QueueListener
from webui.gate.house import Guest, Visit
from webui.work import begin

T = TypeVar("T")

LOOK_S = 0.1
"""How often somebody who has to come back later looks whether that was taken back, in seconds."""


class Kind(StrEnum):
    """What is done."""

    RENDER = "render"
    """A line is spoken."""
    TAKE = "take"
    """A line is spoken in another way, and that is kept."""
    REPLAY = "replay"
    """A kept take is spoken again."""
    CHECK = "check"
    """A line is spoken, if it was not yet, and listened to."""
    CHECK_TAKE = "check take"
    """The same with a take."""
    RESTORE = "restore"
    """A line is heard again if it is in the cache."""


@dataclass(frozen=True)
class Job:
    """One thing to do."""

    kind: Kind
    subject: str
    """The line or the take that it is for."""
    guest: Guest = field(compare=False)
    """Who asked for it."""
    wanted: Line | None = None
    """The line as it is to be spoken, for :attr:`Kind.TAKE`."""

    @property
    def name(self) -> str:
        """The same for what need not be done twice."""
        return f"{self.kind} {self.subject} {self.wanted.seed if self.wanted else ''}"


class Errand:
    """Work under way for a guest, who may be told to come back later, and may take it back."""

    def __init__(self, guest: Guest, *, each: bool = False) -> None:
        """It counts as one piece of work once an engine is needed; ``each`` time that one is, if it is many in one."""
        self.guest = guest
        self._each = each
        self._counted = False
        self._visit: Visit | None = None
        self._busy: Busy | None = None
        self.listener: Listener | None = None
        self.queue_listener: QueueListener | None = None
        self.progress = Progress(self._stage, self._queue, self._need_engine)

    def run(self, work: Callable[[Progress], T], held: Callable[[Busy], None]) -> T:
        """What ``work`` returns; when the house is full, or the guest asked for too much, later: ``held`` is told.

        Raises what else ``work`` does, and :class:`Cancelled`.
        """
        while True:
            self._busy = None
            try:
                return self._visiting(work)
            except Busy as error:
                busy = error
            except Cancelled:
                if self._busy is None:
                    raise
                busy = self._busy
            held(busy)
            self._wait(busy.retry_s)

    def _visiting(self, work: Callable[[Progress], T]) -> T:
        self._visit = self.guest.enter()
        try:
            return work(self.progress)
        finally:
            self._visit.leave()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.progress.checkpoint()
            time.sleep(LOOK_S)

    def _stage(self, stage: str, fraction: float) -> None:
        if self.listener is not None:
            self.listener(stage, fraction)

    def _queue(self, ahead: int) -> None:
        if self.queue_listener is not None:
            self.queue_listener(ahead)

    def _need_engine(self) -> None:
        try:
            if self._each or not self._counted:
                self.guest.count()
                self._counted = True
            if self._visit is not None:
                self._visit.need_engine()
        except Busy as error:
            # Whoever waits for the same would be told this too: that this one has given up lets them go on.
            self._busy = error
            raise Cancelled from error


class Jobs:
    """The jobs of one project. Thread-safe."""

    def __init__(self, do: Callable[[Job, Errand], None], told: Callable[[], None]) -> None:
        """``do`` does one and raises nothing; ``told`` is called when there are more, or fewer."""
        self._do, self._told = do, told
        self._asked, self._aside = RenderQueue(), RenderQueue()
        self._known: dict[str, Job] = {}
        self._current: tuple[Job, Errand] | None = None
        self._running = False
        self._began = 0.0
        self.done = 0
        self.total = 0
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether anything is done that somebody asked for."""
        return self.done < self.total

    @property
    def eta_s(self) -> float | None:
        """How long the rest will take, in seconds, if it goes on as it did; None before anything is done."""
        if not self.done or not self.running:
            return None
        return (time.monotonic() - self._began) / self.done * (self.total - self.done)

    def ask(self, jobs: Iterable[Job]) -> list[Job]:
        """Do these too, restoring last; those of them that were not waiting already."""
        with self._lock:
            new = [job for job in {job.name: job for job in jobs}.values() if job.name not in self._known]
            self._known |= {job.name: job for job in new}
            wanted = [job.name for job in new if job.kind is not Kind.RESTORE]
            if wanted and not self.running:
                self.done = self.total = 0
                self._began = time.monotonic()
            self.total += len(wanted)
            self._asked.add(wanted)
            self._aside.add(job.name for job in new if job.kind is Kind.RESTORE)
            start = bool(new) and not self._running
            self._running = self._running or start
        if start:
            begin(self._run)
        if wanted:
            self._told()
        return new

    def awaits(self, subject: str) -> bool:
        """Whether there is more to be done for a line or a take that somebody asked for."""
        with self._lock:
            return any(job.subject == subject and job.kind is not Kind.RESTORE for job in self._known.values())

    def prefer(self, subjects: Iterable[str]) -> None:
        """What is for these lines comes first, in this order: somebody looks at them."""
        with self._lock:
            by_subject: dict[str, list[str]] = {}
            for name, job in self._known.items():
                by_subject.setdefault(job.subject, []).append(name)
        names = [name for subject in subjects for name in by_subject.get(subject, ())]
        self._asked.prefer(names)
        self._aside.prefer(names)

    def cancel(self, subjects: Collection[str] | None = None) -> list[Job]:
        """What is for these, or anything, is done no more; what was still waiting of that."""
        with self._lock:
            gone = [job for job in self._known.values() if subjects is None or job.subject in subjects]
            self._drop(gone)
            if self._current is not None:
                job, errand = self._current
                if subjects is None or job.subject in subjects:
                    errand.progress.cancel()
        self._told()
        return gone

    def _drop(self, gone: Iterable[Job]) -> None:
        for job in gone:
            del self._known[job.name]
            self.total -= job.kind is not Kind.RESTORE
        names = [job.name for job in gone]
        self._asked.remove(names)
        self._aside.remove(names)

    def _run(self) -> None:
        while (current := self._next()) is not None:
            job, errand = current
            self._do(job, errand)
            with self._lock:
                self._current = None
                self.done += job.kind is not Kind.RESTORE
            if job.kind is not Kind.RESTORE:
                self._told()

    def _next(self) -> tuple[Job, Errand] | None:
        with self._lock:
            name = self._asked.next() or self._aside.next()
            if name is None:
                self._running = False
                return None
            job = self._known.pop(name)
            self._current = job, Errand(job.guest)
            return self._current
