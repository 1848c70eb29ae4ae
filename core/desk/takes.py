"""Takes that are kept. A take is its request, and so it can be handed on as a command, or as a link."""

import base64
import shlex
import time
from dataclasses import replace
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from core.desk.rendering import Spoken, instruction_of
from core.desk.script import KeptTake, Line, check_voice, new_id
from core.errors import InvalidInput
from core.request import AUTO, EMOTIONS, voice_name

LONGEST_LINK = 4_000
"""Characters of a link at most: what browsers, proxies and chat programs pass on unharmed."""


class Linked(NamedTuple):
    """What a link says."""

    line: Line
    """As it was spoken, under a name of its own, and without the slot."""
    voice: str
    """As in :attr:`~core.desk.script.Script.cast`."""
    engine: str
    language: str


def kept(spoken: Spoken) -> KeptTake:
    """``spoken`` as a take to keep, under a name of its own: with the seed and the speed that it was spoken with."""
    report, request = spoken.take.report, spoken.request
    return KeptTake(
        take_id=new_id(),
        line=replace(spoken.line, seed=report.seed, speed=request.speed),
        voice=voice_name(request.speaker),
        engine=request.engine,
        language=request.language,
        made_s=time.time(),
        duration_s=report.duration_s,
    )


def as_command(take: KeptTake, output: str = "take.wav") -> str:
    """The command for a POSIX shell that makes ``take`` once more, and puts it into the file ``output``."""
    line = take.line
    instruction = instruction_of(line.instruction)
    values = [f"{name}={value:g}" for name, value in zip(EMOTIONS, instruction.vector, strict=False) if value]
    emotion = ",".join(values or instruction.presets)
    # A text that begins with a dash would be taken for an option; a space before it is not heard.
    text = f" {line.text}" if line.text.startswith("-") else line.text
    options = {
        "--engine": take.engine,
        "--language": "" if take.language == AUTO else take.language,
        "--emotion": emotion,
        "--instruct": instruction.text,
        "--speed": f"{line.speed:g}" if line.speed != 1 else "",
        "--seed": str(line.seed),
        "-o": output,
    }
    given = [part for name, value in options.items() if value for part in (name, value)]
    return shlex.join(["encore", "clone", take.voice, text, *given])


class _Link(BaseModel):
    """A link as JSON; short names, since there is little room. What they may hold, a line knows itself."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    t: str
    v: str
    e: str
    l: str = AUTO  # noqa: E741
    w: str = ""
    i: str = ""
    s: int = 0
    r: float = 1.0


def as_link(take: KeptTake) -> str:
    """``take`` as the query of a link, ``?take=…``; empty where its text is too long for one."""
    line = take.line
    words = {"t": line.text, "w": line.speaker, "i": line.instruction}
    link = _Link(v=take.voice, e=take.engine, l=take.language, s=line.seed, r=line.speed, **words)
    data = link.model_dump_json(exclude_defaults=True).encode()
    query = "?take=" + base64.urlsafe_b64encode(data).decode().rstrip("=")
    return query if len(query) <= LONGEST_LINK else ""


def from_link(text: str) -> Linked:
    """What the link, its query, or the value in that, says.

    Raises :class:`InvalidInput`: ``take.link``, or as a :class:`Line` that is made with what cannot be.
    """
    token = text.strip().rpartition("take=")[2].partition("&")[0]
    try:
        if len(token) > LONGEST_LINK:
            raise ValueError
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        link = _Link.model_validate_json(data)
    except ValueError as error:  # binascii's and pydantic's errors are such
        raise InvalidInput("take.link") from error
    check_voice(link.v)
    line = Line(new_id(), link.t, link.w, link.i, link.s, link.r)
    return Linked(line, link.v, link.e, link.l)
