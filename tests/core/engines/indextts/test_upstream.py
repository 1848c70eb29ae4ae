"""The authors' own code, or the library made of it, on tiny models of random weights.

Needs that code: set ENCORE_INDEXTTS_CODE to a checkout, or install ``indextts25-inference`` for version 2.5.
"""

import importlib
import os
import warnings
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from core.audio import Floats
from core.engines.base import Utterance
from core.engines.indextts.engine import IndexTTSEngine
from core.engines.indextts.library import Library
from core.engines.indextts.upstream import Upstream
from core.errors import EngineFailed
from core.payloads import PROFILE
from core.progress import Progress
from core.request import AudioSource, Instruction
from core.speakers.profile import SpeakerProfile
from tests.core.engines.cosyvoice.tiny import voice
from tests.core.engines.inside import counted, filling, inside, instances
from tests.core.engines.restore import assert_same_bits, in_another_process, stored

pytestmark = pytest.mark.slow

HI = "hello there."
PLAIN = Utterance(HI, "en", seed=3)
EXTRACTORS = tuple(
    f"_tts.{name}"
    for name in ("get_emb", "extract_features", "mel_fn", "_load_and_cut_audio", "campplus_model.forward")
)
HAPPY = (0.9, *[0.0] * 7)
SHOUT = AudioSource.from_clip(voice(1.2, 260.0))


@pytest.fixture(scope="module")
def profile(engine: IndexTTSEngine) -> SpeakerProfile:
    return engine.enroll(voice(), "", Progress())


@pytest.fixture(scope="module")
def plain(engine: IndexTTSEngine, profile: SpeakerProfile) -> Floats:
    return _said(engine, profile)


@pytest.fixture
def upstream(engine: IndexTTSEngine) -> Iterator[Upstream]:
    engine.load()
    assert engine._model is not None
    yield engine._model
    assert not engine._working.locked()


def _not_asked_for(*_: object, **__: object) -> None:
    raise AssertionError("it listened to a clip")


def _said(
    engine: IndexTTSEngine, profile: SpeakerProfile, text: str = HI, seed: int = 3, speed: float = 1.0, **how: Any
) -> Floats:
    return engine.synthesize(Utterance(text, "en", speed, seed, Instruction(**how)), profile).samples


def _is_newer(engine: IndexTTSEngine) -> bool:
    return engine.capabilities.arpabet


def test_a_profile_keeps_every_bit(profile: SpeakerProfile) -> None:
    shapes = {name: (array.dtype, array.shape[-1] if name != "mel" else 80) for name, array in profile.arrays.items()}
    assert shapes.pop("s2mel_prompt")[0] == np.float32
    assert shapes == {
        "spk_cond": (np.float32, 1024),
        "s2mel_style": (np.float32, 192),
        "mel": (np.float32, 80),
        "emo_cond": (np.float32, 1024),
    }
    assert_same_bits(PROFILE.decode(PROFILE.encode(profile)).arrays, profile.arrays)


@pytest.mark.usefixtures("upstream")
def test_a_stored_voice_is_extracted_never_again_in_any_process(
    engine: IndexTTSEngine, plain: Floats, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted(engine, EXTRACTORS, monkeypatch.setattr)
    made = stored(engine, redis_url, "")
    once = dict(calls)
    assert all(once.values())
    assert np.array_equal(engine.synthesize(PLAIN, made).samples, plain)
    stored(engine, redis_url, "what it says does not matter")
    assert calls == once
    told = in_another_process(engine, redis_url, "", PLAIN, EXTRACTORS, tmp_path)
    assert (told.outcome, told.fingerprint) == ("hit", engine.fingerprint)
    assert told.calls == dict.fromkeys(EXTRACTORS, 0)
    assert_same_bits(told.arrays, made.arrays)
    assert np.array_equal(told.samples, plain)


def test_a_voice_that_was_evicted_comes_back_as_it_was(engine: IndexTTSEngine, profile: SpeakerProfile) -> None:
    importlib.import_module("torch").manual_seed(99)
    assert_same_bits(engine.enroll(voice(), "something else", Progress()).arrays, profile.arrays)


def test_it_is_what_the_authors_interface_gives(upstream: Upstream, profile: SpeakerProfile, tmp_path: Path) -> None:
    torch = importlib.import_module("torch")
    clip = voice()
    path = str(tmp_path / "clip.wav")
    sf.write(path, clip.samples, clip.sample_rate, "FLOAT")
    how = {"lang": "en"} if upstream._version == "2.5" else {}
    if isinstance(upstream, Library):
        pytest.skip("the library is asked for its own memory of a voice, which is what is replaced here")
    upstream._forget()
    upstream._tts.infer(path, HI, None, **how)  # listens to the clip, which draws numbers
    torch.manual_seed(3)
    rate, official = upstream._tts.infer(path, HI, None, **how)
    mine = upstream.speak(
        HI, profile.arrays, language="en", emotion=None, strength=1.0, vector=(), words="", seed=3, speed=1.0
    )
    assert rate == 22_050
    assert np.array_equal(np.rint(mine * 32767).astype(np.int16), official[:, 0])


def test_voices_take_turns(engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats) -> None:
    other = engine.enroll(voice(pitch=220.0), "", Progress())
    assert not np.array_equal(_said(engine, other), plain)
    assert np.array_equal(_said(engine, profile), plain)


def test_another_seed_is_another_take(engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats) -> None:
    torch = importlib.import_module("torch")
    state = torch.random.get_rng_state()
    assert not np.array_equal(_said(engine, profile, seed=4), plain)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_emotions_by_name_and_by_clip(
    engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    happy = _said(engine, profile, vector=HAPPY)
    shouted = _said(engine, profile, clip=SHOUT)
    assert not np.array_equal(happy, plain)
    assert not np.array_equal(shouted, plain)
    assert not np.array_equal(shouted, happy)
    directed = engine.with_emotion(profile, engine.enroll(SHOUT.clip, "", Progress()))
    monkeypatch.setattr(upstream._tts, "get_emb", _not_asked_for)
    assert np.array_equal(_said(engine, directed, clip=SHOUT), shouted)
    assert not np.array_equal(_said(engine, directed, clip=SHOUT, strength=0.4), shouted)
    assert np.array_equal(_said(engine, directed), plain)
    assert np.array_equal(_said(engine, profile), plain)


def test_emotions_in_words(
    engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authors' call for words, with a reader of words that has learned one thing."""
    if isinstance(upstream, Library):
        pytest.skip("the library reads no emotions out of words, and says so")

    class Reader:
        def inference(self, words: str) -> dict[str, float]:
            assert words == "with joy"
            return dict(enumerate((0.6, *[0.0] * 7)))  # type: ignore[arg-type]

    monkeypatch.setattr(upstream._tts, "qwen_emo", Reader())
    joyful = engine.synthesize(Utterance(HI, "en", 1.0, 3, Instruction("with joy")), profile).samples
    assert not np.array_equal(joyful, plain)
    both = engine.synthesize(Utterance(HI, "en", 1.0, 3, Instruction("with joy", vector=HAPPY)), profile).samples
    assert not np.array_equal(both, joyful)


def test_marks_and_speed(engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats) -> None:
    if not _is_newer(engine):
        hao, xing = (
            engine.synthesize(Utterance(f"她{mark}", "zh", seed=3), profile).samples for mark in ("HAO4", "XING2")
        )
        assert not np.array_equal(hao, xing)
        return
    marked = _said(engine, profile, "<hello|HH AH0 . L OW1> there.")
    assert not np.array_equal(marked, plain)
    assert len(_said(engine, profile, speed=2.0)) < 0.7 * len(plain) < 0.7 * len(_said(engine, profile, speed=0.5))


def test_nothing_of_the_process_is_changed(
    engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats, capfd: pytest.CaptureFixture[str]
) -> None:
    """Reloads the model, which then says the same as before."""
    filters, environment = list(warnings.filters), dict(os.environ)
    engine.unload()
    assert not engine.loaded
    assert np.array_equal(_said(engine, profile), plain)
    assert engine.loaded
    assert list(warnings.filters) == filters
    assert dict(os.environ) == environment
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "it/s" not in printed.err


@pytest.mark.usefixtures("upstream")
@pytest.mark.parametrize("place", ["_tts.get_emb", "_tts.bigvgan.forward"])
def test_full_memory_is_told_and_leaves_the_engine_usable(
    engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    held: list[weakref.ref[Any]] = []
    monkeypatch.setattr(*inside(engine, place), filling(held))
    with pytest.raises(EngineFailed) as caught:
        engine.synthesize(PLAIN, engine.enroll(voice(), "", Progress()))
    assert caught.value.code == "engine.memory"
    assert [big() for big in held] == [None]
    monkeypatch.undo()
    assert np.array_equal(_said(engine, profile), plain)


def test_a_model_that_finds_no_room_is_let_go_and_loaded_the_next_time(
    engine: IndexTTSEngine, profile: SpeakerProfile, plain: Floats, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = upstream._module
    engine.unload()
    held: list[weakref.ref[Any]] = []
    monkeypatch.setattr(module, "CAMPPlus", filling(held))
    with pytest.raises(EngineFailed) as caught:
        engine.load()
    assert caught.value.code == "engine.memory"
    assert [big() for big in held] == [None]
    assert (engine.loaded, instances(module.IndexTTS2)) == (False, 0)
    monkeypatch.undo()
    assert np.array_equal(_said(engine, profile), plain)
