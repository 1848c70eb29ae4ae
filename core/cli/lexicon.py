"""``encore lexicon``: how the words of this user are read, in all later text."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.common import JsonOption, print_json
from core.errors import InvalidInput, StorageFailed

if TYPE_CHECKING:
    from core.text.lexicon import LexiconFile

app = typer.Typer(help="Words and how they are read, in all later text.", no_args_is_help=True)


@app.command("list")
def list_words(as_json: JsonOption = False) -> None:
    """Show the words with their readings."""
    entries = dict(sorted(lexicon_file().load().entries.items()))
    if as_json:
        print_json(entries)
        return
    for word, reading in entries.items():
        typer.echo(f"{word}\t{reading}")


@app.command("set")
def set_word(
    word: Annotated[str, typer.Argument(help="Chinese characters, or one Latin word.")],
    reading: Annotated[str, typer.Argument(help="“chang2 cheng2”, “cháng chéng” or “M IH1 N AH0 T”.")],
    as_json: JsonOption = False,
) -> None:
    """Read WORD as READING from now on."""
    from core.text.lexicon import checked

    word, reading = checked(word, reading)
    lexicon_file().set(word, reading)
    if as_json:
        print_json({word: reading})


@app.command("remove")
def remove_word(word: Annotated[str, typer.Argument(help="A word of the lexicon.")]) -> None:
    """Forget WORD."""
    lexicon_file().remove(word)


@app.command("import")
def import_words(
    file: Annotated[Path, typer.Argument(help="CSV file in UTF-8 with the columns word and reading.")],
    as_json: JsonOption = False,
) -> None:
    """Add the words of FILE. A bad line is named, and nothing is taken then."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput("file.unreadable", path=file, reason=error.strerror or error) from error
    done = lexicon_file().import_csv(data)
    if as_json:
        print_json({"new": done.new, "changed": done.changed, "unchanged": done.unchanged})
    else:
        typer.echo(f"{done.new} new, {done.changed} changed, {done.unchanged} as they were.")


@app.command("export")
def export_words(
    file: Annotated[Path, typer.Argument(help="CSV file to write; “-” prints it.")],
    as_json: JsonOption = False,
) -> None:
    """Write the lexicon to FILE."""
    lexicon = lexicon_file()
    table = lexicon.export_csv()
    if str(file) == "-":
        typer.echo(table, nl=False)
        return
    try:
        # With a mark at the beginning, by which spreadsheets know that it is UTF-8.
        file.write_text(table, "utf-8-sig", newline="")
    except OSError as error:
        raise StorageFailed("file.unwritable", path=file, reason=error.strerror or error) from error
    if as_json:
        print_json({"words": len(lexicon.load().entries), "file": str(file)})


def lexicon_file() -> "LexiconFile":
    """The lexicon of this user."""
    from core.settings import settings
    from core.text.lexicon import LexiconFile

    return LexiconFile(settings().data_dir / "lexicon.csv")
