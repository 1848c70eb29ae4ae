"""A delivery: every line spoken, its files written, joined, subtitled and listed, into a folder or a zip file.

The same project gives the same bytes, whenever and wherever that is. Memory holds one line at a time.
"""

import tempfile
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import soundfile as sf

from core.archive import write_zip
from core.desk.delivery import manifest
from core.desk.delivery.joining import LONGEST_S, Place, Track, places
from core.desk.delivery.manifest import DeliveredLine, WrittenFile
from core.desk.delivery.naming import Named, Names, file_stem
from core.desk.delivery.subtitles import KINDS, subtitles, words_of
from core.desk.delivery.writing import write_file
from core.desk.rendering import Spoken, speak
from core.desk.script import Line, Project
from core.desk.takes import kept
from core.engines.base import TimedText
from core.errors import EncoreError, EngineFailed, InvalidInput, StorageFailed
from core.progress import Progress
from core.sound import rate_of
from core.studio import Studio

STAGE = "deliver"
"""What :class:`Progress` is told of the delivery as a whole, beside what the studio tells it of each line."""
_SPEAKING = 0.9
"""The share of the work that speaking is."""
_TAKE = 8
"""Characters of a sound's content id in names."""


@dataclass(frozen=True)
class LineDone:
    """A line was spoken, and written if wanted."""

    number: int
    """Its place in the script, from 1."""
    spoken: Spoken
    file: WrittenFile | None


@dataclass(frozen=True)
class LineFailed:
    """A line that cannot be spoken."""

    number: int
    line: Line
    error: EncoreError


@dataclass(frozen=True)
class Delivered:
    """All is there."""

    lines: tuple[DeliveredLine, ...]
    places: tuple[Place, ...]
    """Where each of the lines sounds in the joined file."""
    joined: WrittenFile | None
    names: tuple[str, ...]
    """Every file, with slashes, in the order in which they were written."""


Step = LineDone | LineFailed | Delivered


def deliver(
    studio: Studio,
    project: Project,
    viewer: str | None,
    folder: Path,
    progress: Progress | None = None,
    line_ids: Collection[str] | None = None,
) -> Generator[Step, None, None]:
    """Write what ``project`` wants into ``folder``: of ``line_ids``, or of all lines that have a text.

    Gives a :class:`LineDone` or :class:`LineFailed` for each, in the order of the script, and in the end
    :class:`Delivered`. Where lines failed, the others are spoken all the same, and then :class:`InvalidInput`
    (``delivery.failed``) is raised. Also raises :class:`InvalidInput` for what can be known before,
    :class:`StorageFailed`, and what the studio does for more than one line.
    """
    chosen = [
        (number, line)
        for number, line in enumerate(project.script.lines, 1)
        if line.text.strip() and (line_ids is None or line.line_id in line_ids)
    ]
    if not chosen:
        raise InvalidInput("delivery.nothing")
    for _, line in chosen:
        if line.slot and line.slot.start_s > LONGEST_S:
            raise InvalidInput("delivery.too_long", hours=line.slot.start_s / 3600, limit=LONGEST_S / 3600)
    with _storing(folder), Track() as takes:
        folder.mkdir(parents=True, exist_ok=True)
        work = _Work(studio, project, viewer, folder, takes, progress or Progress())
        yield from work.speak(chosen)
        yield work.finish([line for _, line in chosen])


def package(
    studio: Studio,
    project: Project,
    viewer: str | None,
    path: Path,
    progress: Progress | None = None,
    line_ids: Collection[str] | None = None,
) -> Generator[Step, None, None]:
    """As :func:`deliver`, into one zip file at ``path``, which is there once :class:`Delivered` is given."""
    with _storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".delivery-") as name:
            folder = Path(name)
            for step in deliver(studio, project, viewer, folder / "files", progress, line_ids):
                if isinstance(step, Delivered):
                    write_zip(folder / "zip", folder / "files", step.names)
                    (folder / "zip").replace(path)
                yield step


class _Work:
    """One delivery under way."""

    def __init__(
        self, studio: Studio, project: Project, viewer: str | None, folder: Path, takes: Track, progress: Progress
    ) -> None:
        self._studio = studio
        self._project = project
        self._viewer = viewer
        self._folder = folder
        self._takes = takes
        self._progress = progress
        self._wish = project.delivery
        self._engine = studio.synthesis[project.script.engine]
        self._rate = rate_of(self._wish.format, self._wish.sample_rate or self._engine.sample_rate)
        self._names = Names(self._wish.pattern)
        self._lines: list[DeliveredLine] = []
        self._begins: list[int] = [0]

    def speak(self, chosen: Sequence[tuple[int, Line]]) -> Iterator[Step]:
        """Each line, with its place in the script, and its file."""
        for count, (number, line) in enumerate(chosen, 1):
            try:
                spoken = speak(self._studio, self._project, line, self._viewer, self._progress)
            except (InvalidInput, EngineFailed) as error:
                yield LineFailed(number, line, error)
            else:
                self._keep(number, spoken)
                yield LineDone(number, spoken, self._lines[-1].file)
            self._progress.update(STAGE, _SPEAKING * count / len(chosen))
        failed = len(chosen) - len(self._lines)
        if failed:
            raise InvalidInput("delivery.failed", count=failed, total=len(chosen))

    def finish(self, lines: Sequence[Line]) -> Delivered:
        """All that is of all ``lines`` together."""
        script, title = self._project.script, file_stem(self._project.title, "script")
        placed = places([line.take.duration_s for line in self._lines], [line.slot for line in lines], script.gap_s)
        joined = self._join(placed, title) if self._wish.joined else None
        texts = dict(self._texts(placed, joined, title))
        for name, text in texts.items():
            (self._folder / name).write_bytes(text.encode())
        self._progress.update(STAGE, 1.0)
        sounds = [file.name for file in (*(line.file for line in self._lines), joined) if file]
        return Delivered(tuple(self._lines), placed, joined, (*sounds, *texts))

    def _keep(self, number: int, spoken: Spoken) -> None:
        take = kept(spoken)
        line = DeliveredLine(
            number=number,
            take=take,
            words=words_of(spoken.line.text),
            spoken=tuple(segment.text for segment in spoken.take.report.segments),
            voice=manifest.voice_of(self._studio, spoken.request.speaker),
            fingerprint=self._engine.fingerprint,
            findings=spoken.findings,
        )
        samples = spoken.take.audio.resampled(self._rate).samples
        self._takes.put(samples, self._begins[-1])
        self._begins.append(len(self._takes))
        if self._wish.lines:
            content = spoken.take.audio.content_id[:_TAKE]
            named = Named(
                number, spoken.line.speaker, line.words, spoken.line_id, take.line.seed, content, self._project.title
            )
            name = f"lines/{self._names.name(named)}"
            line = replace(line, file=write_file(self._folder, name, samples, self._rate, self._wish))
        self._lines.append(line)

    def _join(self, placed: Sequence[Place], name: str) -> WrittenFile:
        """One file of all takes as they came, so that what is soft stays softer than what is loud."""
        with Track() as joined:
            for number, place in enumerate(placed):
                begin, end = self._begins[number : number + 2]
                joined.put(self._takes[begin:end], round(place.start_s * self._rate))
            return write_file(self._folder, name, joined, self._rate, self._wish)

    def _texts(self, placed: Sequence[Place], joined: WrittenFile | None, title: str) -> Iterator[tuple[str, str]]:
        """The files that are no sound, by name."""
        cues = [
            TimedText(place.start_s, place.end_s, line.words) for line, place in zip(self._lines, placed, strict=True)
        ]
        for kind in KINDS[self._wish.subtitles]:
            yield f"{title}.{kind}", subtitles(kind, cues)
        yield "manifest.json", manifest.as_json(self._project, self._lines, placed, joined)
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        yield "manifest.csv", "\ufeff" + manifest.as_csv(self._lines, placed)


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    """Tell in a sentence when the disk is full, or nothing may be written at ``path``."""
    try:
        yield
    except OSError as error:
        raise StorageFailed("file.unwritable", path=path, reason=error.strerror or error) from error
    except sf.LibsndfileError as error:
        raise StorageFailed("file.unwritable", path=path, reason=error.error_string) from error
