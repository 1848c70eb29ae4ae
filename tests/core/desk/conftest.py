"""A studio that hums, for what happens around an engine; its takes last as long as their texts and speeds say."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.base import StockVoice, Utterance
from core.speakers.profile import SpeakerProfile
from core.studio import Studio
from tests.core.humming import HummingEngine, hum, humming_studio


class PacedEngine(HummingEngine):
    """Hums a tenth of a second for each character, less when it is asked to be faster."""

    voices: tuple[StockVoice, ...] = (StockVoice("alto", "Alto", "en", "female"), StockVoice("di", "Di", "zh", "male"))

    def stock_profile(self, voice: str) -> SpeakerProfile:
        pitch = {"alto": 240.0, "di": 120.0}.get(voice)
        if pitch is None:
            return super().stock_profile(voice)
        return SpeakerProfile(self.name, {"pitch": np.array([pitch], np.float32)})

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        super().synthesize(utterance, profile)
        pitch = float(profile.arrays["pitch"][0])
        return hum(f"{utterance.text}|{utterance.seed}", pitch, 0.1 * len(utterance.text) / utterance.speed)


@pytest.fixture
def engine() -> PacedEngine:
    return PacedEngine()


@pytest.fixture
def studio(tmp_path: Path, redis_url: str, engine: PacedEngine) -> Iterator[Studio]:
    made = humming_studio(tmp_path, redis_url, engine)
    yield made
    made.close()
