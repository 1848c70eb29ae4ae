"""What a direction means for prosody, for engines that learned no emotions: a table, ``assets/prosody.toml``.

The table's directions are those that reviews of human speech agree on; its sizes are our own.

- Juslin and Laukka 2003, "Communication of emotions in vocal expression and music performance", Psychological Bulletin
  129(5), doi:10.1037/0033-2909.129.5.770, the summary table of cues. Anger: fast, loud, much high-frequency energy,
  high and much varied F0. Happiness: fast, medium to loud, medium high-frequency energy, high and much varied F0.
  Fear: fast, soft (but for panic), little high-frequency energy, high and little varied F0. Sadness and tenderness:
  slow, soft, little high-frequency energy, low and little varied F0.
- Scherer 2003, "Vocal communication of emotion", Speech Communication 40, doi:10.1016/S0167-6393(02)00084-5: the same
  for anger, joy and sadness. Fear is fast and high there too, but louder, and rather wider than narrower: where the
  reviews differ, the table follows the former. Boredom: slow, low, narrow.
- Banse and Scherer 1996, "Acoustic profiles in vocal emotion expression", Journal of Personality and Social Psychology
  70(3), doi:10.1037/0022-3514.70.3.614: F0 and energy rise with arousal; elation, hot anger and panic lie highest and
  loudest, sadness and boredom low. ("Excited" is elation here; "melancholic" and "calm" are mild sadness, tenderness.)
- Murray and Arnott 1993, "Toward the simulation of emotion in synthetic speech", JASA 93(2), doi:10.1121/1.405558:
  disgust is very much slower and lower, slightly wider, softer.
- Traunmüller and Eriksson 2000, "Acoustic effects of variation in vocal effort", JASA 107(6), doi:10.1121/1.429414:
  with vocal effort F0 rises and the spectrum becomes flatter. So "loud" is also higher and brighter, "soft" lower and
  darker.

Surprise stands in none of the reviews; it gets the high and wide melody of an exclamation.
"""

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from core.finding import Finding
from core.request import EMOTIONS, Instruction
from core.text.directions import Lacking, Named, read_direction, table


@dataclass(frozen=True)
class Prosody:
    """How a line departs from the way it comes."""

    rate: float = 1.0
    """Factor on the speed of speech."""
    pitch_st: float = 0.0
    """Semitones by which the pitch is moved."""
    range: float = 1.0
    """Factor on the spread of log F0 around its middle."""
    level_db: float = 0.0
    """How much louder than usual, in decibels."""
    pause: float = 1.0
    """Factor on the pauses inside a sentence, beside what the rate does to them."""
    tilt_db: float = 0.0
    """How much brighter: decibels by which 4 kHz gains on 500 Hz."""


NEUTRAL = Prosody()
"""As it comes."""
BOUNDS: Mapping[str, tuple[float, float]] = {
    "rate": (0.6, 1.6),
    "pitch_st": (-5.0, 5.0),
    "range": (0.4, 1.8),
    "level_db": (-10.0, 6.0),
    "pause": (0.4, 2.5),
    "tilt_db": (-6.0, 6.0),
}
"""Least and most of each part of a prosody, whatever is asked for."""
_FACTORS = frozenset({"rate", "range", "pause"})
_MOST = 1.6
"""Largest degree of one cue, and largest sum of the degrees of all emotions."""


@dataclass(frozen=True)
class Interpretation:
    """What was made of a direction."""

    prosody: Prosody
    followed: tuple[str, ...]
    """The words that were understood, as they were written."""
    unfollowed: tuple[Finding, ...]
    """The parts that prosody cannot follow."""


def interpret(instruction: Instruction) -> Interpretation:
    """What ``instruction``, which is resolved (see :func:`core.text.presets.resolve`), means for prosody; never raises.

    Words and vector add up, but the same emotion in both counts once. A clip is not listened to.
    """
    return _interpret(instruction.text, instruction.vector)


@functools.lru_cache(1024)
def _interpret(text: str, vector: tuple[float, ...]) -> Interpretation:
    named, lacking = read_direction(text) if text else ((), ())
    degrees = _degrees(named)
    for emotion, value in zip(EMOTIONS, vector, strict=False):
        if value:
            degrees[emotion] = max(degrees.get(emotion, 0.0), value)
    followed = dict.fromkeys(name.words for name in named)
    return Interpretation(_prosody(degrees), tuple(followed), tuple(_findings(lacking)))


def _degrees(named: Iterable[Named]) -> dict[str, float]:
    """The degree of each cue; of one that is named twice the stronger."""
    degrees: dict[str, float] = {}
    for name in named:
        degree = max(-_MOST, min(_MOST, name.degree))
        if abs(degree) >= abs(degrees.get(name.cue, 0.0)):
            degrees[name.cue] = degree
    return degrees


def _prosody(degrees: Mapping[str, float]) -> Prosody:
    """The effects of all cues together: decibels and semitones add up, factors multiply."""
    emotions, manners = table()["emotions"], table()["manners"]
    feeling = sum(degree for cue, degree in degrees.items() if cue in emotions)
    # Everything at once is not more than one thing wholly.
    share = min(1.0, _MOST / feeling) if feeling > 0 else 1.0
    values = {}
    for field in fields(Prosody):
        total = 0.0
        for cue, degree in degrees.items():
            row = emotions.get(cue) or manners[cue]
            if field.name in row:
                effect = math.log(row[field.name]) if field.name in _FACTORS else row[field.name]
                total += effect * degree * (share if cue in emotions else 1.0)
        if total:
            least, most = BOUNDS[field.name]
            value = math.exp(total) if field.name in _FACTORS else total
            values[field.name] = round(max(least, min(most, value)), 4)
    return Prosody(**values)


def _findings(lacking: Iterable[Lacking]) -> Iterable[Finding]:
    for lack in lacking:
        yield Finding("note" if lack.kind == "whisper" else "warning", f"direction.{lack.kind}", {"part": lack.words})
