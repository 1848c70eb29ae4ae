"""A project as one file, ``NAME.encore``, that another Encore can open: with the saved voices that speak in it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from core.archive import packed, unpacked
from core.desk.projects import read_project, write_project
from core.desk.script import Project
from core.errors import InvalidInput, Refused
from core.finding import Finding
from core.request import SAVED
from core.speakers import bundle
from core.speakers.bundle import VoiceBundle
from core.speakers.library import VoiceLibrary

SUFFIX = ".encore"
MOST_BYTES = 200 * 2**20
"""Of a file, of what it unpacks to, and of the recordings in its voices, which are packed once more."""
MOST_VOICES = 32

_PROJECT = "project.json"
_VOICE = re.compile(rf"voices/([0-9a-f]{{16}}){re.escape(bundle.SUFFIX)}")


@dataclass(frozen=True)
class Arrived:
    """A project that came in a file."""

    project: Project
    """With the names that its voices have here."""
    findings: tuple[Finding, ...] = ()
    """Which voices did not come with it."""


def pack(project: Project, library: VoiceLibrary, viewer: str | None = None) -> bytes:
    """``project`` as the file that :func:`unpack` reads; the same project is the same bytes.

    Voices that are not ``viewer``'s to give stay behind. Raises :class:`InvalidInput` (``desk.file_large``).
    """
    project = _with_named(project, library, viewer)
    files = {_PROJECT: write_project(project)}
    for voice_id in _saved(project):
        try:
            files[f"voices/{voice_id}{bundle.SUFFIX}"] = bundle.pack(bundle.bundle_of(library, voice_id, viewer))
        except (InvalidInput, Refused):
            continue  # deleted meanwhile, or somebody else's; whoever opens the file is told
    if len(files) > 1 + MOST_VOICES or sum(map(len, files.values())) > MOST_BYTES:
        raise InvalidInput("desk.file_large", limit=MOST_BYTES / 2**20, voices=MOST_VOICES)
    return packed(files)


def unpack(data: bytes, library: VoiceLibrary, owner: str = "", *, voices: bool = True) -> Arrived:
    """The project in a file, whoever made it. Its voices become ``owner``'s, but for those that are here already; or
    without ``voices`` stay in the file, which is told.

    Raises :class:`InvalidInput` before anything is kept (``desk.file_large``, ``desk.file``, and as
    :func:`read_project`), and :class:`StorageFailed`.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput("desk.file_large", limit=MOST_BYTES / 2**20, voices=MOST_VOICES)
    try:
        files = unpacked(data, most_files=1 + MOST_VOICES, most_bytes=MOST_BYTES)
        project, _ = read_project(files[_PROJECT])
    except KeyError as error:
        raise InvalidInput("desk.file", reason=f"{_PROJECT} is not in it") from error
    except ValueError as error:
        raise InvalidInput("desk.file", reason=str(error)) from error
    bundles, damaged = _voices(files, _saved(project) if voices else ())
    findings = [Finding("warning", "desk.voice_damaged", {"reason": reason}) for reason in damaged]
    here = {voice_id: bundle.add(library, found, owner).voice_id for voice_id, found in bundles.items()}
    project = _renamed(project, here)
    known = {f"{SAVED}{voice.voice_id}" for voice in library.voices(owner)}
    roles = [speaker or "*" for speaker, voice in project.script.cast.items() if _is_missing(voice, known)]
    if roles:
        code = "desk.voices_missing" if voices else "desk.voices_left"
        findings.append(Finding("warning", code, {"roles": ", ".join(roles)}))
    return Arrived(project, tuple(findings))


def _voices(files: Mapping[str, bytes], wanted: Collection[str]) -> tuple[dict[str, VoiceBundle], list[InvalidInput]]:
    """The voices among ``files`` that are ``wanted``, by their ids, and why others cannot be used.

    Raises :class:`InvalidInput` (``desk.file_large``).
    """
    bundles: dict[str, VoiceBundle] = {}
    damaged: list[InvalidInput] = []
    room = MOST_BYTES
    for name, content in files.items():
        match = _VOICE.fullmatch(name)
        if match is None or match[1] not in wanted:
            continue
        try:
            found = replace(bundle.unpack(content), profiles=())  # they are made again by whoever speaks
        except InvalidInput as error:  # the day's work is worth more than one of its voices
            damaged.append(error)
            continue
        room -= sum(len(recording.audio.data) for recording in found.recordings)
        if room < 0:
            raise InvalidInput("desk.file_large", limit=MOST_BYTES / 2**20, voices=MOST_VOICES)
        bundles[match[1]] = found
    return bundles, damaged


def _with_named(project: Project, library: VoiceLibrary, viewer: str | None) -> Project:
    """``project`` with those cast whose voice is found by its name: elsewhere that may be another voice's."""
    called = {voice.name.casefold(): voice.voice_id for voice in reversed(library.voices(viewer))}
    script = project.script
    found = {
        speaker: f"{SAVED}{called[speaker.casefold()]}"
        for speaker in script.speakers
        if speaker not in script.cast and speaker.casefold() in called
    }
    return replace(project, script=replace(script, cast={**script.cast, **found})) if found else project


def _saved(project: Project) -> list[str]:
    """The ids of the saved voices in ``project``, each once: those of its cast, and those of its takes."""
    voices = (*project.script.cast.values(), *(take.voice for take in project.takes))
    return list(dict.fromkeys(voice.removeprefix(SAVED) for voice in voices if voice.startswith(SAVED)))


def _is_missing(voice: str, known: Collection[str]) -> bool:
    return voice.startswith(SAVED) and voice not in known


def _renamed(project: Project, here: Mapping[str, str]) -> Project:
    """``project`` with its saved voices called as they are called here."""
    names = {f"{SAVED}{there}": f"{SAVED}{voice_id}" for there, voice_id in here.items()}
    cast = {speaker: names.get(voice, voice) for speaker, voice in project.script.cast.items()}
    takes = tuple(replace(take, voice=names.get(take.voice, take.voice)) for take in project.takes)
    return replace(project, script=replace(project.script, cast=cast), takes=takes)
