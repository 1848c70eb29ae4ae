"""What one open page's Pronunciation tab works on: a text, what was found in it, and the ways back."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.request import SynthesisRequest
from core.text.analysis import Unit, analyse
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from core.text.markup.reader import Problem, scan

SHOWN = 4_000
"""Characters that are taken apart, at most; marks in the rest hold all the same."""
BREAKS = "\n。！？.!?，, "
"""Where a longer text is cut for that."""
STEPS_BACK = 200


@dataclass(frozen=True)
class Written:
    """A text and the notation that its marks are written in."""

    text: str = ""
    notation: Notation = Notation.KOKORO

    @property
    def read_as(self) -> Notation:
        """How it is read: whatever is marked, but IndexTTS-2's bare syllables only where they are asked for."""
        return Notation.INDEXTTS2 if self.notation is Notation.INDEXTTS2 else Notation.ANY


@dataclass(eq=False)
class Draft:
    """The text with its history, and the last analysis."""

    written: Written = field(default_factory=Written)
    units: Sequence[Unit] = ()
    """The text taken apart, as far as :data:`SHOWN`."""
    problems: Sequence[Problem] = ()
    lexicon: Lexicon = field(default_factory=Lexicon)
    """What was known when it was taken apart."""
    own: Notation = Notation.KOKORO
    """The notation of the engine that speaks, in which marks are written unless another one was chosen."""
    line: str = ""
    """The line of the script that it is marked for, if it is for one."""
    spoken: SynthesisRequest | None = None
    """How the script speaks that line."""
    edition: int = 0
    """Counts the analyses that differ, so that a click on one that is no more can be told."""
    _past: list[Written] = field(default_factory=list)
    _future: list[Written] = field(default_factory=list)
    _typing: bool = False

    @property
    def text(self) -> str:
        """The text as it is written."""
        return self.written.text

    @property
    def steps(self) -> int:
        """How many steps can be taken back."""
        return len(self._past)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a step back can be taken again."""
        return bool(self._future)

    @property
    def whole(self) -> bool:
        """Whether all of the text was taken apart."""
        return not self.units or self.units[-1].end == len(self.text)

    def unit(self, index: int, edition: int) -> Unit | None:
        """A unit of the analysis numbered ``edition``, unless there is a newer one."""
        return self.units[index] if edition == self.edition and 0 <= index < len(self.units) else None

    def word(self, unit: Unit) -> Sequence[Unit]:
        """The units of the word that ``unit`` is part of."""
        return [other for other in self.units if (other.kind, other.word) == (unit.kind, unit.word)]

    def kept(self, unit: Unit, reading: str) -> tuple[str, str]:
        """The word that ``unit`` is part of and how it is read if the unit is read so, for the lexicon.

        Both are empty where there is no such word: a character is missing, or nobody knows its reading.
        """
        word = self.word(unit)
        readings = [reading if each is unit else each.reading.value if each.reading else "" for each in word]
        complete = all(readings) and all(each.text for each in word)
        return ("".join(each.text for each in word), " ".join(readings)) if complete else ("", "")

    def analyse(self, lexicon: Lexicon) -> None:
        """Take the text apart anew."""
        self.lexicon = lexicon
        units = analyse(self.text[: _cut(self.text)], self.written.read_as, lexicon)
        self.problems = scan(self.text, self.written.read_as)[1]
        if units != self.units or not self.edition:
            self.units, self.edition = units, self.edition + 1

    def stood(self, text: str) -> bool:
        """Whether ``text`` stands or stood here: what a page sends that has not heard of the last step yet."""
        return any(written.text == text for written in (self.written, *self._past, *self._future))

    def type(self, text: str) -> None:
        """The text was typed over; what is typed in one go is one step."""
        if text == self.text:
            return
        if not self._typing:
            self._keep()
        self._typing = True
        self._future.clear()
        self.written = Written(text, self.written.notation)

    def mark(self, text: str, notation: Notation | None = None) -> None:
        """A mark was set or taken away, or all of them written in another notation: one step."""
        written = Written(text, notation or self.written.notation)
        if written != self.written:
            self._keep()
            self._typing = False
            self._future.clear()
            self.written = written

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        if self._past:
            self._future.append(self.written)
            self.written = self._past.pop()
            self._typing = False

    def redo(self) -> None:
        """Take the last step that was taken back again, if there is one."""
        if self._future:
            self._past.append(self.written)
            self.written = self._future.pop()
            self._typing = False

    def _keep(self) -> None:
        self._past = [*self._past, self.written][-STEPS_BACK:]


def mended(text: str, problem: Problem, suggestion: str) -> str:
    """``text`` with a suggestion taken: a span that was left open is closed at the end of its line."""
    if problem.code == "markup.unclosed":
        at = text.find("\n", problem.end)
        at = len(text) if at < 0 else at
        return text[:at] + suggestion + text[at:]
    mark = text[problem.start : problem.end]
    if typed := str(problem.details.get("typed", "")):
        before, _, after = mark.rpartition(typed)
        suggestion = before + suggestion + after
    return text[: problem.start] + suggestion + text[problem.end :]


def _cut(text: str) -> int:
    """Where to stop taking ``text`` apart: at its end, or at a pause before it gets too long."""
    if len(text) <= SHOWN:
        return len(text)
    return 1 + max((text.rfind(mark, SHOWN - 200, SHOWN) for mark in BREAKS), default=-1) or SHOWN
