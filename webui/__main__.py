"""The console script: the core's commands, and those of the server, which the core must not know."""

from typing import Annotated

import typer

from core.cli import app, main
from webui.gate import accounts

__all__ = ["main"]

app.add_typer(accounts.users, name="users")
app.add_typer(accounts.keys, name="keys")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 7860,
    share: Annotated[bool, typer.Option("--share", help="Also open a public Gradio link.")] = False,
    auth: Annotated[
        list[str] | None, typer.Option(metavar="USER:PASS", help="Ask for a name and password; may be repeated.")
    ] = None,
    engine: Annotated[str, typer.Option(help="Default engine.")] = "",
    remote: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Speak through the server there, such as another Encore; may be repeated."),
    ] = None,
    api_only: Annotated[bool, typer.Option("--api-only", help="Serve the HTTP API without the page.")] = False,
    preload: Annotated[
        bool, typer.Option("--preload", help="Load the models before serving, not behind the first visitor's back.")
    ] = False,
    open_to_all: Annotated[
        bool, typer.Option("--i-know-it-is-open", help="Let others in without a login, and clone voices.")
    ] = False,
) -> None:
    """Serve the page and the HTTP API until Ctrl-C."""
    from webui.server import serve

    serve(
        host,
        port,
        share,
        auth or [],
        engine=engine,
        remote=remote or [],
        api_only=api_only,
        preload=preload,
        open_to_all=open_to_all,
    )


if __name__ == "__main__":
    main()
