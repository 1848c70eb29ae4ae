"""What was heard of a line beside what its text says: what was dropped, added and misread, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.desk.sounds import Sound, blocks
from core.text.units import syllable_reading

Kind = Literal["dropped", "added", "misread", "doubtful"]
"""Doubtful is what was read as it was to be read, but perhaps was to be read otherwise."""


@dataclass(frozen=True)
class Heard:
    """A sound of the take."""

    sound: Sound
    at_s: float
    """When it begins, in seconds from the take's beginning."""


@dataclass(frozen=True)
class Difference:
    """One place where the take is not what the text says."""

    kind: Kind
    start: int
    """Where it is in the line's text, marks included; what was added stands between two characters."""
    end: int
    said: str
    """What the text has there."""
    heard: str
    """What was heard instead; empty for what was dropped."""
    at_s: float
    """When, in seconds from the take's beginning."""
    reading: str = ""
    """How a misread or doubtful character should be read: ``háng``."""
    read_as: str = ""
    """How it was read: ``xíng``."""
    polyphone: bool = False
    """The character can be read as it was heard, so that another reading is what has to be marked."""

    def as_json(self) -> dict[str, object]:
        """The difference for programs."""
        return {**vars(self), "at_s": round(self.at_s, 2)}


@dataclass(frozen=True)
class Comparison:
    """A text and what was heard of it."""

    differences: tuple[Difference, ...]
    """In the order of the text."""
    errors: int
    """Syllables and words that are wrong, dropped or added. Doubts are not counted."""
    error_rate: float
    """Wrong, dropped and added syllables and words, for each that the text has; may pass 1. Doubts are not counted."""


def compare(text: str, said: Sequence[Sound], heard: Sequence[Heard], duration_s: float) -> Comparison:
    """What of ``said``, the sounds of ``text``, cannot be found in ``heard``, which is ``duration_s`` long."""
    found = [
        difference
        for mine, theirs in blocks([sound.key for sound in said], [each.sound.key for each in heard])
        for difference in _differences(text, said, mine, heard, theirs, duration_s)
    ]
    wrong = sum(difference.kind != "doubtful" for difference in found)
    return Comparison(tuple(_joined(text, found)), wrong, wrong / max(1, len(said)))


def _differences(
    text: str, said: Sequence[Sound], mine: range, heard: Sequence[Heard], theirs: range, duration_s: float
) -> Iterator[Difference]:
    """What differs between two stretches, sound by sound."""
    if _same_letters([said[at] for at in mine], [heard[at].sound for at in theirs]):
        return
    pairs = min(len(mine), len(theirs))
    for one, other in zip(mine[:pairs], theirs[:pairs], strict=True):
        if not said[one].sounds_like(heard[other].sound):
            yield _misread(text, said[one], heard[other])
        elif said[one].doubted_by(heard[other].sound):
            label = _label(said[one].syllable)
            plain = _misread(text, said[one], heard[other])
            yield replace(plain, kind="doubtful", reading=label, read_as=label, polyphone=True)
    at_s = heard[theirs.stop].at_s if theirs.stop < len(heard) else duration_s
    for one in mine[pairs:]:
        if not said[one].suffix:
            sound = said[one]
            yield Difference("dropped", sound.start, sound.end, text[sound.start : sound.end], "", at_s)
    place = said[mine.stop - 1].end if mine.stop else 0
    for other in theirs[pairs:]:
        if not heard[other].sound.suffix:
            yield Difference("added", place, place, "", heard[other].sound.text, heard[other].at_s)


def _same_letters(said: Sequence[Sound], heard: Sequence[Sound]) -> bool:
    """Whether only the spaces differ: "any one" and "anyone"."""
    letters = "".join(sound.text for sound in said)
    return bool(letters) and letters == "".join(sound.text for sound in heard)


def _misread(text: str, said: Sound, heard: Heard) -> Difference:
    wrong = Difference("misread", said.start, said.end, text[said.start : said.end], heard.sound.text, heard.at_s)
    by_itself = not said.text or said.text in wrong.said
    if not (said.syllable and heard.sound.syllable and by_itself):
        return wrong
    # A recogniser may mean any reading of the character that it writes.
    own = [syllable for syllable in heard.sound.readings if syllable in said.readings]
    read_as = own[0] if own else heard.sound.syllable
    return replace(wrong, reading=_label(said.syllable), read_as=_label(read_as), polyphone=bool(own))


def _label(syllable: str) -> str:
    reading = syllable_reading(syllable)
    return reading.label if reading else ""


def _joined(text: str, found: Sequence[Difference]) -> Iterator[Difference]:
    """``found``, what was dropped or added in one go as one, and so what belongs to one number."""
    current: Difference | None = None
    for difference in found:
        if current is not None and _goes_on(text, current, difference):
            between = " " if current.heard[-1:].isascii() and difference.heard[:1].isascii() else ""
            current = replace(
                current,
                kind=current.kind if current.kind == difference.kind else "misread",
                end=difference.end,
                said=text[current.start : difference.end],
                heard=(current.heard + between + difference.heard).strip(),
            )
            continue
        if current is not None:
            yield current
        current = difference
    if current is not None:
        yield current


def _goes_on(text: str, one: Difference, other: Difference) -> bool:
    if (one.start, one.end) == (other.start, other.end):
        return True
    between = text[one.end : other.start]
    return one.kind == other.kind == "dropped" and not any(character.isalnum() for character in between)
