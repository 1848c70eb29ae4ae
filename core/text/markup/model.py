"""Text with its pronunciation said: what every notation is read into and written from.

A marked text is a flat sequence of nodes. Tags that enclose words open and close as nodes of their own, so that a text
can be cut into sentences anywhere between two of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Notation(StrEnum):
    """How a marked text is written."""

    ANY = "any"
    """Every form that cannot be mistaken for plain text: all of the others, save IndexTTS-2's bare syllables."""
    COSYVOICE = "cosyvoice"
    """``她[h][ào]干净``, ``[M][AY0][N][UW1][T]``, ``[breath]``, ``<strong>…</strong>``."""
    INDEXTTS2 = "indextts2"
    """``她HAO4干净``."""
    INDEXTTS25 = "indextts2.5"
    """``她<好|HAO4>干净``, ``<minute|M AY0 . N UW1 T>``."""
    KOKORO = "kokoro"
    """``她[好](hao4)干净``, ``[minute](M AY0 N UW1 T)``, and CosyVoice's tags."""


@dataclass(frozen=True)
class Text:
    """Words that are read as the engine finds right. Never empty, and never next to another one."""

    text: str


@dataclass(frozen=True)
class Pinyin:
    """One Mandarin syllable."""

    syllable: str
    """Letters as typed, ``v`` for ü, and the tone as a digit, 5 being neutral: ``hao4``, ``lv4``, ``de5``."""
    base: str = ""
    """The character that is read so; empty where the notation replaces it."""


@dataclass(frozen=True)
class Arpabet:
    """One English word in CMUdict's phonemes."""

    phones: tuple[str, ...]
    """``("M", "AY0", "N", "UW1", "T")``: vowels with their stress (0 none, 1 primary, 2 secondary)."""
    base: str = ""
    """The word that is read so; empty where the notation replaces it."""


@dataclass(frozen=True)
class Kana:
    """A Japanese word with its reading; only IndexTTS-2.5 has it."""

    kana: str
    base: str


@dataclass(frozen=True)
class Tag:
    """A sound between the words, such as a ``breath``."""

    name: str


@dataclass(frozen=True)
class Span:
    """The beginning or the end of words that are said in some way, such as ``strong``."""

    name: str
    opens: bool


Node = Text | Pinyin | Arpabet | Kana | Tag | Span
Marked = tuple[Node, ...]
"""A marked text."""


def merged(nodes: Iterable[Node]) -> Marked:
    """``nodes`` with neighbouring texts made one, and empty ones gone."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, Text) and kept and isinstance(kept[-1], Text):
            kept[-1] = Text(kept[-1].text + node.text)
        elif node != Text(""):
            kept.append(node)
    return tuple(kept)
