"""``encore annotate``: how a text is read, and the same with its marks written out."""

import sys
from typing import Annotated

import typer

from core.cli.common import JsonOption, describe, print_json
from core.errors import SENTENCES, InvalidText
from core.text.markup.model import Notation

WRITTEN = tuple(notation for notation in Notation if notation is not Notation.ANY)
"""The notations that a text can be written in."""


def annotate(
    text: Annotated[str, typer.Argument(help="What to mark; “-” reads it from standard input.")],
    notation: Annotated[Notation, typer.Option(help="How to write the marks.")] = Notation.KOKORO,
    read_as: Annotated[Notation, typer.Option("--from", help="How TEXT is marked already.")] = Notation.ANY,
    every: Annotated[bool, typer.Option("--every", help="Mark every reading, not only ambiguous ones.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write down how TEXT is read, wherever it could be read in another way."""
    from core.cli.lexicon import lexicon_file
    from core.text import analysis
    from core.text.markup.reader import read, scan

    text = sys.stdin.read() if text == "-" else text
    lexicon = lexicon_file().load()
    # "any" says how to read; written, it is the embedded engine's notation.
    notation = Notation.KOKORO if notation is Notation.ANY else notation
    if not as_json:
        read(text, read_as)
        typer.echo(analysis.annotate(text, read_as, notation, lexicon, every))
        return
    _, problems = scan(text, read_as)
    written: dict[str, object] = {}
    for each in WRITTEN:
        try:
            read(text, read_as)
            written[each.value] = {"text": analysis.annotate(text, read_as, each, lexicon, every)}
        except InvalidText as error:
            written[each.value] = describe(error)
    print_json(
        {
            "notation": notation.value,
            "units": [unit.as_json() for unit in analysis.analyse(text, read_as, lexicon)],
            "problems": [
                {
                    "start": problem.start,
                    "end": problem.end,
                    "code": problem.code,
                    "message": SENTENCES[problem.code].format(**problem.details),
                    "suggestions": list(problem.suggestions),
                }
                for problem in problems
            ],
            "written": written,
        }
    )
    if problems:
        raise typer.Exit(2)
