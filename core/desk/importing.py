"""Scripts from files: plain text, tables, subtitles. What could not be taken from one is told, with its place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from core.desk.formats.columns import read_columns, write_csv
from core.desk.formats.cues import TIMING, WEBVTT, read_cues
from core.desk.formats.prose import read_prose
from core.desk.formats.reading import Reading, Said
from core.desk.script import Line
from core.errors import InvalidInput
from core.finding import Finding
from core.settings import MEGABYTE

__all__ = ["SUFFIXES", "Imported", "read_script", "write_csv"]

MOST_BYTES = 4 * MEGABYTE
"""Largest file."""
MOST_ROWS = 50_000
"""Lines of a file that are looked at: enough for a script of the longest, however it is set."""

PLAIN = ".txt"

_READERS: Mapping[str, Callable[[str, Reading], list[Said]]] = {
    PLAIN: read_prose,
    ".csv": read_columns,
    ".tsv": lambda text, reading: read_columns(text, reading, "\t"),
    ".srt": read_cues,
    ".vtt": read_cues,
}
SUFFIXES = tuple(_READERS)
"""What files with scripts are called."""


@dataclass(frozen=True)
class Imported:
    """What was read from a file."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    """What of it was not taken as it stands, in the order of the file."""


def read_script(name: str, data: bytes) -> Imported:
    """The lines in a file called ``name``, or pasted ("").

    Raises :class:`InvalidInput`: ``import.too_large``, ``import.encoding`` for what is no text, ``import.nothing``.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput("import.too_large", megabytes=len(data) / MEGABYTE, limit=MOST_BYTES / MEGABYTE)
    reading = Reading()
    rows = re.sub("\r\n?", "\n", _decoded(data, reading)).split("\n", MOST_ROWS)
    if len(rows) > MOST_ROWS and rows.pop().strip():
        reading.cut = MOST_ROWS + 1
    text = "\n".join(rows)
    suffix = PurePath(name).suffix.casefold()
    kind = suffix if suffix in _READERS and suffix != PLAIN else _kind(text)
    lines = [said.line for said in _READERS[kind](text, reading)]
    if not lines:
        raise InvalidInput("import.nothing")
    return Imported(tuple(lines), reading.told)


def _kind(text: str) -> str:
    """What a text is that no name tells of, or that is called plain: subtitles show it, and cells of a spreadsheet."""
    if text.startswith(WEBVTT) or TIMING.search(text):
        return ".srt"
    rows = [line for line in text.split("\n") if line.strip()]
    return ".tsv" if len(rows) > 1 and all("\t" in row.strip() for row in rows) else PLAIN


def _decoded(data: bytes, reading: Reading) -> str:
    """The text in ``data``; in what encoding it was is told, where that is a guess."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:  # of Latin letters in UTF-16 every other byte is none; of other texts none
        encodings = ["utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"]
    else:
        # Two bytes make a Chinese character, and those of other languages mostly stand alone.
        runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", data)]
        alone = runs.count(1) * 2 > len(runs)
        encodings = ["utf-8-sig", *(["cp1252", "gb18030"] if alone else ["gb18030", "cp1252"])]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if encoding in ("gb18030", "cp1252"):
            reading.tell("note", "import.guessed", encoding=encoding)
        return text
    raise InvalidInput("import.encoding")
