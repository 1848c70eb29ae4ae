"""What is asked of the studio: immutable, and whole — a synthesis request determines its one output."""

import functools
from dataclasses import dataclass, field, replace
from pathlib import Path

from blake3 import blake3

from core.audio import MAX_SECONDS, AudioClip, decode, encode
from core.errors import InvalidAudio, InvalidInput, InvalidText
from core.text.markup.model import Notation

AUTO = "auto"
"""The language that is found out."""
MAX_SEED = 2**31 - 1
KEPT_SAMPLES = 1 << 22
"""Longest sound that is kept decoded, 16 MiB: small files may hold hours, and many may wait for an engine."""
MAX_INSTRUCTION = 500
"""Most characters of a direction in words."""
EMOTIONS = ("happy", "angry", "sad", "afraid", "disgusted", "melancholic", "surprised", "calm")
"""What the values of an emotion vector mean, in IndexTTS's order."""


@dataclass(frozen=True, eq=False)
class AudioSource:
    """An encoded audio file, decoded only when somebody needs to hear it."""

    data: bytes = field(repr=False)
    """The file's bytes."""
    name: str = ""
    """What to call it in messages; never part of its identity."""
    longest_s: float = MAX_SECONDS
    """The longest sound that is decoded from it, in seconds; never part of its identity."""

    @classmethod
    def from_path(cls, path: str | Path) -> "AudioSource":
        """The file at ``path``. Raises :class:`InvalidAudio` (``file.unreadable``)."""
        try:
            return cls(Path(path).read_bytes(), Path(path).name)
        except OSError as error:
            raise InvalidAudio("file.unreadable", path=path, reason=error.strerror or error) from error

    @classmethod
    def from_clip(cls, clip: AudioClip, name: str = "") -> "AudioSource":
        """A clip that was recorded or synthesised here."""
        return cls(encode(clip), name)

    def within(self, longest_s: float) -> "AudioSource":
        """This file, of which no more than ``longest_s`` seconds are decoded."""
        return self if self.longest_s <= longest_s else replace(self, longest_s=longest_s)

    @functools.cached_property
    def raw_digest(self) -> str:
        """BLAKE3 (hex) of the encoded bytes: as hard to forge as SHA-256 and twice as fast, since every hit pays it."""
        return blake3(self.data).hexdigest()

    @property
    def clip(self) -> AudioClip:
        """The decoded sound; what is long is not kept, but decoded again. Raises :class:`InvalidAudio`."""
        kept: AudioClip | None = vars(self).get("_clip")
        if kept is not None:
            return kept
        clip = decode(self.data, max_seconds=self.longest_s)
        if len(clip.samples) <= KEPT_SAMPLES:
            vars(self)["_clip"] = clip
        return clip


@dataclass(frozen=True)
class StockSpeaker:
    """A voice that comes with the engine."""

    voice: str


@dataclass(frozen=True)
class ReferenceSpeaker:
    """The voice in a reference clip."""

    audio: AudioSource
    prompt_text: str = ""
    """What the clip says; only some engines need it."""


@dataclass(frozen=True)
class LibrarySpeaker:
    """A saved voice."""

    voice_id: str


Speaker = StockSpeaker | ReferenceSpeaker | LibrarySpeaker
STOCK, SAVED = "stock:", "saved:"
"""Begin what a voice is called where one is chosen: ``stock:NAME`` of an engine's own, ``saved:ID`` of a saved one."""


def voice_name(speaker: Speaker) -> str:
    """What ``speaker`` is called where one is chosen. Raises ValueError for a clip that nobody saved."""
    match speaker:
        case StockSpeaker(voice):
            return f"{STOCK}{voice}"
        case LibrarySpeaker(voice_id):
            return f"{SAVED}{voice_id}"
    raise ValueError("a clip has no name")


@dataclass(frozen=True)
class Instruction:
    """How a line is to be said; the parts add up. Raises :class:`InvalidInput` when made with what cannot be."""

    text: str = ""
    """A direction in words: "speak softly", "用四川话说"."""
    presets: tuple[str, ...] = ()
    """Ids of ready-made directions, see :mod:`core.text.presets`."""
    vector: tuple[float, ...] = ()
    """How much of each of :data:`EMOTIONS`, in [0, 1]; empty for none."""
    clip: AudioSource | None = None
    """A clip whose emotion is to be taken on."""
    strength: float = 1.0
    """How much of ``vector`` and ``clip`` counts, in [0, 1]."""

    def __post_init__(self) -> None:
        if len(self.text) > MAX_INSTRUCTION:
            raise InvalidInput("instruction.too_long", characters=len(self.text), limit=MAX_INSTRUCTION)
        if self.vector and not (len(self.vector) == len(EMOTIONS) and all(0 <= value <= 1 for value in self.vector)):
            raise InvalidInput("instruction.vector", count=len(EMOTIONS), order=", ".join(EMOTIONS))
        if not 0 <= self.strength <= 1:
            raise InvalidInput("instruction.strength")


AS_IT_COMES = Instruction()
"""No direction at all."""


@dataclass(frozen=True)
class SynthesisRequest:
    """One line to be spoken. Raises :class:`InvalidInput` when made with values that no engine can take."""

    text: str
    speaker: Speaker
    engine: str = "kokoro"
    language: str = AUTO
    """ISO 639-1 code, or "auto": each segment by its script."""
    speed: float = 1.0
    """Rate, 1 being natural."""
    seed: int | None = 0
    """None draws a random one; the report says which."""
    notation: Notation = Notation.ANY
    """How pronunciation is marked in ``text``."""
    instruction: Instruction = AS_IT_COMES

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise InvalidText("text.empty")
        if self.seed is not None and not 0 <= self.seed <= MAX_SEED:
            raise InvalidInput("request.seed", maximum=MAX_SEED)


@dataclass(frozen=True)
class TranscriptionRequest:
    """One clip to be written down."""

    audio: AudioSource
    engine: str = "whisper"
    language: str = AUTO
    itn: bool = True
    """Inverse text normalisation: write numbers as digits."""
