"""Reads a direction in words: which known ways of speaking it names, how strongly, and what else it asks for.

No grammar is tried. The words of ``assets/prosody.toml`` are found, the longest that fits first, clause by clause; a
word of degree or a negation belongs to what is named next, and what no word of the table covers is given back, to be
quoted.
"""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from core.text.identity import normalise

ASSET = "prosody.toml"

Lack = Literal["dialect", "role", "whisper", "unknown"]


@dataclass(frozen=True)
class Named:
    """A way of speaking that was named."""

    cue: str
    """Its name in the table."""
    degree: float
    """How much of it; below 0 the opposite, and 0 where an emotion is not wanted."""
    words: str
    """How it was said."""


@dataclass(frozen=True)
class Lacking:
    """A part of a direction that the table cannot follow."""

    kind: Lack
    words: str
    """The part as it was written."""


@functools.cache
def table() -> Mapping[str, Any]:
    """``assets/prosody.toml``."""
    return tomllib.loads((files("assets") / ASSET).read_text("utf-8"))


def read_direction(text: str) -> tuple[tuple[Named, ...], tuple[Lacking, ...]]:
    """What ``text`` names, in its order, and what of it nothing is known of. Never raises."""
    named: list[Named] = []
    lacking: list[Lacking] = []
    text = normalise(text).replace("’", "'")
    for clause in _clauses(text):
        named += _named(clause)
        lacking += _lacking(text, clause)
    return tuple(named), tuple(lacking)


@dataclass(frozen=True)
class _Token:
    kind: str
    value: Any
    start: int
    end: int
    text: str


_UNKNOWN = "unknown"
_PUNCTUATION = re.compile(r"[,.;:!?，。；：！？、\n]")


def _clauses(text: str) -> Iterator[list[_Token]]:
    """``text`` in known words and what lies between them, cut at punctuation and at words such as "but"."""
    clause: list[_Token] = []
    for token in _tokens(text):
        if token.kind == "break":
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _tokens(text: str) -> Iterator[_Token]:
    pattern, meanings = _vocabulary()
    end = 0
    for match in pattern.finditer(text):
        yield from _between(text, end, match.start())
        end = match.end()
        kind, value = meanings.get(match.group().lower(), ("break", None))
        yield _Token(kind, value, match.start(), end, match.group())
    yield from _between(text, end, len(text))


def _between(text: str, start: int, end: int) -> Iterator[_Token]:
    """What no word of the table covers, unless it is only space and punctuation."""
    if any(unicodedata.category(character)[0] not in "PZC" for character in text[start:end]):
        yield _Token(_UNKNOWN, None, start, end, text[start:end])


@functools.cache
def _vocabulary() -> tuple[re.Pattern[str], Mapping[str, tuple[str, Any]]]:
    """One pattern for all words, and what each means: its kind and its value."""
    data = table()
    meanings: dict[str, tuple[str, Any]] = dict.fromkeys(data["filler"]["words"], ("filler", None))
    meanings |= {word: (kind, None) for kind, words in data["function"].items() for word in words}
    for kind in ("dialect", "role"):
        meanings |= dict.fromkeys(data["missing"][kind], (kind, None))
    for row in data["degrees"]:
        kind = "degree after" if row.get("after") else "degree"
        meanings |= dict.fromkeys(row["words"], (kind, row["factor"]))
    meanings |= {word: ("topic", name) for name, topic in data["topics"].items() for word in topic["words"]}
    meanings |= {word: ("pole", pole) for pole, words in data["poles"].items() for word in words}
    for group in ("emotions", "manners"):
        meanings |= {word: ("cue", name) for name, cue in data[group].items() for word in cue["words"]}
    longest_first = sorted(meanings, key=len, reverse=True)
    # Latin words are whole words; Chinese ones have no borders.
    words = "|".join(rf"(?<![a-z']){re.escape(word)}(?![a-z'])" if word.isascii() else word for word in longest_first)
    # ASCII: no other letter may be taken for a Latin one by its case.
    return re.compile(f"{words}|{_PUNCTUATION.pattern}", re.IGNORECASE | re.ASCII), meanings


def _named(clause: list[_Token]) -> list[Named]:
    """The ways of speaking that a clause names."""
    data = table()
    topic = next((token.value for token in clause if token.kind == "topic"), None)
    found: list[Named] = []
    degree, negated, excess = 1.0, False, False
    before = (False, False)
    since = 1
    """Tokens since the last name; a degree that follows at once belongs to it."""
    for token in clause:
        since += 1
        if token.kind == "degree after" and found and since == 2:
            found[-1] = _scaled(found[-1], token)
        elif token.kind.startswith("degree"):
            degree *= token.value
        elif token.kind == "negation":
            negated = True
        elif token.kind == "excess":
            excess = True
        elif token.kind == "or":
            # "Don't be sad or angry": neither of them.
            negated, excess = before
        elif token.kind in ("cue", "pole"):
            cue = _meant(token, topic)
            if cue is None:
                continue
            amount = _amount(degree, negated, excess, opposable=cue in data["manners"])
            found.append(Named(cue, amount, token.text))
            before = negated, excess
            degree, negated, excess, since = 1.0, False, False, 1
    if degree != 1.0 and found:
        # "Slow down a little": the degree came last.
        found[-1] = Named(found[-1].cue, found[-1].degree * degree, found[-1].words)
    return found


def _scaled(named: Named, token: _Token) -> Named:
    return Named(named.cue, named.degree * token.value, named.words)


def _meant(token: _Token, topic: str | None) -> str | None:
    """The cue of ``token`` where ``topic`` is spoken of; None for a word that means nothing there."""
    name = str(token.value)
    if name in ("high", "low") and topic is not None:
        return str(table()["topics"][topic][name])
    return name if token.kind == "cue" else None


def _amount(degree: float, negated: bool, excess: bool, *, opposable: bool) -> float:
    """The degree of what is named: "not too fast" is rather slow, "not sad" is not happy."""
    if negated and degree > 1.0:
        degree, excess = 1.0, True
    if opposable:
        return -0.4 if excess else -0.6 if negated else degree
    if negated:
        return 0.4 if excess else 0.0
    return degree * 1.25 if excess else degree


def _lacking(text: str, clause: list[_Token]) -> Iterator[Lacking]:
    """What of a clause is not known; an unknown word and its neighbour are one part, with the small words between."""
    part: tuple[Lack, int, int] | None = None
    for token in clause:
        kind = _lack_of(token)
        if part and kind and "unknown" in (kind, part[0]):
            part = (part[0] if kind == "unknown" else kind, part[1], token.end)
        elif kind or token.kind != "filler":
            if part:
                yield _lack(text, *part)
            part = (kind, token.start, token.end) if kind else None
    if part:
        yield _lack(text, *part)


def _lack(text: str, kind: Lack, start: int, end: int) -> Lacking:
    return Lacking(kind, text[start:end].strip(" '\"“”()"))


def _lack_of(token: _Token) -> Lack | None:
    if token.kind == "cue" and token.text.lower() in table()["missing"]["whisper"]:
        return "whisper"
    if token.kind == "dialect":
        return "dialect"
    if token.kind == "role":
        return "role"
    return "unknown" if token.kind == _UNKNOWN else None
