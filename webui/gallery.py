"""What one open page's Voices tab shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.report import SynthesisReport
from core.request import SAVED
from core.speakers.nearest import KnownVoice, Neighbour
from core.speakers.saved import SavedClip, SavedVoice


@dataclass(frozen=True, eq=False)
class Recording:
    """A clip of the chosen voice, as it can be heard."""

    clip: SavedClip
    clip_id: str
    """In the clip store."""
    duration_s: float


@dataclass(frozen=True, eq=False)
class Chosen:
    """The voice that is looked at."""

    voice: KnownVoice
    saved: SavedVoice | None
    """What is known of it if it is a saved one."""
    own: bool
    """Whether the page's user may change it."""
    recordings: tuple[Recording, ...] = ()
    """Those that may be heard: the user's own."""


@dataclass(frozen=True, eq=False)
class Preview:
    """The chosen voice saying a line."""

    clip_id: str
    report: SynthesisReport


@dataclass(frozen=True)
class Likeness:
    """What was looked for, and what sounds like it."""

    name: str
    """Of the clip."""
    clip_id: str
    neighbours: Sequence[Neighbour]


@dataclass(eq=False)
class Gallery:
    """The state of the tab."""

    value: str = ""
    """The chosen voice: ``saved:ID`` or ``stock:NAME``."""
    wanted: str = ""
    """What the list is searched for."""
    preview: Preview | None = None
    likeness: Likeness | None = None
    map: Mapping[KnownVoice, tuple[float, float]] = field(default_factory=dict)
    """Where voices lie; empty until it was asked for."""

    @property
    def voice_id(self) -> str:
        """The chosen saved voice; empty for another."""
        return self.value.removeprefix(SAVED) if self.value.startswith(SAVED) else ""

    def choose(self, value: str) -> None:
        """Look at another voice."""
        if value != self.value:
            self.value, self.preview = value, None
