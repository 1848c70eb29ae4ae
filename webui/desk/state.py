"""How a line of an open project is: what is being done for it, and how it sounded when it was spoken."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from core.cache.outcome import Outcome
from core.desk.check import TakeCheck
from core.desk.script import Line, Project
from core.finding import Finding
from core.report import SynthesisReport

T = TypeVar("T")

REMEMBERED = 8
"""Ways in which a line was spoken that are remembered, so that a step back is heard at once."""

AS_TAKEN: Hashable = "as taken"
"""What is asked for of a take, which never changes."""
Doing = Literal["waiting", "working"]


@dataclass(frozen=True, eq=False)
class Heard:
    """A line as it was spoken."""

    clip_id: str
    """Its sound in the clip store."""
    report: SynthesisReport
    speed: float
    """The rate that it was spoken at: what was asked for, or what fits its slot."""
    bars: bytes
    """Its outline, see :func:`webui.session.waveform`, in percent: there may be thousands."""
    findings: Sequence[Finding]
    fingerprint: str
    """Of the engine that spoke it."""

    @property
    def hits(self) -> int:
        """Segments that were there already."""
        return sum(segment.stage.outcome is Outcome.HIT for segment in self.report.segments)


@dataclass(frozen=True, eq=False)
class Card:
    """All that is known of one line, or of one take."""

    doing: Doing | None = None
    """None while nothing is being done for it."""
    stage: str = ""
    fraction: float = 0.0
    ahead: int = 0
    """How many others the engine works for first."""
    held: Exception | None = None
    """Why it has to wait, if not for its turn."""
    failed: tuple[Hashable, Exception] | None = None
    """What was asked for when it failed, and why."""
    heard: "OrderedDict[Hashable, Heard]" = field(default_factory=OrderedDict)
    """By what was asked for, the latest last."""
    checks: "OrderedDict[Hashable, TakeCheck]" = field(default_factory=OrderedDict)
    """What was found when that was listened to, by the same."""
    fingerprint: str = ""
    """Of the engine that spoke it last, if it ever was: known from day to day, which what was heard is not."""
    lost: tuple[Hashable, bool] | None = None
    """What was asked for when nothing was found of it any more, and whether another engine than today's spoke it."""

    def idle(self) -> "Card":
        """Nothing is being done for it."""
        return replace(self, doing=None, stage="", fraction=0.0, ahead=0, held=None)

    def waiting(self) -> "Card":
        """Something is to be done for it."""
        return replace(self.idle(), doing="waiting")

    def working(self, stage: str, fraction: float) -> "Card":
        """It is being done."""
        return replace(self, doing="working", stage=stage, fraction=fraction, ahead=0, held=None)

    def spoken(self, asked: Hashable, heard: Heard) -> "Card":
        """It was spoken."""
        heard_now = _with(self.heard, asked, heard)
        return replace(self.idle(), failed=None, heard=heard_now, fingerprint=heard.fingerprint)

    def remembered(self, asked: Hashable, heard: Heard, check: TakeCheck | None = None) -> "Card":
        """So it was spoken before, and found; nothing has been done for it now."""
        checks = _with(self.checks, asked, check) if check else self.checks
        return replace(self, heard=_with(self.heard, asked, heard), checks=checks, fingerprint=heard.fingerprint)

    def missed(self, asked: Hashable, fingerprint: str) -> "Card":
        """It was spoken once, and nothing was found of how the engine with this fingerprint speaks it."""
        return replace(self, lost=(asked, fingerprint != self.fingerprint))

    def broken(self, asked: Hashable, error: Exception) -> "Card":
        """It could not be spoken."""
        return replace(self.idle(), failed=(asked, error))

    def checked(self, asked: Hashable, check: TakeCheck) -> "Card":
        """It was listened to."""
        return replace(self.idle(), checks=_with(self.checks, asked, check))


@dataclass(frozen=True, eq=False)
class State:
    """A card as it is seen from the line as it stands now."""

    state: Literal["new", "waiting", "working", "done", "failed"]
    card: Card
    heard: Heard | None = None
    check: TakeCheck | None = None
    stale: bool = False
    """Whether ``heard``, or what is there no more, is how it was before it was edited or the engine changed."""
    outdated: bool = False
    """Whether that is because another engine, or another build of it, spoke it."""
    error: Exception | None = None


def asked(project: Project, line: Line) -> Hashable:
    """All that decides how ``line`` sounds in ``project``, as far as it stands there."""
    script = project.script
    voice = script.cast.get(line.speaker) or (line.speaker, script.cast.get(""))
    return line.text, line.instruction, line.seed, line.speed, line.slot, voice, script.engine, script.language


def state_of(card: Card, wanted: Hashable) -> State:
    """How a line is that asks for ``wanted``."""
    current = card.heard.get(wanted)
    heard = current or next(reversed(card.heard.values()), None)
    lost = card.lost if current is None and card.lost and card.lost[0] == wanted else None
    stale = current is None and (heard is not None or lost is not None)
    outdated = lost is not None and lost[1]
    check = card.checks.get(wanted) if current else None
    error = card.failed[1] if card.failed and card.failed[0] == wanted else None
    state = card.doing or ("failed" if error else "done" if current else "new")
    return State(state, card, heard, check, stale, outdated, error)


def _with(known: "OrderedDict[Hashable, T]", asked: Hashable, value: T) -> "OrderedDict[Hashable, T]":
    entries = OrderedDict(known)
    entries.pop(asked, None)
    entries[asked] = value
    while len(entries) > REMEMBERED:
        entries.popitem(last=False)
    return entries
