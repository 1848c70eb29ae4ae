import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.base import SynthesisEngine, Utterance
from core.engines.kokoro.engine import KokoroEngine, _trimmed
from core.engines.whisper import WhisperEngine
from core.errors import Cancelled, InvalidText
from core.progress import Progress
from core.speakers.encoder import similarity, speaker_encoder
from tests.core.engines.kokoro.conftest import Clone

LINE = "The last train to Oxford leaves at 9:45."


@cache
def whisper() -> WhisperEngine:
    return WhisperEngine()


def heard(clip: AudioClip, language: str) -> str:
    return whisper().transcribe(clip, language=language, itn=False, progress=Progress()).text.lower()


def test_it_is_an_engine_that_needs_no_model_to_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh: SynthesisEngine = KokoroEngine()
    monkeypatch.setattr(KokoroEngine, "_ready", lambda self: pytest.fail("loaded"))
    assert fresh.fingerprint.startswith("kokoro/")
    assert fresh.fingerprint == KokoroEngine().fingerprint
    assert fresh.capabilities.cloning


def test_margins_are_constant() -> None:
    tone = np.sin(np.arange(12_000) / 10).astype(np.float32) * 0.5
    short, long = (_trimmed(np.pad(tone, quiet)) for quiet in (800, 9_000))
    assert abs(len(short) - len(long)) <= 240
    assert len(tone) < len(short) < len(tone) + 2_400
    assert short[0] == short[-1] == 0


@pytest.mark.slow
def test_the_voices(engine: KokoroEngine) -> None:
    assert {voice.language for voice in engine.voices} == {"en", "zh"}
    assert "zf_xiaoni" not in {voice.name for voice in engine.voices}


@pytest.mark.slow
def test_the_same_is_the_same_in_every_process(engine: KokoroEngine) -> None:
    profile = engine.stock_profile("af_heart")
    once, twice = (engine.synthesize(Utterance("Good morning.", "en", seed=3), profile) for _ in range(2))
    assert once.content_id == twice.content_id
    script = (
        "from core.engines.base import Utterance; from core.engines.kokoro.engine import KokoroEngine;"
        "e = KokoroEngine();"
        "print(e.synthesize(Utterance('Good morning.', 'en', seed=3), e.stock_profile('af_heart')).content_id)"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == once.content_id


@pytest.mark.slow
def test_another_seed_is_another_take_of_the_same_voice(engine: KokoroEngine) -> None:
    profile = engine.stock_profile("af_heart")
    takes = [engine.synthesize(Utterance(LINE, "en", seed=seed), profile) for seed in (0, 1, 2)]
    assert len({take.content_id for take in takes}) == 3
    first, *others = (speaker_encoder().embed(take) for take in takes)
    assert all(similarity(first, other) > 0.75 for other in others)
    assert all("train" in heard(take, "en") for take in takes)


@pytest.mark.slow
def test_speed_divides_the_duration(engine: KokoroEngine) -> None:
    profile = engine.stock_profile("am_michael")
    slow, natural, fast = (
        engine.synthesize(Utterance(LINE, "en", speed=speed), profile).duration_s for speed in (0.5, 1.0, 2.0)
    )
    assert 1.6 < slow / natural < 2.4
    assert 1.6 < natural / fast < 2.4


@pytest.mark.slow
def test_a_long_utterance_is_spoken_to_its_end(engine: KokoroEngine) -> None:
    text = "We walked along the river, " * 18 + "and then we saw the elephant."
    clip = engine.synthesize(Utterance(text, "en", speed=1.5), engine.stock_profile("af_heart"))
    assert clip.duration_s > 12
    assert "elephant" in heard(AudioClip(clip.samples[-24_000 * 5 :], 24_000), "en")
    assert np.abs(clip.samples).max() <= 1


@pytest.mark.slow
def test_mixed_text(engine: KokoroEngine) -> None:
    clip = engine.synthesize(Utterance("我们明天下午3点在 Starbucks 见面。", "zh"), engine.stock_profile("zf_xiaoyi"))
    said = heard(clip, "zh")
    assert "见面" in said
    assert "star" in said.replace(" ", "") or "星巴克" in said


@pytest.mark.slow
@pytest.mark.parametrize("text", ["…", "😀", "、。"])
def test_nothing_to_say(engine: KokoroEngine, text: str) -> None:
    with pytest.raises(InvalidText):
        engine.synthesize(Utterance(text, "zh"), engine.stock_profile("zf_xiaoyi"))


@pytest.mark.slow
def test_a_clone_sounds_like_its_reference(engine: KokoroEngine, clone: Clone) -> None:
    reference, profile = clone.reference, clone.profile
    assert clone.steps == sorted(clone.steps)
    assert len(clone.steps) > 5
    assert profile.arrays["embedding"].shape == (256,)
    embed = speaker_encoder().embed
    wanted = embed(reference)
    said = engine.synthesize(Utterance(LINE, "en"), profile)
    stranger = engine.synthesize(Utterance(LINE, "en"), engine.stock_profile("af_bella"))
    assert similarity(embed(said), wanted) > similarity(embed(stranger), wanted) + 0.2
    assert "train" in heard(said, "en")
    assert "天气" in heard(engine.synthesize(Utterance("今天天气很好。", "zh"), profile), "zh")
    hurried = replace(profile, arrays={**profile.arrays, "pace": 1.5 * profile.arrays["pace"]})
    assert 1.2 < said.duration_s / engine.synthesize(Utterance(LINE, "en"), hurried).duration_s < 1.8


@pytest.mark.slow
def test_enrolment_can_be_cancelled(engine: KokoroEngine) -> None:
    progress = Progress(lambda stage, done: progress.cancel() if done > 0.1 else None)
    clip = engine.synthesize(Utterance("One moment, please.", "en"), engine.stock_profile("af_heart"))
    with pytest.raises(Cancelled):
        engine.enroll(clip, "", progress)
