"""What an engine needs to speak in a voice, as named arrays that survive a trip through the cache bit for bit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class SpeakerProfile:
    """A voice as one engine understands it."""

    engine: str
    """Name of the engine that made it, the only one that can use it."""
    arrays: Mapping[str, npt.NDArray[Any]]
    """The engine's own arrays by name; shapes and units are documented by the engine."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Small facts in text, for people and reports ("similarity": "0.81")."""
