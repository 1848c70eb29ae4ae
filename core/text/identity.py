"""The form of a text that the cache and the engines both see, so that what sounds the same *is* the same.

Keys are made from exactly the string that is spoken: nothing can hit that would have sounded different.
"""

import re
import unicodedata

_KEPT_FORMS = ("<super>", "<sub>", "<fraction>", "<circle>")
"""Compatibility forms that are read differently from their base: m² is not m2, ½ is not 1⁄2."""

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe00-\ufe0f]")
# Looked for from the first of many spaces only, or each would look at all that follow.
_LINE_BREAKS = re.compile(r"(?<! ) *+(?:\r\n|[\n\r\v\f\x85\u2028\u2029])\s*")
_SPACES = re.compile(r"[^\S\n]+")
SYLLABLES = range(0xF0000, 0xFFFFE)
"""Private characters that stand in for marked syllables, and count as Chinese ones; see :mod:`core.text.script`."""
WORDS = range(0x100000, 0x108000)
"""Private characters that stand in for marked words of other languages."""
TAGS = range(0x108000, 0x10FFFE)
"""Private characters that stand in for tags."""

_HAN = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    f"{chr(SYLLABLES.start)}-{chr(SYLLABLES.stop - 1)}"
)
_SPACE_BY_HAN = re.compile(rf"(?<=[{_HAN}]) | (?=[{_HAN}])")

HAN = re.compile(f"[{_HAN}]")
"""One Chinese character."""


def normalise(text: str) -> str:
    """``text`` in NFKC (superscripts and fractions kept), without control and invisible characters, white space
    collapsed and stripped. Line breaks survive as single ``\\n``, since they are pauses. Idempotent.
    """
    text = _INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFC", text)
    text = "".join(_compatible(character) for character in text)
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if _is_control(character) else character for character in text)
    text = _LINE_BREAKS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    # A space beside a Chinese character is a typing habit, not a pause.
    return _SPACE_BY_HAN.sub("", text).strip()


def _compatible(character: str) -> str:
    if unicodedata.decomposition(character).startswith(_KEPT_FORMS):
        return character
    return unicodedata.normalize("NFKC", character)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Cn") and character not in "\n\r\v\f\x85\t"


def language_of(text: str) -> str:
    """``zh`` when there is a Chinese character in ``text``, else ``en``."""
    return "zh" if HAN.search(text) else "en"
