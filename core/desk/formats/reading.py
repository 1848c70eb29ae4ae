"""What all readers of scripts share: lines are made, and whatever could not be taken is told."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from core.desk.script import MOST_LINES, UNTYPABLE, Line, Slot, new_id
from core.errors import InvalidInput
from core.finding import Finding, Level

MOST_FINDINGS = 100
"""Findings that are told one by one; of more, their number."""
SHOWN = 80
"""Characters of a text that a finding repeats."""

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)


@dataclass(frozen=True)
class Said:
    """A line as it stands in a file."""

    number: int
    """Of the line in the file, from 1."""
    line: Line


@dataclass
class Reading:
    """What was noticed in a file so far."""

    findings: list[Finding] = field(default_factory=list)
    untold: int = 0
    cut: int = 0
    """Number of the first line in the file that found no room in a script; 0 if all did."""

    def tell(self, level: Level, code: str, **details: object) -> None:
        """Notice something; texts among the details are shortened."""
        if len(self.findings) >= MOST_FINDINGS:
            self.untold += 1
            return
        shown = {name: shortened(value) if isinstance(value, str) else value for name, value in details.items()}
        self.findings.append(Finding(level, code, shown))

    def taken(self, said: Iterable[Said]) -> list[Said]:
        """What of ``said`` a script has room for; whatever is behind is not even read."""
        rest = iter(said)
        lines = list(islice(rest, MOST_LINES))
        if over := next(rest, None):
            self.cut = over.number
        return lines

    def clean(self, number: int, text: str) -> str:
        """``text``, found in line ``number``, without characters that no text may hold."""
        text = re.sub("[\v\f\x85]", " ", text)
        clean, count = UNTYPABLE.subn("", text)
        if count:
            self.tell("note", "import.control", line=number, count=count)
        return clean

    def line(self, number: int, **values: Any) -> Line:
        """The line with ``values``, found in line ``number``; what cannot be one of them is told and left out."""
        values = {
            name: self.clean(number, value) if isinstance(value, str) else value for name, value in values.items()
        }
        try:
            return Line(new_id(), **{"text": "", **values})
        except InvalidInput:
            line = Line(new_id(), "")
        for name, value in values.items():
            try:
                line = replace(line, **{name: value})
            except InvalidInput:
                self.tell("warning", "import.value", line=number, value=str(value), column=name)
        return line

    @property
    def told(self) -> tuple[Finding, ...]:
        """All findings, how many there are more, and where the script was full."""
        more = [Finding("note", "import.more", {"count": self.untold})] if self.untold else []
        cut = [Finding("warning", "import.cut", {"line": self.cut, "limit": MOST_LINES})] if self.cut else []
        return (*self.findings, *more, *cut)


def shortened(text: str) -> str:
    """``text`` as a finding repeats it."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def seconds_of(text: str) -> float:
    """A time such as ``1:02:03,5``, ``02:03.500`` or ``63.5``. Raises ValueError."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return float(text.strip().replace(",", "."))
    hours, minutes, seconds, fraction = match.groups()
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return float(f"{whole}.{fraction or 0}")


def slot_of(start: str, end: str) -> Slot:
    """The slot between two written times. Raises ValueError or :class:`InvalidInput` (``desk.slot``)."""
    return Slot(seconds_of(start), seconds_of(end))
