"""``encore users`` and ``encore keys``: who may come in."""

import sys
from typing import Annotated

import typer

from core.cli.common import JsonOption, print_json
from core.errors import InvalidInput
from core.settings import settings
from webui.gate.credentials import (
    MIN_PASSWORD,
    NameFile,
    checked_name,
    key_file,
    key_hash,
    new_key,
    password_hash,
    user_file,
)

users = typer.Typer(help="Who may log in on the page and to the HTTP API.", no_args_is_help=True)
keys = typer.Typer(help="Keys of the HTTP API.", no_args_is_help=True)

AGREEMENT = "With this key voices can be cloned. Will its holder have the agreement of everybody whose voice that is?"


@users.command("add")
def add_user(name: Annotated[str, typer.Argument(help="Who.")]) -> None:
    """Let NAME log in. The password is asked for, or read from standard input."""
    name = checked_name(name)
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < MIN_PASSWORD:
        raise InvalidInput("access.password", minimum=MIN_PASSWORD)
    user_file(settings()).add(name, password_hash(password))


@users.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """Show who may log in."""
    _show(user_file(settings()), as_json)


@users.command("remove")
def remove_user(name: Annotated[str, typer.Argument(help="Who.")]) -> None:
    """Let NAME log in no more. A server that runs knows at once."""
    user_file(settings()).remove(name)


@keys.command("new")
def make_key(
    name: Annotated[str, typer.Argument(help="Whose key, or what it is for.")],
    agreed: Annotated[
        bool, typer.Option("--speakers-agree", help="Confirm that only voices of people who agreed are cloned with it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a key for NAME and show it, this once: only its hash is kept."""
    name = checked_name(name)
    if not (agreed or (sys.stdin.isatty() and typer.confirm(AGREEMENT, err=True))):
        raise InvalidInput("access.agreement")
    key = new_key()
    key_file(settings()).add(name, key_hash(key))
    if as_json:
        print_json({"name": name, "key": key})
    else:
        typer.echo(key)


@keys.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """Show whose keys there are."""
    _show(key_file(settings()), as_json)


@keys.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument(help="Whose key.")]) -> None:
    """Let the key of NAME in no more. A server that runs knows at once."""
    key_file(settings()).remove(name)


def _show(file: NameFile, as_json: bool) -> None:
    names = sorted(file.load())
    if as_json:
        print_json(names)
    else:
        for name in names:
            typer.echo(name)
