"""Scripts as tables: CSV with commas, semicolons, tabs or bars, with or without a header."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from core.desk.formats.reading import Reading, Said, slot_of
from core.desk.script import Script
from core.errors import InvalidInput

COLUMNS = ("speaker", "text", "instruction", "seed", "speed", "start", "end", "locked")
"""What a script's table has, in this order where there is no header."""
DELIMITERS = ",;\t|"

_NAMES: Mapping[str, str] = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys("character name role voice 角色 说话人 人物 角色名".split(), "speaker"),
    **dict.fromkeys("dialogue dialog sentence utterance words 文本 台词 内容 对白 句子".split(), "text"),
    **dict.fromkeys("direction emotion style 指令 说明 情感 情绪 语气".split(), "instruction"),
    **dict.fromkeys("种子".split(), "seed"),
    **dict.fromkeys("rate 语速 速度".split(), "speed"),
    **dict.fromkeys("in 开始 开始时间".split(), "start"),
    **dict.fromkeys("out 结束 结束时间".split(), "end"),
    **dict.fromkeys("锁定".split(), "locked"),
}
"""Headers by which columns are known."""
_LINE = "line"
_SEPARATOR = re.compile(f"sep=([{DELIMITERS}])\n", re.IGNORECASE)
"""How spreadsheets tell of the delimiter."""
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
    if told := _SEPARATOR.match(text):
        delimiter, text = told[1], "\n" + text[told.end() :]
    delimiter = delimiter or _delimiter(text)
    rows = (row for row in _rows(text, delimiter) if any(cell.strip() for cell in row.cells))
    first = next(rows, None)
    if first is None:
        return []
    header = _header(first.cells)
    if header is None:
        width, _ = _width(text, delimiter)
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
    values: dict[str, object] = {}
    for name, written in found.items():
        if name in _VALUES and (written.strip() or _VALUES[name] is str):
            try:
                values[name] = _VALUES[name](written)
            except (ValueError, OverflowError):
                reading.tell("warning", "import.value", line=number, value=written, column=name)
    start, end = (found.get(name, "").strip() for name in ("start", "end"))
    if start or end:
        try:
            values["slot"] = slot_of(start, end)
        except (ValueError, InvalidInput):
            reading.tell("warning", "import.slot", line=number, value=f"{start} – {end}")
    return Said(number, reading.line(number, **values))


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


def _header(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The columns' names, "" for those that are unknown or there twice; None if this is no header."""
    folded = [cell.strip().casefold() for cell in cells]
    names: list[str] = []
    for cell in folded:
        name = _NAMES.get(cell, "")
        names.append(name if name not in names else "")
    if "text" not in names and _LINE in folded:  # where there is a text, it is the number of the line
        names[folded.index(_LINE)] = "text"
    return tuple(names) if "text" in names else None


def _delimiter(text: str) -> str:
    """What stands between the cells: where there is a header it tells, else where most rows are alike."""
    first = text.lstrip("\n").partition("\n")[0]
    for delimiter in DELIMITERS:
        if _header(next(_rows(first, delimiter)).cells):
            return delimiter
    return max(DELIMITERS, key=lambda delimiter: _width(text, delimiter)[1])


def _width(text: str, delimiter: str) -> tuple[int, float]:
    """How many cells most rows have, and what share of them if it is more than one; looked at are the first ones."""
    sample = "\n".join(text.split("\n", 4 * _SAMPLE)[: 4 * _SAMPLE])
    rows = (row.cells for row in _rows(sample, delimiter) if any(row.cells))
    widths = Counter(len(cells) for cells in islice(rows, _SAMPLE))
    [(width, count)] = widths.most_common(1) or [(1, 0)]
    return width, count / widths.total() if width > 1 else 0.0


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
