"""Words to Kokoro's phonemes: English by eSpeak NG, Mandarin by the studio's own reader and misaki.

The text is verbalised already: no digits or symbols are left. Kokoro's inventory is misaki's: IPA with one letter for
each English diphthong (eɪ → A) and affricate, and arrows for Mandarin tones.
"""

import functools
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from core.text.identity import HAN
from core.text.mandarin import words

Script = Literal["en", "zh"]
"""How a run of text is written: Han characters are Mandarin, everything else is English."""
Accent = Literal["en-us", "en-gb"]
"""The English that a voice speaks, as eSpeak calls it."""

_RUNS = re.compile(f"(?P<han>{HAN.pattern}+)|(?:(?!{HAN.pattern}).)+", re.DOTALL)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*")
PUNCTUATION = str.maketrans(
    {
        "，": ", ",
        "、": ", ",
        "。": ". ",
        "．": ". ",
        "！": "! ",
        "？": "? ",
        "：": ": ",
        "；": "; ",
        "（": " (",
        "）": ") ",
        "《": " “",
        "》": "” ",
        "「": " “",
        "」": "” ",
        "『": " “",
        "』": "” ",
        "【": " “",
        "】": "” ",
        "«": " “",
        "»": "” ",
        "–": "—",
        "~": " ",
        "～": " ",
        "·": " ",
        "’": "'",
        "‘": "'",
        "[": "(",
        "]": ")",
    }
)
"""To the punctuation that Kokoro knows."""

# eSpeak's IPA, its two-letter sounds tied by "^", to misaki's letters.
_ESPEAK_COMMON = {
    "ʔˌn\u0329": "tᵊn",
    "ʔn\u0329": "tᵊn",
    "a^ɪ": "I",
    "a^ʊ": "W",
    "e^ɪ": "A",
    "ɔ^ɪ": "Y",
    "d^ʒ": "ʤ",
    "t^ʃ": "ʧ",
    "ə^l": "ᵊl",
    "ɚɹ": "əɹ",
    "n\u0329": "ᵊn",
    "l\u0329": "ᵊl",
    "m\u0329": "ᵊm",
    "ʲo": "jo",
    "ʲə": "jə",
    "ʲ": "",
    "r": "ɹ",
    "x": "k",
    "ç": "k",
    "ɬ": "l",
    "ɐ": "ə",
    "ʔ": "t",
    "e": "A",
}
_ESPEAK_ACCENT: dict[Accent, dict[str, str]] = {
    "en-us": {"o^ʊ": "O", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ɚ": "əɹ", "ɾ": "T", "ː": "", "o": "ɔ"},
    "en-gb": {"ə^ʊ": "Q", "o^ʊ": "Q", "e^ə": "ɛː", "i^ə": "ɪə", "iə": "ɪə", "ɚ": "ə", "o": "ɔ"},
}

# Misaki has 哟 sound like 我, and 咯 like 啰.
_UNLIKE_MISAKI = {"yo": "jɔ", "lo": "lɔ"}
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}

# eSpeak keeps its state in one C library per process.
_espeak_lock = threading.Lock()


def script_runs(text: str) -> Iterator[tuple[Script, str]]:
    """``text`` cut where its script changes; punctuation and spaces are in the runs of English."""
    for match in _RUNS.finditer(text):
        yield ("zh" if match["han"] else "en"), match.group()


def dominant_script(text: str, default: Script) -> Script:
    """The script that more of the spoken words are in: a Han character weighs as much as half an English word."""
    han = sum(len(run) for script, run in script_runs(text) if script == "zh")
    latin = sum(len(_WORD.findall(run)) for script, run in script_runs(text) if script == "en")
    if han == 2 * latin:
        return default
    return "zh" if han > 2 * latin else "en"


def english(text: str, accent: Accent) -> str:
    """Phonemes of English ``text``, its punctuation kept."""
    if not _WORD.search(text):
        return text.strip()
    with _espeak_lock:
        phonemes = _espeak(accent).phonemize([text])[0]
    table = _english_table(accent)
    return (
        re.sub("|".join(map(re.escape, table)), lambda match: table[match.group()], phonemes).replace("^", "").strip()
    )


def mandarin(text: str, marked: Mapping[int, str] = MappingProxyType({})) -> str:
    """Phonemes of a run of Han characters, words parted by spaces.

    ``marked`` has the syllables, by their place, that are said whatever the words around them are.
    """
    spoken = []
    place = 0
    for word in words(text):
        spoken.append("".join(syllable(marked.get(place + at, usual)) for at, usual in enumerate(word.syllables)))
        place += len(word.text)
    return " ".join(spoken)


@functools.lru_cache(4096)
def syllable(pinyin: str) -> str:
    """Phonemes of one syllable of pinyin with its tone as a digit, e.g. ``hao3``; empty if it is none."""
    from misaki.zh import ZHG2P

    plain, tone = pinyin[:-1], pinyin[-1:]
    if plain in _UNLIKE_MISAKI and tone in _TONES:
        return _UNLIKE_MISAKI[plain] + _TONES[tone]
    try:
        return str(ZHG2P.py2ipa(pinyin)).replace("\u032f", "")
    except (KeyError, ValueError, IndexError):
        return ""


@functools.cache
def _english_table(accent: Accent) -> dict[str, str]:
    table = _ESPEAK_COMMON | _ESPEAK_ACCENT[accent]
    return {sound: table[sound] for sound in sorted(table, key=len, reverse=True)}


@functools.cache
def _espeak(accent: Accent):  # type: ignore[no-untyped-def]
    import espeakng_loader
    from phonemizer.backend import EspeakBackend
    from phonemizer.backend.espeak.wrapper import EspeakWrapper

    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    quiet = logging.getLogger("encore.espeak")
    quiet.setLevel(logging.ERROR)
    return EspeakBackend(
        accent, preserve_punctuation=True, with_stress=True, tie="^", language_switch="remove-flags", logger=quiet
    )
