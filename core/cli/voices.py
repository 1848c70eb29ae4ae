"""``encore voices``: whom one can speak as, and keeping a voice under a name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.common import JsonOption, print_json, studio_here

if TYPE_CHECKING:
    from core.request import AudioSource
    from core.speakers.library import VoiceLibrary
    from core.speakers.saved import SavedVoice

SavedName = Annotated[str, typer.Argument(help="A saved voice.")]
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
    from core.request import ReferenceSpeaker

    _library().save(name, ReferenceSpeaker(_checked(ref), prompt_text))


@app.command("add")
def add_recording(
    name: SavedName,
    ref: Annotated[Path, typer.Argument(help="Another recording of the same voice.")],
    prompt_text: Annotated[str, typer.Option(help="What it says.")] = "",
) -> None:
    """Keep another recording of the voice NAME: engines that can speak in the mean of all."""
    from core.request import ReferenceSpeaker

    library = _library()
    voice = _named(library, name)
    library.add_clip(voice.voice_id, ReferenceSpeaker(_checked(ref), prompt_text))


@app.command("show")
def show_voice(name: SavedName, as_json: JsonOption = False) -> None:
    """Show what is known of a saved voice."""
    voice = _named(_library(), name)
    known = {
        "name": voice.name,
        "id": voice.voice_id,
        "language": voice.language,
        "tags": list(voice.tags),
        "notes": voice.notes,
        "consent": voice.consent,
        "owner": voice.owner,
        "published": voice.published,
        "recordings": [clip.prompt_text for clip in voice.clips],
    }
    if as_json:
        print_json(known)
        return
    for field, value in known.items():
        shown = ", ".join(f"“{each}”" for each in value) if isinstance(value, list) else value
        typer.echo(f"{field:<11} {shown}")


@app.command("set")
def set_fields(
    name: SavedName,
    new_name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    language: Annotated[str | None, typer.Option(help="What it speaks, as an ISO 639 code.")] = None,
    tags: Annotated[str | None, typer.Option(help="To find it by, with commas between them.")] = None,
    notes: Annotated[str | None, typer.Option()] = None,
    consent: Annotated[str | None, typer.Option(help="Who agreed to the cloning, and when.")] = None,
) -> None:
    """Change what is known of a saved voice."""
    from core.speakers.saved import tags_in

    library = _library()
    given = {
        "name": new_name,
        "language": language,
        "tags": None if tags is None else tags_in(tags),
        "notes": notes,
        "consent": consent,
    }
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    library.update(_named(library, name).voice_id, **changes)


@app.command("export")
def export_voice(
    name: SavedName,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="NAME.encorevoice if left out.")] = None,
) -> None:
    """Write a saved voice into one file that another Encore can load, with the profiles that were made from it."""
    from dataclasses import replace

    from core.errors import StorageFailed
    from core.speakers import bundle

    with studio_here() as studio:
        voice = bundle.bundle_of(studio.library, _named(studio.library, name).voice_id)
        data = bundle.pack(replace(voice, profiles=tuple(bundle.profiles_of(studio, voice.recordings))))
    path = out or Path(f"{voice.name}{bundle.SUFFIX}".replace("/", "-"))
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StorageFailed("file.unwritable", path=path, reason=error.strerror or error) from error
    typer.echo(path)


@app.command("import")
def import_voice(file: Annotated[Path, typer.Argument(help="A file that “encore voices export” wrote.")]) -> None:
    """Load a voice from a file; what is in the library already is not doubled."""
    from core.request import AudioSource
    from core.speakers import bundle

    found = bundle.unpack(AudioSource.from_path(file).data)
    with studio_here() as studio:
        voice = bundle.add(studio.library, found)
        bundle.keep_profiles(studio, found)
    typer.echo(voice.name)


@app.command("delete")
def delete_voice(name: SavedName) -> None:
    """Forget a saved voice."""
    library = _library()
    library.delete(_named(library, name).voice_id)


def _named(library: "VoiceLibrary", name: str) -> "SavedVoice":
    from core.errors import InvalidInput

    for voice in library.voices():
        if voice.name.casefold() == name.casefold():
            return voice
    raise InvalidInput("request.voice", voice=name)


def _checked(ref: Path) -> "AudioSource":
    """A recording that can be cloned; what was noticed about it is told. Raises ``InvalidAudio``."""
    from core.request import AudioSource
    from core.settings import settings
    from core.speakers.reference import check_reference

    source = AudioSource.from_path(ref)
    limits = settings()
    check = check_reference(source.clip, min_s=limits.reference_min_s, max_s=limits.reference_max_s)
    for finding in check.findings:
        typer.echo(finding.sentence, err=True)
    return source


def _library() -> "VoiceLibrary":
    from core.settings import settings
    from core.speakers.library import VoiceLibrary

    return VoiceLibrary(settings().data_dir / "voices")
