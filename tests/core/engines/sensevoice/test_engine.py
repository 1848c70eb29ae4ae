"""The real ``funasr_onnx.SenseVoiceSmall`` on a model that the tests build, whose transcripts are known."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from onnxruntime.quantization import QuantType, quantize_dynamic

from core.audio import AudioClip, decode
from core.engines.base import BatchRecognition, TimedText, Transcript
from core.engines.sensevoice.engine import SenseVoiceEngine
from core.engines.sensevoice.files import QUANTISED
from core.errors import Cancelled, EngineFailed, InvalidAudio
from core.progress import Progress
from tests.core.engines.sensevoice.conftest import OpenEngine
from tests.core.engines.sensevoice.tiny import RATE, build, clip, tone
from tests.core.speakers.test_reference import REFERENCE


def heard(engine: SenseVoiceEngine, *clips: AudioClip, language: str = "auto", itn: bool = True) -> list[Transcript]:
    return engine.transcribe_batch(clips, language=language, itn=itn, progress=Progress())


def inferences(engine: SenseVoiceEngine, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces each inference takes from now on."""
    engine.load()
    counts: list[int] = []
    graph = engine._model
    assert graph is not None
    infer = graph.infer
    monkeypatch.setattr(graph, "infer", lambda feats, *more: (counts.append(len(feats)), infer(feats, *more))[1])
    return counts


def test_words_language_emotion_and_events(engine: SenseVoiceEngine) -> None:
    said = engine.transcribe(
        clip("harbour", "boats", "twenty", with_="HAPPY Laughter"), language="auto", itn=True, progress=Progress()
    )
    assert said == Transcript(
        "harbour boats 20", "en", (TimedText(0.0, 1.7, "harbour boats 20"),), "happy", ("laughter",)
    )


def test_the_language_is_found_out_or_as_asked(engine: SenseVoiceEngine) -> None:
    clips = clip("你好", "世界"), clip("harbour")
    assert [said.language for said in heard(engine, *clips)] == ["zh", "en"]
    assert heard(engine, clips[0])[0].text == "你好世界"
    for language in engine.capabilities.languages:
        assert [said.language for said in heard(engine, *clips, language=language)] == [language] * 2


def test_numbers_are_digits_or_words_as_asked(engine: SenseVoiceEngine) -> None:
    twenty = clip("twenty", "boats")
    assert heard(engine, twenty)[0].text == "20 boats"
    assert heard(engine, twenty, itn=False)[0].text == "twenty boats"


def test_a_clip_of_another_rate_says_the_same(engine: SenseVoiceEngine) -> None:
    assert heard(engine, clip("harbour", "boats", rate=44_100))[0].text == "harbour boats"


def test_silence_says_nothing(engine: SenseVoiceEngine) -> None:
    silent = AudioClip(np.zeros(RATE, np.float32), RATE)
    assert heard(engine, silent) == [Transcript("", "en", (), None, ("speech",))]
    assert heard(engine, silent, language="ja")[0].language == "ja"


@pytest.mark.parametrize("samples", [0, 1, 399])
def test_less_than_a_frame_says_nothing(engine: SenseVoiceEngine, samples: int) -> None:
    short = AudioClip(np.full(samples, 0.1, np.float32), RATE)
    assert heard(engine, short) == [Transcript("", "en")]
    assert [said.text for said in heard(engine, short, clip("boats"), short)] == ["", "boats", ""]


def test_a_frame_is_enough(engine: SenseVoiceEngine) -> None:
    assert heard(engine, AudioClip(tone("boats", 0.025), RATE))[0].text == "boats"


def test_values_that_are_no_numbers_are_refused(engine: SenseVoiceEngine) -> None:
    with pytest.raises(InvalidAudio) as refused:
        heard(engine, AudioClip(np.array([0.0, np.nan] * RATE, np.float32), RATE))
    assert refused.value.code == "audio.not_finite"


def test_a_batch_is_one_inference_and_says_what_each_says_alone(
    engine: SenseVoiceEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [
        clip("boats", "harbour", "boats", with_="SAD"),
        clip("twenty", seconds=0.1),
        clip("你好", "世界", "你好", "世界", with_="BGM", seconds=0.6),
        clip("harbour"),
    ]
    alone = [heard(engine, each)[0] for each in clips]
    assert isinstance(engine, BatchRecognition)
    counts = inferences(engine, monkeypatch)
    assert heard(engine, *clips) == alone
    assert counts == [4]
    assert [said.emotion for said in alone] == ["sad", None, None, None]


def test_the_same_clip_has_the_same_features_every_time(engine: SenseVoiceEngine) -> None:
    engine.load()
    graph = engine._model
    assert graph is not None
    faint = [clip("harbour", amplitude=1e-4).samples]
    np.testing.assert_array_equal(graph.extract_feat(faint)[0], graph.extract_feat(faint)[0])


def test_a_file_named_like_the_language_is_not_read(
    engine: SenseVoiceEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("auto", "zh", "withitn", "woitn"):
        (tmp_path / name).write_text("ko\nnonsense\n")
    assert heard(engine, clip("harbour"))[0].language == "en"
    assert heard(engine, clip("harbour"), language="zh", itn=False)[0].language == "zh"


# Long recordings


@pytest.fixture(scope="module")
def long() -> AudioClip:
    """Over a minute of speech with a tone on top of each of its seven parts, and pauses between them."""
    # Without what lies above 3.5 kHz, where the tones are.
    speech = decode(REFERENCE.read_bytes()).resampled(7_000).resampled(RATE).samples
    pause = np.zeros(2 * RATE, np.float32)
    parts = []
    for number in range(7):
        part = speech * 0.2
        if number < 6:
            mark = tone(("harbour", "boats")[number % 2], 0.3)
            part[3 * RATE : 3 * RATE + len(mark)] += mark
        parts += [part, pause]
    return AudioClip(np.concatenate(parts), RATE)


def test_a_long_recording_is_cut_and_timed(
    engine: SenseVoiceEngine, long: AudioClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = inferences(engine, monkeypatch)
    (said,) = heard(engine, long)
    assert said.text == "harbour boats harbour boats harbour boats"
    assert said.language == "en"
    assert counts == [7]
    assert [part.text for part in said.segments] == ["harbour", "boats"] * 3  # the part that says nothing has no line
    length = len(long.samples) / RATE / 7
    for number, part in enumerate(said.segments):
        assert number * length - 0.3 <= part.start_s < number * length + 1
        assert number * length + 3.3 < part.end_s <= (number + 1) * length


def test_progress_is_told_and_a_cancel_is_heard_between_batches(
    engine: SenseVoiceEngine, long: AudioClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engines.sensevoice.engine.BATCH_S", 20.0)
    counts = inferences(engine, monkeypatch)
    fractions: list[float] = []
    engine.transcribe(long, language="auto", itn=True, progress=Progress(lambda _, done: fractions.append(done)))
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert len(counts) > 2
    whole = len(counts)

    counts.clear()
    progress = Progress(lambda _, done: done > 0.2 and progress.cancel())
    with pytest.raises(Cancelled):
        engine.transcribe(long, language="auto", itn=True, progress=progress)
    assert 0 < len(counts) < whole
    assert heard(engine, clip("boats"))[0].text == "boats"


# Models of other kinds


@pytest.mark.parametrize("kind", [{"masked": False}, {"single": True}])
def test_a_model_that_cannot_hear_pieces_side_by_side_hears_them_one_by_one(
    kind: dict[str, bool], tmp_path: Path, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(build(tmp_path / "model", **kind))
    counts = inferences(engine, monkeypatch)
    clips = clip("boats"), clip("harbour", "boats", "harbour", seconds=0.6), clip("twenty")
    assert [said.text for said in heard(engine, *clips)] == ["boats", "harbour boats harbour", "20"]
    assert counts == [1, 1, 1]


def test_a_quantised_model_is_found_by_its_name_and_hears_one_by_one(
    tiny_model: Path, tmp_path: Path, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "both"))
    quantize_dynamic(
        folder / "model.onnx", folder / QUANTISED, op_types_to_quantize=["MatMul"], weight_type=QuantType.QUInt8
    )
    full, small = open_engine(folder), open_engine(folder, sensevoice_quantized=True)
    assert len({full.fingerprint, small.fingerprint}) == 2
    (folder / "model.onnx").unlink()
    found = open_engine(folder)  # the only one that is there
    assert found.fingerprint == small.fingerprint
    counts = inferences(found, monkeypatch)
    clips = clip("harbour", "boats"), clip("twenty", "boats", with_="HAPPY")
    together = heard(found, *clips)
    assert counts == [1, 1]
    assert [said.text for said in together] == ["harbour boats", "20 boats"]
    assert together == [heard(found, each)[0] for each in clips]
    assert not open_engine(folder, sensevoice_quantized=False).availability.ready


def test_unloading_frees_the_model_and_the_next_use_loads_what_is_there_then(
    tiny_model: Path, tmp_path: Path, open_engine: OpenEngine
) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    engine = open_engine(folder)
    assert not engine.loaded
    assert heard(engine, clip("boats"))[0].text == "boats"
    assert engine.loaded
    first = engine.fingerprint
    engine.unload()
    engine.unload()
    assert not engine.loaded
    mvn = folder / "am.mvn"
    mvn.write_text(mvn.read_text().replace("-18.0", "-30.0"))  # nothing is loud enough any more
    assert heard(engine, clip("boats"))[0].text == ""
    assert engine.fingerprint != first


@pytest.mark.parametrize("name", ["model.onnx", "config.yaml", "am.mvn", "chn_jpn_yue_eng_ko_spectok.bpe.model"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff nonsense {[", b"!!python/object/apply:os.getcwd []"])
def test_a_damaged_file_is_told_and_what_it_says_is_not_run(
    name: str, content: bytes, tiny_model: Path, tmp_path: Path, open_engine: OpenEngine
) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    (folder / name).write_bytes(content)
    engine = open_engine(folder)
    with pytest.raises(EngineFailed) as broken:
        heard(engine, clip("boats"))
    assert broken.value.code == "sensevoice.broken"
    assert str(folder) in str(broken.value)
    assert not engine.loaded
    shutil.copyfile(tiny_model / name, folder / name)
    engine.unload()
    assert heard(engine, clip("boats"))[0].text == "boats"


def test_running_out_of_memory_is_told_and_the_next_clip_is_heard(
    tiny_model: Path, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(tiny_model)
    engine.load()
    graph = engine._model
    assert graph is not None

    def full(*_: object) -> None:
        # What onnxruntime's CUDA arena says, as funasr-onnx passes it on.
        inner = RuntimeError("bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 1073741824")
        raise ValueError("ONNXRuntime inferece failed.") from inner

    monkeypatch.setattr(graph, "infer", full)
    with pytest.raises(EngineFailed) as failed:
        heard(engine, clip("boats"))
    assert failed.value.code == "engine.memory"
    assert not engine.loaded
    assert heard(engine, clip("boats"))[0].text == "boats"
