"""What is told of the model, its code and its abilities by looking at names."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.base import Utterance
from core.engines.indextts import code
from core.engines.indextts.code import Code
from core.engines.indextts.engine import IndexTTSEngine
from core.engines.indextts.files import ModelFiles
from core.errors import InvalidText, Unsupported
from core.request import AudioSource, Instruction
from core.speakers.profile import SpeakerProfile
from core.text.markup.model import Notation
from tests.core.engines.indextts.conftest import Names

NOBODY = SpeakerProfile("indextts", {})


def test_each_version_says_what_it_can_do(names: Names) -> None:
    newer, older = (IndexTTSEngine(names(version)).capabilities for version in ("2.5", "2"))
    assert newer.notation is Notation.INDEXTTS25
    assert older.notation is Notation.INDEXTTS2
    assert newer.arpabet
    assert not older.arpabet
    assert newer.speed == (0.5, 2.0)
    assert older.speed == (1.0, 1.0)
    assert set(newer.languages) - set(older.languages) == {"ja", "es", "ar"}
    assert not newer.instruction


def test_words_become_emotions_where_their_reader_is(names: Names) -> None:
    settings = names("2")
    assert not IndexTTSEngine(settings).capabilities.instruction
    reader = Path(settings.indextts_model) / "qwen0.6bemo4-merge"
    reader.mkdir()
    (reader / "config.json").write_text("{}")
    engine = IndexTTSEngine(settings)
    assert engine.capabilities.instruction
    assert reader / "config.json" in ModelFiles.of(settings).sounding


def test_the_version_is_told_by_the_model_or_by_its_user(names: Names) -> None:
    assert ModelFiles.of(names("2")).version == "2"
    assert ModelFiles.of(names("2.5")).version == "2.5"
    assert ModelFiles.of(names("2", indextts_version="2.5")).version == "2.5"
    settings = names("2")
    (Path(settings.indextts_model) / "config.yaml").write_text("gpt: {}\n")
    assert ModelFiles.of(settings).version == "2"
    (Path(settings.indextts_model) / "config.yaml").write_text("[: broken")
    assert ModelFiles.of(settings).version == "2"


def test_a_package_of_the_same_name_is_no_code_of_the_authors(names: Names) -> None:
    settings = names()
    (Path(settings.indextts_code) / "indextts/utils/model_download.py").unlink()  # as in indextts2-inference
    assert IndexTTSEngine(settings).availability.finding.code == "indextts.code"


def test_the_newer_version_reads_japanese(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "JAPANESE", {"not_a_package_at_all": "some-name==1.0"})
    assert "some-name==1.0" in IndexTTSEngine(names()).availability.finding.sentence
    assert IndexTTSEngine(names("2")).availability.ready


def test_the_library_takes_the_place_of_the_code(names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "installed", lambda name: [tmp_path / name] if name == "indextts25" else [])
    settings = names(indextts_code="")
    assert Code.of(settings, "2.5").module == "indextts25.infer_v2_5"
    assert Code.of(settings, "2").folder is None
    reader = Path(settings.indextts_model) / "qwen0.6bemo4-merge"
    reader.mkdir()
    (reader / "config.json").write_text("{}")
    assert not IndexTTSEngine(settings).capabilities.instruction


def test_what_the_code_would_get_wrong_is_refused(names: Names) -> None:
    engine = IndexTTSEngine(names())
    clip = AudioSource.from_clip(AudioClip(np.zeros(8_000, np.float32), 16_000))
    both = Instruction(clip=clip, vector=(1.0,) + (0.0,) * 7)
    with pytest.raises(Unsupported, match="ko"):
        engine.synthesize(Utterance("hi", "ko"), NOBODY)
    with pytest.raises(InvalidText):
        engine.synthesize(Utterance("...", "en"), NOBODY)
    with pytest.raises(InvalidText) as caught:
        engine.synthesize(Utterance("hi <|endoftext|>", "en"), NOBODY)
    assert caught.value.code == "markup.control"
    with pytest.raises(Unsupported, match="not both"):
        engine.synthesize(Utterance("hi", "en", instruction=both), NOBODY)
