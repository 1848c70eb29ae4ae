"""Ready-made directions, as data in ``assets/presets.toml``, and how directions are put for an engine."""

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

from core.engines.base import Capabilities
from core.errors import InvalidInput, Unsupported
from core.request import EMOTIONS, Instruction
from core.text.identity import normalise

GROUPS = ("emotion", "dialect", "volume", "speed", "role")
"""The kinds of presets, in the order of the page."""


@dataclass(frozen=True)
class Preset:
    """One ready-made direction."""

    id: str
    group: str
    """One of :data:`GROUPS`."""
    labels: Mapping[str, str]
    """What people read, by the page's language: ``en`` and ``zh``."""
    instruction: str
    """The direction in words, as CosyVoice3 was taught it (without its prefix)."""
    vector: tuple[float, ...] = ()
    """The same as a value for each of :data:`core.request.EMOTIONS`; empty where no emotion says it."""


@functools.cache
def presets() -> Mapping[str, Preset]:
    """All presets by id, in the order of the page."""
    table = tomllib.loads((files("assets") / "presets.toml").read_text("utf-8"))
    return {
        name: Preset(name, row["group"], row["labels"], row["instruction"], _vector(row.get("emotions", {})))
        for name, row in table.items()
    }


def resolve(instruction: Instruction, capabilities: Capabilities, engine: str) -> Instruction:
    """``instruction`` as the engine called ``engine`` takes it: no presets are left, and the strength is worked in.

    Presets become words where the engine takes words, and a vector where it does not; strength stays only with a clip.
    Directions that mean the same come out equal. Raises :class:`InvalidInput` (``instruction.preset``) and
    :class:`Unsupported` (``request.instruction``, ``request.emotion``, ``request.emotion_clip``).
    """
    chosen = [_preset(name) for name in dict.fromkeys(instruction.presets)]
    words = normalise(instruction.text)
    vectors = [instruction.vector] if any(instruction.vector) else []
    if capabilities.instruction:
        words = " ".join(filter(None, [*(preset.instruction for preset in chosen), words]))
    else:
        if words or any(not preset.vector for preset in chosen):
            raise Unsupported("request.instruction", engine=engine)
        vectors += [preset.vector for preset in chosen]
    if vectors and not capabilities.emotion_vector:
        raise Unsupported(
            "request.instruction" if chosen and not instruction.vector else "request.emotion", engine=engine
        )
    if instruction.clip is not None and not capabilities.emotion_audio:
        raise Unsupported("request.emotion_clip", engine=engine)
    return replace(
        instruction,
        text=words,
        presets=(),
        vector=_sum(vectors, instruction.strength),
        strength=instruction.strength if instruction.clip is not None else 1.0,
    )


def _preset(name: str) -> Preset:
    known = presets()
    if name not in known:
        raise InvalidInput("instruction.preset", preset=name, known=", ".join(known))
    return known[name]


def _vector(emotions: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(float(emotions.get(emotion, 0.0)) for emotion in EMOTIONS) if emotions else ()


def _sum(vectors: Iterable[tuple[float, ...]], strength: float) -> tuple[float, ...]:
    """The sum of ``vectors``, none beyond 1, times ``strength``; empty if nothing is left."""
    total = tuple(round(strength * min(1.0, sum(values)), 4) for values in zip(*vectors, strict=True))
    return total if any(total) else ()


def read_emotion(text: str) -> Instruction:
    """The direction in ``text``, for shells and files: presets such as ``happy, fast``, or emotions with their values
    such as ``happy=0.6, surprised=0.3``. Raises :class:`InvalidInput`.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not any("=" in part for part in parts):
        for name in parts:
            _preset(name)
        return Instruction(presets=tuple(parts))
    values = dict.fromkeys(EMOTIONS, 0.0)
    try:
        for part in parts:
            name, value = part.split("=")
            values[name.strip()] = float(value)
    except ValueError as error:
        raise InvalidInput("instruction.vector", count=len(EMOTIONS), order=", ".join(EMOTIONS)) from error
    return Instruction(vector=tuple(values.values()))
