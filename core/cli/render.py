"""``encore render``: a whole script, spoken, written and listed. Again, it is all hits, and the same files."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.common import JsonOption, describe, exit_status, print_json, studio_here
from core.errors import EncoreError, InvalidInput

if TYPE_CHECKING:
    from core.desk.delivery.package import Delivered, LineDone, LineFailed, Step
    from core.desk.script import Project
    from core.finding import Finding
    from core.progress import Progress
    from core.studio import Studio


def render(
    script: Annotated[Path, typer.Argument(help="csv, tsv, txt, srt, vtt or encore file.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder that the files go to.")],
    cast: Annotated[list[str] | None, typer.Option(metavar="ROLE=VOICE", help="Who speaks a role; repeatable.")] = None,
    voice: Annotated[str, typer.Option(help="Who speaks where nobody is cast.")] = "",
    engine: Annotated[str, typer.Option(help="Engine that speaks.")] = "",
    language: Annotated[str, typer.Option(help="en, zh, … or auto.")] = "",
    format: Annotated[str, typer.Option(help="wav, flac, mp3 or opus.")] = "",
    sample_rate: Annotated[int | None, typer.Option(help="In hertz; as the engine speaks if not said.")] = None,
    channels: Annotated[int | None, typer.Option(help="1, or 2 that are alike.")] = None,
    loudness: Annotated[float | None, typer.Option(help="Integrated, in LUFS: -23, -16, -14 …")] = None,
    peak: Annotated[float | None, typer.Option(help="Highest true peak, in dBTP.")] = None,
    pattern: Annotated[str, typer.Option(help="Names of files, such as “{number:03}-{speaker}-{words}”.")] = "",
    gap: Annotated[float | None, typer.Option(help="Seconds between lines without times.")] = None,
    as_zip: Annotated[bool, typer.Option("--zip", help="Write one zip file; OUTPUT may be its name.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Speak SCRIPT, and write its lines, the file that joins them, subtitles and a manifest."""
    with studio_here() as studio:
        project, findings = _open(studio, script)
        said = {"engine": engine, "language": language, "gap_s": gap}
        project = replace(project, script=replace(project.script, **_given(said)))
        project = _cast(studio, project, [*(cast or []), *([f"={voice}"] if voice else [])])
        wish = {"format": format, "sample_rate": sample_rate, "channels": channels, "loudness": loudness}
        wish |= {"peak": peak, "pattern": pattern}
        project = replace(project, delivery=replace(project.delivery, **_given(wish)))
        log = _Log(quiet=as_json)
        log.tell(findings)
        try:
            with _progress() as progress:
                for step in _steps(studio, project, output, as_zip, progress):
                    log.note(step)
        except EncoreError as error:
            if not as_json or not log.failures:
                raise
            print_json({**describe(error), **log.as_json(findings)})
            raise typer.Exit(exit_status(error)) from error
    if as_json:
        print_json(log.as_json(findings))
    else:
        typer.echo(log.summary(output))


def _open(studio: "Studio", path: Path) -> "tuple[Project, Sequence[Finding]]":
    """What is in the file at ``path``, and what of it could not be taken. Raises :class:`InvalidInput`."""
    from core.desk import portable
    from core.desk.importing import read_script
    from core.desk.script import MOST_TITLE, Project, Script

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput("file.unreadable", path=path, reason=error.strerror or error) from error
    if path.suffix.casefold() == portable.SUFFIX:
        arrived = portable.unpack(data, studio.library)
        return arrived.project, arrived.findings
    read = read_script(path.name, data)
    # Named by their places, so that a pattern with {line} gives the same names the next time.
    lines = tuple(replace(line, line_id=str(number)) for number, line in enumerate(read.lines, 1))
    title = "".join(character for character in path.stem if character.isprintable())[:MOST_TITLE]
    return Project(title, Script(lines)), read.findings


def _cast(studio: "Studio", project: "Project", roles: Sequence[str]) -> "Project":
    """``project`` with what ``ROLE=VOICE`` says. Raises :class:`InvalidInput`."""
    from core.desk.editing import cast
    from core.request import voice_name

    for each in roles:
        role, given, name = each.partition("=")
        if not given:
            raise InvalidInput("render.cast", cast=each)
        speaker = studio.voice(name.strip(), engine=project.script.engine)
        if speaker is None:
            raise InvalidInput("request.voice", voice=name.strip())
        project = cast(project, role.strip(), voice_name(speaker))
    return project


def _steps(studio: "Studio", project: "Project", output: Path, as_zip: bool, progress: "Progress") -> "Iterator[Step]":
    from core.desk.delivery.naming import file_stem
    from core.desk.delivery.package import deliver, package

    if not as_zip:
        return deliver(studio, project, None, output, progress)
    named = output.suffix.casefold() == ".zip"
    path = output if named else output / f"{file_stem(project.title, 'script')}.zip"
    return package(studio, project, None, path, progress)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """Those of ``options`` that were given."""
    return {name: value for name, value in options.items() if value not in (None, "")}


@dataclass
class _Log:
    """What has happened, told line by line."""

    quiet: bool
    """Whether it is told in the end only, as JSON."""
    done: "list[LineDone]" = field(default_factory=list)
    failures: "list[LineFailed]" = field(default_factory=list)
    delivered: "Delivered | None" = None

    def note(self, step: "Step") -> None:
        """``step`` has been made."""
        from core.desk.delivery.package import Delivered, LineDone

        if isinstance(step, Delivered):
            self.delivered = step
            for line, place in zip(step.lines, step.places, strict=True):
                self.tell(place.findings, line.number)
            if step.joined:
                self.tell(step.joined.findings)
        elif isinstance(step, LineDone):
            self.done.append(step)
            self._show(step)
        else:
            self.failures.append(step)
            if not self.quiet:
                typer.secho(f"{step.number:>4}  {step.error}", err=True, fg="red")

    def tell(self, findings: "Sequence[Finding]", number: int | None = None) -> None:
        """Say what was noticed, of line ``number``."""
        for finding in () if self.quiet else findings:
            typer.secho(f"{number or '':>4}  {finding.sentence}", err=True, fg="yellow")

    def summary(self, output: Path) -> str:
        """One line for people."""
        figures = self._figures()
        return (
            f"{output}: {len(self.done)} lines, {figures['duration_s']:.1f} s in {figures['total_ms'] / 1000:.2f} s "
            f"({figures['hits']} of {figures['segments']} segments from the cache, "
            f"{figures['saved_ms'] / 1000:.1f} s of engine time saved)"
        )

    def as_json(self, findings: "Sequence[Finding]") -> dict[str, object]:
        """All for programs; ``findings`` are what was noticed of the script."""
        return {
            "files": list(self.delivered.names) if self.delivered else [],
            "lines": [
                {
                    "number": step.number,
                    "file": step.file.name if step.file else None,
                    **step.spoken.take.report.as_json(),
                    "findings": [finding.as_json() for finding in _findings(step)],
                }
                for step in self.done
            ],
            "failures": [{"number": step.number, **describe(step.error)} for step in self.failures],
            "findings": [finding.as_json() for finding in findings],
            **self._figures(),
        }

    def _figures(self) -> dict[str, float]:
        """Of all lines together."""
        reports = [step.spoken.take.report for step in self.done]
        segments = [segment for report in reports for segment in report.segments]
        return {
            "duration_s": round(sum(report.duration_s for report in reports), 3),
            "segments": len(segments),
            "hits": sum(segment.stage.outcome == "hit" for segment in segments),
            "total_ms": round(sum(report.total_ms for report in reports), 1),
            "saved_ms": round(sum(report.saved_ms for report in reports), 1),
        }

    def _show(self, step: "LineDone") -> None:
        if self.quiet:
            return
        report = step.spoken.take.report
        what = step.file.name if step.file else step.spoken.line.text
        typer.echo(f"{step.number:>4}  {report.outcome.value:<9}  {report.duration_s:6.2f} s  {what}")
        self.tell(_findings(step), step.number)


def _findings(step: "LineDone") -> "Sequence[Finding]":
    return (*step.spoken.findings, *(step.file.findings if step.file else ()))


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar for the whole on standard error, where that is a terminal; what is printed meanwhile stands above it."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    from core.desk.delivery.package import STAGE
    from core.progress import Progress

    bars = Bars(
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
        redirect_stdout=sys.stdout.isatty(),
    )
    with bars:
        task = bars.add_task("", total=1.0)

        def show(stage: str, fraction: float) -> None:
            if stage == STAGE:
                bars.update(task, completed=fraction)

        yield Progress(show, lambda ahead: bars.update(task, description=f"waiting, {ahead} ahead" if ahead else ""))
