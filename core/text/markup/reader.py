"""Reads a written text into its nodes, and says where that is not possible."""

from collections.abc import Iterable

from core.errors import InvalidText
from core.text.markup.model import Marked, Notation, Text, merged
from core.text.markup.notations import ESCAPABLE, ESCAPE, GRAMMARS, Grammar
from core.text.markup.spans import unbalanced
from core.text.markup.syntax import Found, Placed, Problem

__all__ = ["Placed", "Problem", "nodes", "read", "scan"]


def scan(text: str, notation: Notation) -> tuple[tuple[Placed, ...], tuple[Problem, ...]]:
    """The nodes of ``text`` and its problems, both in order; what has a problem is kept as text.

    Takes any string, and time in proportion to its length. Nodes cover the text without gaps.
    """
    placed, problems = _marks(text, GRAMMARS[notation])
    wrong, unmatched = unbalanced(text, placed)
    kept = (
        Placed(Text(text[mark.start : mark.end]), mark.start, mark.end) if mark.start in unmatched else mark
        for mark in placed
    )
    return _merged(kept), tuple(sorted((*problems, *wrong), key=lambda found: found.start))


def read(text: str, notation: Notation) -> tuple[Placed, ...]:
    """The nodes of ``text``. Raises :class:`InvalidText` of its first problem."""
    placed, problems = scan(text, notation)
    for found in problems:
        raise InvalidText(found.code, **found.details)
    return placed


def nodes(placed: Iterable[Placed]) -> Marked:
    """The nodes alone, neighbouring texts joined."""
    return merged(mark.node for mark in placed)


def _marks(text: str, grammar: Grammar) -> tuple[list[Placed], list[Problem]]:
    placed: list[Placed] = []
    problems: list[Problem] = []
    position = 0

    def plain(words: str, end: int) -> None:
        nonlocal position
        if words:
            placed.append(Placed(Text(words), position, end))
        position = end

    while candidate := grammar.candidates.search(text, position):
        at = candidate.start()
        plain(text[position:at], at)
        if grammar.escapes and text[at] == ESCAPE:
            escaped = text[at + 1 : at + 2] in ESCAPABLE and at + 1 < len(text)
            plain(text[at + 1] if escaped else ESCAPE, at + 1 + escaped)
            continue
        found = _found(text, at, grammar)
        if found is None:
            plain(text[at], at + 1)
            continue
        for mark in found.placed:
            plain(text[position : mark.start], max(position, mark.start))
            placed.append(mark)
            position = mark.end
        plain(text[position : found.end], found.end)
        problems.extend(found.problems)
    plain(text[position:], len(text))
    return placed, problems


def _found(text: str, at: int, grammar: Grammar) -> Found | None:
    for scanner in grammar.scanners:
        if found := scanner(text, at):
            return found
    return None


def _merged(placed: Iterable[Placed]) -> tuple[Placed, ...]:
    merged: list[Placed] = []
    texts: list[str] = []
    start = end = 0

    def flush() -> None:
        if texts:
            merged.append(Placed(Text("".join(texts)), start, end))
            texts.clear()

    for mark in placed:
        if isinstance(mark.node, Text):
            if not texts:
                start = mark.start
            texts.append(mark.node.text)
            end = mark.end
        else:
            flush()
            merged.append(mark)
    flush()
    return tuple(merged)
