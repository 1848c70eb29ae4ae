"""What the studio asks of an engine. Engines know sound and text; none knows that a cache exists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from core.audio import AudioClip
from core.engines.availability import Availability
from core.finding import Finding
from core.progress import Progress
from core.request import AS_IT_COMES, Instruction
from core.speakers.profile import SpeakerProfile
from core.text.markup.model import Notation


class Streaming(StrEnum):
    """Whether an engine can be heard while it is still speaking, see :class:`StreamingSynthesis`."""

    NONE = "none"
    SAME = "same"
    """Its chunks join to what ``synthesize`` gives, sample for sample."""
    ALIKE = "alike"
    """Its chunks join to the same words in the same voice, and to the same samples every time, but not to those of
    ``synthesize``: what comes later could not be considered."""


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do, told honestly: the page offers this and says why the rest is off."""

    languages: tuple[str, ...]
    """Languages it knows, as ISO 639-1 codes; requests may also say "auto"."""
    cloning: bool = False
    """Can speak in the voice of a reference clip."""
    needs_prompt_text: bool = False
    """Cloning needs to know what the reference clip says."""
    instruction: bool = False
    """Follows directions in words."""
    emotion_vector: bool = False
    emotion_audio: bool = False
    prosody_preview: bool = False
    """Directions and emotions move only rate, pitch, energy and pauses: nothing about them was learned."""
    notation: Notation = Notation.ANY
    """How its utterances are marked, and how the page writes marks for it."""
    pinyin: bool = False
    """Says the syllables that are marked."""
    arpabet: bool = False
    """Says the English phonemes that are marked."""
    tags: tuple[str, ...] = ()
    """Names of the tags that it does, if only as the nearest thing it can: see :meth:`SynthesisEngine.findings`."""
    seed: bool = False
    """Another seed gives another take, and the same seed the same samples."""
    speed: tuple[float, float] = (1.0, 1.0)
    """Slowest and fastest rate, 1 being natural."""
    streaming: Streaming = Streaming.NONE


@dataclass(frozen=True)
class StockVoice:
    """A voice that comes with an engine."""

    name: str
    """The engine's own id, e.g. ``zf_xiaoyi``."""
    label: str
    """What people read, e.g. ``Xiaoyi``."""
    language: str
    """ISO 639-1 code of the language it was made for."""
    gender: str
    """``female`` or ``male``."""


@dataclass(frozen=True)
class Utterance:
    """One segment to be spoken: with the profile, everything that determines the sound."""

    text: str
    """Identity-normalised text (see ``core.text.identity``), one sentence or clause, in the engine's notation."""
    language: str
    """ISO 639-1 code, never "auto"."""
    speed: float = 1.0
    """Rate, 1 being natural."""
    seed: int = 0
    instruction: Instruction = AS_IT_COMES
    """How to say it, its presets resolved into words or a vector, whichever the engine takes."""


@dataclass(frozen=True)
class TimedText:
    """A stretch of a transcript."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Transcript:
    """What a clip says."""

    text: str
    language: str
    """ISO 639-1 code of what was spoken."""
    segments: tuple[TimedText, ...] = ()
    emotion: str | None = None
    events: tuple[str, ...] = field(default=())


class Engine(Protocol):
    """What every engine is. Methods may be called from several threads; an engine that cannot, locks."""

    name: str

    @property
    def capabilities(self) -> Capabilities:
        """What it can do; cheap to read."""
        ...

    @property
    def fingerprint(self) -> str:
        """Name, version and digest of everything that shapes what it makes; part of every cache key. Cheap to read."""
        ...

    @property
    def availability(self) -> Availability:
        """Whether it can be used here, and what to type if not; cheap, nothing is loaded."""
        ...

    @property
    def lane(self) -> str:
        """Engines of one lane, such as those on one GPU, work one after another, and whoever waits is told so; empty
        for an engine that works for several at once."""
        ...

    @property
    def loaded(self) -> bool:
        """Whether its model takes memory now."""
        ...

    def load(self) -> None:
        """Get ready to work; idempotent, called lazily. Raises ``ModelMissing`` and ``EngineUnavailable``."""
        ...

    def unload(self) -> None:
        """Free the model's memory, once whoever it works for has what they came for; the next use loads it again."""
        ...


class SynthesisEngine(Engine, Protocol):
    """Speaks."""

    @property
    def sample_rate(self) -> int:
        """Rate of what it produces in hertz."""
        ...

    @property
    def voices(self) -> Sequence[StockVoice]:
        """The voices it comes with."""
        ...

    def stock_profile(self, voice: str) -> SpeakerProfile:
        """The profile of one of its own voices. Raises ``InvalidInput`` (``request.voice``)."""
        ...

    def enroll(self, clip: AudioClip, prompt_text: str, progress: Progress) -> SpeakerProfile:
        """The profile of the voice in a reference clip that was checked already."""
        ...

    def findings(self, utterance: Utterance) -> Sequence[Finding]:
        """What of ``utterance`` it does otherwise than asked, or leaves out; nothing if all of it. Costs little."""
        ...

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``, unlevelled, without leading or trailing pause."""
        ...


@runtime_checkable
class StreamingSynthesis(Protocol):
    """What a :class:`SynthesisEngine` can do as well that is heard while it is still speaking."""

    def stream(self, utterance: Utterance, profile: SpeakerProfile) -> Iterator[AudioClip]:
        """``utterance`` in chunks, as soon as there are any; see :class:`Streaming` for what they join to.

        Closing it early ends the work. It does not wait for its reader: what is not taken yet is kept.
        """
        ...


@runtime_checkable
class EmotionProfiles(Protocol):
    """What a :class:`SynthesisEngine` can do as well that finds a clip's emotion in that clip's profile."""

    def with_emotion(self, profile: SpeakerProfile, emotion: SpeakerProfile) -> SpeakerProfile:
        """``profile`` for an utterance that takes on the emotion of the clip that ``emotion`` was enrolled from.

        Without it, ``synthesize`` listens to the clip itself.
        """
        ...


@runtime_checkable
class AveragesProfiles(Protocol):
    """What a :class:`SynthesisEngine` can do as well that can speak in the mean of several recordings of a voice."""

    def average(self, profiles: Sequence[SpeakerProfile]) -> SpeakerProfile:
        """One profile from those of two recordings or more, the first of which is the reference. Costs little."""
        ...


class RecognitionEngine(Engine, Protocol):
    """Writes down what is said."""

    def transcribe(self, clip: AudioClip, *, language: str, itn: bool, progress: Progress) -> Transcript:
        """What ``clip`` says, in ``language`` ("auto" to detect it); ``itn`` writes numbers as digits."""
        ...


@runtime_checkable
class BatchRecognition(Protocol):
    """What a :class:`RecognitionEngine` can do as well that is faster with many clips at once."""

    def transcribe_batch(
        self, clips: Sequence[AudioClip], *, language: str, itn: bool, progress: Progress
    ) -> Sequence[Transcript]:
        """What each of ``clips`` says: what :meth:`RecognitionEngine.transcribe` would give for it alone."""
        ...
