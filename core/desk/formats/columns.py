"""Scripts as tables: CSV with commas, semicolons, tabs or bars, with or without a header."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from core.desk.formats.reading import Reading, Said, slot_of
from core.desk.script import Line, Script
from core.errors import InvalidInput

COLUMNS = ("speaker", "text", "instruction", "seed", "speed", "start", "end", "locked")
"""What a script's table has, in this order where there is no header."""
DELIMITERS = ",;\t|"

_NAMES: Mapping[str, str] = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys("character name role voice 角色 说话人 人物 角色名".split(), "speaker"),
    **dict.fromkeys("dialogue dialog words 文本 台词 内容 对白".split(), "text"),
    **dict.fromkeys("direction emotion style 指令 说明 情感 情绪 语气".split(), "instruction"),
    **dict.fromkeys("种子".split(), "seed"),
    **dict.fromkeys("rate 语速 速度".split(), "speed"),
    **dict.fromkeys("in 开始 开始时间".split(), "start"),
    **dict.fromkeys("out 结束 结束时间".split(), "end"),
    **dict.fromkeys("锁定".split(), "locked"),
}
"""Headers by which columns are known."""
_SAMPLE = 50
"""Rows that tell how a table is built."""
_VALUES: Mapping[str, Callable[[str], object]] = {
    "speaker": lambda text: " ".join(text.split()),
    "text": str,
    "instruction": str,
    "seed": lambda text: _whole(float(text)),
    "speed": lambda text: float(text.replace(",", ".")),
    "locked": lambda text: text.strip().casefold() in ("yes", "true", "1", "x", "是"),
}


@dataclass(frozen=True)
class _Row:
    number: int
    """Of its first line in the file."""
    cells: Sequence[str]
    written: str
    """Its first line as it stands."""
    paired: bool = True
    """Whether its quotation marks made sense."""


def read_columns(text: str, reading: Reading, delimiter: str = "") -> list[Said]:
    """The lines of a table; the delimiter is found out, if none is given."""
    delimiter = delimiter or _delimiter(text)
    rows = (row for row in _rows(text, delimiter) if any(cell.strip() for cell in row.cells))
    first = next(rows, None)
    if first is None:
        return []
    header = _header(first.cells)
    if header is None:
        width = _width(text, delimiter)
        columns = COLUMNS[:width] if width > 1 else ("text",)
        return reading.taken(_said(row, columns, delimiter, reading, headed=False) for row in chain([first], rows))
    for name, cell in zip(header, first.cells, strict=True):
        if not name and cell.strip():
            reading.tell("note", "import.column", column=cell.strip(), known=", ".join(COLUMNS))
    return reading.taken(_said(row, header, delimiter, reading, headed=True) for row in rows)


def write_csv(script: Script) -> str:
    """The lines of ``script`` as CSV, from which :func:`read_columns` makes the same."""
    table = io.StringIO(newline="")
    # Texts in quotation marks, numbers without: white space at the beginning of a text stays.
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for line in script.lines:
        times = (line.slot.start_s, line.slot.end_s) if line.slot else ("", "")
        locked = "yes" if line.locked else ""
        writer.writerow((line.speaker, line.text, line.instruction, line.seed, line.speed, *times, locked))
    return table.getvalue()


def _said(row: _Row, columns: Sequence[str], delimiter: str, reading: Reading, *, headed: bool) -> Said:
    """The line that a row is."""
    number = row.number
    if not row.paired:
        reading.tell("warning", "import.quotes", line=number)
    cells = _fitted(row, columns, delimiter, reading)
    found = dict(zip(columns, cells, strict=False)) if headed or len(cells) > 1 else {"text": cells[0]}
    line = reading.line(number)
    for name, read in _VALUES.items():
        written = reading.clean(number, found.get(name, ""))
        if name in ("speaker", "text", "instruction") or written.strip():
            line = _with(line, number, name, written, read, reading)
    return Said(number, _timed(line, number, found.get("start", "").strip(), found.get("end", "").strip(), reading))


def _fitted(row: _Row, columns: Sequence[str], delimiter: str, reading: Reading) -> Sequence[str]:
    """The cells of a row, no more than there are columns."""
    cells, most = list(row.cells), len(columns)
    while len(cells) > most and not cells[-1].strip():
        cells.pop()
    if len(cells) <= most:
        return cells
    if columns[-1] != "text":
        reading.tell("warning", "import.extra", line=row.number, value=delimiter.join(cells[most:]))
        return cells[:most]
    # Nobody puts quotation marks around a text because of its commas.
    reading.tell("note", "import.joined", line=row.number)
    whole = delimiter.join(cells[most - 1 :])
    if '"' not in row.written:
        whole = row.written.split(delimiter, most - 1)[-1].strip()
    return [*cells[: most - 1], whole]


def _with(line: Line, number: int, name: str, written: str, read: Callable[[str], object], reading: Reading) -> Line:
    try:
        return reading.set(line, number, name, name, read(written))
    except (ValueError, OverflowError):
        reading.tell("warning", "import.value", line=number, value=written, column=name)
        return line


def _timed(line: Line, number: int, start: str, end: str, reading: Reading) -> Line:
    if not start and not end:
        return line
    try:
        return reading.set(line, number, "slot", "slot", slot_of(start, end))
    except (ValueError, InvalidInput):
        reading.tell("warning", "import.slot", line=number, value=f"{start} – {end}")
        return line


def _header(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The columns' names, "" for those that are unknown or there twice; None if this is no header."""
    names: list[str] = []
    for cell in cells:
        name = _NAMES.get(cell.strip().casefold(), "")
        names.append(name if name not in names else "")
    return tuple(names) if "text" in names else None


def _delimiter(text: str) -> str:
    """What stands between the cells: where there is a header it tells, else where most rows are alike."""
    first = text.lstrip("\n").partition("\n")[0]
    best, most = DELIMITERS[0], 0.0
    for delimiter in DELIMITERS:
        if _header(next(_rows(first, delimiter)).cells):
            return delimiter
        widths = _widths(text, delimiter)
        width, count = max(widths.items(), key=lambda item: item[1], default=(1, 0))
        if width > 1 and count / widths.total() > most:
            best, most = delimiter, count / widths.total()
    return best


def _width(text: str, delimiter: str) -> int:
    """How many cells most rows have."""
    return max(_widths(text, delimiter).items(), key=lambda item: item[1], default=(1, 0))[0]


def _widths(text: str, delimiter: str) -> Counter[int]:
    """How many of the first rows have how many cells."""
    sample = "\n".join(text.split("\n", 4 * _SAMPLE)[: 4 * _SAMPLE])
    rows = (row.cells for row in _rows(sample, delimiter))
    return Counter(
        len(cells) for cells, _ in zip((cells for cells in rows if any(cells)), range(_SAMPLE), strict=False)
    )


def _rows(text: str, delimiter: str) -> Iterator[_Row]:
    """The rows of a table; where quotation marks make no sense, a line as it stands."""
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        rest = (f"{lines[at]}\n" for at in range(place, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, skipinitialspace=True, strict=True)
        read = 0
        try:
            for cells in reader:
                yield _Row(place + read + 1, cells, lines[place + read])
                read = reader.line_num
            return
        except csv.Error:
            place += read
            yield _Row(place + 1, lines[place].split(delimiter), lines[place], paired=False)
            place += 1


def _whole(value: float) -> int:
    """Raises ValueError for what is no whole number."""
    if value != int(value):
        raise ValueError
    return int(value)
