"""A word with its reading beside it, which IndexTTS-2.5 and Kokoro write each in its own brackets."""

import re
from dataclasses import dataclass

from core.text import arpabet, pinyin
from core.text.identity import HAN
from core.text.markup.model import Arpabet, Node, Pinyin
from core.text.markup.syntax import Choices, nearest

_KANA = re.compile(r"[\u3041-\u309f]+|[\u30a1-\u30ff]+")
"""One script only, since IndexTTS-2.5 takes mixed ones for something else."""

SYLLABLES = Choices.of(pinyin.SYLLABLES)
"""What a misspelled syllable is compared with."""
_LEARNED = Choices.of(sorted(pinyin.INDEXTTS_SYLLABLES))
_PHONES = Choices.of(sorted(arpabet.PHONES))


@dataclass(frozen=True)
class Wrong:
    """Why a reading is none; ``typed`` is the part that is wrong."""

    code: str
    typed: str
    suggestions: tuple[str, ...] = ()


def is_kana(reading: str) -> bool:
    """Whether ``reading`` is a Japanese one."""
    return _KANA.fullmatch(reading) is not None


def is_han(base: str) -> bool:
    """Whether ``base`` is one Chinese character or more, and nothing else."""
    return bool(base) and all(HAN.match(character) for character in base)


def syllables_of(base: str, reading: str, learned: bool = False) -> tuple[Node, ...] | Wrong:
    """One node for each character of ``base``.

    ``learned`` takes only the syllables that IndexTTS has learned, with their tones as digits.
    """
    nodes: list[Node] = []
    typed = reading.split()
    for index, spelling in enumerate(typed):
        syllable = pinyin.parse_syllable(spelling)
        if syllable is None or (learned and not (syllable in pinyin.INDEXTTS_SYLLABLES and spelling[-1].isdigit())):
            return Wrong("markup.syllable", spelling, nearest(spelling, _LEARNED if learned else SYLLABLES))
        nodes.append(Pinyin(syllable, base[index : index + 1]))
    return tuple(nodes) if len(typed) == max(1, len(base)) else Wrong("markup.count", reading)


def word_of(base: str, reading: str) -> tuple[Node, ...] | Wrong:
    """The English word ``base`` with its phonemes."""
    phones = arpabet.parse_phones(reading)
    if phones is not None:
        return (Arpabet(phones, base),)
    typed = [phone for phone in reading.upper().split() if phone != "."]
    unknown = next((phone for phone in typed if phone not in arpabet.PHONES), None)
    if unknown is not None:
        return Wrong("markup.phone", unknown, nearest(unknown, _PHONES))
    if not any(map(arpabet.is_vowel, typed)):
        return Wrong("markup.vowel", reading)
    vowel = next(at for at, phone in enumerate(typed) if arpabet.is_vowel(phone))
    return Wrong("markup.stress", reading, (" ".join((*typed[:vowel], typed[vowel] + "1", *typed[vowel + 1 :])),))


def with_base(node: Node) -> Node:
    """``node`` with a word to annotate where it has none: a character or a word that is read so.

    A word that CMUdict does not have stays without.
    """
    if isinstance(node, Pinyin) and not node.base:
        return Pinyin(node.syllable, pinyin.character_of(node.syllable))
    if isinstance(node, Arpabet) and not node.base:
        return Arpabet(node.phones, arpabet.word_of(node.phones) or "")
    return node
