"""A text as a person marks it: its words, how each is read, what else it could be, and the marks written into it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import InvalidText
from core.text import mandarin
from core.text.arpabet import parse_phones
from core.text.identity import HAN
from core.text.lexicon import Lexicon
from core.text.markup.annotated import SYLLABLES
from core.text.markup.model import Arpabet, Kana, Node, Notation, Pinyin, Span, Tag, Text, merged
from core.text.markup.reader import Placed, scan
from core.text.markup.syntax import nearest
from core.text.markup.writer import write
from core.text.pinyin import parse_syllable
from core.text.units import Kind, Reading, Source, Unit, han_readings, reading_of, syllable_reading, word_readings

__all__ = ["Reading", "Source", "Unit", "analyse", "annotate", "clear_reading", "set_reading"]

_LETTER = rf"[^\W\d_{HAN.pattern[1:-1]}]"
_STANDS_FOR_MARK = "\0"
_TOKEN = re.compile(
    rf"(?P<han>{HAN.pattern}+)|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)"
    rf"|(?P<other>(?:(?!{_LETTER})[^{_STANDS_FOR_MARK}{HAN.pattern[1:-1]}])+)"
)


@dataclass(frozen=True)
class _Cell:
    """One character of the plain text, or a mark that stands in it as one character."""

    character: str
    start: int
    end: int
    node: Node | None = None
    part: int = 0


def analyse(text: str, notation: Notation, lexicon: Lexicon) -> tuple[Unit, ...]:
    """The units of ``text``, which is marked in ``notation``; they cover it from end to end.

    A mark that keeps its character is read in the phrase around it. What is wrong with the markup, and so taken as
    plain text here, :func:`core.text.markup.reader.scan` tells.
    """
    cells = list(_cells(text, scan(text, notation)[0]))
    return tuple(_units(text, cells, _from_lexicon(cells, lexicon)))


def set_reading(text: str, unit: Unit, reading: str, write_as: Notation, read_as: Notation) -> str:
    """``text``, which is marked in ``read_as``, with ``unit`` read as ``reading``: a mark in ``write_as``.

    Raises :class:`InvalidText`: ``reading.pinyin`` or ``reading.arpabet`` for a reading that is none, with the nearest
    ones; ``reading.none`` for a unit that has no reading; ``reading.notation`` if a text in ``read_as`` cannot have a
    mark of ``write_as`` there; and what :func:`write` raises where that notation has no form for it.
    """
    placed = scan(text, read_as)[0]
    mine = [part.node for part in placed if _is_mark(part) and (part.start, part.end) == (unit.start, unit.end)]
    mine[unit.part : unit.part + 1] = [_node(unit, reading)]
    others = [part for part in placed if _is_mark(part) and not unit.start <= part.start < unit.end]
    before = [part.node for part in others if part.start < unit.start]
    wanted = [*before, *mine, *(part.node for part in others[len(before) :])]
    mark = write(tuple(mine), write_as)
    # Beside letters or another mark it may need a space to be read by itself.
    for left, right in (("", ""), (" ", ""), ("", " "), (" ", " ")):
        marked = text[: unit.start] + left + mark + right + text[unit.end :]
        read = [part.node for part in scan(marked, read_as)[0] if _is_mark(part)]
        if len(read) == len(wanted) and all(map(_says, read, wanted)):
            return marked
    raise InvalidText("reading.notation", mark=mark, notation=read_as.value)


def clear_reading(text: str, unit: Unit, read_as: Notation) -> str:
    """``text`` with the mark of ``unit`` taken away.

    Raises :class:`InvalidText` (``reading.base``) where the mark has taken the place of what it says.
    """
    if unit.source is not Source.MARK:
        return text
    if not unit.text or unit.kind == "tag":
        raise InvalidText("reading.base", mark=text[unit.start : unit.end])
    mine = [part.node for part in scan(text, read_as)[0] if (part.start, part.end) == (unit.start, unit.end)]
    mine[unit.part] = Text(unit.text)
    return text[: unit.start] + write(tuple(mine), read_as) + text[unit.end :]


def annotate(text: str, read_as: Notation, write_as: Notation, lexicon: Lexicon, every: bool) -> str:
    """``text``, which is marked in ``read_as``, in ``write_as``, with the readings of what is ambiguous written.

    With ``every``, of all that has one. What the lexicon knows is always written; what ``write_as`` has no form for
    (an English word in IndexTTS-2) stays plain. Raises :class:`InvalidText` if that is so of a mark that is there.
    """
    marks = iter([part.node for part in scan(text, read_as)[0] if _is_mark(part)])
    nodes: list[Node] = []
    for unit in analyse(text, read_as, lexicon):
        if unit.source is Source.MARK or unit.kind == "tag":
            nodes.append(next(marks))
        elif unit.reading and (every or unit.ambiguous or unit.source is Source.LEXICON):
            node = _node(unit, unit.reading.value)
            nodes.append(node if _writable(node, write_as) else Text(unit.text))
        else:
            nodes.append(Text(unit.text))
    return write(merged(nodes), write_as)


def _cells(text: str, placed: Sequence[Placed]) -> Iterator[_Cell]:
    """The plain text character by character; a syllable over its character counts as that character."""
    part, start = 0, -1
    for mark in placed:
        part, start = (part + 1, start) if mark.start == start else (0, mark.start)
        match mark.node:
            case Text(plain):
                yield from _characters(text, plain, mark.start, mark.end)
            case Pinyin(_, base) if HAN.fullmatch(base):
                yield _Cell(base, mark.start, mark.end, mark.node, part)
            case node:
                yield _Cell(_STANDS_FOR_MARK, mark.start, mark.end, node, part)


def _characters(text: str, plain: str, start: int, end: int) -> Iterator[_Cell]:
    """The characters of ``plain``, which ``text[start:end]`` writes; a backslash there belongs to what it guards."""
    spare = (end - start) - len(plain)
    at = start
    for character in plain.replace(_STANDS_FOR_MARK, " "):
        first = at
        if spare and text[at] == "\\" and text[at + 1 : at + 2] == character:
            at, spare = at + 1, spare - 1
        at += 1
        yield _Cell(character, first, at)


def _from_lexicon(cells: Sequence[_Cell], lexicon: Lexicon) -> dict[int, tuple[int, Node]]:
    """The lexicon's readings: the cell where one begins → the cell behind it, and the node."""
    found: dict[int, tuple[int, Node]] = {}
    plain = "".join(_STANDS_FOR_MARK if cell.node else cell.character for cell in cells)
    for stretch in re.finditer(f"[^{_STANDS_FOR_MARK}]+", plain) if lexicon.entries else ():
        for match in lexicon.find(stretch.group()):
            at = stretch.start() + match.start
            for node in match.nodes:
                length = len(node.base) if isinstance(node, Pinyin) else match.end - match.start
                found[at] = at + length, node
                at += length
    return found


def _units(text: str, cells: Sequence[_Cell], known: dict[int, tuple[int, Node]]) -> Iterator[Unit]:
    plain = "".join(cell.character for cell in cells)
    words = sorted((at for at, (_, node) in known.items() if isinstance(node, Arpabet)), reverse=True)
    place = number = 0
    while place < len(cells):
        cell = cells[place]
        if words and place == words[-1]:
            end, node = known[words.pop()]
            yield _word(cells[place:end], number, reading_of(node), Source.LEXICON)
            number += 1
        elif cell.node and cell.character == _STANDS_FOR_MARK:
            end = place + 1
            yield _marked(text, cell, cell.node, number)
            number += not isinstance(cell.node, Tag | Span)
        else:
            match = _TOKEN.match(plain, place, words[-1] if words else len(plain))
            assert match is not None  # noqa: S101 - it takes any character
            end = match.end()
            if match.lastgroup == "han":
                for word in mandarin.words(match.group()):
                    yield from _han(cells, place, word, number, known)
                    place += len(word.text)
                    number += 1
            elif match.lastgroup == "word":
                yield _word(cells[place:end], number)
                number += 1
            else:
                yield Unit(match.group(), cell.start, cells[end - 1].end, "other")
        place = end


def _han(
    cells: Sequence[_Cell], place: int, word: mandarin.Word, number: int, known: dict[int, tuple[int, Node]]
) -> Iterator[Unit]:
    """The characters of one word."""
    for cell, syllable, phrase in zip(cells[place : place + len(word.text)], word.syllables, word.phrases, strict=True):
        own = syllable_reading(syllable) if syllable else None
        others = han_readings(cell.character)
        if cell.node:
            reading, source = reading_of(cell.node), Source.MARK
        elif place in known:
            reading, source = reading_of(known[place][1]), Source.LEXICON
        else:
            reading, source = own, Source.PHRASE if phrase and len(others) > 1 else Source.DICTIONARY
        ranked = tuple(dict.fromkeys(choice for choice in (reading, own, *others) if choice))
        # 一 and 不 have one reading, whatever tone they are spoken with.
        choices = ranked if cell.character not in ("一", "不") or source is Source.MARK else ranked[:1]
        source = source if reading else Source.RULES
        yield Unit(cell.character, cell.start, cell.end, "han", reading, source, choices, number, cell.part)
        place += 1


def _word(
    cells: Sequence[_Cell], number: int, reading: Reading | None = None, source: Source = Source.DICTIONARY
) -> Unit:
    """An English word; without ``reading``, as CMUdict has it."""
    text = "".join(cell.character for cell in cells)
    return _unit_of_word(text, cells[0].start, cells[-1].end, number, reading, source)


def _unit_of_word(text: str, start: int, end: int, number: int, reading: Reading | None, source: Source) -> Unit:
    known = word_readings(text)
    choices = tuple(dict.fromkeys((reading, *known))) if reading else known
    if not choices:
        return Unit(text, start, end, "word", None, Source.RULES, (), number)
    return Unit(text, start, end, "word", choices[0], source, choices, number)


def _marked(text: str, cell: _Cell, node: Node, number: int) -> Unit:
    """The unit of a mark that is no character with its syllable."""
    if isinstance(node, Arpabet):
        return _unit_of_word(node.base, cell.start, cell.end, number, reading_of(node), Source.MARK)
    reading = reading_of(node)
    if reading is None:
        return Unit(text[cell.start : cell.end], cell.start, cell.end, "tag", source=Source.MARK)
    kind: Kind = "han" if isinstance(node, Pinyin) else "word"
    base = node.base if isinstance(node, Pinyin | Kana) else ""
    return Unit(base, cell.start, cell.end, kind, reading, Source.MARK, (reading,), number)


def _node(unit: Unit, reading: str) -> Node:
    """The mark that says how ``unit`` is read. Raises :class:`InvalidText`."""
    if unit.kind == "han":
        syllable = parse_syllable(reading.strip())
        if syllable is None:
            raise InvalidText("reading.pinyin", reading=reading, known=_nearest(reading, unit))
        return Pinyin(syllable, unit.text)
    if unit.kind == "word":
        phones = parse_phones(reading)
        if phones is None:
            raise InvalidText("reading.arpabet", reading=reading, known=_nearest(reading, unit))
        return Arpabet(phones, unit.text)
    raise InvalidText("reading.none", text=unit.text)


def _nearest(reading: str, unit: Unit) -> str:
    """What may have been meant: the unit's likeliest readings, and the syllables that are spelled most alike."""
    own = [choice.value for choice in unit.choices[:3]]
    if unit.kind == "han":
        own += nearest(reading.strip(), SYLLABLES)
    return ", ".join(dict.fromkeys(own)) or "M IH1 N AH0 T"


def _writable(node: Node, notation: Notation) -> bool:
    try:
        write((node,), notation)
    except InvalidText:
        return False
    return True


def _is_mark(placed: Placed) -> bool:
    return not isinstance(placed.node, Text)


def _says(node: Node, wanted: Node) -> bool:
    """Whether ``node`` reads as ``wanted`` does, whether or not its notation keeps the base."""
    match node, wanted:
        case (Pinyin(read), Pinyin(meant)) | (Kana(read), Kana(meant)):
            return read == meant
        case Arpabet(read_phones), Arpabet(meant_phones):
            return read_phones == meant_phones
    return node == wanted
