"""What was delivered, file by file, and all that it takes to make each again: for programs as JSON, for tables as CSV.

Nothing in it depends on when or where it was written, so that the same delivery is the same manifest.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import core
from core import identity
from core.desk.delivery.joining import Place
from core.desk.script import KeptTake, Project
from core.desk.takes import as_command
from core.finding import Finding
from core.request import LibrarySpeaker, Speaker, voice_name
from core.sound import SYNTHETIC
from core.studio import Studio

Json = dict[str, object]

COLUMNS = (
    "number", "file", "speaker", "text", "instruction", "voice", "voice_name", "engine", "fingerprint", "language",
    "seed", "speed", "start", "end", "duration", "loudness", "peak", "sha256", "command",
)  # fmt: skip
"""Of the CSV. Some are those of a script, so that it can be imported as one."""


@dataclass(frozen=True)
class WrittenFile:
    """A file with sound, as it came out."""

    name: str
    """Its path in the delivery, with slashes."""
    sha256: str
    duration_s: float
    sample_rate: int
    """In hertz."""
    channels: int
    loudness: float | None
    """Integrated, in LUFS, as measured in the file; None for silence."""
    peak: float
    """True peak in dBTP, as measured in the file."""
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> Json:
        """The file for programs."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "duration_s": round(self.duration_s, 3),
            "sample_rate": self.sample_rate,
            "channels": self.channels,
            "loudness_lufs": None if self.loudness is None else round(self.loudness, 2),
            "true_peak_dbtp": round(self.peak, 2),
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True)
class Voice:
    """Who speaks, so that it can be told whether it is the same voice elsewhere."""

    voice: str
    """As a cast names it."""
    name: str
    clips: tuple[str, ...] = ()
    """For a saved voice, the content ids of its recordings."""


def voice_of(studio: Studio, speaker: Speaker) -> Voice:
    """What is known of ``speaker``. Raises :class:`InvalidInput`."""
    name = voice_name(speaker)
    if not isinstance(speaker, LibrarySpeaker):
        return Voice(name, name.partition(":")[2])
    saved = studio.library.voice(speaker.voice_id)
    clips = (studio.as_reference(recording.audio) for recording in studio.library.references(speaker.voice_id))
    return Voice(name, saved.name, tuple(identity.content_id(clip, studio.cache) for clip in clips))


@dataclass(frozen=True)
class DeliveredLine:
    """A line, how it was spoken, and where it went."""

    number: int
    """Its place in the script, from 1."""
    take: KeptTake
    """What makes it again."""
    words: str
    """Its text as people read it."""
    spoken: tuple[str, ...]
    """What the engine was given, sentence by sentence: with the readings of the lexicon."""
    voice: Voice
    fingerprint: str
    """The engine's: another one may speak otherwise."""
    findings: tuple[Finding, ...] = ()
    file: WrittenFile | None = None
    """Its own file, where there is one."""

    def as_json(self, place: Place) -> Json:
        """The line for programs; ``place`` is where it sounds in the joined file."""
        take, line = self.take, self.take.line
        return {
            "number": self.number,
            "speaker": line.speaker,
            "text": line.text,
            "spoken": list(self.spoken),
            "instruction": line.instruction,
            "voice": asdict(self.voice),
            "engine": take.engine,
            "fingerprint": self.fingerprint,
            "language": take.language,
            "seed": line.seed,
            "speed": line.speed,
            "slot": asdict(line.slot) if line.slot else None,
            "start_s": round(place.start_s, 3),
            "end_s": round(place.end_s, 3),
            "command": as_command(take),
            "file": self.file.as_json() if self.file else None,
            "findings": [finding.as_json() for finding in (*self.findings, *place.findings)],
        }

    def as_row(self, place: Place) -> Sequence[object]:
        """The line by :data:`COLUMNS`."""
        take, line, file = self.take, self.take.line, self.file
        name, sha256 = (file.name, file.sha256) if file else ("", "")
        level = (file.as_json()["loudness_lufs"], file.as_json()["true_peak_dbtp"]) if file else ("", "")
        return (
            self.number, name, line.speaker, line.text, line.instruction, self.voice.voice, self.voice.name,
            take.engine, self.fingerprint, take.language, line.seed, line.speed, f"{place.start_s:.3f}",
            f"{place.end_s:.3f}", f"{take.duration_s:.3f}", *level, sha256, as_command(take),
        )  # fmt: skip


def as_json(
    project: Project, lines: Sequence[DeliveredLine], places: Sequence[Place], joined: WrittenFile | None
) -> str:
    """The manifest for programs: ``lines`` with their ``places``, and the file with all of them, where there is one."""
    return json.dumps(
        {
            "made_with": f"Encore {core.__version__}",
            "notice": SYNTHETIC,
            "title": project.title,
            "delivery": asdict(project.delivery),
            "gap_s": project.script.gap_s,
            "joined": joined.as_json() if joined else None,
            "lines": [line.as_json(place) for line, place in zip(lines, places, strict=True)],
        },
        ensure_ascii=False,
        indent=2,
    )


def as_csv(lines: Sequence[DeliveredLine], places: Sequence[Place]) -> str:
    """The manifest for tables: a row for each line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(line.as_row(place) for line, place in zip(lines, places, strict=True))
    return buffer.getvalue()
