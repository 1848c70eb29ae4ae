"""The command line. Commands import what they need when they run, so that ``--help`` and completion stay fast."""

import signal
import sys
from typing import Annotated

import typer

import core
from core.cli import cache, lexicon, models, speech, voices
from core.cli.annotate import annotate
from core.cli.common import CommandGroup
from core.cli.doctor import doctor
from core.cli.render import render
from core.settings import settings

__all__ = ["app", "main"]

app = typer.Typer(
    cls=CommandGroup,
    help="Zero-shot voice cloning and transcription that never computes the same thing twice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"encore {core.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


app.command()(speech.clone)
app.command()(speech.transcribe)
app.command()(render)
app.command()(annotate)
app.command()(doctor)
app.add_typer(voices.app, name="voices")
app.add_typer(lexicon.app, name="lexicon")
app.add_typer(cache.app, name="cache")
app.add_typer(models.app, name="models")


def main() -> None:
    """Run the command line with this process's arguments. A SIGTERM ends a command as tidily as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        app(prog_name="encore")
    except Exception as error:
        if settings().debug:
            raise
        typer.secho(f"Something broke inside Encore ({type(error).__name__}: {error}).", err=True, fg="red")
        typer.echo("Run it again with ENCORE_DEBUG=1 to see where.", err=True)
        sys.exit(70)
