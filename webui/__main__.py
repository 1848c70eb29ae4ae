"""The console script: the core's commands, and ``serve``, which the core must not know."""

from typing import Annotated

import typer

from core.cli import app, main

__all__ = ["main"]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 7860,
    share: Annotated[bool, typer.Option("--share", help="Also open a public Gradio link.")] = False,
    auth: Annotated[
        list[str] | None, typer.Option(metavar="USER:PASS", help="Ask for a name and password; may be repeated.")
    ] = None,
) -> None:
    """Serve the page until Ctrl-C."""
    from webui.app import serve

    serve(host=host, port=port, share=share, auth=auth or [])


if __name__ == "__main__":
    main()
