"""``encore clone`` and ``encore transcribe``."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.common import JsonOption, describe, exit_status, print_json, studio_here
from core.errors import EncoreError, InvalidInput, StorageFailed
from core.text.markup.model import Notation

if TYPE_CHECKING:
    from core.progress import Progress
    from core.report import SynthesisReport, TranscriptReport


class TranscriptFormat(StrEnum):
    """What a transcript is printed as."""

    TEXT = "text"
    JSON = "json"
    SRT = "srt"
    VTT = "vtt"


def clone(
    ref: Annotated[str, typer.Argument(help="Reference clip, or the name of a stock or saved voice.")],
    text: Annotated[str, typer.Argument(help="What to say; “-” reads it from standard input.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="wav, flac, mp3, ogg or opus file.")] = Path(
        "take.wav"
    ),
    engine: Annotated[str, typer.Option(help="Engine that speaks.")] = "kokoro",
    prompt_text: Annotated[str, typer.Option(help="What the reference clip says.")] = "",
    instruct: Annotated[str, typer.Option(help="How to say it, in words: “softly”, “开心地”.")] = "",
    emotion: Annotated[str, typer.Option(help="Presets (“happy, fast”) or values (“happy=0.6, calm=0.2”).")] = "",
    emotion_clip: Annotated[Path | None, typer.Option(help="Clip whose emotion is taken on.")] = None,
    emotion_strength: Annotated[float, typer.Option(help="How much of values and clip counts, 0 to 1.")] = 1.0,
    notation: Annotated[Notation, typer.Option(help="How readings are marked in TEXT.")] = Notation.ANY,
    speed: Annotated[float, typer.Option(help="Rate; 1 is natural.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed is another take; -1 draws one.")] = 0,
    language: Annotated[str, typer.Option(help="en, zh, … or auto.")] = "auto",
    as_json: JsonOption = False,
) -> None:
    """Say TEXT in the voice of REF."""
    from core.loudness import prepare
    from core.request import AudioSource, SynthesisRequest
    from core.sound import ENCODINGS, encode_take
    from core.text.presets import read_emotion

    encoding = output.suffix.lower().lstrip(".")
    if encoding not in ENCODINGS:
        raise InvalidInput("file.format", suffix=output.suffix, known=", ".join(ENCODINGS))
    instruction = replace(
        read_emotion(emotion),
        text=instruct,
        clip=AudioSource.from_path(emotion_clip) if emotion_clip else None,
        strength=emotion_strength,
    )
    preparing = threading.Thread(target=prepare, daemon=True)
    preparing.start()  # beside the start of the private server, which is a wait
    with studio_here() as studio, _progress() as progress:
        preparing.join()
        request = SynthesisRequest(
            text=sys.stdin.read() if text == "-" else text,
            speaker=studio.speaker(ref, engine=engine, prompt_text=prompt_text),
            engine=engine,
            language=language,
            speed=speed,
            seed=None if seed == -1 else seed,
            notation=notation,
            instruction=instruction,
        )
        take = studio.synthesize(request, progress)
    try:
        output.write_bytes(encode_take(take.audio, encoding))
    except OSError as error:
        raise StorageFailed("file.unwritable", path=output, reason=error.strerror or error) from error
    if as_json:
        print_json(take.report.as_json())
        return
    typer.echo(_summary(take.report, output))
    for finding in take.report.findings:
        typer.secho(finding.sentence, err=True, fg="yellow")


def transcribe(
    audio: Annotated[list[Path], typer.Argument(help="Audio files.")],
    engine: Annotated[str | None, typer.Option(help="Engine that listens; the best that is here if not said.")] = None,
    language: Annotated[str, typer.Option(help="en, zh, … or auto.")] = "auto",
    no_itn: Annotated[bool, typer.Option("--no-itn", help="Leave numbers in words.")] = False,
    format: Annotated[TranscriptFormat, typer.Option(help="What to print.")] = TranscriptFormat.TEXT,
    as_json: JsonOption = False,
) -> None:
    """Write down what AUDIO says. A file that fails does not stop the others."""
    from core.request import AudioSource, TranscriptionRequest
    from core.transcript_formats import FORMATS

    to_json = as_json or format is TranscriptFormat.JSON
    results: dict[int, TranscriptReport | EncoreError] = {}

    def show(place: int) -> None:
        result = results[place]
        if isinstance(result, EncoreError):
            typer.secho(f"{audio[place]}: {result}", err=True, fg="red")
        else:
            prefix = f"{audio[place]}: " if len(audio) > 1 and format is TranscriptFormat.TEXT else ""
            typer.echo(prefix + FORMATS[format.value](result.transcript), nl=False)

    with studio_here() as studio, _progress() as progress:
        asked: list[int] = []

        def requests() -> Iterator[TranscriptionRequest]:
            for place, path in enumerate(audio):
                try:
                    source = AudioSource.from_path(path)
                except EncoreError as error:
                    results[place] = error
                    continue
                asked.append(place)
                yield TranscriptionRequest(source, engine or studio.recognition.names[0], language, itn=not no_itn)

        shown = 0
        for written in studio.transcribe_all(requests(), progress):
            results[asked[written.index]] = written.result
            while shown in results and not to_json:  # in the order in which they were asked for
                show(shown)
                shown += 1
    if to_json:
        answers = [_told(results[place]) for place in range(len(audio))]
        print_json(answers[0] if len(answers) == 1 else answers)
    else:
        for place in range(shown, len(audio)):
            show(place)
    failures = [result for _, result in sorted(results.items()) if isinstance(result, EncoreError)]
    if failures:
        raise typer.Exit(exit_status(failures[-1]))


def _told(result: "TranscriptReport | EncoreError") -> object:
    return describe(result) if isinstance(result, EncoreError) else result.as_json()


def _summary(report: "SynthesisReport", output: Path) -> str:
    hits = sum(segment.stage.outcome == "hit" for segment in report.segments)
    return (
        f"{output}: {report.duration_s:.1f} s in {report.total_ms / 1000:.2f} s "
        f"({report.outcome.value}; {hits} of {len(report.segments)} segments from the cache, "
        f"{report.saved_ms / 1000:.1f} s of engine time saved)"
    )


@contextmanager
def _progress() -> Iterator["Progress"]:
    """A bar per stage on standard error, where that is a terminal, and one for the queue while there is any."""
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from core.progress import Progress

    tasks: dict[str, TaskID] = {}
    with Bars(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:

        def show(stage: str, fraction: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0)
            bars.update(tasks[stage], completed=fraction)

        queue = bars.add_task("", total=None, visible=False)

        def show_queue(ahead: int) -> None:
            bars.update(queue, description=f"waiting, {ahead} ahead", visible=bool(ahead))

        yield Progress(show, show_queue)
