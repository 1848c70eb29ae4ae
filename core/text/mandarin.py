"""How Mandarin is read: words by jieba, syllables by pypinyin with the phrase around them.

One place, so that what the page shows for an unmarked character is what the embedded engine says.
"""

import functools
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from core.text.identity import HAN

HAN_RUN = re.compile(f"{HAN.pattern}+")
"""Characters that :func:`words` takes."""

_loading = threading.Lock()

# What stands before 得 where it means "must" (děi): who must, or an adverb.
_BEFORE_MUST = frozenset("我 你 您 他 她 它 谁 咱 都 也 就 还 又 总 非 可 只 必 们".split())
_COUNTING = frozenset("第零〇一二三四五六七八九十百千万亿两几点")
_ORDINAL_AFTER = frozenset("月日号") | _COUNTING


@dataclass(frozen=True)
class Word:
    """A word of a run of Han characters."""

    text: str
    syllables: tuple[str, ...]
    """One per character, the tone as a digit (``hang2``, ``lv4``, ``de5``); empty for a character that nobody knows."""
    phrases: tuple[bool, ...]
    """Per character, whether a phrase of the dictionary gave its reading."""


def words(run: str) -> tuple[Word, ...]:
    """The words of ``run``, which holds only Han characters, as they are read beside each other.

    一 and 不 have the tone that they are spoken with; the third tone is left as it is written.
    """
    cut = segment(run)
    read = [_read(cut, index) for index in range(len(cut))]
    syllables = [syllable for word, _ in read for syllable in word]
    spoken = iter(list(_with_sandhi(cut, syllables)))
    return tuple(
        Word(text, tuple(next(spoken) for _ in text), known) for text, (_, known) in zip(cut, read, strict=True)
    )


def segment(run: str) -> list[str]:
    """The words of ``run`` by jieba."""
    return list(jieba().lcut(run))


@functools.lru_cache(16_384)
def choices(character: str) -> tuple[str, ...]:
    """The readings of one Han character, the usual one first; none if nobody knows it.

    Of the characters in the Table of General Standard Chinese Characters (2013) only the readings of its official
    dictionary count; what pypinyin has beyond them is archaic or a name's.
    """
    import pypinyin
    from pypinyin_dict.pinyin_data import ktghz2013

    load()
    known = pypinyin.pinyin(
        character, style=pypinyin.Style.TONE3, heteronym=True, neutral_tone_with_five=True, errors="ignore"
    )
    usual = known[0] if known else []
    standard = [_with_digit(reading) for reading in ktghz2013.pinyin_dict.get(ord(character), "").split(",") if reading]
    ranked = [reading for reading in usual if reading in standard] + standard if standard else usual
    return tuple(dict.fromkeys(ranked))


def load() -> None:
    """Load the dictionaries, once in a process; the first call takes a second or two."""
    jieba()
    _phrases()


@functools.cache
def jieba():  # type: ignore[no-untyped-def]
    """The segmenter, initialised."""
    with _loading:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        jieba.initialize()
        return jieba


@functools.cache
def _phrases():  # type: ignore[no-untyped-def]
    """pypinyin's phrases, with those in which 地 is a particle."""
    with _loading:
        from pypinyin.constants import PHRASES_DICT
        from pypinyin_dict.phrase_pinyin_data import di

        di.load()
        return PHRASES_DICT


def _read(cut: list[str], index: int) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The syllables of one word, and which of them a phrase gave.

    A lone character is read as in the phrase that it makes with its neighbour (还钱, 慢慢地), if it makes one.
    """
    word, phrases = cut[index], _phrases()
    if len(word) == 1:
        before = cut[index - 1] if index else ""
        after = cut[index + 1] if index + 1 < len(cut) else ""
        if before and before + word in phrases:
            return _pinyin(before + word)[-1:], (True,)
        if after and word + after in phrases:
            return _pinyin(word + after)[:1], (True,)
        return _particle(word, before, after) or _pinyin(word), (False,)
    syllables, known = _pinyin(word), word in phrases
    if "得" in word[1:] and not known:
        syllables = tuple(
            "de5" if character == "得" and place else syllable
            for place, (character, syllable) in enumerate(zip(word, syllables, strict=True))
        )
    if word[0] == "地" and not known and index and cut[index - 1] + "地" in phrases:
        syllables = ("de5", *syllables[1:])  # jieba joins it to the verb: 高兴|地说
    return syllables, (known,) * len(word)


def _particle(word: str, before: str, after: str) -> tuple[str, ...]:
    """How a lone 得 is read after another word: "must" after who must, a complement's mark after everything else."""
    if word != "得" or not before:
        return ()
    if before[-1] not in _BEFORE_MUST:
        return ("de5",)
    return ("de2",) if after[:1] in ("了", "过", "到") else ("dei3",)


@functools.lru_cache(65_536)
def _pinyin(word: str) -> tuple[str, ...]:
    import pypinyin

    return tuple(
        pypinyin.lazy_pinyin(
            word,
            style=pypinyin.Style.TONE3,
            neutral_tone_with_five=True,
            errors=lambda unknown: [""] * len(unknown),  # type: ignore[arg-type, return-value]  # one for each
        )
    )


def _with_sandhi(cut: list[str], syllables: list[str]) -> Iterator[str]:
    """The syllables with the spoken tones of 一 and 不 (the rule of every textbook, such as Chao 1968, 1.3.3)."""
    text = "".join(cut)
    ends_word = [place == len(word) - 1 > 0 for word in cut for place in range(len(word))]
    for place, (character, syllable) in enumerate(zip(text, syllables, strict=True)):
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        tone = syllables[place + 1][-1:] if after else ""
        if character == "不" and syllable[:-1] == "bu":
            yield "bu2" if tone == "4" else "bu4"
        elif character == "一" and syllable[:-1] == "yi":
            counts = before in _COUNTING or after in _ORDINAL_AFTER
            if counts or ends_word[place] or not tone:
                yield "yi1"
            else:
                yield "yi2" if tone == "4" or after == "个" else "yi4"
        else:
            yield syllable


def _with_digit(reading: str) -> str:
    from pypinyin.contrib.tone_convert import to_tone3

    return str(to_tone3(reading, neutral_tone_with_five=True))
