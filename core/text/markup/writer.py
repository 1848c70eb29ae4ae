"""Writes nodes in a notation, so that reading them there gives the same nodes again."""

import itertools
import re
from collections.abc import Iterator, Sequence

from core.errors import InvalidText
from core.text.markup.model import Arpabet, Marked, Node, Notation, Pinyin, Text, merged
from core.text.markup.notations import ESCAPABLE, ESCAPE, GRAMMARS, Grammar
from core.text.markup.reader import scan
from core.text.markup.syntax import SHOWN, NoForm, Placed, Problem

_ESCAPABLE = re.compile(f"[{re.escape(ESCAPABLE)}]")


def write(marked: Marked, notation: Notation) -> str:
    """``marked`` in ``notation``.

    A base is left out where the notation has none, and chosen where it needs one: a common character with that
    reading, or CMUdict's word. Where two marks would be read as one, a space is put between them. Text is escaped
    only if something in it would be taken for a mark.

    Raises :class:`InvalidText` of the first node that has no form there (its ``place`` is counted in what is written
    so far), of spans that don't match, and of text that would be misread where there are no escapes.
    """
    grammar = GRAMMARS[notation]
    apart = _kept_apart(merged(marked), grammar)
    written = _printed(apart, grammar, notation, escape=False)
    wrong = _misread(written, apart, notation)
    if wrong is not None and grammar.escapes:
        written = _printed(apart, grammar, notation, escape=True)
        wrong = _misread(written, apart, notation)
    if wrong is not None:
        raise wrong
    return "".join(written)


def _kept_apart(marked: Marked, grammar: Grammar) -> Marked:
    def spaced() -> Iterator[Node]:
        for before, after in itertools.pairwise(marked):
            yield before
            if grammar.glued(before, after):
                yield Text(" ")
        yield from marked[-1:]

    return merged(spaced())


def _printed(marked: Marked, grammar: Grammar, notation: Notation, escape: bool) -> list[str]:
    pieces: list[str] = []
    for node in marked:
        try:
            piece = grammar.print(node)
        except NoForm as missing:
            place = sum(map(len, pieces)) + 1
            raise InvalidText(missing.code, place=place, notation=notation.value, **missing.details) from missing
        pieces.append(_ESCAPABLE.sub(rf"\{ESCAPE}\g<0>", piece) if escape and isinstance(node, Text) else piece)
    return pieces


def _misread(pieces: Sequence[str], marked: Marked, notation: Notation) -> InvalidText | None:
    """What goes wrong when the pieces are read again."""
    written = "".join(pieces)
    placed, problems = scan(written, notation)
    if problems and not _in_text(problems[0], pieces, marked):
        return InvalidText(problems[0].code, **problems[0].details)
    first: Problem | Placed | None = problems[0] if problems else None
    if first is None:
        same = [_same(meant, mark.node) for meant, mark in zip(marked, placed, strict=False)]
        if len(marked) == len(placed) and all(same):
            return None
        first = placed[same.index(False)] if False in same else placed[-1]
        if isinstance(first.node, Text) and same.index(False) + 1 < len(placed):
            first = placed[same.index(False) + 1]  # a text that ends too early: what follows was taken for a mark
    mark = written[first.start : min(first.end, first.start + SHOWN)]
    return InvalidText("markup.misread", place=first.start + 1, mark=mark, notation=notation.value)


def _in_text(found: Problem, pieces: Sequence[str], marked: Marked) -> bool:
    """Whether the problem begins in a piece that is plain text."""
    ends = itertools.accumulate(map(len, pieces))
    return next(isinstance(node, Text) for node, end in zip(marked, ends, strict=True) if found.start < end)


def _same(meant: Node, read: Node) -> bool:
    """Whether both are read alike; a base that was left out or chosen does not count."""
    match meant, read:
        case (Pinyin(reading, base), Pinyin(again, other)) | (Arpabet(reading, base), Arpabet(again, other)):
            return reading == again and (base == other or not base or not other)
        case _:
            return meant == read
