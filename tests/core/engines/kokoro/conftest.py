from dataclasses import dataclass
from pathlib import Path

import pytest

from core.audio import AudioClip
from core.engines.base import Utterance
from core.engines.kokoro.engine import KokoroEngine
from core.progress import Progress
from core.speakers.profile import SpeakerProfile


@dataclass(frozen=True)
class Clone:
    """A voice that was learned from a clip."""

    reference: AudioClip
    profile: SpeakerProfile
    steps: list[float]
    """How far the learning was, each time that it told."""


@pytest.fixture(scope="session")
def engine(models: Path) -> KokoroEngine:
    return KokoroEngine()


@pytest.fixture(scope="session")
def clone(engine: KokoroEngine) -> Clone:
    """Enrolled once for all tests: it takes long."""
    text = "I grew up by the sea, and every summer my father took us out in his boat."
    reference = engine.synthesize(Utterance(text, "en"), engine.stock_profile("bm_george"))
    steps: list[float] = []
    profile = engine.enroll(reference, "", Progress(lambda _, done: steps.append(done)))
    return Clone(reference, profile, steps)
