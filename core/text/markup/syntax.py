"""What scanning and printing a notation is made of."""

import functools
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from core.text.markup.model import Node

SHOWN = 40
"""Most characters of a mark that a sentence shows."""


@dataclass(frozen=True)
class Placed:
    """A node and where it is written; the nodes of one mark that reads several characters all have its place."""

    node: Node
    start: int
    """First character of the written text."""
    end: int
    """The character behind the last."""


@dataclass(frozen=True)
class Problem:
    """Something that was meant as a mark and cannot be one."""

    start: int
    end: int
    code: str
    """Key of :data:`core.errors.SENTENCES`."""
    details: Mapping[str, object]
    """What the sentence needs: ``place`` (from 1), ``mark``, ``suggestions`` …"""
    suggestions: tuple[str, ...] = ()
    """What could stand in its place, nearest first."""


@dataclass(frozen=True)
class Found:
    """What a scanner made of the characters up to ``end``; those of a problem stay text."""

    end: int
    placed: tuple[Placed, ...] = ()
    problems: tuple[Problem, ...] = ()


Scanner = Callable[[str, int], Found | None]
"""Reads the mark that begins at a character; None if none does."""


class NoForm(Exception):
    """A notation cannot write a node; ``code`` and ``details`` make the sentence."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(code)


def problem(text: str, start: int, end: int, code: str, suggestions: Iterable[str] = (), **details: object) -> Problem:
    """The problem of ``text[start:end]``."""
    nearest = tuple(suggestions)
    mark = text[start:end] if end - start <= SHOWN else text[start : start + SHOWN] + "…"
    told = {"suggestions": ", ".join(nearest)} if nearest else {}
    return Problem(start, end, code, {"place": start + 1, "mark": mark, **told, **details}, nearest)


@dataclass(frozen=True, eq=False)
class Choices:
    """Spellings that a typed one is compared with."""

    names: tuple[str, ...]
    apart: tuple[str, ...]
    """The same in small letters, tone marks as letters of their own."""

    @classmethod
    def of(cls, names: Iterable[str]) -> "Choices":
        """The choices among ``names``, the first being preferred where two are as near."""
        kept = tuple(names)
        return cls(kept, tuple(map(_apart, kept)))


@functools.lru_cache(maxsize=4096)
def nearest(typed: str, choices: Choices, least: float = 0.0) -> tuple[str, ...]:
    """The three of ``choices`` that are spelled most like ``typed``: two letters that changed places are one mistake
    (Damerau 1964, doi:10.1145/363958.363994); of equals, those of the same letters, or that begin alike, come first.

    ``least`` is the similarity (0–100) below which nothing is like it.
    """
    wanted = _apart(typed)
    ranked = process.extract(
        wanted, choices.apart, scorer=DamerauLevenshtein.normalized_similarity, limit=12, score_cutoff=least / 100
    )
    ranked.sort(key=lambda found: (-found[1], Counter(found[0]) != Counter(wanted), found[0][:1] != wanted[:1]))
    return tuple(choices.names[index] for _, _, index in ranked[:3])


def _apart(spelling: str) -> str:
    return unicodedata.normalize("NFD", spelling.lower())
