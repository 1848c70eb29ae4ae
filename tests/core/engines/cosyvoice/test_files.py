"""What is told of the model and its code by looking at names."""

from pathlib import Path

import pytest

from core.engines.availability import State
from core.engines.cosyvoice import code
from core.engines.cosyvoice.code import Code
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.cosyvoice.files import ModelFiles, fetch
from core.errors import EngineUnavailable, ModelMissing
from core.settings import Settings
from tests.core.engines.cosyvoice.conftest import Names


def test_all_there(names: Names) -> None:
    assert CosyVoiceEngine(names()).availability.ready
    assert CosyVoiceEngine(names(2)).availability.finding.sentence.startswith("CosyVoice2 is in")


def test_nobody_said_where(tmp_path: Path) -> None:
    engine = CosyVoiceEngine(Settings(models_dir=tmp_path))
    assert engine.availability.state is State.NOT_CONFIGURED
    assert "ENCORE_COSYVOICE_MODEL" in engine.availability.finding.sentence
    with pytest.raises(ModelMissing):
        engine.load()
    with pytest.raises(ModelMissing):
        _ = engine.fingerprint


def test_what_is_missing_is_named(names: Names) -> None:
    settings = names()
    folder = Path(settings.cosyvoice_model)
    (folder / "flow.pt").unlink()
    (folder / "CosyVoice-BlankEN" / "merges.txt").unlink()
    availability = CosyVoiceEngine(settings).availability
    assert availability.state is State.NO_WEIGHTS
    assert "flow.pt, CosyVoice-BlankEN/merges.txt" in availability.finding.sentence


def test_a_folder_that_is_not_there_is_no_reason_to_download(names: Names) -> None:
    engine = CosyVoiceEngine(names(cosyvoice_model="/nowhere/at/all"))
    with pytest.raises(ModelMissing, match="/nowhere/at/all"):
        engine.load()


def test_an_id_of_a_hub_is_fetched_when_asked_for_only(names: Names, tmp_path: Path) -> None:
    settings = names(cosyvoice_model="owner/name", models_dir=tmp_path)
    assert CosyVoiceEngine(settings).availability.finding.code == "cosyvoice.fetch"
    assert ModelFiles.of(settings).folder == tmp_path / "hub" / "owner--name"
    with pytest.raises(ModelMissing):
        fetch(Settings(models_dir=tmp_path))


def test_tensorrt_needs_what_it_is_built_from(names: Names) -> None:
    availability = ModelFiles.of(names(cosyvoice_trt=True)).availability
    assert "flow.decoder.estimator.fp32.onnx" in availability.finding.sentence


def test_code_that_is_missing(names: Names, tmp_path: Path) -> None:
    absent = CosyVoiceEngine(names(cosyvoice_code=str(tmp_path / "nowhere")))
    assert absent.availability.finding.code == "cosyvoice.code"
    with pytest.raises(EngineUnavailable, match="git clone --recursive"):
        absent.load()
    settings = names()
    (Path(settings.cosyvoice_code) / "third_party/Matcha-TTS/matcha/utils/audio.py").unlink()
    assert CosyVoiceEngine(settings).availability.finding.code == "cosyvoice.matcha"


def test_packages_that_are_missing(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "PACKAGES", {"json": "json", "not_a_package_at_all": "some-name==1.0"})
    availability = CosyVoiceEngine(names()).availability
    assert availability.state is State.NOT_INSTALLED
    assert "-m pip install some-name==1.0”" in availability.finding.sentence
    assert "vllm" in Code.of(names(cosyvoice_vllm=True)).availability.finding.sentence


@pytest.mark.parametrize(
    ("version", "ready"), [("4.51.3", True), ("4.52.4", True), ("4.53.3", False), ("5.23.0", False)]
)
def test_versions_that_speak_wrongly_are_refused(
    names: Names, monkeypatch: pytest.MonkeyPatch, version: str, ready: bool
) -> None:
    monkeypatch.setattr(code, "version", lambda _: version)
    availability = CosyVoiceEngine(names()).availability
    assert availability.ready == ready
    if not ready:
        assert f"With transformers {version}" in availability.finding.sentence


def test_the_fingerprint_knows_weights_code_and_options(names: Names) -> None:
    def fingerprint(settings: Settings) -> str:
        return CosyVoiceEngine(settings).fingerprint

    first = fingerprint(names())
    assert fingerprint(names()) == first
    assert fingerprint(names(cosyvoice_fp16=True)) != first
    assert fingerprint(names(2)) != first
    settings = names()
    (Path(settings.cosyvoice_code) / "cosyvoice/cli/cosyvoice.py").write_text("# something\n")
    changed = fingerprint(settings)
    assert changed != first
    (Path(settings.cosyvoice_model) / "flow.pt").write_bytes(b"flow.PT")
    assert fingerprint(settings) != changed
