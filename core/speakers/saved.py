"""A voice of the library: what is known of it, and what of that can be said at all."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import InvalidInput

MOST_CLIPS = 8
"""Clips that one voice may have."""
MOST_TAGS = 12
LONGEST_NAME = 60
LONGEST_TAG = 30
LONGEST_NOTES = 2_000
LONGEST_CONSENT = 500
LONGEST_PROMPT = 1_000
FIRST_CLIP = "reference"
"""What the file of a voice's first clip is called."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CLIP_FILE = re.compile(rf"{FIRST_CLIP}(-[0-9a-f]{{8}})?")


@dataclass(frozen=True)
class SavedClip:
    """One recording of a saved voice. Raises :class:`InvalidInput` when made with what cannot be."""

    file: str
    """The name of its file in the voice's folder, which no other clip ever gets."""
    prompt_text: str = ""
    """What it says."""

    def __post_init__(self) -> None:
        if not _CLIP_FILE.fullmatch(self.file):
            raise InvalidInput("voice.clip")
        _check_length("prompt_text", self.prompt_text, LONGEST_PROMPT)


@dataclass(frozen=True)
class SavedVoice:
    """A voice in the library. Raises :class:`InvalidInput` when made with what cannot be."""

    voice_id: str
    name: str
    clips: tuple[SavedClip, ...]
    """Recordings of it. The first is the reference; engines that can speak in the mean of all do."""
    created_s: float
    """Unix time of saving."""
    owner: str = ""
    """Who saved it; empty for the house."""
    published: bool = False
    """Whether others than the owner may use it."""
    language: str = ""
    """What it speaks, as an ISO 639 code; empty if nobody said."""
    tags: tuple[str, ...] = ()
    """To find it by."""
    notes: str = ""
    consent: str = ""
    """Who agreed to the cloning, and when, in words."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= LONGEST_NAME or self.name != one_line(self.name):
            raise InvalidInput("voice.name")
        if self.language and not _LANGUAGE.fullmatch(self.language):
            raise InvalidInput("voice.language", language=self.language)
        if len(self.tags) > MOST_TAGS or not all(1 <= len(tag) <= LONGEST_TAG for tag in self.tags):
            raise InvalidInput("voice.tags", most=MOST_TAGS, longest=LONGEST_TAG)
        if not 1 <= len(self.clips) <= MOST_CLIPS:
            raise InvalidInput("voice.clips", most=MOST_CLIPS)
        _check_length("notes", self.notes, LONGEST_NOTES)
        _check_length("consent", self.consent, LONGEST_CONSENT)

    def seen_by(self, viewer: str | None) -> bool:
        """Whether ``viewer`` may use it; None is the house itself, which sees all."""
        return viewer is None or self.published or self.owner in ("", viewer)

    def belongs_to(self, viewer: str | None) -> bool:
        """Whether ``viewer`` may change, publish and delete it."""
        return viewer is None or self.owner == viewer

    def matches(self, wanted: str) -> bool:
        """Whether every word of ``wanted`` is in the name, a tag, the language or the notes."""
        told = " ".join((self.name, *self.tags, self.language, self.notes)).casefold()
        return all(word in told for word in wanted.casefold().split())


def one_line(text: str) -> str:
    """``text`` without line breaks, control characters and spare spaces."""
    return " ".join("".join(" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in text).split())


def tags_in(text: str) -> tuple[str, ...]:
    """The tags that ``text`` lists, with commas between them; each once."""
    return distinct(re.split("[,，、;；\n]", text))


def distinct(tags: Iterable[str]) -> tuple[str, ...]:
    """``tags`` tidied, each once, whatever its case."""
    tidy: dict[str, str] = {}
    for tag in map(one_line, tags):
        if tag:
            tidy.setdefault(tag.casefold(), tag)
    return tuple(tidy.values())


def _check_length(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise InvalidInput(f"voice.long_{field}", characters=len(text), limit=limit)
