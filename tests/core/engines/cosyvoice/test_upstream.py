"""The authors' own code on a tiny model of random weights. Needs that code: set ENCORE_COSYVOICE_CODE."""

import gc
import importlib
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from core.audio import Floats
from core.engines.base import Utterance
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.cosyvoice.files import ModelFiles
from core.engines.cosyvoice.upstream import Options, Upstream
from core.errors import EngineFailed, EngineUnavailable
from core.payloads import PROFILE
from core.progress import Progress
from core.request import Instruction
from core.speakers.profile import SpeakerProfile
from tests.core.engines.cosyvoice.conftest import Names
from tests.core.engines.cosyvoice.tiny import voice
from tests.core.engines.inside import counted, filling, inside, instances
from tests.core.engines.restore import assert_same_bits, in_another_process, stored

pytestmark = pytest.mark.slow

PROMPT = "hello there"
HI = Utterance("Hi.", "en", seed=0)
LONGER = Utterance("In several pieces.", "en", seed=0)
EXTRACTORS = tuple(f"_frontend._extract_{what}" for what in ("speech_token", "spk_embedding", "speech_feat"))


@pytest.fixture(scope="module")
def profile(engine: CosyVoiceEngine) -> SpeakerProfile:
    return engine.enroll(voice(), PROMPT, Progress())


@pytest.fixture(scope="module")
def wordless(engine: CosyVoiceEngine) -> SpeakerProfile:
    return engine.enroll(voice(), "", Progress())


@pytest.fixture
def upstream(engine: CosyVoiceEngine) -> Iterator[Upstream]:
    """The loaded model, which nothing of a call may be left in."""
    engine.load()
    assert engine._model is not None
    yield engine._model
    model = engine._model._model
    assert (model.tts_speech_token_dict, model.llm_end_dict, model.hift_cache_dict) == ({}, {}, {})
    assert engine._model._frontend.spk2info == {}
    assert not engine._working.locked()


Call = Callable[..., Floats]


@pytest.fixture
def official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A call of the authors' own interface with the clip as a file, as their examples make it."""
    torch = importlib.import_module("torch")
    torchaudio = importlib.import_module("torchaudio")
    clip = voice()
    sf.write(tmp_path / "clip.wav", clip.samples, clip.sample_rate, "FLOAT")

    def load(path: str, backend: str = "") -> tuple[Any, int]:
        samples, rate = sf.read(path, dtype="float32", always_2d=True)
        return torch.from_numpy(samples.T), rate

    monkeypatch.setattr(torchaudio, "load", load)  # newer ones need TorchCodec, and with it FFmpeg, to read a file

    def call(engine: CosyVoiceEngine, name: str, text: str, **more: str) -> Floats:
        assert engine._model is not None
        outputs = getattr(engine._model._cosyvoice, name)(
            tts_text=text, prompt_wav=str(tmp_path / "clip.wav"), text_frontend=False, **more
        )
        torch.manual_seed(0)
        joined: Floats = np.concatenate([output["tts_speech"].numpy()[0] for output in outputs])
        return joined

    return call


def test_a_profile_keeps_every_bit(profile: SpeakerProfile) -> None:
    back = PROFILE.decode(PROFILE.encode(profile))
    assert back.engine == "cosyvoice"
    assert_same_bits(back.arrays, profile.arrays)
    count = profile.arrays["flow_prompt_speech_token"].shape[1]
    assert count == 40
    assert profile.arrays["prompt_speech_feat"].shape == (1, 2 * count, 80)
    assert profile.arrays["flow_embedding"].shape == (1, 192)


def test_a_profile_without_words_keeps_every_bit(wordless: SpeakerProfile) -> None:
    back = PROFILE.decode(PROFILE.encode(wordless))
    assert back.arrays["prompt_text"].shape == wordless.arrays["prompt_text"].shape == (1, 0)


@pytest.mark.usefixtures("upstream")
def test_cloning_gives_what_the_official_call_gives(
    official: Call, engine: CosyVoiceEngine, profile: SpeakerProfile
) -> None:
    framed = f"You are a helpful assistant.<|endofprompt|>{PROMPT}"
    expected = official(engine, "inference_zero_shot", "Hi.", prompt_text=framed)
    # The noise that is spoken has no silence around it that would be taken off.
    assert np.array_equal(engine.synthesize(HI, PROFILE.decode(PROFILE.encode(profile))).samples, expected)


@pytest.mark.usefixtures("upstream")
def test_cloning_without_words_gives_what_the_official_call_gives(
    official: Call, engine: CosyVoiceEngine, wordless: SpeakerProfile
) -> None:
    expected = official(engine, "inference_cross_lingual", "You are a helpful assistant.<|endofprompt|>Hi.")
    assert np.array_equal(engine.synthesize(HI, wordless).samples, expected)


@pytest.mark.usefixtures("upstream")
@pytest.mark.parametrize("words", ["请用四川话表达。", "Please say a sentence in a very soft voice."])
def test_a_direction_is_followed_as_in_the_official_call(
    official: Call, engine: CosyVoiceEngine, profile: SpeakerProfile, words: str
) -> None:
    framed = f"You are a helpful assistant. {words}<|endofprompt|>"
    expected = official(engine, "inference_instruct2", "Hi.", instruct_text=framed)
    directed = Utterance("Hi.", "en", seed=0, instruction=Instruction(words))
    assert np.array_equal(engine.synthesize(directed, profile).samples, expected)


def test_directions_change_a_cached_voice(engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    takes = [
        engine.synthesize(Utterance("Hi.", "en", seed=0, instruction=Instruction(words)), profile).content_id
        for words in ("", "请非常开心地说一句话。", "请非常伤心地说一句话。")
    ]
    assert len(set(takes)) == 3


def test_a_seed_is_a_take(engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    torch = importlib.import_module("torch")
    torch.manual_seed(99)
    generators = torch.get_rng_state(), np.random.get_state()[1].copy()
    first = engine.synthesize(HI, profile)
    assert torch.equal(torch.get_rng_state(), generators[0])
    assert np.array_equal(np.random.get_state()[1], generators[1])
    torch.manual_seed(7)
    assert engine.synthesize(HI, profile).content_id == first.content_id
    assert engine.synthesize(Utterance("Hi.", "en", seed=4), profile).content_id != first.content_id


def test_voices_differ(engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    other = engine.enroll(voice(pitch=220.0), PROMPT, Progress())
    assert engine.synthesize(HI, other).content_id != engine.synthesize(HI, profile).content_id


@pytest.mark.usefixtures("upstream")
def test_a_stored_voice_is_extracted_never_again_in_any_process(
    engine: CosyVoiceEngine, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted(engine, EXTRACTORS, monkeypatch.setattr)
    made = stored(engine, redis_url, PROMPT)
    assert calls == dict.fromkeys(EXTRACTORS, 1)
    expected = engine.synthesize(HI, made).samples
    engine.synthesize(Utterance("Hi.", "en", instruction=Instruction("softly")), made)
    assert calls == dict.fromkeys(EXTRACTORS, 1)
    told = in_another_process(engine, redis_url, PROMPT, HI, EXTRACTORS, tmp_path)
    assert (told.outcome, told.fingerprint) == ("hit", engine.fingerprint)
    assert told.calls == dict.fromkeys(EXTRACTORS, 0)
    assert_same_bits(told.arrays, made.arrays)
    assert np.array_equal(told.samples, expected)
    stored(engine, redis_url, "hello, there")
    assert calls == dict.fromkeys(EXTRACTORS, 2)


def test_a_voice_that_was_evicted_comes_back_as_it_was(engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    importlib.import_module("torch").manual_seed(99)
    assert_same_bits(engine.enroll(voice(), PROMPT, Progress()).arrays, profile.arrays)


def test_marks_reach_the_model_as_they_are(
    upstream: Upstream, engine: CosyVoiceEngine, profile: SpeakerProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    theirs = upstream._frontend.tokenizer.encode
    monkeypatch.setattr(upstream._frontend.tokenizer, "encode", lambda text, **how: heard.append(text) or theirs(text))
    engine.synthesize(Utterance("爱[h][ào][breath]", "zh"), profile)
    assert heard == ["爱[h][ào][breath]"]
    alphabet = [theirs(mark) for mark in ("[h]", "[ào]", "[breath]", "<strong>", "[AY0]")]
    assert all(len(tokens) == 1 for tokens in alphabet)
    assert theirs("[h][ào]") == alphabet[0] + alphabet[1]


def test_speed(engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    usual, slow = (engine.synthesize(Utterance("Hi.", "en", speed=speed), profile) for speed in (1.0, 0.5))
    assert slow.duration_s == pytest.approx(2 * usual.duration_s, rel=0.1)


def test_clips_of_any_rate(engine: CosyVoiceEngine) -> None:
    for rate in (8_000, 16_000, 44_100):
        made = engine.enroll(voice(0.8, rate=rate), "", Progress())
        assert made.arrays["flow_prompt_speech_token"].shape[1] == 20


def test_streaming(upstream: Upstream, engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    chunks = [[chunk.samples for chunk in engine.stream(LONGER, profile)] for _ in range(2)]
    assert len(chunks[0]) > 2
    # The second call comes in the same pieces: they grow within a call, and begin anew.
    assert [len(chunk) for chunk in chunks[0]] == [len(chunk) for chunk in chunks[1]]
    streamed = np.concatenate(chunks[0])
    assert np.array_equal(streamed, np.concatenate(chunks[1]))
    whole = engine.synthesize(LONGER, profile).samples
    assert len(streamed) == len(whole)  # the same words, as declared ("alike")
    assert np.corrcoef(streamed, whole)[0, 1] > 0.5


def test_another_speed_is_not_dropped_by_streaming(engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    slow = Utterance("Hi.", "en", seed=0, speed=0.5)
    (chunk,) = engine.stream(slow, profile)
    assert np.array_equal(chunk.samples, engine.synthesize(slow, profile).samples)


def test_nobody_waits_for_who_stops_listening(
    upstream: Upstream, engine: CosyVoiceEngine, profile: SpeakerProfile
) -> None:
    expected = engine.synthesize(HI, profile).content_id
    chunks = engine.stream(LONGER, profile)
    next(chunks)  # and never another one
    assert engine.synthesize(HI, profile).content_id == expected
    chunks = engine.stream(LONGER, profile)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert engine.synthesize(HI, profile).content_id == expected
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cosyvoice")]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("after", [0, 45])
def test_what_breaks_in_the_language_model_is_told(
    upstream: Upstream,
    engine: CosyVoiceEngine,
    profile: SpeakerProfile,
    monkeypatch: pytest.MonkeyPatch,
    streamed: bool,
    after: int,
) -> None:
    theirs = upstream._model.llm.sampling_ids
    tokens: list[int] = []

    def breaks(*given: Any, **more: Any) -> int:
        if len(tokens) == after:
            raise RuntimeError("the seam came apart")
        tokens.append(theirs(*given, **more))
        return tokens[-1]

    monkeypatch.setattr(upstream._model.llm, "sampling_ids", breaks)
    with pytest.raises(EngineFailed, match="the seam came apart"):
        list(engine.stream(LONGER, profile) if streamed else [engine.synthesize(LONGER, profile)])
    monkeypatch.undo()
    assert engine.synthesize(HI, profile).duration_s > 0


@pytest.mark.usefixtures("upstream")
@pytest.mark.parametrize("place", ["_frontend._extract_speech_feat", "_model.llm.inference", "_model.flow.inference"])
def test_full_memory_is_told_and_leaves_the_engine_usable(
    engine: CosyVoiceEngine, profile: SpeakerProfile, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    held: list[weakref.ref[Any]] = []
    monkeypatch.setattr(*inside(engine, place), filling(held))
    with pytest.raises(EngineFailed) as caught:
        engine.synthesize(HI, engine.enroll(voice(), PROMPT, Progress()))
    assert caught.value.code == "engine.memory"
    assert [big() for big in held] == [None]
    monkeypatch.undo()
    assert engine.synthesize(HI, profile).duration_s > 0


def test_a_model_that_finds_no_room_is_let_go_and_loaded_the_next_time(
    engine: CosyVoiceEngine, profile: SpeakerProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = engine.synthesize(HI, profile).content_id
    model = importlib.import_module("cosyvoice.cli.model").CosyVoice3Model
    engine.unload()
    held: list[weakref.ref[Any]] = []
    monkeypatch.setattr(model, "load", filling(held))
    with pytest.raises(EngineFailed) as caught:
        engine.load()
    assert caught.value.code == "engine.memory"
    assert [big() for big in held] == [None]
    assert (engine.loaded, instances(model)) == (False, 0)
    monkeypatch.undo()
    assert engine.synthesize(HI, profile).content_id == expected


def test_another_tokenizer_is_refused(upstream: Upstream, real: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    files = ModelFiles.of(real())
    upstream._check_tokenizer(files)
    theirs = upstream._frontend.tokenizer.encode
    monkeypatch.setattr(upstream._frontend.tokenizer, "encode", lambda text: [token + 1 for token in theirs(text)])
    with pytest.raises(EngineFailed, match="151647"):
        upstream._check_tokenizer(files)


def test_options_that_need_a_gpu_are_refused_without(real: Names) -> None:
    if importlib.import_module("torch").cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(EngineUnavailable, match="fp16, vllm"):
        Upstream(ModelFiles.of(real()), Options(fp16=True, vllm=True))
    with pytest.raises(EngineUnavailable, match="cuda:1"):
        Upstream(ModelFiles.of(real()), Options(device="cuda:1"))


def test_files_that_are_no_model(real: Names, tmp_path: Path) -> None:
    broken = tmp_path / "model"
    for path in ModelFiles.of(real()).needed:
        copy = broken / path.relative_to(real().cosyvoice_model)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to(path)
    (broken / "llm.pt").unlink()
    (broken / "llm.pt").write_bytes(b"nothing")
    engine = CosyVoiceEngine(real().model_copy(update={"cosyvoice_model": str(broken)}))
    with pytest.raises(EngineFailed) as caught:
        engine.load()
    assert caught.value.code == "cosyvoice.broken"
    assert not engine.loaded


def test_unloaded_it_takes_no_memory_and_comes_back(engine: CosyVoiceEngine, profile: SpeakerProfile) -> None:
    expected = engine.synthesize(HI, profile).content_id
    assert engine._model is not None
    weights = [weakref.ref(part) for part in (engine._model._model.llm, engine._model._model.flow)]
    engine.unload()
    gc.collect()
    assert not engine.loaded
    assert [part() for part in weights] == [None, None]
    assert engine.synthesize(HI, profile).content_id == expected


def test_the_second_version_takes_the_same_calls(real: Names, official: Call) -> None:
    engine = CosyVoiceEngine(real(2))
    profile, wordless = (engine.enroll(voice(), words, Progress()) for words in (PROMPT, ""))
    restored = PROFILE.decode(PROFILE.encode(profile))
    expected = official(engine, "inference_zero_shot", "Hi.", prompt_text=PROMPT)
    assert np.array_equal(engine.synthesize(HI, restored).samples, expected)
    (chunk,) = engine.stream(HI, restored)  # it does not stream: its chunks would be others every time
    assert np.array_equal(chunk.samples, expected)
    expected = official(engine, "inference_cross_lingual", "Hi.")
    assert np.array_equal(engine.synthesize(HI, wordless).samples, expected)
    expected = official(engine, "inference_instruct2", "Hi.", instruct_text="用四川话说<|endofprompt|>")
    directed = Utterance("Hi.", "en", instruction=Instruction("用四川话说"))
    assert np.array_equal(engine.synthesize(directed, restored).samples, expected)
    engine.unload()
