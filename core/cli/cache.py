"""``encore cache``: what is stored and what that saved, warming up, and purging."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cache.key import Key, Namespace
from core.cli.common import JsonOption, describe, print_json
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.cache.stats import CacheStats, EntryInfo
    from core.request import SynthesisRequest
    from core.studio import Studio

app = typer.Typer(help="What is stored, what that saved, warming up and purging.", no_args_is_help=True)

PATIENCE_S = 60.0
"""Who asks once may wait until all entries are counted, in seconds."""

NamespaceOption = Annotated[Namespace | None, typer.Option("--namespace", "-n", help="This kind of entry alone.")]


@app.command("stats")
def show_stats(as_json: JsonOption = False) -> None:
    """Show hits, misses, time saved, entries and memory."""
    with _open() as cache:
        stats = cache.stats(walk_s=PATIENCE_S)
    if as_json:
        print_json(stats.as_json())
    else:
        _print_stats(stats)


@app.command("list")
def list_entries(
    namespace: NamespaceOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Entries of each kind at most.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show stored entries, newest first."""
    with _open() as cache:
        entries = [info for each in _chosen(namespace) for info in cache.entries(each, limit)]
    if as_json:
        print_json([info.as_json() for info in entries])
    else:
        _print_entries(entries)


@app.command("purge")
def purge(
    key: Annotated[str | None, typer.Argument(help="Name of one entry, as “list” shows it.")] = None,
    namespace: NamespaceOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Forget one entry, one kind of entries, or everything, on all nodes."""
    if [key is not None, namespace is not None, everything].count(True) != 1:
        raise InvalidInput("cache.purge")
    try:
        chosen = Key.parse(key) if key is not None else None
    except ValueError as error:
        raise InvalidInput("cache.key", key=key) from error
    with _open() as cache:
        count = cache.purge(namespace=namespace, key=chosen)
    if as_json:
        print_json({"purged": count})
    else:
        typer.echo(f"{count} {'entry' if count == 1 else 'entries'} purged.")


@app.command("warm")
def warm_up(
    file: Annotated[Path | None, typer.Argument(help="CSV or YAML file that lists what to say.")] = None,
    popular: Annotated[int, typer.Option(min=0, help="Run so many of the requests that saved most.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Run requests ahead, so that they are hits later. Stopped half-way, start it again: what is done is not redone."""
    from core.recipe import request_of
    from core.settings import settings
    from core.studio import open_studio
    from core.warm import WarmUp, read_list, warm

    if (file is None) == (popular == 0):
        raise InvalidInput("warm.source")
    lines = read_list(file) if file is not None else []
    studio = open_studio(settings())
    try:
        jobs: list[Callable[[], SynthesisRequest]]
        if file is not None:
            jobs = [lambda line=line: _request(studio, **line) for line in lines]  # type: ignore[misc]
        else:
            jobs = [
                lambda recipe=item.recipe: request_of(recipe)  # type: ignore[misc]
                for item in studio.cache.popular(popular)
            ]
        standing = WarmUp()
        for standing in _bar(warm(jobs, lambda job: _run(studio, job())), len(jobs)):  # noqa: B007 - the last is it
            pass
    finally:
        studio.close()
    failures = [{"place": place, **describe(error)} for place, error in standing.failures]
    if as_json:
        print_json({"hits": standing.hits, "computed": standing.computed, "failures": failures})
    else:
        typer.echo(f"{standing.computed} computed, {standing.hits} were there, {len(failures)} failed.")
        for place, error in standing.failures:
            typer.secho(f"{place}: {error}", err=True, fg="red")
    if failures:
        raise typer.Exit(1)


def _request(
    studio: "Studio", voice: str, text: str, engine: str = "kokoro", instruct: str = "", emotion: str = "", **more: Any
) -> "SynthesisRequest":
    from core.request import SynthesisRequest
    from core.text.presets import read_emotion

    instruction = replace(read_emotion(emotion), text=instruct)
    return SynthesisRequest(text, studio.speaker(voice, engine=engine), engine, instruction=instruction, **more)


def _run(studio: "Studio", request: "SynthesisRequest") -> bool:
    from core.cache.outcome import Outcome

    return studio.synthesize(request).report.outcome is Outcome.HIT


def _bar(steps: Any, total: int) -> Any:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(steps, "Warming up", total=total, console=console, transient=True, disable=not sys.stderr.isatty())


def _chosen(namespace: Namespace | None) -> Sequence[Namespace]:
    return [namespace] if namespace is not None else list(Namespace)


def _open() -> Any:
    """The cache of the settings, closed at the end of a ``with``."""
    from contextlib import closing

    from core.cache.cache import open_cache
    from core.settings import settings

    return closing(open_cache(settings()))


def _print_stats(stats: "CacheStats") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    redis = stats.redis
    if redis.up:
        limit = f" of {_size(redis.memory_limit)}" if redis.memory_limit else ""
        console.print(f"Redis at {redis.where}: {_size(redis.memory)}{limit} in use")
    else:
        console.print(f"Redis at {redis.where} is not in use: {redis.reason}", style="red")
    stored = Table("stored", "entries", "size")
    for part in stats.footprint:
        about = "" if part.exact else "about "
        stored.add_row(part.namespace.value, f"{about}{part.entries:,}", f"{about}{_size(part.bytes)}")
    console.print(stored)
    if stats.activity:
        done = Table("asked for", "engine", "requests", "hits", "waited", "misses", "hit rate", "saved")
        for row in stats.activity:
            counts = row.counts
            missed = counts.misses + counts.bypassed + counts.offline
            figures = (counts.requests, counts.hits, counts.coalesced, missed)
            saved = f"{counts.saved_ms / 1e3:,.1f} s"
            done.add_row(
                row.namespace.value, row.engine, *(f"{figure:,}" for figure in figures), f"{counts.hit_rate:.0%}", saved
            )
        console.print(done)
    for notice in stats.notices:
        console.print(str(notice), style="yellow")
    total = stats.total
    console.print(f"{total.saved_ms / 1e3:,.1f} s of engine time saved, {total.computed_ms / 1e3:,.1f} s spent")
    if total.offline or total.errors or total.damaged:
        console.print(f"{total.offline:,} offline, {total.errors:,} failed, {total.damaged:,} damaged entries deleted")


def _print_entries(entries: "Sequence[EntryInfo]") -> None:
    import time

    from rich.console import Console
    from rich.table import Table

    table = Table("key", "engine", "took", "size", "age", "expires")
    for info in entries:
        table.add_row(
            str(info.key),
            info.engine,
            f"{info.compute_ms:,.0f} ms",
            _size(info.bytes),
            _span(time.time() - info.created),
            "never" if info.expires_in_s is None else f"in {_span(info.expires_in_s)}",
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _span(seconds: float) -> str:
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
