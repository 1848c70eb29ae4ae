"""What comes from elsewhere: scripts in files, takes in links, whole projects."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from core.desk.editing import Cast, Edit, Insert, LineIds, SetScript, SetTitle
from core.desk.importing import read_script
from core.desk.portable import unpack
from core.desk.script import MOST_NAME, MOST_TITLE, Script
from core.desk.takes import from_link
from core.errors import Refused
from core.finding import Finding
from webui.desk.desk import Desk, Work
from webui.desk.opened import Changes, Opened
from webui.gate.house import Guest


def import_script(opened: Opened, name: str, data: bytes, *, instead: bool) -> tuple[Changes, Sequence[Finding], int]:
    """Append the lines of a file called ``name``, or put them in place of all that are there, as one step.

    What has changed, what of the file was not taken as it stands, and how many lines came. Raises
    :class:`InvalidInput`.
    """
    imported = read_script(name, data)
    project = opened.project
    here = tuple(line.line_id for line in project.script.lines) if instead else ()
    edits: list[Edit] = [LineIds(op="delete", line_ids=here)] if here else []
    edits.append(Insert(op="insert", lines=imported.lines))
    if not project.title and (title := _title(name)):
        edits.append(SetTitle(op="set_title", title=title))
    return opened.edit(edits, opened.revision), imported.findings, len(imported.lines)


def open_file(desk: Desk, guest: Guest, data: bytes, *, agreed: bool) -> Work:
    """The project in a file that an Encore saved, as a new one, opened; its voices become the guest's. Of somebody whom
    nobody knows they would become everybody's, and so they stay in the file.

    Raises :class:`Refused` (``consent.needed``) if it brings voices and nobody has ``agreed``, and
    :class:`InvalidInput`.
    """
    voices = desk.knows(guest)
    if agreed:
        guest.agree()
    elif voices and not guest.agreed and _brings_voices(data):
        raise Refused("consent.needed")
    arrived = unpack(data, desk.studio.library, guest.caller.name, voices=voices)
    work = desk.keep(guest, arrived.project, arrived.findings)
    if agreed:
        work.speaking.agree(guest)
    return work


def _brings_voices(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.startswith("voices/") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False  # what is wrong with it is told where it is read


def take_from_link(opened: Opened, link: str) -> tuple[Changes, Sequence[Finding], str]:
    """Append the line of a take that somebody sent as a link, in the voice that spoke it. Raises :class:`InvalidInput`.

    What has changed, what is otherwise than it was there, and which line it is.
    """
    linked = from_link(link)
    script = opened.project.script
    edits: list[Edit] = []
    findings: Sequence[Finding] = ()
    if not script.lines:
        edits.append(SetScript(op="set_script", engine=linked.engine, language=linked.language))
    elif (linked.engine, linked.language) != (script.engine, script.language):
        findings = [Finding("warning", "desk.take_elsewhere", {"engine": linked.engine, "language": linked.language})]
    speaker = _role(script, linked.line.speaker, linked.voice)
    if script.cast.get(speaker) != linked.voice:
        edits.append(Cast(op="cast", speaker=speaker, voice=linked.voice))
    line = replace(linked.line, speaker=speaker)
    edits.append(Insert(op="insert", lines=(line,)))
    return opened.edit(edits, opened.revision), findings, line.line_id


def _role(script: Script, speaker: str, voice: str) -> str:
    """Who is to say a line in ``voice``: its own ``speaker`` if nobody else's voice is changed by that."""
    unknown = speaker not in script.cast and speaker not in script.speakers
    if script.cast.get(speaker) == voice or (unknown and (speaker or not script.lines)):
        return speaker
    for role, cast in script.cast.items():
        if cast == voice and role:
            return role
    name = (speaker or voice.partition(":")[2])[: MOST_NAME - 4]
    taken = {*script.cast, *script.speakers}
    return next(role for role in (name, *(f"{name} {number}" for number in range(2, 10_000))) if role not in taken)


def _title(name: str) -> str:
    """What a file is called, as a title."""
    return " ".join("".join(each for each in PurePath(name).stem if each.isprintable()).split())[:MOST_TITLE]
