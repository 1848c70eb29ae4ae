"""Folders that are there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Yields an empty folder that takes the place of ``folder`` if the block succeeds, and is removed if it fails.

    Both lie side by side, so that the last step is a rename. Only one process at a time may do this to a folder.
    """
    staging = folder.with_name(folder.name + ".new")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        yield staging
        # A rename cannot replace a folder that has something in it. Dying between these two lines leaves no folder,
        # which its reader takes for "not here yet".
        if folder.exists():
            shutil.rmtree(folder)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
