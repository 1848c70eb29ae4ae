from pathlib import Path

import pytest

from core.audio import AudioClip, decode
from core.engines.whisper import WhisperEngine
from tests.core.engines.contract import Listening, RecognitionContract
from tests.core.speakers.test_reference import REFERENCE


@pytest.fixture(scope="module")
def subject(models: Path) -> Listening:
    speech = decode(REFERENCE.read_bytes())
    half = len(speech.samples) // 2
    clips = [AudioClip(samples, speech.sample_rate) for samples in (speech.samples[:half], speech.samples[half:])]
    return Listening(
        engine=WhisperEngine(),
        fresh=WhisperEngine,
        absent=lambda _: WhisperEngine(),
        opens="faster_whisper.WhisperModel",
        clips=clips,
    )


@pytest.mark.slow
class TestWhisper(RecognitionContract):
    """On the real model."""
