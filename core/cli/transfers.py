"""Shows running downloads: bars at a terminal, a line for each finished one elsewhere."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from core.progress import Listener


@contextmanager
def show_transfers(sizes: Mapping[str, int]) -> Iterator[Listener]:
    """Yields a progress listener for transfers; ``sizes`` are their bytes by stage. Other stages are shown as notes.

    The listener may be called from several threads.
    """
    console = Console(stderr=True)
    lock = threading.Lock()
    begun: dict[str, TaskID] = {}
    done: set[str] = set()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        def listener(stage: str, fraction: float) -> None:
            size = sizes.get(stage, 0)
            with lock:
                if stage not in begun:
                    begun[stage] = bars.add_task(stage, total=size or None)
                    if not size:
                        console.print(stage)
                bars.update(begun[stage], completed=fraction * size)
                if fraction == 1.0 and stage not in done:
                    done.add(stage)
                    if not console.is_terminal:
                        console.print(f"{size / 1e6:7.1f} MB  {stage}", highlight=False)

        yield listener
