"""Several files as one, and back, whoever made it: the same files are the same bytes, and no file is a trap."""

import io
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can say: when it was made is nothing that it has to tell."""
_COPIED = 1 << 20
"""Bytes that are copied at once."""
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError, RuntimeError)
"""What ``zipfile`` raises for what is no zip, is damaged, encrypted, or packed in a way that it does not know."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of ``files`` by name, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write_zip(path: Path, folder: Path, names: Sequence[str]) -> None:
    """Put the files ``names`` below ``folder`` into a zip at ``path``, as they are: sound does not compress.

    Raises :class:`OSError`.
    """
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, wherever this is: the bytes are the same then
            entry.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, _COPIED)


def unpacked(data: bytes, *, most_files: int, most_bytes: int) -> dict[str, bytes]:
    """The files in a zip, by the names that it gives them, which are no paths to be used.

    Raises ValueError, with the reason, when it is no zip, is damaged, or holds more than ``most_files`` or, unpacked,
    ``most_bytes``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            if len(listed) > most_files:
                raise ValueError(f"it holds more than {most_files} files")
            # No more is read of a file than it says that it has.
            if sum(file.file_size for file in listed) > most_bytes:
                raise ValueError(f"it unpacks to more than {most_bytes / 2**20:.0f} MB")
            return {file.filename: archive.read(file) for file in listed}
    except _BROKEN as error:
        raise ValueError(str(error) or type(error).__name__) from error
