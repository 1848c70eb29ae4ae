"""Words to Kokoro's phonemes: English by eSpeak NG, Mandarin by jieba, pypinyin and misaki, each for its own script.

The text is verbalised already: no digits or symbols are left. Kokoro's inventory is misaki's: IPA with one letter for
each English diphthong (eɪ → A) and affricate, and arrows for Mandarin tones.
"""

import functools
import logging
import re
import threading
from collections.abc import Iterator
from typing import Literal

Script = Literal["en", "zh"]
"""How a run of text is written: Han characters are Mandarin, everything else is English."""
Accent = Literal["en-us", "en-gb"]
"""The English that a voice speaks, as eSpeak calls it."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_RUNS = re.compile(f"[{_HAN}]+|[^{_HAN}]+")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*")
_PUNCTUATION = str.maketrans(
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

# eSpeak keeps its state in one C library per process.
_espeak_lock = threading.Lock()


def script_runs(text: str) -> Iterator[tuple[Script, str]]:
    """``text`` cut where its script changes; punctuation and spaces stay with the run before them."""
    for match in _RUNS.finditer(text):
        run = match.group()
        yield ("zh" if re.match(f"[{_HAN}]", run) else "en"), run


def dominant_script(text: str, default: Script) -> Script:
    """The script that more of the spoken words are in: a Han character weighs as much as half an English word."""
    han = sum(len(run) for script, run in script_runs(text) if script == "zh")
    words = sum(len(_WORD.findall(run)) for script, run in script_runs(text) if script == "en")
    if han == 2 * words:
        return default
    return "zh" if han > 2 * words else "en"


def to_phonemes(text: str, accent: Accent) -> str:
    """Kokoro's phonemes of a verbalised ``text``, with its punctuation; empty if nothing in it can be spoken."""
    text = text.translate(_PUNCTUATION)
    spoken = [mandarin(run) if script == "zh" else english(run, accent) for script, run in script_runs(text)]
    phonemes = re.sub(r"\s+", " ", " ".join(part for part in spoken if part))
    return re.sub(r" (?=[,.!?;:…”)])", "", phonemes).strip()


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


def mandarin(text: str) -> str:
    """Phonemes of a run of Han characters, words parted by spaces."""
    from pypinyin import Style, lazy_pinyin

    return " ".join(
        "".join(syllable(pinyin) for pinyin in lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True))
        for word in _jieba().lcut(text)
    )


@functools.lru_cache(4096)
def syllable(pinyin: str) -> str:
    """Phonemes of one syllable of pinyin with its tone as a digit, e.g. ``hao3``; empty if it is none."""
    from misaki.zh import ZHG2P

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


@functools.cache
def _jieba():  # type: ignore[no-untyped-def]
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    return jieba
