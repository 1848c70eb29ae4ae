"""What the Clone tab is set to."""

from dataclasses import dataclass

from core.request import AS_IT_COMES, AudioSource, Instruction
from core.speakers.reference import ReferenceCheck


@dataclass(frozen=True, eq=False)
class Reference:
    """The clip whose voice is being cloned."""

    source: AudioSource
    clip_id: str
    """Where the page can hear it: its id in the clip store."""
    check: ReferenceCheck


@dataclass(frozen=True, eq=False)
class Form:
    """What the form held when a take was asked for, so that it can be filled again."""

    text: str
    from_clip: bool
    voice: str | None
    """Choice in the voice list, such as ``stock:af_heart``."""
    reference: Reference | None
    prompt_text: str
    language: str
    speed: float
    instruction: Instruction = AS_IT_COMES
