"""Subtitles of what was spoken, with the times at which it really sounds."""

from collections.abc import Iterable, Mapping

from core.desk.delivery.wish import Subtitles
from core.engines.base import TimedText, Transcript
from core.text.markup.model import Notation
from core.text.markup.reader import nodes, read
from core.text.script import plain
from core.transcript_formats import FORMATS

KINDS: Mapping[Subtitles, tuple[str, ...]] = {"": (), "srt": ("srt",), "vtt": ("vtt",), "both": ("srt", "vtt")}
"""The files that are written for each wish, by their endings."""


def words_of(text: str) -> str:
    """A line's ``text`` as people read it: without its marks, and without the empty lines that would end a subtitle.

    Raises :class:`InvalidText` for marks that are none.
    """
    lines = (" ".join(line.split()) for line in plain(nodes(read(text, Notation.ANY))).splitlines())
    return "\n".join(filter(None, lines))


def subtitles(kind: str, cues: Iterable[TimedText]) -> str:
    """``cues`` as ``srt`` or ``vtt``, in the order of time."""
    timed = tuple(sorted(cues, key=lambda cue: (cue.start_s, cue.end_s)))
    return FORMATS[kind](Transcript("", "", timed))
