"""Mandarin syllables: which there are, how they are spelled, and a character for each.

A syllable is written with ``v`` for ü (but ``u`` behind j, q, x and y, as Pinyin has it) and its tone as a digit, 5
being the neutral one: ``hao4``, ``lv4``, ``ju2``, ``de5``. Every tone is allowed on every syllable, since a tone may
shift in speech; the syllables themselves are a closed set (``assets/syllables.toml``).
"""

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from importlib.resources import files

_MARKS = "\u0304\u0301\u030c\u0300"
"""The combining marks of tones 1 to 4."""
_TONES = "12345"
_NEUTRAL = "5"


_DATA: Mapping[str, Mapping[str, str]] = tomllib.loads((files("assets") / "syllables.toml").read_text(encoding="utf-8"))

_PLAIN = frozenset(plain for group in _DATA.values() for listed in group.values() for plain in listed.split())

SYLLABLES = tuple(plain + tone for plain in sorted(_PLAIN) for tone in _TONES)
"""Every syllable in every tone."""

INDEXTTS_SYLLABLES = frozenset(
    plain + tone for tones, listed in _DATA["indextts"].items() for plain in listed.split() for tone in tones
)
"""The syllables that IndexTTS has learned, in the tones that it has learned them in."""


def parse_syllable(text: str) -> str | None:
    """The syllable that ``text`` spells with a tone mark or a digit, in capitals or not; None if there is none.

    ``"hǎo"``, ``"hao3"`` and ``"HAO3"`` are ``"hao3"``; ``"lü4"`` and ``"LV4"`` are ``"lv4"``; ``"jv2"`` is ``"ju2"``.
    Without mark and digit the tone is neutral, as in Pinyin: ``"de"`` is ``"de5"``.
    """
    if not 1 <= len(text) <= 14:  # "zhuang" with every mark that could be written apart
        return None
    letters, tone = _without_tone(text.lower())
    plain = letters.replace("ü", "v")
    if plain[:1] in ("j", "q", "x", "y"):
        plain = plain.replace("v", "u")
    if plain in ("lue", "nue"):  # the usual way to type lüe and nüe
        plain = plain.replace("ue", "ve")
    return plain + tone if plain in _PLAIN else None


def _without_tone(text: str) -> tuple[str, str]:
    """The letters and the tone; a second tone stays among the letters."""
    if text[-1] in _TONES:
        return unicodedata.normalize("NFC", text[:-1]), text[-1]
    letters, tone = unicodedata.normalize("NFD", text), _NEUTRAL
    for number, mark in enumerate(_MARKS, 1):
        if mark in letters:
            letters, tone = letters.replace(mark, "", 1), str(number)
            break
    return unicodedata.normalize("NFC", letters), tone


def with_tone_mark(syllable: str) -> str:
    """``"hao3"`` as ``"hǎo"``, ``"lve4"`` as ``"lüè"``, ``"de5"`` as ``"de"``."""
    return _marked(syllable[:-1].replace("v", "ü"), syllable[-1])


def _marked(letters: str, tone: str) -> str:
    """``letters`` with the mark of ``tone`` where Pinyin puts it: on a or e, on the o of ou, else on the last vowel."""
    if tone == _NEUTRAL:
        return letters
    at = next(
        (letters.index(vowel) for vowel in ("a", "e", "ou") if vowel in letters),
        max(letters.rfind(vowel) for vowel in "iouüv"),
    )
    return unicodedata.normalize("NFC", letters[: at + 1] + _MARKS[int(tone) - 1] + letters[at + 1 :])


def initial_and_final(syllable: str) -> tuple[str, str]:
    """The syllable as CosyVoice cuts it: ``"hao3"`` into ``("h", "ǎo")``, ``"er2"`` into ``("", "ér")``.

    y and w count as initials. The final of lüe and nüe is spelled with v: ``("l", "vè")``.
    """
    letters = syllable[:-1]
    initial = next((start for start in ("zh", "ch", "sh") if letters.startswith(start)), letters[:1])
    if initial in ("a", "e", "o"):
        initial = ""
    final = letters[len(initial) :]
    return initial, _marked(final if final == "ve" else final.replace("v", "ü"), syllable[-1])


def syllable_of(initial: str, final: str) -> str | None:
    """The syllable that CosyVoice's two tokens make; None if they don't go together."""
    return parse_syllable(initial + final)


@functools.cache
def _characters() -> dict[str, tuple[tuple[int, ...], str]]:
    """A character for each syllable that has one, with its rank, less being better.

    The one with the fewest readings among those whose usual reading it is, the 3,755 common characters of GB 2312
    coming first. Readings are pypinyin's.
    """
    from pypinyin.constants import PINYIN_DICT  # takes half a second to load

    best: dict[str, tuple[tuple[int, ...], str]] = {}
    for codepoint, listed in PINYIN_DICT.items():
        readings = listed.split(",")
        for position, reading in enumerate(readings):
            syllable = parse_syllable(reading)
            if syllable is not None:
                ranked = (_rarity(chr(codepoint)), int(position > 0), len(readings), codepoint), chr(codepoint)
                best[syllable] = min(best.get(syllable, ranked), ranked)
    return best


def _rarity(character: str) -> int:
    """0 for the common characters of GB 2312 (rows 16 to 55), 1 for its others, 2 for the rest."""
    try:
        row = character.encode("gb2312")[0] - 0xA0
    except UnicodeEncodeError:
        return 2
    return 0 if 16 <= row <= 55 else 1


def character_of(syllable: str) -> str:
    """A character that is read ``syllable``, as common as can be.

    Where no character has the tone, one that has the syllable in another.
    """
    known = _characters()
    if syllable in known:
        return known[syllable][1]
    return min(known[syllable[:-1] + tone] for tone in _TONES if syllable[:-1] + tone in known)[1]
