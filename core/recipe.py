"""A synthesis request as JSON, where that is enough to run it again: what warm-up remembers and reads from files."""

from collections.abc import Mapping

from core.cache.key import JSON
from core.engines.base import Utterance
from core.errors import InvalidInput
from core.request import LibrarySpeaker, Speaker, StockSpeaker, SynthesisRequest


def recipe_of(utterance: Utterance, speaker: Speaker, engine: str) -> Mapping[str, JSON] | None:
    """The recipe of one segment; None for the voice of a clip that nobody saved, which is not ours to keep."""
    match speaker:
        case StockSpeaker(voice):
            voice_of: dict[str, JSON] = {"stock": voice}
        case LibrarySpeaker(voice_id):
            voice_of = {"saved": voice_id}
        case _:
            return None
    return {
        "engine": engine,
        "speaker": voice_of,
        "text": utterance.text,
        "language": utterance.language,
        "speed": utterance.speed,
        "seed": utterance.seed,
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
    match recipe:
        case {
            "engine": str(engine),
            "text": str(text),
            "language": str(language),
            "speed": float() | int() as speed,
            "seed": int(seed),
        }:
            return SynthesisRequest(text, speaker, engine, language, float(speed), seed)
    raise InvalidInput("recipe.invalid")
