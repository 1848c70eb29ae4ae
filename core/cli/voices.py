"""``encore voices``: whom one can speak as, and keeping a voice under a name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.common import JsonOption, print_json

if TYPE_CHECKING:
    from core.speakers.library import VoiceLibrary

app = typer.Typer(help="Stock and saved voices.", no_args_is_help=True)


@app.command("list")
def list_voices(as_json: JsonOption = False) -> None:
    """Show the saved voices and those that come with the engines."""
    from core.engines.registry import synthesis_engines
    from core.settings import settings

    saved = _library().voices()
    engines = synthesis_engines(settings())
    stock = [(engine, voice) for engine in engines.names for voice in engines[engine].voices]
    if as_json:
        print_json(
            [{"name": voice.name, "kind": "saved", "id": voice.voice_id} for voice in saved]
            + [
                {
                    "name": voice.name,
                    "kind": "stock",
                    "engine": engine,
                    "label": voice.label,
                    "language": voice.language,
                    "gender": voice.gender,
                }
                for engine, voice in stock
            ]
        )
        return
    for voice in saved:
        typer.echo(f"{voice.name:<24} saved")
    for engine, own in stock:
        typer.echo(f"{own.name:<24} {engine}, {own.language}, {own.gender}")


@app.command("save")
def save_voice(
    name: Annotated[str, typer.Argument(help="What to call the voice.")],
    ref: Annotated[Path, typer.Argument(help="Reference clip.")],
    prompt_text: Annotated[str, typer.Option(help="What the clip says.")] = "",
) -> None:
    """Keep the voice of REF as NAME."""
    from core.request import AudioSource, ReferenceSpeaker
    from core.settings import settings
    from core.speakers.reference import check_reference

    source = AudioSource.from_path(ref)
    limits = settings()
    check = check_reference(source.clip, min_s=limits.reference_min_s, max_s=limits.reference_max_s)
    for finding in check.findings:
        typer.echo(finding.sentence, err=True)
    _library().save(name, ReferenceSpeaker(source, prompt_text))


@app.command("delete")
def delete_voice(name: Annotated[str, typer.Argument(help="A saved voice.")]) -> None:
    """Forget a saved voice."""
    from core.errors import InvalidInput

    library = _library()
    for voice in library.voices():
        if voice.name.casefold() == name.casefold():
            library.delete(voice.voice_id)
            return
    raise InvalidInput("request.voice", voice=name)


def _library() -> "VoiceLibrary":
    from core.settings import settings
    from core.speakers.library import VoiceLibrary

    return VoiceLibrary(settings().data_dir / "voices")
