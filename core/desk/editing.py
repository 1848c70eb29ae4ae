"""What can be done to a project, each a function from the one before to the one after.

:data:`Edit` is the same as JSON: ``{"op": NAME, …}``, where the name is a function's and the rest its arguments.
All of them raise :class:`InvalidInput`, with a sentence, and nothing has happened then.
"""

import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypedDict, Unpack

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.desk.delivery.wish import Delivery
from core.desk.script import MOST_CHARACTERS, KeptTake, Line, Project, Slot, checked_text, new_id
from core.errors import InvalidInput
from core.request import MAX_SEED
from core.text.identity import HAN

_LETTER = rf"[^\W{HAN.pattern[1:-1]}\u3040-\u30ff]"
"""What whole words are made of; scripts without spaces have none, and what is looked for there is found anywhere."""


class LineFields(TypedDict, total=False):
    """What can be set of a line."""

    text: str
    speaker: str
    instruction: str
    seed: int
    speed: float
    locked: bool
    slot: Slot | None


class ScriptFields(TypedDict, total=False):
    """What can be set of a script as a whole."""

    engine: str
    language: str
    gap_s: float


def set_line(project: Project, line_id: str, **fields: Unpack[LineFields]) -> Project:
    """Change fields of a line."""
    if "speaker" in fields:
        fields["speaker"] = " ".join(fields["speaker"].split())
    return _with_lines(project, {line_id}, lambda line: replace(line, **fields))


def insert(project: Project, lines: Sequence[Line], after: str | None = None) -> Project:
    """Put ``lines`` behind a line, at the start ("") or at the end (None)."""
    here = project.script.lines
    place = len(here) if after is None else _place(project, after) + 1 if after else 0
    return _with_script(project, lines=(*here[:place], *lines, *here[place:]))


def delete(project: Project, line_ids: Collection[str]) -> Project:
    """Take lines out. Their takes stay, for whoever wants the line back."""
    chosen = _chosen(project, line_ids)
    return _with_script(project, lines=tuple(line for line in project.script.lines if line.line_id not in chosen))


def move(project: Project, line_ids: Collection[str], before: str | None = None) -> Project:
    """Put lines, in the order that they have, before a line or at the end (None)."""
    chosen = _chosen(project, line_ids)
    here = project.script.lines
    place = len(here) if before is None else _place(project, before)
    above, below = ([line for line in part if line.line_id not in chosen] for part in (here[:place], here[place:]))
    moved = (line for line in here if line.line_id in chosen)
    return _with_script(project, lines=(*above, *moved, *below))


def replace_all(
    project: Project,
    find: str,
    instead: str,
    *,
    case: bool = False,
    words: bool = False,
    line_ids: Collection[str] | None = None,
) -> tuple[Project, int]:
    """Write ``instead`` wherever the lines' texts say ``find``; also tells how often that was.

    ``case`` tells capitals from small letters, ``words`` finds whole words only; None of ``line_ids`` means all lines.
    """
    if not find:
        raise InvalidInput("desk.find")
    checked_text(instead)
    before = f"(?<!{_LETTER})" if words and re.match(_LETTER, find[0]) else ""
    behind = f"(?!{_LETTER})" if words and re.match(_LETTER, find[-1]) else ""
    pattern = re.compile(f"{before}{re.escape(find)}{behind}", 0 if case else re.IGNORECASE)
    chosen = _chosen(project, line_ids) if line_ids is not None else {line.line_id for line in project.script.lines}
    count = 0
    lines = []
    for line in project.script.lines:
        found = len(pattern.findall(line.text)) if line.line_id in chosen else 0
        count += found
        # Told before it is written: every letter of a long script could be replaced by a page.
        if count * len(instead) > MOST_CHARACTERS:
            raise InvalidInput("desk.too_long", limit=MOST_CHARACTERS)
        lines.append(replace(line, text=pattern.sub(lambda _: instead, line.text)) if found else line)
    return _with_script(project, lines=tuple(lines)), count


def reroll(project: Project, line_ids: Collection[str]) -> Project:
    """Draw new seeds for lines; those that are locked keep theirs."""
    return _with_lines(
        project, line_ids, lambda line: line if line.locked else replace(line, seed=secrets.randbelow(MAX_SEED + 1))
    )


def set_script(project: Project, **fields: Unpack[ScriptFields]) -> Project:
    """Change what holds for all lines."""
    return _with_script(project, **fields)


def set_title(project: Project, title: str) -> Project:
    """Call the project something."""
    return replace(project, title=" ".join(title.split()))


def cast(project: Project, speaker: str, voice: str) -> Project:
    """Let ``voice`` speak for ``speaker``; "" takes the role back."""
    speaker = " ".join(speaker.split())
    others = {name: theirs for name, theirs in project.script.cast.items() if name != speaker}
    return _with_script(project, cast={**others, speaker: voice} if voice else others)


def set_delivery(project: Project, delivery: Delivery) -> Project:
    """Change what is wanted of the files."""
    return replace(project, delivery=delivery)


def add_take(project: Project, take: KeptTake) -> Project:
    """Keep a take, as the newest."""
    return replace(project, takes=(take, *project.takes))


def set_take(project: Project, take_id: str, *, starred: bool | None = None, note: str | None = None) -> Project:
    """Star a take or write a note on it; None leaves that as it is."""
    take = _take(project, take_id)
    new = replace(
        take,
        starred=take.starred if starred is None else starred,
        note=take.note if note is None else note,
    )
    return replace(project, takes=tuple(new if one is take else one for one in project.takes))


def delete_take(project: Project, take_id: str) -> Project:
    """Forget a take."""
    take = _take(project, take_id)
    return replace(project, takes=tuple(one for one in project.takes if one is not take))


def choose_take(project: Project, take_id: str) -> Project:
    """Let the line be again as it was when the take was spoken: its text, seed, speed and instruction."""
    spoken = _take(project, take_id).line
    return set_line(
        project,
        spoken.line_id,
        text=spoken.text,
        seed=spoken.seed,
        speed=spoken.speed,
        instruction=spoken.instruction,
    )


class _Edit(BaseModel):
    """One of the functions above with its arguments; what is left out is left as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SetLine(_Edit):
    """:func:`set_line`: any of the fields of a line beside its ``line_id``."""

    op: Literal["set_line"]
    line_id: str
    text: str = ""
    speaker: str = ""
    instruction: str = ""
    seed: int = 0
    speed: float = 1.0
    locked: bool = False
    slot: Slot | None = None


class Insert(_Edit):
    """:func:`insert`; a line without a ``line_id`` is given one."""

    op: Literal["insert"]
    lines: tuple[Annotated[Line, BeforeValidator(lambda given: _named(given))], ...]
    after: str | None = None


class LineIds(_Edit):
    """:func:`delete` and :func:`reroll`."""

    op: Literal["delete", "reroll"]
    line_ids: tuple[str, ...]


class Move(_Edit):
    """:func:`move`."""

    op: Literal["move"]
    line_ids: tuple[str, ...]
    before: str | None = None


class ReplaceAll(_Edit):
    """:func:`replace_all`."""

    op: Literal["replace_all"]
    find: str
    instead: str
    case: bool = False
    words: bool = False
    line_ids: tuple[str, ...] | None = None


class SetScript(_Edit):
    """:func:`set_script`."""

    op: Literal["set_script"]
    engine: str = ""
    language: str = ""
    gap_s: float = 0.0


class SetTitle(_Edit):
    """:func:`set_title`."""

    op: Literal["set_title"]
    title: str


class Cast(_Edit):
    """:func:`cast`."""

    op: Literal["cast"]
    speaker: str
    voice: str


class SetDelivery(_Edit):
    """:func:`set_delivery`: the whole of it; what is left out is as it is by default."""

    op: Literal["set_delivery"]
    delivery: Delivery


class AddTake(_Edit):
    """:func:`add_take`."""

    op: Literal["add_take"]
    take: KeptTake


class SetTake(_Edit):
    """:func:`set_take`."""

    op: Literal["set_take"]
    take_id: str
    starred: bool | None = None
    note: str | None = None


class TakeId(_Edit):
    """:func:`delete_take` and :func:`choose_take`."""

    op: Literal["delete_take", "choose_take"]
    take_id: str


Edit = Annotated[
    SetLine
    | Insert
    | LineIds
    | Move
    | ReplaceAll
    | SetScript
    | SetTitle
    | Cast
    | SetDelivery
    | AddTake
    | SetTake
    | TakeId,
    Field(discriminator="op"),
]
"""What can be done to a project, as JSON."""

_DONE_BY: Mapping[str, Callable[..., Project]] = {
    "set_line": set_line,
    "insert": insert,
    "delete": delete,
    "reroll": reroll,
    "move": move,
    "replace_all": lambda project, **arguments: replace_all(project, **arguments)[0],
    "set_script": set_script,
    "set_title": set_title,
    "cast": cast,
    "set_delivery": set_delivery,
    "add_take": add_take,
    "set_take": set_take,
    "delete_take": delete_take,
    "choose_take": choose_take,
}


def apply(project: Project, edit: Edit) -> Project:
    """``project`` with ``edit`` done to it."""
    return _DONE_BY[edit.op](project, **{name: getattr(edit, name) for name in edit.model_fields_set - {"op"}})


def _named(line: object) -> object:
    return {"line_id": new_id(), **line} if isinstance(line, dict) else line


def _with_script(project: Project, **fields: Any) -> Project:
    return replace(project, script=replace(project.script, **fields))


def _with_lines(project: Project, line_ids: Collection[str], change: Callable[[Line], Line]) -> Project:
    chosen = _chosen(project, line_ids)
    return _with_script(
        project, lines=tuple(change(line) if line.line_id in chosen else line for line in project.script.lines)
    )


def _chosen(project: Project, line_ids: Collection[str]) -> set[str]:
    """``line_ids``, all of which are in the script."""
    chosen = set(line_ids)
    if not chosen <= {line.line_id for line in project.script.lines}:
        raise InvalidInput("desk.line_gone")
    return chosen


def _place(project: Project, line_id: str) -> int:
    for place, line in enumerate(project.script.lines):
        if line.line_id == line_id:
            return place
    raise InvalidInput("desk.line_gone")


def _take(project: Project, take_id: str) -> KeptTake:
    for take in project.takes:
        if take.take_id == take_id:
            return take
    raise InvalidInput("desk.take_gone")
