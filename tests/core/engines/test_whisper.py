import numpy as np
import pytest

from core.audio import AudioClip, decode
from core.engines.base import Utterance
from core.engines.kokoro.engine import KokoroEngine
from core.engines.whisper import WhisperEngine
from core.errors import Cancelled
from core.progress import Progress
from tests.core.speakers.test_reference import REFERENCE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine(models: None) -> WhisperEngine:
    return WhisperEngine()


@pytest.fixture(scope="module")
def reference() -> AudioClip:
    return decode(REFERENCE.read_bytes())


def heard(engine: WhisperEngine, clip: AudioClip, language: str = "auto", itn: bool = True):
    return engine.transcribe(clip, language=language, itn=itn, progress=Progress())


def test_english_is_found_out_written_down_and_timed(engine: WhisperEngine, reference: AudioClip) -> None:
    transcript = heard(engine, reference)
    assert transcript.language == "en"
    for word in ("harbour", "cold wind", "boats", "night"):
        assert word in transcript.text.replace("harbor", "harbour")
    assert transcript.segments
    assert all(part.start_s < part.end_s <= reference.duration_s + 0.5 for part in transcript.segments)


def spoken(text: str, voice: str, language: str) -> AudioClip:
    kokoro = KokoroEngine()
    return kokoro.synthesize(Utterance(text, language), kokoro.stock_profile(voice))


def test_mandarin_is_written_in_simplified_characters(engine: WhisperEngine) -> None:
    transcript = heard(engine, spoken("这个国家的经济发展很快。", "zf_xiaoyi", "zh"))
    assert transcript.language == "zh"
    assert "国家" in transcript.text
    assert "经济" in transcript.text


def test_numbers_are_digits_or_words_as_asked(engine: WhisperEngine) -> None:
    clip = spoken("We counted 47 ships in 1998.", "am_michael", "en")
    assert "47" in heard(engine, clip).text
    assert not any(character.isdigit() for character in heard(engine, clip, itn=False).text)


def test_a_long_file_reports_progress_and_stops_when_told(engine: WhisperEngine, reference: AudioClip) -> None:
    long = AudioClip(np.tile(reference.samples, 8), reference.sample_rate)
    fractions: list[float] = []
    progress = Progress(lambda _, fraction: (fractions.append(fraction), fraction > 0.2 and progress.cancel()))
    with pytest.raises(Cancelled):
        engine.transcribe(long, language="en", itn=True, progress=progress)
    assert fractions == sorted(fractions)
    assert 0.2 < fractions[-1] < 1.0
