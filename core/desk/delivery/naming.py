"""Names of delivered files, from a pattern such as ``{number:03}-{speaker}-{words}``.

They can be written on Windows, macOS and Linux alike, are told apart where capitals are not, and are not too long.
"""

import re
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import InvalidInput

FIELDS = ("number", "speaker", "words", "line", "seed", "take", "title")
"""What a pattern may name: the line's place from 1, who speaks, its first words, its id, its seed, the first characters
of the sound's content id, and the project's title."""
LONGEST = 120
"""Bytes of a name in UTF-8 at most, without its ending: zip programs and old disks stop at 255 with the folder."""
MOST_PATTERN = 200
"""Characters of a pattern at most."""
WORDS = 40
"""Characters of a line's first words at most."""
_NUMBERS = frozenset({"number", "seed"})
_WIDTH = re.compile(r"0?[1-9]?")
_UNSAFE = re.compile(r'[<>:"/\\|?*\s\x00-\x1f\x7f]+')
_REPEATED = re.compile(r"([-_.])\1+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """What a pattern's fields stand for."""

    number: int
    speaker: str
    text: str
    """Without its marks."""
    line: str
    seed: int
    take: str
    title: str

    @property
    def fields(self) -> Mapping[str, object]:
        """By the names of :data:`FIELDS`."""
        return {**vars(self), "words": first_words(self.text)}


def check_pattern(pattern: str) -> None:
    """Raise :class:`InvalidInput` (``delivery.pattern``) unless ``pattern`` makes names, of :data:`FIELDS` alone."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        parts = [("", "?", "", None)]
    good = 0 < len(pattern) <= MOST_PATTERN and all(
        name is None or (name in FIELDS and not conversion and _WIDTH.fullmatch(width or "") and _fits(name, width))
        for _, name, width, conversion in parts
    )
    if not good:
        raise InvalidInput("delivery.pattern", known=", ".join(f"{{{name}}}" for name in FIELDS))


def _fits(name: str, width: str | None) -> bool:
    return not width or name in _NUMBERS


class Names:
    """Gives each file a name of its own."""

    def __init__(self, pattern: str) -> None:
        """After ``pattern``, which is good: see :func:`check_pattern`."""
        self._pattern = pattern
        self._taken: set[str] = set()

    def name(self, named: Named) -> str:
        """A name without ending that was not given before."""
        fields = {name: value if name in _NUMBERS else safe(str(value)) for name, value in named.fields.items()}
        stem = file_stem(self._pattern.format_map(fields))
        name, count = stem, 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{_shortened(stem, LONGEST - len(str(count)) - 1)}-{count}"
        self._taken.add(name.casefold())
        return name


def file_stem(text: str, otherwise: str = "line") -> str:
    """``text`` as the name of a file without its ending; ``otherwise`` where nothing is left of it."""
    stem = _shortened(safe(text).strip("-_."), LONGEST).rstrip("-_.") or otherwise
    # Windows takes these for devices, whatever ending they have.
    return f"{stem}-" if _RESERVED.fullmatch(stem.partition(".")[0]) else stem


def safe(text: str) -> str:
    """``text`` without what some system does not have in names; white space becomes hyphens."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return _REPEATED.sub(r"\1", _UNSAFE.sub("-", text))


def first_words(text: str) -> str:
    """The beginning of ``text`` that still says which line it is: letters and digits, whole words, hyphens between."""
    found = ""
    for word in re.findall(r"[\w'’]+", text):
        longer = f"{found}-{word}" if found else word
        if len(longer) > WORDS:
            break
        found = longer
    return found or re.sub(r"\W+", "", text)[:WORDS]


def _shortened(text: str, longest: int) -> str:
    """As much of ``text`` as has at most ``longest`` bytes, whole characters."""
    return text.encode()[:longest].decode(errors="ignore")
