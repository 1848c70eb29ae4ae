"""Subtitles, SubRip and WebVTT alike.

The libraries for them drop what they cannot read, or take it for words; here it has to be told, with its place.
"""

import re
from collections.abc import Iterator, Sequence

from core.desk.formats.prose import with_speakers
from core.desk.formats.reading import Reading, Said, slot_of
from core.desk.script import Slot
from core.errors import InvalidInput

TIMING = re.compile(r"^[ \t]*[\d:.,]+[ \t]*-->[ \t]*\d", re.MULTILINE | re.ASCII)
"""How a line looks that says when something is said."""
WEBVTT = "WEBVTT"
"""How that format begins."""
_BESIDE = (WEBVTT, "NOTE", "STYLE", "REGION")
"""First words of what it has beside cues."""
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?[ \t]+([^<>]{1,200})>")
_READING = re.compile(r"<rt>[^<]*</rt>")
_TAG = re.compile(r"</?(?:b|c|i|u|s|v|font|lang|ruby|rt)(?:[.\s][^<>]{0,200})?>|<[\d:.]+>|\{\\[^{}]*\}", re.IGNORECASE)
"""Tags of subtitles; what else is in angle brackets may be a mark for the voice."""
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "nbsp": " ", "lrm": "", "rlm": ""}
_ENTITY = re.compile(f"&({'|'.join(_ENTITIES)});")
_DASH = re.compile(r"\s*[-–—]\s*(?=\S)")

_Row = tuple[int, str]
"""A line of the file and its number."""


def read_cues(text: str, reading: Reading) -> list[Said]:
    """A line for each cue, with its time; for each of those who speak in it, where it says who."""
    blocks = _blocks(text)
    named = text.startswith(WEBVTT)
    if named:
        blocks = (block for block in blocks if block[0][1].split()[0] not in _BESIDE)
    said = (one for block in blocks for one in _block(block, reading, named=named))
    return with_speakers(reading.taken(said), reading)


def _blocks(text: str) -> Iterator[Sequence[_Row]]:
    """What stands between empty lines."""
    block: list[_Row] = []
    for row in enumerate(text.split("\n"), 1):
        if row[1].strip():
            block.append(row)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _block(block: Sequence[_Row], reading: Reading, *, named: bool) -> Iterator[Said]:
    """The cues of a block, mostly one; in WebVTT they may have names, in SubRip numbers only."""
    timings = [place for place, (_, line) in enumerate(block) if "-->" in line]
    if not timings:
        reading.tell("warning", "import.no_time", line=block[0][0], value=" ".join(line.strip() for _, line in block))
        return
    above = block[: timings[0]]
    if above and (named or above[-1][1].strip().isdecimal()):
        above = above[:-1]
    for number, line in above:
        reading.tell("warning", "import.no_time", line=number, value=line.strip())
    for place, end in zip(timings, [*timings[1:], len(block)], strict=True):
        body = block[place + 1 : end]
        if end < len(block) and timings[0] and body and body[-1][1].strip().isdecimal():
            body = body[:-1]  # the number of the next cue, which no empty line is before
        yield from _cue(block[place], [reading.clean(*row) for row in body], reading)


def _cue(timing: _Row, body: Sequence[str], reading: Reading) -> Iterator[Said]:
    number, written = timing
    parts = [(speaker, words) for speaker, text in _voices(body) if (words := _plain(text))]
    if not parts:
        reading.tell("note", "import.no_words", line=number)
        return
    slot = _slot(number, written, reading)
    if len(parts) > 1 and slot:
        reading.tell("note", "import.shared", line=number, count=len(parts))
    letters = sum(len(words) for _, words in parts)
    before = 0
    for speaker, words in parts:
        share = slot and _share(slot, before / letters, (before + len(words)) / letters)
        yield Said(number, reading.line(number, slot=share, text=words, speaker=speaker))
        before += len(words)


def _slot(number: int, written: str, reading: Reading) -> Slot | None:
    start, _, rest = written.partition("-->")
    try:
        return slot_of(start, rest.split()[0] if rest.split() else "")
    except (ValueError, InvalidInput):
        reading.tell("warning", "import.slot", line=number, value=written.strip())
        return None


def _share(slot: Slot, start: float, end: float) -> Slot:
    """A part of ``slot``, in fractions of it."""
    if (start, end) == (0, 1):
        return slot
    return Slot(slot.start_s + start * slot.length_s, min(slot.start_s + end * slot.length_s, slot.end_s))


def _voices(body: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Who says what in a cue: by WebVTT's voice tags, or line by line, where each line begins with a dash."""
    dashed = [bool(_DASH.match(line)) for line in body]
    if sum(dashed) > 1 and dashed[0]:
        begins = [place for place, dash in enumerate(dashed) if dash]
        for place, end in zip(begins, [*begins[1:], len(body)], strict=True):
            yield "", _DASH.sub("", "\n".join(body[place:end]), count=1)
        return
    before, *named = _VOICE.split("\n".join(body))
    yield "", before
    for name, words in zip(named[::2], named[1::2], strict=True):
        yield " ".join(name.split()), words


def _plain(text: str) -> str:
    """The words of a cue, without tags, in one line."""
    text = _TAG.sub("", _READING.sub("", text))
    return " ".join(_ENTITY.sub(lambda match: _ENTITIES[match[1]], text).split())
