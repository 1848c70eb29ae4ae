"""A synthesis request as JSON, where that is enough to run it again: what warm-up remembers and reads from files."""

from collections.abc import Mapping

from core.cache.key import JSON
from core.engines.base import SynthesisEngine, Utterance
from core.errors import InvalidInput
from core.request import Instruction, LibrarySpeaker, Speaker, StockSpeaker, SynthesisRequest
from core.text.markup.model import Notation

_UNMARKED: Mapping[str, JSON] = {"notation": Notation.ANY.value, "instruction": "", "emotion": []}
"""What recipes meant that were remembered before these could be said."""


def recipe_of(utterance: Utterance, speaker: Speaker, engine: SynthesisEngine) -> Mapping[str, JSON] | None:
    """The recipe of one segment; None where a clip that nobody saved takes part, which is not ours to keep."""
    if utterance.instruction.clip is not None:
        return None
    match speaker:
        case StockSpeaker(voice):
            voice_of: dict[str, JSON] = {"stock": voice}
        case LibrarySpeaker(voice_id):
            voice_of = {"saved": voice_id}
        case _:
            return None
    return {
        "engine": engine.name,
        "speaker": voice_of,
        "text": utterance.text,
        "language": utterance.language,
        "speed": utterance.speed,
        "seed": utterance.seed,
        "notation": engine.capabilities.notation.value,
        "instruction": utterance.instruction.text,
        "emotion": list(utterance.instruction.vector),
    }


def request_of(recipe: Mapping[str, JSON]) -> SynthesisRequest:
    """The request that makes the segment of ``recipe`` again. Raises :class:`InvalidInput` (``recipe.invalid``)."""
    match recipe:
        case {"speaker": {"stock": str(voice)}}:
            speaker: Speaker = StockSpeaker(voice)
        case {"speaker": {"saved": str(voice_id)}}:
            speaker = LibrarySpeaker(voice_id)
        case _:
            raise InvalidInput("recipe.invalid")
    match {**_UNMARKED, **recipe}:
        case {
            "engine": str(engine),
            "text": str(text),
            "language": str(language),
            "speed": float() | int() as speed,
            "seed": int(seed),
            "notation": str(notation),
            "instruction": str(instruction),
            "emotion": [*emotion],
        } if notation in [*Notation] and all(isinstance(value, float | int) for value in emotion):
            return SynthesisRequest(
                text,
                speaker,
                engine,
                language,
                float(speed),
                seed,
                Notation(notation),
                Instruction(instruction, vector=tuple(value for value in emotion if isinstance(value, float | int))),
            )
    raise InvalidInput("recipe.invalid")
