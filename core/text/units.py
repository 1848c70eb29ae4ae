"""What a text is made of for a person who marks it: characters, words, and their readings."""

import functools
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from core.text import mandarin
from core.text.arpabet import readings, syllabified
from core.text.markup.model import Arpabet, Kana, Node, Pinyin
from core.text.pinyin import parse_syllable, with_tone_mark

Kind = Literal["han", "word", "tag", "other"]


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
    part: int = 0
    """Which of the units it is that share one mark, and so one place, as both of ``[银行](yin2 hang2)`` do."""

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

    def as_json(self) -> dict[str, object]:
        """The unit for programs."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "kind": self.kind,
            "reading": self.reading and self.reading.value,
            "source": self.source and self.source.value,
            "choices": [choice.value for choice in self.choices],
            "ambiguous": self.ambiguous,
            "word": self.word,
        }


def reading_of(node: Node) -> Reading | None:
    """What a mark says; None for a tag, and for text."""
    match node:
        case Pinyin(syllable):
            return syllable_reading(syllable)
        case Arpabet(phones):
            return _phones_reading(phones)
        case Kana(kana):
            return Reading(kana, kana)
    return None


@functools.lru_cache(8192)
def syllable_reading(syllable: str) -> Reading | None:
    """The reading ``syllable``; None if there is no such syllable."""
    parsed = parse_syllable(syllable)
    return Reading(parsed, with_tone_mark(parsed)) if parsed else None


@functools.lru_cache(16_384)
def _phones_reading(phones: tuple[str, ...]) -> Reading:
    return Reading(" ".join(phones), syllabified(phones).replace(" . ", " · "))


@functools.lru_cache(16_384)
def han_readings(character: str) -> tuple[Reading, ...]:
    """How a character can be read, the usual reading first."""
    found = (syllable_reading(syllable) for syllable in mandarin.choices(character))
    return tuple(reading for reading in found if reading)


@functools.lru_cache(16_384)
def word_readings(word: str) -> tuple[Reading, ...]:
    """How CMUdict reads an English word, the usual reading first; none if it is not there."""
    return tuple(dict.fromkeys(_phones_reading(phones) for phones in readings(word)))
