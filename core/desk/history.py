"""The way back: what was done to a project, step by step."""

import functools
import math
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.desk.editing import Edit, SetLine, apply
from core.desk.script import Line, Project

MOST_STEPS = 200
"""Steps that can be taken back."""
MOST_WEIGHT = 32_000_000
"""Of what all steps hold, about in characters: the oldest are forgotten before they fill the memory."""
ONE_GO_S = 3.0
"""Typing in one place goes on for as long as the pauses are shorter, in seconds, and is one step."""

_STEP_WEIGHT = 1_000
_LINE_WEIGHT = 400
"""About what a step and a line weigh beside the text."""


@dataclass(frozen=True)
class _Step:
    before: Project
    after: Project
    place: Hashable | None
    """The line and its fields that all of it was about; None for anything else."""

    @functools.cached_property
    def weight(self) -> int:
        """What of ``after`` is not in ``before`` as well, in characters."""
        old = {id(line) for line in _lines(self.before)}
        return _STEP_WEIGHT + sum(_LINE_WEIGHT + len(line.text) for line in _lines(self.after) if id(line) not in old)


class History:
    """A project and what was done to it. Not for several threads at once.

    Takes are kept through all of it: what was rendered since is never lost by a step back, only what was done to
    takes in a step (a star, a note, a deletion) is undone with it.
    """

    def __init__(self, project: Project, clock: Callable[[], float] = time.monotonic) -> None:
        self.project = project
        """The project as it is now. Whoever sets it changes it by no step: a take that arrived."""
        self._done: deque[_Step] = deque()
        self._undone: list[_Step] = []
        self._clock = clock
        self._typed_s = -math.inf

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was taken back."""
        return bool(self._undone)

    def do(self, edits: Sequence[Edit]) -> Project:
        """All of ``edits``, as one step; or none of them, if one raises :class:`InvalidInput`."""
        before = after = self.project
        for edit in edits:
            after = apply(after, edit)
        if after == before:
            return before
        now, place = self._clock(), _place(edits)
        last = self._done[-1] if self._done else None
        if last and place is not None and last.place == place and now - self._typed_s < ONE_GO_S:
            before = replace(self._done.pop().before, takes=after.takes)  # typing touches no takes, but some may arrive
        self._done.append(_Step(before, after, place))
        self._undone.clear()
        while len(self._done) > MOST_STEPS or (len(self._done) > 1 and sum(s.weight for s in self._done) > MOST_WEIGHT):
            self._done.popleft()
        self._typed_s = now
        self.project = after
        return after

    def undo(self) -> Project:
        """The last step taken back; nothing, if there is none.

        Raises :class:`InvalidInput` where that is more than a project can hold, because of takes made since.
        """
        if self._done:
            step = self._done[-1]
            self.project = _gone_to(self.project, step.after, step.before)
            self._undone.append(self._done.pop())
            self._typed_s = -math.inf
        return self.project

    def redo(self) -> Project:
        """The last step that was taken back, done again; nothing, if there is none. Raises as :meth:`undo`."""
        if self._undone:
            step = self._undone[-1]
            self.project = _gone_to(self.project, step.before, step.after)
            self._done.append(self._undone.pop())
            self._typed_s = -math.inf
        return self.project


def _place(edits: Sequence[Edit]) -> Hashable | None:
    """Where it is typed, if ``edits`` are typing in one place."""
    places = {(edit.line_id, frozenset(edit.model_fields_set)) if isinstance(edit, SetLine) else None for edit in edits}
    return places.pop() if len(places) == 1 else None


def _lines(project: Project) -> Iterator[Line]:
    """All lines in ``project``, those of its takes as well."""
    yield from project.script.lines
    yield from (take.line for take in project.takes)


def _gone_to(now: Project, here: Project, there: Project) -> Project:
    """``there``, one step from ``here``, with the takes of ``now``, to which is done what the step does to takes."""
    if here.takes is there.takes:
        return replace(there, takes=now.takes)
    old, new = ({take.take_id: take for take in side.takes} for side in (here, there))
    takes = {take.take_id: take for take in now.takes}
    for take_id in old.keys() | new.keys():
        if old.get(take_id) == new.get(take_id):
            continue
        if take_id in new:
            takes[take_id] = new[take_id]
        else:
            takes.pop(take_id, None)
    return replace(there, takes=tuple(sorted(takes.values(), key=lambda take: -take.made_s)))
