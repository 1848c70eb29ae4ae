"""A text as a person marks it: its words, how each is read, what else it could be, and the marks written into it."""

import difflib
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from core.errors import InvalidText
from core.text import mandarin
from core.text.arpabet import parse_phones, readings, syllabified
from core.text.identity import HAN
from core.text.lexicon import Lexicon
from core.text.markup.model import Arpabet, Kana, Node, Notation, Pinyin, Span, Tag, Text, merged
from core.text.markup.reader import Placed, scan
from core.text.markup.writer import write
from core.text.pinyin import parse_syllable, syllables, with_tone_mark

Kind = Literal["han", "word", "tag", "other"]

_LETTER = rf"[^\W\d_{HAN.pattern[1:-1]}]"
_STANDS_FOR_MARK = "\0"
_TOKEN = re.compile(
    rf"(?P<han>{HAN.pattern}+)|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)"
    rf"|(?P<other>(?:(?!{_LETTER})[^{_STANDS_FOR_MARK}{HAN.pattern[1:-1]}])+)"
)


class Source(StrEnum):
    """Who says that a unit is read so."""

    MARK = "mark"
    LEXICON = "lexicon"
    PHRASE = "phrase"
    """The phrase that a character stands in."""
    DICTIONARY = "dictionary"
    """The usual reading of a character by itself, or CMUdict's first of a word."""
    RULES = "rules"
    """Nobody: it is in no dictionary, and the engine will guess."""


@dataclass(frozen=True)
class Reading:
    """One way to read a character or a word."""

    value: str
    """``hao3`` or ``M AY0 N UW1 T``: what :func:`set_reading` and the lexicon take."""
    label: str
    """For people: ``hǎo`` or ``M AY0 · N UW1 T``."""


@dataclass(frozen=True)
class Unit:
    """A character, a word, a tag, or what is between them."""

    text: str
    """What is read, without its mark; empty where a mark's notation replaces it. A tag is as it is written."""
    start: int
    """Where it begins in the written text, its mark included."""
    end: int
    kind: Kind
    reading: Reading | None = None
    source: Source | None = None
    choices: tuple[Reading, ...] = ()
    """How it can be read, the likeliest first, :attr:`reading` among them."""
    word: int = -1
    """The number of the word it belongs to (by jieba, or an English one); -1 for what belongs to none."""

    @property
    def ambiguous(self) -> bool:
        """Whether it has more than one reading that a dictionary tells apart.

        What connected speech does is none: a syllable that loses its tone, 一 and 不, an English word's weak form.
        """
        values = {choice.value for choice in self.choices}
        if self.kind == "han":
            full = {value[:-1] for value in values if not value.endswith("5")}
            distinct = {value for value in values if not value.endswith("5") or value[:-1] not in full}
            return len(distinct) > 1 and self.text not in ("一", "不")
        return len({value for value in values if any(stress in value for stress in "12")}) > 1


@dataclass(frozen=True)
class _Cell:
    """One character of the plain text, or a mark that stands in it as one character."""

    character: str
    start: int
    end: int
    node: Node | None = None


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
    node = _node(unit, reading)
    mark = write((node,), write_as)
    # A bare syllable may need a space to be one, beside a letter.
    for before, after in (("", ""), (" ", ""), ("", " "), (" ", " ")):
        start = unit.start + len(before)
        marked = text[: unit.start] + before + mark + after + text[unit.end :]
        if any(placed.start == start and _says(placed.node, node) for placed in scan(marked, read_as)[0]):
            return marked
    raise InvalidText("reading.notation", mark=mark, notation=read_as.value)


def clear_reading(text: str, unit: Unit, read_as: Notation) -> str:
    """``text`` with the mark of ``unit`` taken away.

    Raises :class:`InvalidText` (``reading.base``) where the mark has taken the place of what it says.
    """
    if unit.source is not Source.MARK:
        return text
    if not unit.text:
        raise InvalidText("reading.base", mark=text[unit.start : unit.end])
    return text[: unit.start] + write((Text(unit.text),), read_as) + text[unit.end :]


def annotate(text: str, read_as: Notation, write_as: Notation, lexicon: Lexicon, every: bool) -> str:
    """``text``, which is marked in ``read_as``, in ``write_as``, with the readings of what is ambiguous written.

    With ``every``, of all that has one. What the lexicon knows is always written; what ``write_as`` has no form for
    (an English word in IndexTTS-2) stays plain. Raises :class:`InvalidText` if that is so of a mark that is there.
    """
    marks = {placed.start: placed.node for placed in scan(text, read_as)[0]}
    nodes = []
    for unit in analyse(text, read_as, lexicon):
        if unit.source is Source.MARK or unit.kind == "tag":
            nodes.append(marks[unit.start])
        elif unit.reading and (every or unit.ambiguous or unit.source is Source.LEXICON):
            node = _node(unit, unit.reading.value)
            nodes.append(node if _writable(node, write_as) else Text(unit.text))
        else:
            nodes.append(Text(unit.text))
    return write(merged(nodes), write_as)


def _cells(text: str, placed: Sequence[Placed]) -> Iterator[_Cell]:
    """The plain text character by character; a syllable over its character counts as that character."""
    for part in placed:
        match part.node:
            case Text(plain):
                yield from _characters(text, plain, part.start, part.end)
            case Pinyin(_, base) if HAN.fullmatch(base):
                yield _Cell(base, part.start, part.end, part.node)
            case node:
                yield _Cell(_STANDS_FOR_MARK, part.start, part.end, node)


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
    words = sorted(at for at, (_, node) in known.items() if isinstance(node, Arpabet))
    place = number = 0
    while place < len(cells):
        cell = cells[place]
        if words and place == words[0]:
            end, node = known[words.pop(0)]
            yield _word(cells[place:end], number, _reading(node), Source.LEXICON)
            number += 1
        elif cell.node and cell.character == _STANDS_FOR_MARK:
            end = place + 1
            yield _marked(text, cell, cell.node, number)
            number += not isinstance(cell.node, Tag | Span)
        else:
            match = _TOKEN.match(plain, place, words[0] if words else len(plain))
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
    for cell, syllable, phrase in zip(cells[place:], word.syllables, word.phrases, strict=False):
        own = _syllable(syllable) if syllable else None
        others = _syllables(cell.character)
        if cell.node:
            reading, source = _reading(cell.node), Source.MARK
        elif place in known:
            reading, source = _reading(known[place][1]), Source.LEXICON
        else:
            reading, source = own, Source.PHRASE if phrase and len(others) > 1 else Source.DICTIONARY
        ranked = tuple(dict.fromkeys(choice for choice in (reading, own, *others) if choice))
        # 一 and 不 have one reading, whatever tone they are spoken with.
        choices = ranked if cell.character not in ("一", "不") or source is Source.MARK else ranked[:1]
        source = source if reading else Source.RULES
        yield Unit(cell.character, cell.start, cell.end, "han", reading, source, choices, number)
        place += 1


def _word(
    cells: Sequence[_Cell], number: int, reading: Reading | None = None, source: Source = Source.DICTIONARY
) -> Unit:
    """An English word; without ``reading``, as CMUdict has it."""
    text = "".join(cell.character for cell in cells)
    return _unit_of_word(text, cells[0].start, cells[-1].end, number, reading, source)


def _unit_of_word(text: str, start: int, end: int, number: int, reading: Reading | None, source: Source) -> Unit:
    known = _pronunciations(text)
    choices = tuple(dict.fromkeys((reading, *known))) if reading else known
    if not choices:
        return Unit(text, start, end, "word", None, Source.RULES, (), number)
    return Unit(text, start, end, "word", choices[0], source, choices, number)


def _marked(text: str, cell: _Cell, node: Node, number: int) -> Unit:
    """The unit of a mark that is no character with its syllable."""
    if isinstance(node, Arpabet):
        return _unit_of_word(node.base, cell.start, cell.end, number, _reading(node), Source.MARK)
    reading = _reading(node)
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
    """What may have been meant: the likeliest of the unit's own readings, and the syllable that looks most alike."""
    own = [choice.value for choice in unit.choices[:3]]
    if unit.kind == "han":
        letters = re.sub(r"\d", "", reading.strip().lower())
        tone = (re.findall(r"[1-5]", reading) or ["1"])[-1]
        own += [near + tone for near in difflib.get_close_matches(letters, sorted(syllables()), 2, 0.5)]
    return ", ".join(dict.fromkeys(own)) or ("hao3" if unit.kind == "han" else "M IH1 N AH0 T")


def _writable(node: Node, notation: Notation) -> bool:
    try:
        write((node,), notation)
    except InvalidText:
        return False
    return True


def _says(node: Node, wanted: Node) -> bool:
    """Whether ``node`` reads as ``wanted`` does, whether or not its notation keeps the base."""
    match node, wanted:
        case Pinyin(read), Pinyin(meant):
            return read == meant
        case Arpabet(read_phones), Arpabet(meant_phones):
            return read_phones == meant_phones
    return False


def _reading(node: Node) -> Reading | None:
    match node:
        case Pinyin(syllable):
            return _syllable(syllable)
        case Arpabet(phones):
            return _phones(phones)
        case Kana(kana):
            return Reading(kana, kana)
    return None


@functools.lru_cache(8192)
def _syllable(syllable: str) -> Reading | None:
    parsed = parse_syllable(syllable)
    return Reading(parsed, with_tone_mark(parsed)) if parsed else None


@functools.lru_cache(16_384)
def _phones(phones: tuple[str, ...]) -> Reading:
    return Reading(" ".join(phones), syllabified(phones).replace(" . ", " · "))


@functools.lru_cache(16_384)
def _syllables(character: str) -> tuple[Reading, ...]:
    found = (_syllable(syllable) for syllable in mandarin.choices(character))
    return tuple(reading for reading in found if reading)


@functools.lru_cache(16_384)
def _pronunciations(word: str) -> tuple[Reading, ...]:
    return tuple(dict.fromkeys(_phones(phones) for phones in readings(word)))
