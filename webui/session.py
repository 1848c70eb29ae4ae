"""What one open page knows: its takes, its reference clip, its transcripts. No page sees another's."""

import itertools
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.audio import AudioClip
from core.report import SynthesisReport, TranscriptReport
from core.request import AS_IT_COMES, AudioSource, Instruction
from webui.audition import Audition
from webui.draft import Draft
from webui.form import Form, Reference, Wishes
from webui.gallery import Gallery
from webui.gate.house import ANYBODY, Guest
from webui.i18n import DEFAULT, Texts, texts
from webui.shelf import Shelf

MAX_TAKES = 60
"""Takes that a page keeps; the oldest that is not pinned goes first."""
MAX_TRANSCRIPTS = 60
BARS = 120
"""Bars in a take's waveform."""


@dataclass(frozen=True, eq=False)
class TakeCard:
    """One take in the list."""

    take_id: str
    number: int
    clip_id: str
    """Its sound in the clip store; empty if that is lost, and only the request is left."""
    voice: str
    """Who speaks, in words."""
    form: Form
    report: SynthesisReport
    bars: Sequence[float]
    """Loudest sample of each of :data:`BARS` equal stretches, in [0, 1]."""
    starts_s: Sequence[float]
    """Where each segment begins, in seconds."""
    pinned: bool = False


@dataclass(frozen=True, eq=False)
class TranscriptCard:
    """One transcript in the list."""

    transcript_id: str
    source: AudioSource
    clip_id: str
    report: TranscriptReport


@dataclass(eq=False)
class Session:
    """The state behind one open page; its handlers share it, so that one can cancel another's work."""

    guest: Guest = ANYBODY
    """Who has the page open."""
    agreed: bool = False
    """Whether they confirmed that whoever they clone agreed to it."""
    language: str = DEFAULT
    engine: str = ""
    """Who speaks; until that is settled, the first there is."""
    recogniser: str = ""
    """Who writes down."""
    wishes: Wishes = field(default_factory=Wishes)
    reference: Reference | None = None
    emotion: Instruction = AS_IT_COMES
    """The vector and the clip that stand beside the words of the mood."""
    takes: list[TakeCard] = field(default_factory=list)
    """Newest first."""
    uploads: list[tuple[str, AudioSource]] = field(default_factory=list)
    """Clips waiting to be transcribed, each with its id in the clip store."""
    transcripts: list[TranscriptCard] = field(default_factory=list)
    """Newest first."""
    draft: Draft = field(default_factory=Draft)
    """What the Pronunciation tab works on."""
    shelf: Shelf = field(default_factory=Shelf)
    """What the Cache tab lists."""
    audition: Audition = field(default_factory=Audition)
    """What the Emotion tab works on."""
    gallery: Gallery = field(default_factory=Gallery)
    """What the Voices tab shows."""
    returned: bool = False
    """Whether what its browser kept of an earlier visit is here."""
    _work: dict[str, Callable[[], None]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def viewer(self) -> str:
        """Under which name voices are saved and looked for."""
        return self.guest.caller.name

    @property
    def texts(self) -> Texts:
        """The words of the page's language."""
        return texts(self.language)

    def agree(self) -> None:
        """Remember that whoever is cloned agreed to it; what cannot be written down holds for this page."""
        self.agreed = True
        self.guest.agree()

    def started(self, kind: str, cancel: Callable[[], None]) -> None:
        """Remember how to cancel the work that is under way."""
        self._work[kind] = cancel

    def cancel(self, kind: str | None = None) -> None:
        """Stop the work of one kind, or all of it."""
        for name, cancel in self._work.items():
            if kind in (None, name):
                cancel()

    def add_take(self, audio: AudioClip, **facts: object) -> TakeCard:
        """Put a new take on top. ``facts`` are the fields that only the caller knows."""
        card = TakeCard(secrets.token_hex(6), next(self._numbers), bars=waveform(audio), **facts)  # type: ignore[arg-type]
        self.takes.insert(0, card)
        while len(self.takes) > MAX_TAKES:
            older = self.takes[1:]
            loose = [take for take in older if not take.pinned] or older
            self.takes.remove(loose[-1])
        return card

    def count_on(self, number: int) -> None:
        """The next take has a higher number than ``number``."""
        self._numbers = itertools.count(number + 1)

    def restore(self, takes: Sequence[TakeCard]) -> None:
        """Put takes of an earlier visit below those that are there."""
        self.takes = [*self.takes, *takes][:MAX_TAKES]

    def take(self, take_id: str) -> TakeCard | None:
        """The take called ``take_id``, if it is still in the list."""
        return next((take for take in self.takes if take.take_id == take_id), None)

    def pin(self, take_id: str) -> None:
        """Pin a take, or let it go again."""
        self.takes = [replace(take, pinned=take.pinned != (take.take_id == take_id)) for take in self.takes]

    def delete_take(self, take_id: str) -> None:
        """Take a take off the list."""
        self.takes = [take for take in self.takes if take.take_id != take_id]

    def add_transcript(self, card: TranscriptCard) -> None:
        """Put a new transcript on top."""
        self.transcripts = [card, *self.transcripts][:MAX_TRANSCRIPTS]

    def transcript(self, transcript_id: str) -> TranscriptCard | None:
        """The transcript called ``transcript_id``, if it is still in the list."""
        return next((card for card in self.transcripts if card.transcript_id == transcript_id), None)


def waveform(audio: AudioClip, bars: int = BARS) -> list[float]:
    """The outline of a clip: the loudest sample of each of ``bars`` equal stretches, the loudest of all being 1."""
    size = max(1, -(-len(audio.samples) // bars))
    padded = np.pad(np.abs(audio.samples), (0, size * bars - len(audio.samples)))
    peaks = padded.reshape(bars, size).max(axis=1)
    return [round(float(peak), 3) for peak in peaks / max(float(peaks.max()), 1e-6)]
