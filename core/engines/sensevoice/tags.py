"""What the model says, taken apart: it writes ``<|en|><|HAPPY|><|Speech|><|withitn|>The words.``"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

TAG = re.compile(r"<\|([^|]+)\|>")
LANGUAGES = ("zh", "en", "yue", "ja", "ko")
NO_SPEECH = "nospeech"
EMOTIONS = ("HAPPY", "SAD", "ANGRY", "NEUTRAL", "FEARFUL", "DISGUSTED", "SURPRISED")
"""The emotions that the model knows; ``EMO_UNKNOWN`` is none."""
EVENTS = ("BGM", "Speech", "Applause", "Laughter", "Cry", "Sneeze", "Breath", "Cough", "Sing", "Speech_Noise")
"""The audio events that the model knows; ``Event_UNK`` is none."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Kana and Chinese characters, which are written without spaces between words."""
_RUN = re.compile(r"(?:\s*<\|[^|]+\|>)+\s*")


@dataclass(frozen=True)
class Heard:
    """One piece of audio as the model heard it."""

    text: str
    language: str = NO_SPEECH
    """One of :data:`LANGUAGES`, or :data:`NO_SPEECH`."""
    emotion: str | None = None
    """One of :data:`EMOTIONS` in lower case; None if the model could not tell."""
    events: tuple[str, ...] = ()
    """Of :data:`EVENTS`, in lower case, each once."""


def parse(raw: str) -> Heard:
    """The words in ``raw``, none of them lost or glued together, and what its tags say."""
    names = [name.removeprefix("/") for name in TAG.findall(raw)]  # an event may be closed, as in <|/Laughter|>
    return Heard(
        text=" ".join(_RUN.sub(_gap, raw).split()),
        language=next((name for name in names if name in LANGUAGES), NO_SPEECH),
        emotion=next((name.lower() for name in names if name in EMOTIONS), None),
        events=_once([name.lower() for name in names if name in EVENTS]),
    )


def together(pieces: Sequence[tuple[float, Heard]], language: str) -> Heard:
    """One recording from its pieces, each with its length in seconds.

    Its language and its emotion are those of the greater part of it that has any; ``language`` stands in where the
    model heard none.
    """
    heard = [piece for _, piece in pieces]
    return Heard(
        text=_joined(heard),
        language=_longest([(seconds, piece.language) for seconds, piece in pieces if piece.language != NO_SPEECH])
        or language,
        emotion=_longest([(seconds, piece.emotion) for seconds, piece in pieces if piece.emotion]),
        events=_once([event for piece in heard for event in piece.events]),
    )


def _gap(tags: re.Match[str]) -> str:
    """What stays where tags stood: a space between words of a script that has spaces."""
    before, after = tags.string[: tags.start()][-1:], tags.string[tags.end() :][:1]
    return " " if any(character.isspace() for character in tags[0]) or (_spaced(before) and _spaced(after)) else ""


def _spaced(character: str) -> bool:
    return character.isalnum() and not _UNSPACED.match(character)


def _joined(pieces: Sequence[Heard]) -> str:
    text = ""
    for piece in pieces:
        if piece.text:
            gap = "" if not text or piece.language in ("zh", "yue", "ja") else " "
            text += gap + piece.text
    return text


def _longest(parts: Sequence[tuple[float, str]]) -> str | None:
    """The value that has most seconds; of several, the first."""
    seconds: dict[str, float] = {}
    for length, value in parts:
        seconds[value] = seconds.get(value, 0.0) + length
    return max(seconds, key=seconds.__getitem__, default=None)


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
