"""What one open page's Cache tab shows of the entries."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.cache.key import Namespace
from core.cache.popular import Popular
from core.cache.stats import EntryInfo
from core.engines.base import Transcript
from core.speakers.profile import SpeakerProfile

POPULAR = "popular"
"""The list of what is worth most, beside one list for each namespace."""
SHOWN = (Namespace.SPEAKER, Namespace.SEGMENT, Namespace.TRANSCRIPT)
"""Namespaces that hold results; aliases are a mere short cut."""
KINDS = (POPULAR, *(namespace.value for namespace in SHOWN))
"""The lists there are."""
LISTED = 50
"""Entries in a list, at most."""


@dataclass(frozen=True)
class Sound:
    """A stored clip that can be heard."""

    clip_id: str
    """Its id in the clip store."""
    duration_s: float
    sample_rate: int
    """Hertz."""


@dataclass(frozen=True, eq=False)
class Look:
    """The entry that is being looked at."""

    name: str
    """Its key."""
    found: Sound | SpeakerProfile | Transcript | None
    """What it holds; None where it is gone, or not for everybody's eyes."""
    gone: bool = False


@dataclass(eq=False)
class Shelf:
    """A list of entries, with the one that is being looked at."""

    shown: bool = False
    """Whether the tab is open."""
    kind: str = POPULAR
    """One of :data:`KINDS`."""
    entries: Sequence[EntryInfo] = ()
    """Of a namespace, newest first."""
    popular: Sequence[Popular] = ()
    look: Look | None = None

    def take_off(self, name: str) -> None:
        """The entry called ``name`` is no more."""
        self.entries = [info for info in self.entries if str(info.key) != name]
        self.popular = [item for item in self.popular if item.key != name]
        self.look = None
