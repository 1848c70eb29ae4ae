"""ARPAbet to Kokoro's phonemes, exactly: what CMUdict's letters are in misaki's alphabet, one table for each accent.

ARPAbet is written for American English. British English says the same phones with its own vowels, and an R only before
a vowel (Wells, *Accents of English*, 1982): its vowel in "start" or "near" is long or centring instead.
"""

from collections.abc import Mapping

from core.engines.kokoro.phonemes import Accent
from core.text.arpabet import is_vowel

_STRESS: Mapping[str, str] = {"0": "", "1": "ˈ", "2": "ˌ"}
"""Stands right before its vowel, where misaki has it."""
_CONSONANTS: Mapping[str, str] = {
    "B": "b",
    "CH": "ʧ",
    "D": "d",
    "DH": "ð",
    "F": "f",
    "G": "ɡ",
    "HH": "h",
    "JH": "ʤ",
    "K": "k",
    "L": "l",
    "M": "m",
    "N": "n",
    "NG": "ŋ",
    "P": "p",
    "R": "ɹ",
    "S": "s",
    "SH": "ʃ",
    "T": "t",
    "TH": "θ",
    "V": "v",
    "W": "w",
    "Y": "j",
    "Z": "z",
    "ZH": "ʒ",
}
_AMERICAN: Mapping[str, str] = {
    "AA": "ɑ",
    "AE": "æ",
    "AH": "ʌ",
    "AO": "ɔ",
    "AW": "W",
    "AY": "I",
    "EH": "ɛ",
    "ER": "ɜɹ",
    "EY": "A",
    "IH": "ɪ",
    "IY": "i",
    "OW": "O",
    "OY": "Y",
    "UH": "ʊ",
    "UW": "u",
}
_BRITISH: Mapping[str, str] = {
    **_AMERICAN,
    "AA": "ɒ",
    "AE": "a",
    "AO": "ɔː",
    "ER": "ɜː",
    "IY": "iː",
    "OW": "Q",
    "UW": "uː",
}
_BRITISH_BEFORE_R: Mapping[str, str] = {
    **_BRITISH,
    "AA": "ɑː",
    "AE": "ɛː",
    "AO": "ɔː",
    "EH": "ɛː",
    "EY": "ɛː",
    "IH": "ɪə",
    "IY": "ɪə",
    "OW": "ɔː",
    "UH": "ʊə",
    "UW": "ʊə",
    "AY": "Iə",
    "AW": "Wə",
    "OY": "Yə",
    "AH": "ɜː",
}
"""Before an R that no vowel follows, which is not said."""
_UNSTRESSED: Mapping[Accent, Mapping[str, str]] = {
    "en-us": {"AH": "ə", "ER": "əɹ"},
    "en-gb": {"AH": "ə", "ER": "ə", "IY": "i"},
}


def word(phones: tuple[str, ...], accent: Accent) -> str:
    """Kokoro's phonemes of one word's ARPAbet ``phones``; raises ``KeyError`` for what is no phone."""
    followed = [is_vowel(phone) for phone in phones[1:]] + [False]
    sounds = []
    for index, phone in enumerate(phones):
        letters, stress = phone.rstrip("012"), phone[len(phone.rstrip("012")) :]
        if letters in _CONSONANTS:
            dropped = letters == "R" and accent == "en-gb" and index > 0 and not followed[index]
            sounds.append("" if dropped else _CONSONANTS[letters])
            continue
        silent_r = phones[index + 1 : index + 2] == ("R",) and not followed[index + 1]
        sounds.append(_STRESS[stress or "0"] + _vowel(letters, stress, accent, silent_r))
        if letters == "ER" and accent == "en-gb" and followed[index]:
            sounds.append("ɹ")
    return "".join(sounds)


def _vowel(letters: str, stress: str, accent: Accent, silent_r: bool) -> str:
    if accent == "en-gb" and silent_r:
        return _UNSTRESSED[accent]["AH"] if letters == "AH" and stress in ("", "0") else _BRITISH_BEFORE_R[letters]
    if stress in ("", "0") and letters in _UNSTRESSED[accent]:
        return _UNSTRESSED[accent][letters]
    return (_AMERICAN if accent == "en-us" else _BRITISH)[letters]
