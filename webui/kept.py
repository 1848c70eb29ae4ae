"""What a browser keeps of Clone, as JSON: what was typed, and the takes as their requests. No sound is among it.

It comes back from wherever it was, so everything in it is checked; a clip is known by its id in the clip store, which
only those have who brought or made it.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from core.request import MAX_SEED, AudioSource, Instruction
from webui.api.audio import ClipStore
from webui.form import Form, Reference
from webui.session import MAX_TAKES, Session, TakeCard

MOST_CHARACTERS = 400_000
"""In the texts of all takes together: browsers keep a few megabytes, and this is sent with each take that is made."""
MOST_READ = 2 * MOST_CHARACTERS
"""Characters of JSON that are looked at: no more than the texts, and what is around them."""

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class KeptClip(_Model):
    """A clip of the clip store."""

    clip_id: str
    name: str


class KeptDirection(_Model):
    """As :class:`core.request.Instruction`."""

    text: str = ""
    presets: tuple[str, ...] = ()
    vector: tuple[float, ...] = ()
    strength: float = 1.0
    clip: KeptClip | None = None


class KeptForm(_Model):
    """As :class:`webui.form.Form`."""

    engine: str
    text: str
    from_clip: bool
    voice: str | None
    clip: KeptClip | None
    """The reference."""
    prompt_text: str
    language: str
    speed: float
    direction: KeptDirection


class KeptTake(_Model):
    """A take, as it was asked for."""

    number: Annotated[int, Field(ge=1)]
    pinned: bool
    voice: str
    """Who speaks, in words."""
    seed: Seed
    form: KeptForm


class Typed(_Model):
    """What stands in the fields, by their names in :class:`webui.tabs.returning.Returning`."""

    viewer: str
    engine: str
    text: str
    mood: list[str]
    language: str
    speed: float
    seed: float | None
    random: bool
    origin: Literal["list", "clip"]
    voice: str | None
    prompt_text: str


class Held(_Model):
    """What no field shows."""

    viewer: str
    reference: KeptClip | None
    emotion: KeptDirection
    """The vector and the clip that stand beside the words of the mood."""
    takes: Annotated[tuple[KeptTake, ...], Field(max_length=MAX_TAKES)]
    """Newest first."""

    def as_text(self) -> str:
        """As JSON; halves of characters, which no file can hold, are left out."""
        return json.dumps(self.model_dump(), ensure_ascii=False).encode(errors="ignore").decode()


Own = TypeVar("Own", Typed, Held)


@dataclass(frozen=True)
class Kept:
    """All of it, as far as it is here."""

    typed: Typed | None = None
    held: Held | None = None


def read(text: str, viewer: str) -> Kept:
    """What of ``text`` is ``viewer``'s own; nothing of what was never written so."""
    try:
        found = from_json(text if len(text) <= MOST_READ else "{}")
        return Kept(_own(Typed, found["typed"], viewer), _own(Held, found["held"], viewer))
    except (ValueError, TypeError, KeyError):
        return Kept()


def _own(kind: type[Own], found: object, viewer: str) -> Own | None:
    try:
        kept = kind.model_validate(found)
    except ValidationError:  # another version wrote it, or nobody that is known here
        return None
    return kept if kept.viewer == viewer else None


def held_by(session: Session, clips: ClipStore) -> Held:
    """What ``session`` holds, of the takes as many as there is room for."""
    room, takes = MOST_CHARACTERS, []
    for take in session.takes:
        room -= len(take.form.text)
        if room < 0:
            break
        takes.append(_kept_take(take, clips))
    reference = _kept_clip(session.reference) if session.reference else None
    emotion = _kept_direction(session.emotion, clips)
    return Held(viewer=session.viewer, reference=reference, emotion=emotion, takes=tuple(takes))


def instruction_of(kept: KeptDirection, clip: AudioSource | None) -> Instruction:
    """The direction, with ``clip`` for its own. Raises :class:`InvalidInput`."""
    return Instruction(kept.text, kept.presets, kept.vector, clip, kept.strength)


def source_of(kept: KeptClip, clips: ClipStore) -> AudioSource | None:
    """The clip, if the server still has it."""
    found = clips.get(kept.clip_id)
    return AudioSource(found.data, kept.name) if found else None


def _kept_take(take: TakeCard, clips: ClipStore) -> KeptTake:
    return KeptTake(
        number=take.number,
        pinned=take.pinned,
        voice=take.voice,
        seed=take.report.seed,
        form=_kept_form(take.form, clips),
    )


def _kept_form(form: Form, clips: ClipStore) -> KeptForm:
    return KeptForm(
        engine=form.engine,
        text=form.text,
        from_clip=form.from_clip,
        voice=form.voice,
        clip=_kept_clip(form.reference) if form.from_clip and form.reference else None,
        prompt_text=form.prompt_text,
        language=form.language,
        speed=form.speed,
        direction=_kept_direction(form.instruction, clips),
    )


def _kept_clip(reference: Reference) -> KeptClip:
    return KeptClip(clip_id=reference.clip_id, name=reference.source.name)


def _kept_direction(instruction: Instruction, clips: ClipStore) -> KeptDirection:
    clip = instruction.clip
    return KeptDirection(
        text=instruction.text,
        presets=instruction.presets,
        vector=instruction.vector,
        strength=instruction.strength,
        clip=KeptClip(clip_id=clips.put(clip.data, clip.name).clip_id, name=clip.name) if clip else None,
    )
