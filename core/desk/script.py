"""A script as a producer works on it: lines with a speaker each, the voices cast for them, and the takes made so far.

All of it is immutable, so that a step back is the value from before, and what is rendered cannot change meanwhile.
Each raises :class:`InvalidInput` when made with what cannot be, wherever that comes from: a page, a file, a client.
"""

import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.desk.delivery.wish import Delivery
from core.errors import InvalidInput
from core.request import AUTO, MAX_INSTRUCTION, MAX_SEED

MOST_LINES = 2_000
"""Lines that a script may have."""
MOST_TAKES = 5_000
"""Takes that a project may keep."""
MOST_CHARACTERS = 2_000_000
"""Characters in the lines and takes of a project, together."""
MOST_NAME = 60
"""Longest name of a speaker."""
MOST_TITLE = 120
"""Longest title."""
MOST_NOTE = 500
"""Longest note on a take."""
SPEEDS = (0.25, 4.0)
"""What any engine may be asked for; what it can do is checked where it speaks."""
LONGEST_GAP_S = 60.0
LATEST_S = 100 * 3600.0
"""Where a timeline ends at the latest."""

UNTYPABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no text may hold: control characters, but line feed and tab, and halves of characters."""
_ID = re.compile(r"[\w-]{1,32}", re.ASCII)
_VOICE = re.compile(r"(stock|saved):.{1,100}")


def new_id() -> str:
    """A name for a line or a take that no other has."""
    return secrets.token_hex(8)


def checked_text(text: str) -> str:
    """``text`` as it is. Raises :class:`InvalidInput` (``desk.untypable``)."""
    if found := UNTYPABLE.search(text):
        raise InvalidInput("desk.untypable", place=found.start() + 1, point=ord(found.group()))
    return text


def _check_name(text: str, code: str, most: int) -> None:
    """Raises :class:`InvalidInput` (``code``) for what is too long or more than one line."""
    if len(checked_text(text)) > most or "\n" in text:
        raise InvalidInput(code, limit=most)


def _check_speaker(name: str) -> None:
    """Two speakers never differ by white space alone, which nobody sees."""
    _check_name(name, "desk.speaker", MOST_NAME)
    if name != " ".join(name.split()):
        raise InvalidInput("desk.speaker", limit=MOST_NAME)


def check_voice(voice: str) -> None:
    """Whether ``voice`` could be one; that it is here is seen when it speaks. Raises :class:`InvalidInput`."""
    if not _VOICE.fullmatch(checked_text(voice)):
        raise InvalidInput("request.voice", voice=voice)


def _check_id(value: str) -> None:
    if not _ID.fullmatch(value):
        raise InvalidInput("desk.id")


@dataclass(frozen=True)
class Slot:
    """When a line has to sound, on the timeline of the film that it is for."""

    start_s: float
    """From the beginning, in seconds."""
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s <= LATEST_S:  # NaN is refused as well
            raise InvalidInput("desk.slot", hours=int(LATEST_S / 3600))

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

    def __post_init__(self) -> None:
        _check_id(self.line_id)
        checked_text(self.text)
        _check_speaker(self.speaker)
        if len(checked_text(self.instruction)) > MAX_INSTRUCTION:
            raise InvalidInput("instruction.too_long", characters=len(self.instruction), limit=MAX_INSTRUCTION)
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidInput("request.seed", maximum=MAX_SEED)
        if not SPEEDS[0] <= self.speed <= SPEEDS[1]:
            raise InvalidInput("request.speed", speed=self.speed, minimum=SPEEDS[0], maximum=SPEEDS[1])


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

    def __post_init__(self) -> None:
        _check_id(self.take_id)
        check_voice(self.voice)
        _check_name(self.engine, "desk.engine", MOST_NAME)
        _check_name(self.language, "desk.language", MOST_NAME)
        if not (0 <= self.made_s < math.inf and 0 <= self.duration_s < math.inf):
            raise InvalidInput("desk.take")
        if len(checked_text(self.note)) > MOST_NOTE:
            raise InvalidInput("desk.note", limit=MOST_NOTE)


@dataclass(frozen=True)
class Script:
    """The lines, and what holds for all of them."""

    lines: tuple[Line, ...] = ()
    cast: Mapping[str, str] = field(default_factory=dict)
    """Speaker to voice: ``stock:NAME`` or ``saved:ID``. "" is whoever speaks where nobody, or nobody cast, is named."""
    engine: str = "kokoro"
    language: str = AUTO
    gap_s: float = 0.4
    """Silence between two lines that have no slots, in the joined file, in seconds."""

    def __post_init__(self) -> None:
        if len(self.lines) > MOST_LINES:
            raise InvalidInput("desk.too_many_lines", count=len(self.lines), limit=MOST_LINES)
        if len({line.line_id for line in self.lines}) < len(self.lines):
            raise InvalidInput("desk.line_twice")
        if len(self.cast) > MOST_LINES:
            raise InvalidInput("desk.too_many_lines", count=len(self.cast), limit=MOST_LINES)
        for speaker, voice in self.cast.items():
            _check_speaker(speaker)
            check_voice(voice)
        _check_name(self.engine, "desk.engine", MOST_NAME)
        _check_name(self.language, "desk.language", MOST_NAME)
        if not 0 <= self.gap_s <= LONGEST_GAP_S:
            raise InvalidInput("desk.gap", limit=LONGEST_GAP_S)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks, in the order of their first lines; "" for lines that name nobody."""
        return tuple(dict.fromkeys(line.speaker for line in self.lines))


@dataclass(frozen=True)
class Project:
    """A day's work: what is saved, opened, and taken back step by step."""

    title: str = ""
    script: Script = field(default_factory=Script)
    takes: tuple[KeptTake, ...] = ()
    """Newest first."""
    delivery: Delivery = field(default_factory=Delivery)

    def __post_init__(self) -> None:
        _check_name(self.title, "desk.title", MOST_TITLE)
        checked_text(self.delivery.pattern)
        if len(self.takes) > MOST_TAKES:
            raise InvalidInput("desk.too_many_takes", limit=MOST_TAKES)
        if len({take.take_id for take in self.takes}) < len(self.takes):
            raise InvalidInput("desk.take_twice")
        spoken = (*self.script.lines, *(take.line for take in self.takes))
        if sum(len(line.text) for line in spoken) > MOST_CHARACTERS:
            raise InvalidInput("desk.too_long", limit=MOST_CHARACTERS)
