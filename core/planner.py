"""From a request to the segments that will be spoken. Pure: no audio, no cache, no engine."""

import secrets
from dataclasses import dataclass

from core.engines.base import Capabilities, Utterance
from core.errors import InvalidInput, InvalidText, Unsupported
from core.request import AUTO, MAX_SEED, SynthesisRequest
from core.text.identity import language_of, normalise
from core.text.segment import Piece, split
from core.text.verbalise import is_speakable


@dataclass(frozen=True)
class PlannedSegment:
    """One segment and the silence after it."""

    utterance: Utterance
    pause_s: float


@dataclass(frozen=True)
class Plan:
    """Everything that is to be spoken, in order."""

    segments: tuple[PlannedSegment, ...]
    seed: int
    random_seed: bool
    """The seed was drawn just now, so nothing can have been computed with it."""


def plan(request: SynthesisRequest, capabilities: Capabilities, *, max_characters: int) -> Plan:
    """The plan of ``request`` for an engine with ``capabilities``.

    Raises :class:`InvalidText`, :class:`InvalidInput` or :class:`Unsupported` for what the engine cannot do.
    """
    _check(request, capabilities)
    if len(request.text) > max_characters:
        raise InvalidText("text.too_long", characters=len(request.text), limit=max_characters)
    pieces = _speakable(split(normalise(request.text)))
    if not pieces:
        raise InvalidText("text.unspeakable")
    seed = secrets.randbelow(MAX_SEED) + 1 if request.seed is None else request.seed
    return Plan(
        segments=tuple(PlannedSegment(_utterance(piece.text, request, seed), piece.pause_s) for piece in pieces),
        seed=seed,
        random_seed=request.seed is None,
    )


def _check(request: SynthesisRequest, capabilities: Capabilities) -> None:
    check_language(request.language, request.engine, capabilities)
    slowest, fastest = capabilities.speed
    if not slowest <= request.speed <= fastest:
        raise InvalidInput("request.speed", speed=request.speed, minimum=slowest, maximum=fastest)


def check_language(language: str, engine: str, capabilities: Capabilities) -> None:
    """Raise :class:`Unsupported` unless the engine knows ``language`` (or is to find it out)."""
    if language != AUTO and language not in capabilities.languages:
        known = ", ".join((AUTO, *capabilities.languages))
        raise Unsupported("request.language", engine=engine, language=language, known=known)


def _speakable(pieces: list[Piece]) -> list[Piece]:
    """The pieces that hold something to say; the pause of one that does not goes to the one before it."""
    kept: list[Piece] = []
    for piece in pieces:
        if is_speakable(piece.text):
            kept.append(piece)
        elif kept:
            kept[-1] = Piece(kept[-1].text, max(kept[-1].pause_s, piece.pause_s))
    if kept:
        kept[-1] = Piece(kept[-1].text, 0.0)
    return kept


def _utterance(text: str, request: SynthesisRequest, seed: int) -> Utterance:
    language = language_of(text) if request.language == AUTO else request.language
    return Utterance(text=text, language=language, speed=round(request.speed, 3), seed=seed)
