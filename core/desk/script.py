"""A script as a producer works on it: lines with a speaker each, the voices cast for them, and the takes made so far.

All of it is immutable, so that a step back is the value from before, and what is rendered cannot change meanwhile.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.desk.delivery.wish import Delivery

MOST_LINES = 2_000
"""Lines that a script may have."""
MOST_TAKES = 5_000
"""Takes that a project may keep."""


def new_id() -> str:
    """A name for a line or a take that no other has."""
    return secrets.token_hex(4)


@dataclass(frozen=True)
class Slot:
    """When a line has to sound, on the timeline of the film that it is for."""

    start_s: float
    """From the beginning, in seconds."""
    end_s: float

    @property
    def length_s(self) -> float:
        """In seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Line:
    """One line of a script: all that is asked for, but who the speaker's voice is."""

    line_id: str
    """Names it as long as it lives, wherever it stands."""
    text: str
    """With its marks, in any notation."""
    speaker: str = ""
    """As the script calls them; empty for the one who speaks where nobody is named."""
    instruction: str = ""
    """How it is said, in words; what an emotion is called counts as well ("happy", "sad=0.6")."""
    seed: int = 0
    speed: float = 1.0
    locked: bool = False
    """Whether the seed is liked: rolling the dice for several lines leaves it alone."""
    slot: Slot | None = None
    """For lines of subtitles."""


@dataclass(frozen=True)
class KeptTake:
    """A take of a line. It is its request: the sound is in the cache, or is made again and comes out the same."""

    take_id: str
    line: Line
    """The line as it was spoken."""
    voice: str
    """Who spoke it, as in :attr:`Script.cast`."""
    engine: str
    language: str
    made_s: float
    """Unix time."""
    duration_s: float
    starred: bool = False
    note: str = ""


@dataclass(frozen=True)
class Script:
    """The lines, and what holds for all of them."""

    lines: tuple[Line, ...] = ()
    cast: Mapping[str, str] = field(default_factory=dict)
    """Speaker to voice: ``stock:NAME`` or ``saved:ID``. "" is whoever speaks where nobody, or nobody cast, is named."""
    engine: str = "kokoro"
    language: str = "auto"
    gap_s: float = 0.4
    """Silence between two lines that have no slots, in the joined file, in seconds."""


@dataclass(frozen=True)
class Project:
    """A day's work: what is saved, opened, and taken back step by step."""

    title: str = ""
    script: Script = field(default_factory=Script)
    takes: tuple[KeptTake, ...] = ()
    """Newest first."""
    delivery: Delivery = field(default_factory=Delivery)
