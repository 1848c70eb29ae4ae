"""Plain text: a line of the script for each that is not empty, and the names that stand before colons."""

import re
from collections.abc import Sequence

from core.desk.formats.reading import Reading, Said
from core.desk.script import MOST_NAME

_PREFIX = re.compile(
    r"(?P<name>[^\W\d_][\w .'’&#-]{0,39}?)\s{0,9}(?:[(（](?P<how>[^()（）]{1,80})[)）]\s{0,9})?"
    r"[:：](?!//)\s*(?P<words>\S.*)",
    re.DOTALL,
)
"""``ANNA: Hello``, ``ANNA (softly): Hello``."""
_SMALL = frozenset("and da de der di du el la le of the van von y".split())
"""Words in names that are written small."""
_SAYING = "说道问答喊叫想曰"
"""What stands before a colon and ends so tells who speaks, and belongs to the text: 他说：…"""


def read_prose(text: str, reading: Reading) -> list[Said]:
    """The lines of a plain text."""
    rows = ((number, row.strip()) for number, row in enumerate(text.splitlines(), 1))
    said = (Said(number, reading.line(number, text=row)) for number, row in rows if row)
    return with_speakers(reading.taken(said), reading)


def with_speakers(said: Sequence[Said], reading: Reading) -> list[Said]:
    """``said`` with the names before colons taken as speakers, if they are any: a single colon says little."""
    split = [None if one.line.speaker else _split(one.line.text) for one in said]
    found = [part for part in split if part]
    if not found or (len(found) == 1 and len(said) > 1):
        return list(said)
    names = dict.fromkeys(name for name, _, _ in found)
    reading.tell("note", "import.speakers", names=", ".join(names))
    return [
        Said(
            one.number, reading.line(one.number, slot=one.line.slot, speaker=part[0], instruction=part[1], text=part[2])
        )
        if part
        else one
        for one, part in zip(said, split, strict=True)
    ]


def _split(text: str) -> tuple[str, str, str] | None:
    """Who speaks, how, and what."""
    match = _PREFIX.fullmatch(text)
    if match is None:
        return None
    name = " ".join(match["name"].split())
    words = name.split()
    named = len(words) == 1 or all(not word[0].islower() or word in _SMALL for word in words)
    if not named or len(words) > 4 or len(name) > MOST_NAME or name[-1] in _SAYING:
        return None
    return name, (match["how"] or "").strip(), match["words"]
