"""One open project: what its pages see and change together, and what is known of its lines and takes."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from core.desk.editing import Edit, add_take
from core.desk.history import History
from core.desk.projects import ProjectStore, StoredProject
from core.desk.script import KeptTake, Line, Project
from core.errors import EncoreError, InvalidInput
from webui.desk import shown
from webui.desk.feed import Feed, Json
from webui.desk.state import AS_TAKEN, Card, State, asked, state_of
from webui.i18n import Texts

REMEMBERED = 16
"""Revisions that a page may be behind and still be told only what has changed since."""
LEAP = 1_000
"""What the revision grows by when a project is opened: whoever saw a state that was never saved knows it by that."""
SETTLED_S = 1.0
"""What was changed is saved when nothing was changed for so long, in seconds,"""
LONGEST_S = 5.0
"""and while somebody types on and on, as often as this."""
MOST_GONE = 2_000
"""Deleted lines or takes of which it is still known how they sounded."""
LINES, TAKES = "lines", "takes"


@dataclass(frozen=True)
class Changes:
    """What a page does not know yet."""

    revision: int
    """That it knows then."""
    changed: Json
    states: Mapping[str, State]
    """Of the lines that do not sound as they did."""

    @property
    def script(self) -> Collection[str]:
        """Which fields of the script have changed, beside its lines."""
        fields = self.changed.get("script", {})
        assert isinstance(fields, dict)  # noqa: S101 — that is what it is made of
        return fields

    @property
    def unheard(self) -> list[str]:
        """The lines of which it is not known how they sound now."""
        return [line_id for line_id, state in self.states.items() if state.state == "new"]

    def as_json(self, words: Texts) -> Json:
        """For the page."""
        states = {line_id: shown.state_json(state, words) for line_id, state in self.states.items()}
        return {"revision": self.revision, "changed": self.changed, "states": states}


class Opened:
    """A project that somebody works on. Thread-safe."""

    def __init__(self, stored: StoredProject, store: ProjectStore) -> None:
        self._stored, self._store = stored, store
        self._history = History(stored.project)
        self.revision = stored.revision + LEAP
        self._before: deque[tuple[int, Project]] = deque([(self.revision, stored.project)], maxlen=REMEMBERED)
        spoken = {line_id: Card(fingerprint=engine) for line_id, engine in stored.spoken.items()}
        self._cards: dict[str, dict[str, Card]] = {LINES: spoken, TAKES: {}}
        self._unsaved_since: float | None = None
        self._edited_s = 0.0
        self._lock = threading.RLock()
        self._saving = threading.Lock()
        self.feed = Feed()
        self.used_s = time.monotonic()
        """When somebody last asked for it."""
        self.findings = stored.findings

    @property
    def project_id(self) -> str:
        """Its id in the store."""
        return self._stored.project_id

    @property
    def owner(self) -> str:
        """Whose it is; empty for whoever knows the id."""
        return self._stored.owner

    @property
    def project(self) -> Project:
        """As it is now."""
        return self._history.project

    def lines(self, line_ids: Sequence[str] | None) -> list[Line]:
        """These lines, in this order; all for None. Raises :class:`InvalidInput` (``desk.line_gone``)."""
        lines = self.project.script.lines
        if line_ids is None:
            return list(lines)
        known = {line.line_id: line for line in lines}
        if not known.keys() >= set(line_ids):
            raise InvalidInput("desk.line_gone")
        return [known[line_id] for line_id in dict.fromkeys(line_ids)]

    def take(self, take_id: str) -> KeptTake:
        """A kept take. Raises :class:`InvalidInput` (``desk.take_gone``)."""
        for take in self.project.takes:
            if take.take_id == take_id:
                return take
        raise InvalidInput("desk.take_gone")

    # What is changed

    def edit(self, edits: Sequence[Edit], since: int) -> "Changes":
        """Do ``edits`` as one step; what has changed since the revision ``since``. Raises :class:`InvalidInput`."""
        return self._change(lambda history: history.do(edits) if edits else history.project, since)

    def undo(self, since: int | None = None) -> "Changes":
        """Take the last step back. Raises :class:`InvalidInput`."""
        return self._change(History.undo, since)

    def redo(self, since: int | None = None) -> "Changes":
        """Take the last step that was taken back again. Raises :class:`InvalidInput`."""
        return self._change(History.redo, since)

    def keep(self, take: KeptTake) -> KeptTake:
        """Keep a take that has arrived: no step, and so none that could be taken back."""
        with self._lock:
            before = self.project
            self._history.project = add_take(before, take)
            self._changed(before, tell=False)  # pages hear of the take itself
        return take

    def _change(self, change: Callable[[History], Project], since: int | None) -> "Changes":
        with self._lock:
            before, revision = self.project, self.revision
            change(self._history)
            self._changed(before)
            return self._changes(revision if since is None else since)

    def _changed(self, before: Project, *, tell: bool = True) -> None:
        if self.project is before:
            return
        self.revision += 1
        self._before.append((self.revision, self.project))
        self._to_be_saved()
        self._forget()
        if tell:
            self.feed.tell(("changed", ""), {"type": "changed", "revision": self.revision})

    def _to_be_saved(self) -> None:
        self._edited_s = time.monotonic()
        self._unsaved_since = self._unsaved_since or self._edited_s

    def _forget(self) -> None:
        """Of what was deleted some is remembered, for a step back, but not of a whole day's scripts."""
        here = {
            LINES: {line.line_id for line in self.project.script.lines},
            TAKES: {take.take_id for take in self.project.takes},
        }
        for kind, cards in self._cards.items():
            if len(cards) > len(here[kind]) + MOST_GONE:
                gone = cards.keys() - here[kind]
                self._cards[kind] = {subject: card for subject, card in cards.items() if subject not in gone}
                self.feed.forget(kind, gone)

    # What is seen

    def _changes(self, since: int) -> "Changes":
        project = self.project
        known = next((before for revision, before in self._before if revision == since), None)
        was = {line.line_id: asked(known, line) for line in known.script.lines} if known else {}
        lines = [line for line in project.script.lines if was.get(line.line_id) != asked(project, line)]
        history = {"undo": self._history.can_undo, "redo": self._history.can_redo}
        states = {line.line_id: self._state(project, line) for line in lines}
        return Changes(self.revision, shown.changes(known, project) | history, states)

    def whole(self, words: Texts) -> Json:
        """All of it."""
        with self._lock:
            project = self.project
            states = {line.line_id: self._state(project, line) for line in project.script.lines}
            takes = {
                take.take_id: self._take_state(take) for take in project.takes if take.take_id in self._cards[TAKES]
            }
            return {
                "id": self.project_id,
                "revision": self.revision,
                "stamp": self.feed.stamp,
                **shown.whole(project),
                "undo": self._history.can_undo,
                "redo": self._history.can_redo,
                "states": {line_id: shown.state_json(state, words) for line_id, state in states.items()},
                "take_states": {take_id: shown.state_json(state, words) for take_id, state in takes.items()},
                "saved_s": self._stored.saved_s,
                "findings": shown.findings_json(self.findings, words),
            }

    def card(self, kind: str, subject: str) -> Card:
        """What is known of a line or a take."""
        return self._cards[kind].get(subject) or Card()

    def update(self, kind: str, subject: str, change: Callable[[Card], Card]) -> None:
        """More is known of a line or a take; where it was deleted meanwhile, that is for whoever wants it back."""
        with self._lock:
            before = self.card(kind, subject)
            card = self._cards[kind][subject] = change(before)
            if kind == LINES and card.fingerprint != before.fingerprint:
                self._to_be_saved()
            # Told as it is when it is told: it may have been edited by then.
            self.feed.tell((kind, subject), partial(self._line_event if kind == LINES else self._take_event, subject))

    def _line_event(self, line_id: str, words: Texts) -> Json | None:
        with self._lock:
            found = next((line for line in self.project.script.lines if line.line_id == line_id), None)
            if found is None:
                return None
            state = shown.state_json(self._state(self.project, found), words)
            return {"type": "state", "line_id": line_id, "revision": self.revision, "state": state}

    def _take_event(self, take_id: str, words: Texts) -> Json | None:
        with self._lock:
            found = next((take for take in self.project.takes if take.take_id == take_id), None)
            if found is None:
                return None
            state = shown.state_json(self._take_state(found), words)
            return {"type": "take", "take": shown.take_json(found), "revision": self.revision, "state": state}

    def _state(self, project: Project, line: Line) -> State:
        return state_of(self.card(LINES, line.line_id), asked(project, line))

    def _take_state(self, take: KeptTake) -> State:
        return state_of(self.card(TAKES, take.take_id), AS_TAKEN)

    # What is kept

    def save(self, *, settled: bool = False) -> None:
        """Write down what has changed; if only what has ``settled``, not in the midst of typing."""
        with self._saving:
            with self._lock:
                now = time.monotonic()
                typing = now - self._edited_s < SETTLED_S and now - (self._unsaved_since or now) < LONGEST_S
                if self._unsaved_since is None or (settled and typing):
                    return
                stored = replace(
                    self._stored, project=self.project, revision=self.revision, spoken=self._spoken(self.project)
                )
                self._unsaved_since = None
            error: EncoreError | None = None
            try:
                self._stored = self._store.save(stored)
            except InvalidInput as gone:  # it was deleted: there is nothing to save any more
                error = gone
            except EncoreError as failed:
                error = failed
                with self._lock:
                    self._unsaved_since = self._edited_s = now
        saved_s = self._stored.saved_s
        self.feed.tell(
            ("saved", ""),
            lambda words: {"type": "saved", "saved_s": saved_s, "error": words.error(error) if error else None},
        )

    def _spoken(self, project: Project) -> Mapping[str, str]:
        """The fingerprint of the engine that spoke each line last."""
        cards = self._cards[LINES]
        known = {line.line_id: cards[line.line_id] for line in project.script.lines if line.line_id in cards}
        return {line_id: card.fingerprint for line_id, card in known.items() if card.fingerprint}

    def leave(self) -> None:
        """Save it for the last time; what nobody ever wrote anything in is no project."""
        project = self.project
        if project.script.lines or project.takes or project.title or self._history.can_undo:
            self.save()
        else:
            with suppress(EncoreError):
                self._store.delete(self.project_id)
        self.feed.close()

    def delete(self) -> None:
        """There is nothing to save any more, and nobody to tell."""
        with self._saving, self._lock:
            self._unsaved_since = None
            self.feed.tell(("gone", ""), {"type": "gone"})
        self.feed.close()
