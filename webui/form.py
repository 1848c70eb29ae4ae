"""What the Clone tab is set to, and what of it gives way to what an engine can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.engines.base import Capabilities
from core.request import AS_IT_COMES, AUTO, STOCK, AudioSource, Instruction
from core.speakers.reference import ReferenceCheck
from core.text.presets import presets


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

    engine: str
    """Who speaks."""
    text: str
    from_clip: bool
    voice: str | None
    """Choice in the voice list, such as ``stock:af_heart``."""
    reference: Reference | None
    prompt_text: str
    language: str
    speed: float
    instruction: Instruction = AS_IT_COMES


FITTED = ("from_clip", "voice", "language", "speed", "instruction")
"""Fields of a form that an engine limits."""


def fit(form: Form, capabilities: Capabilities, voices: Sequence[str]) -> Form:
    """``form`` as an engine with ``capabilities`` can speak it, from a list of ``voices``; it is the nearest there is.

    Instead of a voice that is not on the list, the engine's own first one is chosen, else any, else the clip.
    """
    voice, slowest, fastest = form.voice, *capabilities.speed
    if voice not in voices:
        voice = next((each for each in voices if each.startswith(STOCK)), next(iter(voices), None))
    return replace(
        form,
        voice=voice,
        from_clip=(form.from_clip or voice is None) and capabilities.cloning,
        language=form.language if form.language in capabilities.languages else AUTO,
        speed=min(max(form.speed, slowest), fastest),
        instruction=within(form.instruction, capabilities),
    )


def within(instruction: Instruction, capabilities: Capabilities) -> Instruction:
    """What of a direction an engine takes."""
    words, vector = capabilities.instruction, capabilities.emotion_vector
    known = presets()
    kept = replace(
        instruction,
        text=instruction.text if words else "",
        presets=tuple(
            name for name in instruction.presets if words or (vector and name in known and known[name].vector)
        ),
        vector=instruction.vector if vector else (),
        clip=instruction.clip if capabilities.emotion_audio else None,
    )
    # Without anything that it counts for, the strength would make the same direction another one.
    return kept if kept.vector or kept.clip else replace(kept, strength=1.0)


@dataclass(eq=False)
class Wishes:
    """What was set on the page but had to give way, so that it comes back with an engine that can do it."""

    _kept: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def recall(self, name: str, held: Any) -> Any:
        """What is wished for ``name``, where the page holds ``held``: that itself, if somebody has set it since."""
        wanted, instead = self._kept.get(name, (held, held))
        return wanted if held == instead else held

    def keep(self, name: str, wanted: Any, instead: Any) -> None:
        """The page holds ``instead`` in place of what was ``wanted``."""
        self._kept[name] = (wanted, instead)
