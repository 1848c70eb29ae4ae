"""A text as the sounds that it is spoken in: one for each Mandarin syllable and each word of other languages.

It is how a script is compared with what was heard of it: numbers are words on both sides, and characters that sound
alike are alike, since a recogniser writes whichever it likes.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from core.text import mandarin
from core.text.analysis import Source, Unit, analyse
from core.text.arpabet import readings
from core.text.identity import HAN, SYLLABLES, WORDS, normalise
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from core.text.verbalise import verbalise

_LETTER = rf"(?:(?!{HAN.pattern})[^\W\d_]|[{chr(WORDS.start)}-{chr(WORDS.stop - 1)}])"
_WORD = rf"{_LETTER}+(?:['’]{_LETTER}+)*"
_WRITTEN = re.compile(rf"{HAN.pattern}|{_WORD}|\d+|[%&@#]|\S")
_RUN = re.compile(rf"(?P<han>{HAN.pattern}+)|{_WORD}")
_SPOKEN = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Sc", "Sm", "Co"})
"""Categories of characters that may be said; of punctuation only a few are."""
_STRESS = str.maketrans("", "", "012")
_ANY_TONE = frozenset("一不")
"""Their tone follows their neighbour's, by rules that speakers differ in."""
_SUFFIX = "儿"


@dataclass(frozen=True)
class Sound:
    """A syllable or a word of a text."""

    text: str
    """What is read: a character, or a word in lower case; empty for a mark that stands for what it says."""
    start: int
    """Where it stands in the text, its mark included; a number's words all stand where the number does."""
    end: int
    syllable: str = ""
    """How a character is read here: ``hang2``. Empty for a word, and for a character that nobody can read."""
    tones: str = ""
    """The tones that :attr:`syllable` may be spoken with."""
    phones: frozenset[str] = frozenset()
    """How a word may be read, in ARPAbet without stress."""
    suffix: bool = False
    """It is an 儿 that is spoken as the end of the syllable before it, and often not written down."""
    guessed: bool = False
    """Its character has other readings, and nobody has said that it is this one."""

    @property
    def key(self) -> str:
        """What sounds nearly alike has in common."""
        return self.syllable[:-1] or min(self.phones, default=self.text)

    @property
    def readings(self) -> tuple[str, ...]:
        """Every way to read a character, the one that it has here first."""
        return tuple(dict.fromkeys((self.syllable, *(mandarin.choices(self.text) if self.text else ()))))

    def sounds_like(self, heard: "Sound") -> bool:
        """Whether ``heard`` can be what a recogniser writes for this when it is read rightly."""
        if self.text and self.text == heard.text:
            return True
        if self.syllable:
            written = heard.readings if heard.syllable else ()
            return any(each[:-1] == self.syllable[:-1] and each[-1] in self.tones + "5" for each in written)
        return not self.phones.isdisjoint(heard.phones)

    def doubted_by(self, heard: "Sound") -> bool:
        """Whether ``heard``, which this sounds like, speaks against its reading.

        Of a character that was read as it is meant, a recogniser knows its place in the sentence, and writes it.
        """
        if not self.guessed or self.text == heard.text or self.syllable.endswith("5") or not heard.syllable:
            return False
        return not set(self.readings[1:]) & set(heard.readings)


def sounds_of(text: str, language: str, lexicon: Lexicon) -> list[Sound]:
    """The sounds of ``text``, which may be marked in any notation; numbers alone are in ``language`` ("en", "zh")."""
    plain, places = _plain([unit for unit in analyse(text, Notation.ANY, lexicon) if unit.kind != "tag"])
    return list(_placed(plain, places, heard_sounds(plain, language)))


def heard_sounds(text: str, language: str) -> list[Sound]:
    """The sounds of a transcript, in which there are no marks; they are placed in its form in words."""
    return _tones([*_read(verbalise(normalise(text), language))])


@dataclass(frozen=True)
class _Place:
    """Where a character of the plain text is written, and the unit that it is of."""

    start: int
    end: int
    unit: Unit


def _plain(units: Sequence[Unit]) -> tuple[str, list[_Place]]:
    """The text without marks, and where each of its characters is written.

    A private character stands in for a mark that has no character.
    """
    plain = ""
    places: list[_Place] = []
    for number, unit in enumerate(units):
        written = unit.text or chr((SYLLABLES if unit.kind == "han" else WORDS)[number % len(WORDS)])
        as_it_is = len(written) == unit.end - unit.start
        for at, character in enumerate(written):
            plain += character
            places.append(
                _Place(unit.start + at, unit.start + at + 1, unit) if as_it_is else _Place(unit.start, unit.end, unit)
            )
    return plain, places


def _read(spoken: str) -> Iterator[Sound]:
    """The sounds of a text in words, placed in that text."""
    for run in _RUN.finditer(spoken):
        at = run.start()
        if not run["han"]:
            spelled = _folded(run.group())
            yield Sound(spelled, at, run.end(), phones=_phones(spelled))
            continue
        for word in mandarin.words(run.group()):
            for place, (character, syllable) in enumerate(zip(word.text, word.syllables, strict=True)):
                suffix = character == _SUFFIX and place > 0
                yield Sound(character, at, at + 1, syllable, syllable[-1:], suffix=suffix)
                at += 1


def _phones(word: str) -> frozenset[str]:
    return frozenset(" ".join(phones).translate(_STRESS) for phones in readings(word))


def _placed(plain: str, places: Sequence[_Place], read: Sequence[Sound]) -> Iterator[Sound]:
    """``read`` where it stands in the written text, as its marks and the lexicon have it read."""
    written = [match for match in _WRITTEN.finditer(plain) if _may_be_spoken(match.group())]
    place = _Place(0, 0, Unit("", 0, 0, "other"))
    for mine, theirs in blocks([_folded(match.group()) for match in written], [sound.text for sound in read]):
        if mine:
            first, last = written[mine.start], written[mine.stop - 1]
            place = replace(places[first.start()], end=places[last.end() - 1].end)
        for at in theirs:
            sound = replace(read[at], start=place.start, end=place.end)
            yield _as_marked(sound, place.unit) if len(mine) == len(theirs) == 1 else sound


def _may_be_spoken(written: str) -> bool:
    return unicodedata.category(written[0]) in _SPOKEN or written in "%&@#"


def _as_marked(sound: Sound, unit: Unit) -> Sound:
    """``sound`` as ``unit`` is read, where its user says how."""
    if unit.reading is None or unit.source not in (Source.MARK, Source.LEXICON):
        return replace(sound, guessed=unit.kind == "han" and unit.ambiguous)
    value = unit.reading.value
    if unit.kind == "han":
        return replace(sound, text=unit.text, syllable=value, tones=value[-1], suffix=False)
    return replace(sound, text=unit.text.lower(), phones=frozenset([value.translate(_STRESS)]))


def _folded(written: str) -> str:
    return normalise(written).lower().replace("’", "'")


def _tones(sounds: Sequence[Sound]) -> list[Sound]:
    """``sounds`` with the tones that connected speech allows them."""
    behind = [*sounds[1:], None] if sounds else []
    return [replace(sound, tones=_spoken_tones(sound, after)) for sound, after in zip(sounds, behind, strict=True)]


def _spoken_tones(sound: Sound, behind: Sound | None) -> str:
    if not sound.syllable:
        return ""
    if sound.text in _ANY_TONE or sound.syllable.endswith("5"):
        return "12345"
    rises = sound.syllable.endswith("3") and behind is not None and behind.syllable.endswith("3")
    return sound.syllable[-1] + "2" * rises


def blocks(mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Two sequences side by side, in as few changes as can be: pairs of what is equal, and stretches of what is not."""
    begun = (0, 0)
    for code in Levenshtein.opcodes(mine, theirs):
        if code.tag != "equal":
            continue
        if begun != (code.src_start, code.dest_start):
            yield range(begun[0], code.src_start), range(begun[1], code.dest_start)
        for one, other in zip(range(code.src_start, code.src_end), range(code.dest_start, code.dest_end), strict=True):
            yield range(one, one + 1), range(other, other + 1)
        begun = (code.src_end, code.dest_end)
    if begun != (len(mine), len(theirs)):
        yield range(begun[0], len(mine)), range(begun[1], len(theirs))
