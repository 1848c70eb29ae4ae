"""Which language each part of a text is spoken in.

A number takes the language of the words around it: 「买了 iPhone 15 Pro，花了8999元」 has an English fifteen
and a Mandarin price. What cannot be said at all (emoji, ornaments) is dropped.
"""

import re
import unicodedata
from collections.abc import Iterator

from core.text.identity import HAN, SYLLABLES, TAGS, WORDS
from core.text.verbalise.addresses import ADDRESS
from core.text.verbalise.english import english_words
from core.text.verbalise.mandarin import mandarin_words
from core.text.verbalise.symbols import CURRENCY, UNIT

_SPOKEN_SYMBOLS = frozenset("°&@#%=+×÷±−<>≈≠≤≥√~$€£¥₩₽₹¢/\u2044*^_|\\→")
_STAND_INS = range(SYLLABLES.start, TAGS.stop)
_SILENT_CATEGORIES = frozenset({"So", "Sk", "Sm", "Sc", "Cf", "Cc", "Cs", "Co", "Cn", "Nl", "No", "Me"})

# What NFKC would make unreadable: m² is not m2, and № is not the word "no".
_SUPERSCRIPTS = {ord(raised): digit for raised, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
_RAISED = re.compile(f"[{''.join(map(chr, _SUPERSCRIPTS))}]+")
_ROMAN_NUMERAL = re.compile("[\u2160-\u216b\u2170-\u217b]")
_BEFORE_FRACTION = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")

# One expression that is read as a whole: sign or currency, digits with their separators, and the unit behind them.
_NUMBER = (
    rf"(?:(?<!\w)-)?(?:{CURRENCY}\s?|\#|(?<!\w)[+\-±~√]|[+±√≥≤≈])?"
    rf"\d(?:[\d,.:/⁄~–—\-·^]*\d)?(?:\s?(?:{UNIT}|(?i:[ap]\.?m)\b\.?))?"
)
# A lone letter or a few capitals (3D, 5G, ID, PM2.5) are as good in one language as in the other.
_HAN = HAN.pattern
_LETTER = rf"(?:(?!{_HAN})[^\W\d_]|[{chr(WORDS.start)}-{chr(WORDS.stop - 1)}])"
_TOKENS = re.compile(
    rf"(?P<address>{ADDRESS.pattern})|(?P<number>{_NUMBER})|(?P<zh>{_HAN}+)"
    rf"|(?P<letters>(?:[A-Z]{{2,5}}|{_LETTER})(?!{_LETTER}|['’&@-]{_LETTER}))|(?P<en>{_LETTER}+(?:['’.&@-]{_LETTER}+)*)"
    rf"|(?P<stop>[,，。！？；：、!?;\n]|[.:](?=\s|$))|(?P<other>.)",
    re.DOTALL,
)
_SCRIPT_CHANGE = re.compile(rf"(?<={_HAN})(?={_LETTER})|(?<={_LETTER})(?={_HAN})")
_NAMED = re.compile(r"(?:Room|Flight|Gate|Chapter|Page|Unit|Level|Part|No)", re.IGNORECASE)


def is_speakable(text: str) -> bool:
    """Whether ``text`` holds anything that can be said: a letter, a Han character or a digit."""
    return any(character.isalnum() for character in _without_silent(text))


def verbalise(text: str, language: str) -> str:
    """``text`` as it is said, in words and punctuation only.

    ``language`` ("en" or "zh") is spoken by numbers that have no words beside them. The private characters that stand
    in for marks (see :mod:`core.text.script`) stay where they are.
    """
    spoken = (
        mandarin_words(run) if script == "zh" else english_words(run)
        for script, run in _stretches(_readable(text), language)
    )
    text = _SCRIPT_CHANGE.sub(" ", " ".join(spoken))
    text = re.sub(r"(?<=\s)[-–](?=\s)", "—", text)
    return re.sub(r"\s+(?=[,.;:!?，。；：！？、])", "", re.sub(r"\s+", " ", text)).strip()


def _readable(text: str) -> str:
    """``text`` in characters that the rules know."""
    text = text.replace("…", ". ").replace("™", "").replace("\u00b5", "μ")
    text = re.sub(r"№\s?", "No. ", text)
    text = _BEFORE_FRACTION.sub(" ", text)
    text = _RAISED.sub(lambda match: "^" + match.group().translate(_SUPERSCRIPTS), text)
    text = _ROMAN_NUMERAL.sub(lambda match: str(int(unicodedata.numeric(match.group()))), text)
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"\d", lambda match: str(int(match.group())), text)
    return _without_silent(text.replace("−", "-"))


def _without_silent(text: str) -> str:
    """``text`` without emoji, ornaments and invisible characters."""
    return "".join(
        character
        for character in text
        if character in _SPOKEN_SYMBOLS
        or character.isspace()
        or ord(character) in _STAND_INS
        or unicodedata.category(character) not in _SILENT_CATEGORIES
        or "\u3007" <= character <= "\u3029"
    )


def _stretches(text: str, language: str) -> Iterator[tuple[str, str]]:
    """``text`` in stretches of one spoken language, numbers and symbols beside the words that they belong to."""
    tokens = [(str(match.lastgroup), match.group()) for match in _TOKENS.finditer(text)]
    behind, ahead = _nearest(tokens), _nearest(tokens[::-1])[::-1]
    current, buffer = "", ""
    for index, (kind, token) in enumerate(tokens):
        # A number is spoken in the language of what follows it in its clause (it counts that), else of what precedes.
        around = ahead[index] or behind[index] or ("zh" if language == "zh" else "en")
        if kind == "number" and _is_name("".join(token for _, token in tokens[max(0, index - 2) : index])):
            kind = "en"
        elif kind in ("number", "address", "letters"):
            kind = around
        elif kind in ("other", "stop"):
            kind = current or around
        if kind != current and buffer:
            yield current, buffer
            buffer = ""
        current = kind
        buffer += token
    if buffer:
        yield current, buffer


def _nearest(tokens: list[tuple[str, str]]) -> list[str]:
    """For each token, the language of the last word before it in its clause; empty if there is none."""
    languages, last = [], ""
    for kind, _ in tokens:
        languages.append(last)
        last = kind if kind in ("zh", "en") else "" if kind == "stop" else last
    return languages


def _is_name(before: str) -> bool:
    """Whether a number after the words ``before`` is a name in English, even if Mandarin follows: Room 404在4楼."""
    return bool(_NAMED.fullmatch(before.rstrip(". ")))
