import importlib.util
import shutil
from pathlib import Path

import pytest

from core.engines.availability import State
from core.engines.registry import recognition_engines
from core.engines.sensevoice.files import ModelFiles, fetch
from core.errors import EngineUnavailable, FetchFailed, ModelMissing
from core.settings import Settings
from tests.core.engines.sensevoice.conftest import OpenEngine
from tests.core.engines.sensevoice.tiny import build
from tests.core.models.hub_server import hub_server, point_to

HUB_ID = "some/model"


def settings(folder: Path, model: str = "", **more: object) -> Settings:
    return Settings(
        data_dir=folder / "data",
        models_dir=folder / "models",
        sensevoice_model=model,
        **more,  # type: ignore[arg-type]
    )


def state(settings: Settings) -> tuple[State, str]:
    availability = ModelFiles.of(settings).availability
    return availability.state, availability.finding.code


def test_what_is_there_and_what_to_do_is_told(tiny_model: Path, tmp_path: Path) -> None:
    assert state(settings(tmp_path)) == (State.NOT_CONFIGURED, "sensevoice.not_configured")
    assert state(settings(tmp_path, str(tmp_path / "nowhere"))) == (State.NOT_CONFIGURED, "sensevoice.not_configured")
    assert state(settings(tmp_path, HUB_ID)) == (State.NO_WEIGHTS, "sensevoice.fetch")
    assert state(settings(tmp_path, str(tiny_model))) == (State.READY, "sensevoice.ready")
    shutil.copytree(tiny_model, tmp_path / "models" / "sensevoice")
    assert state(settings(tmp_path)) == (State.READY, "sensevoice.ready")


@pytest.mark.parametrize("name", ["model.onnx", "config.yaml", "am.mvn", "chn_jpn_yue_eng_ko_spectok.bpe.model"])
def test_a_missing_file_is_named_and_no_hub_is_asked(
    name: str, tiny_model: Path, tmp_path: Path, open_engine: OpenEngine
) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    (folder / name).unlink()
    engine = open_engine(folder)
    assert engine.availability.state is State.NO_WEIGHTS
    assert name in engine.availability.finding.sentence
    for use in (engine.load, lambda: engine.fingerprint):
        with pytest.raises(ModelMissing) as missing:
            use()
        assert missing.value.code == "sensevoice.incomplete"


def test_without_the_package_it_says_what_to_install(
    tiny_model: Path, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "funasr_onnx" else find(name))
    engine = open_engine(tiny_model)
    assert engine.availability.state is State.NOT_INSTALLED
    with pytest.raises(EngineUnavailable) as absent:
        engine.load()
    assert absent.value.code == "sensevoice.not_installed"


def test_where_its_model_is_it_comes_first(tiny_model: Path, tmp_path: Path) -> None:
    assert recognition_engines(settings(tmp_path)).names == ("whisper", "sensevoice")
    assert recognition_engines(settings(tmp_path, str(tiny_model))).names == ("sensevoice", "whisper")


def test_the_weights_make_the_fingerprint_wherever_they_lie(
    tiny_model: Path, tmp_path: Path, open_engine: OpenEngine
) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    first = open_engine(tiny_model).fingerprint
    assert open_engine(folder).fingerprint == first
    (folder / "am.mvn").write_text((folder / "am.mvn").read_text() + "\n")
    assert open_engine(folder).fingerprint != first


def test_a_model_is_fetched_by_its_id_once_and_nothing_else_of_it(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Path(shutil.copytree(tiny_model, tmp_path / "source"))
    (source / "README.md").write_text("not needed")
    here = settings(tmp_path, HUB_ID)
    with hub_server({HUB_ID: source}) as (address, downloads):
        point_to(address, monkeypatch)
        folder = fetch(here)
        wanted = ["am.mvn", "chn_jpn_yue_eng_ko_spectok.bpe.model", "config.yaml", "model.onnx"]
        assert sorted(downloads) == wanted
        assert fetch(here) == folder
        assert sorted(downloads) == wanted
    assert state(here) == (State.READY, "sensevoice.ready")
    assert ModelFiles.of(here).graph.read_bytes() == (tiny_model / "model.onnx").read_bytes()


def test_of_two_graphs_the_quantised_is_fetched_unless_the_other_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = build(tmp_path / "source")
    shutil.copyfile(source / "model.onnx", source / "model_quant.onnx")
    with hub_server({HUB_ID: source}) as (address, downloads):
        point_to(address, monkeypatch)
        fetch(settings(tmp_path, HUB_ID))
        assert "model_quant.onnx" in downloads
        assert "model.onnx" not in downloads
        fetch(settings(tmp_path, HUB_ID, sensevoice_quantized=False))
        assert "model.onnx" in downloads


def test_a_hub_that_cannot_be_reached_or_lacks_the_model_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = settings(tmp_path, HUB_ID)
    point_to("http://127.0.0.1:1", monkeypatch)
    with pytest.raises(FetchFailed) as failed:
        fetch(here)
    assert failed.value.code == "model.hub"
    assert HUB_ID in str(failed.value)
    (tmp_path / "source").mkdir()
    with hub_server({HUB_ID: tmp_path / "source"}) as (address, _):
        point_to(address, monkeypatch)
        with pytest.raises(FetchFailed, match="lacks"):
            fetch(here)
    with pytest.raises(ModelMissing):
        fetch(settings(tmp_path, str(tmp_path / "nowhere")))
