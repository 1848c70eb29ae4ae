"""Numbers, dates, money, units and symbols to the words a person would say, in English, Mandarin and mixed sentences.

A number takes the language of the words around it: 「买了 iPhone 15 Pro，花了8999元」 has an English fifteen
and a Mandarin price.
What cannot be said at all (emoji, ornaments) is dropped.
"""

import re
import unicodedata
from collections.abc import Iterator

from core.text.verbalise_en import english_words
from core.text.verbalise_zh import mandarin_words

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
"""Han characters, for use inside a regular expression's brackets."""

_SPOKEN_SYMBOLS = frozenset("°&@#%+=×÷±<>~\u2044$€£¥₩₽₹/*^_|\\-–—")
_SILENT_CATEGORIES = frozenset({"So", "Sk", "Sm", "Cf", "Cc", "Cs", "Co", "Cn"})

# One expression that is read as a whole: sign or currency, digits with their separators, and the unit behind them.
_NUMBER = re.compile(
    r"(?:(?:US|HK|NT|AU|CA)?[$€£¥₩₽₹#]|(?<!\w)[+\-±]|[+±])?"
    r"\d(?:[\d,.:/⁄~–-]*\d)?"
    r"(?:\s?(?:%|‰|°\s?[CF]?(?![a-zA-Z]))|\s?(?:[kKcmμn]?m[23]?(?:/[hs])?|[kKmMGTn]?[gB]|kWh|kHz|MHz|GHz|Hz|k?W|mph|m?[lL]|min|ms|[hs])(?![a-zA-Z0-9]))?"
)
_LATIN = r"[^\W\d_" + HAN + "]"
_TOKENS = re.compile(
    f"(?P<number>{_NUMBER.pattern})|(?P<zh>[{HAN}]+)|(?P<en>{_LATIN}+(?:['’.&@-]{_LATIN}+)*)|(?P<stop>[,，。！？；：、!?;\\n]|[.:](?=\\s|$))|(?P<other>.)",
    re.DOTALL,
)


def is_speakable(text: str) -> bool:
    """Whether ``text`` holds anything that can be said: a letter, a Han character or a digit."""
    return any(character.isalnum() for character in _without_silent(text))


def verbalise(text: str, language: str) -> str:
    """``text`` as it is said, in words and punctuation only.

    ``language`` ("en" or "zh") is spoken by numbers that have no words beside them.
    """
    text = re.sub(r"(?<=\d)(?=[¼-¾⅐-⅞])", " ", text)
    text = _without_silent(unicodedata.normalize("NFKC", text.replace("…", ". ")))
    spoken = (
        mandarin_words(run) if script == "zh" else english_words(run) for script, run in _stretches(text, language)
    )
    return re.sub(r"\s+", " ", " ".join(spoken)).strip()


def _without_silent(text: str) -> str:
    """``text`` without emoji, ornaments and invisible characters."""
    return "".join(
        character
        for character in text
        if character in _SPOKEN_SYMBOLS
        or character.isspace()
        or unicodedata.category(character) not in _SILENT_CATEGORIES
    )


def _stretches(text: str, language: str) -> Iterator[tuple[str, str]]:
    """``text`` in stretches of one spoken language, numbers and symbols beside the words that they belong to."""
    tokens = [(str(match.lastgroup), match.group()) for match in _TOKENS.finditer(text)]
    current, buffer = "", ""
    for index, (kind, token) in enumerate(tokens):
        if kind == "number":
            kind = _language_around(tokens, index, language)
        elif kind in ("other", "stop"):
            kind = current or _language_around(tokens, index, language)
        if kind != current and buffer:
            yield current, buffer
            buffer = ""
        current = kind
        buffer += token
    if buffer:
        yield current, buffer


def _language_around(tokens: list[tuple[str, str]], index: int, language: str) -> str:
    """The language of a number: of what follows it in its clause (what it counts), else of what precedes it."""
    return _neighbour(tokens, index, 1) or _neighbour(tokens, index, -1) or ("zh" if language == "zh" else "en")


def _neighbour(tokens: list[tuple[str, str]], index: int, step: int) -> str | None:
    """The kind of the nearest word in one direction within the clause; a lone letter (3D, 5G) is no word."""
    index += step
    while 0 <= index < len(tokens) and tokens[index][0] != "stop":
        kind, token = tokens[index]
        if kind == "zh" or (kind == "en" and len(token) > 1):
            return kind
        index += step
    return None
