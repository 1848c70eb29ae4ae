"""What all commands share: the ``--json`` option, and how a failure reaches the person at the shell."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from core.errors import EncoreError, InvalidInput
from core.settings import settings

if TYPE_CHECKING:
    from core.studio import Studio

_JSON = "encore.json"


def _remember(context: typer.Context, value: bool) -> bool:
    context.meta[_JSON] = value
    return value


JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON for programs, errors too.", is_eager=True, callback=_remember)
]
"""A command that takes this has its failures printed as JSON too."""


def print_json(value: Any) -> None:
    """Print ``value`` as indented JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def describe(error: EncoreError) -> dict[str, dict[str, str]]:
    """A failure as JSON."""
    return {"error": {"code": error.code, "message": str(error)}}


def exit_status(error: EncoreError) -> int:
    """2 where asking differently helps, else 1."""
    return 2 if isinstance(error, InvalidInput) else 1


@contextmanager
def studio_here() -> Iterator["Studio"]:
    """The studio of the settings, closed at the end of a ``with``."""
    from core.studio import open_studio

    studio = open_studio(settings())
    try:
        yield studio
    finally:
        studio.close()


class _Plain(logging.Formatter):
    """The message and, for a failure, what it was; the stack only where a developer asked for it."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return super().formatException(ei) if settings().debug else f"  {ei[0].__name__}: {ei[1]}"


def _log_plainly() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_Plain())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class CommandGroup(TyperGroup):
    """The root command: turns what a command raises into a sentence on stderr and an exit status.

    1 for an :class:`EncoreError`, 2 for :class:`InvalidInput`, 130 for Ctrl-C.
    """

    def invoke(self, ctx: Any) -> Any:
        _log_plainly()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(130)
        except EncoreError as error:
            if ctx.meta.get(_JSON):
                print_json(describe(error))
            else:
                typer.secho(str(error), err=True, fg="red")
            ctx.exit(exit_status(error))
