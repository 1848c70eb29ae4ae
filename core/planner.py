"""From a request to the segments that will be spoken. Pure: no audio, no cache, no engine."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from core.engines.base import Capabilities, Utterance
from core.errors import InvalidInput, InvalidText, Unsupported
from core.request import AUTO, MAX_SEED, SynthesisRequest
from core.text.cues import interpret
from core.text.identity import HAN
from core.text.lexicon import Lexicon
from core.text.markup.model import Arpabet, Kana, Pinyin, Span, Tag, Text
from core.text.markup.reader import Placed, nodes, read
from core.text.markup.writer import write
from core.text.presets import resolve
from core.text.script import Sentence, sentences


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
    level_db: float
    """How much louder than usual the take is meant to be."""


def plan(request: SynthesisRequest, capabilities: Capabilities, lexicon: Lexicon, *, max_characters: int) -> Plan:
    """The plan of ``request`` for an engine with ``capabilities``, where ``lexicon`` says how words are read.

    Raises :class:`InvalidText`, :class:`InvalidInput` or :class:`Unsupported` for what the engine cannot do.
    """
    _check(request, capabilities)
    if len(request.text) > max_characters:
        raise InvalidText("text.too_long", characters=len(request.text), limit=max_characters)
    instruction = resolve(request.instruction, capabilities, request.engine)
    placed = read(request.text, request.notation)
    _check_marks(placed, request, capabilities)
    parts = sentences(_followed(lexicon, capabilities).apply(nodes(placed)))
    if not parts:
        raise InvalidText("text.unspeakable")
    # One character may stand for many: there are ligatures of whole phrases.
    written = sum(len(node.text) for part in parts for node in part.marked if isinstance(node, Text))
    if written > max_characters:
        raise InvalidText("text.too_long", characters=written, limit=max_characters)
    seed = secrets.randbelow(MAX_SEED) + 1 if request.seed is None else request.seed

    def utterance(part: Sentence) -> Utterance:
        return Utterance(
            text=write(part.marked, capabilities.notation),
            language=part.language if request.language == AUTO else request.language,
            speed=round(request.speed, 3),
            seed=seed,
            instruction=instruction,
        )

    prosody = interpret(instruction).prosody
    stretch = prosody.pause / prosody.rate
    return Plan(
        segments=tuple(PlannedSegment(utterance(part), part.pause_s * stretch) for part in parts),
        seed=seed,
        random_seed=request.seed is None,
        # Takes are brought to one loudness, so what is meant to be loud or soft has to be made so again.
        level_db=prosody.level_db,
    )


def _followed(lexicon: Lexicon, capabilities: Capabilities) -> Lexicon:
    """What of ``lexicon`` the engine can follow: a word of it is no order, as a mark is, so the rest is left to it."""
    if capabilities.pinyin and capabilities.arpabet:
        return lexicon
    return Lexicon(
        {
            word: reading
            for word, reading in lexicon.entries.items()
            if (capabilities.pinyin if HAN.match(word) else capabilities.arpabet)
        }
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


def _check_marks(placed: Iterable[Placed], request: SynthesisRequest, capabilities: Capabilities) -> None:
    """Raise :class:`Unsupported` at the first mark that the engine cannot follow."""
    for each in placed:
        mark, place = request.text[each.start : each.end], each.start + 1
        match each.node:
            case Pinyin() if not capabilities.pinyin:
                raise Unsupported("markup.pinyin", place=place, mark=mark, engine=request.engine)
            case Arpabet() if not capabilities.arpabet:
                raise Unsupported("markup.arpabet", place=place, mark=mark, engine=request.engine)
            case Kana() if "ja" not in capabilities.languages:
                raise Unsupported("markup.kana", place=place, mark=mark, engine=request.engine)
            case Tag(name) | Span(name) if name not in capabilities.tags:
                known = ", ".join(capabilities.tags) or "–"
                raise Unsupported("markup.tag", place=place, mark=mark, engine=request.engine, known=known)
