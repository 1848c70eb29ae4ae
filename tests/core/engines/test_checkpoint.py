"""What engines on a model of their user's have in common, told by looking at names."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.availability import State
from core.engines.cosyvoice import code as cosyvoice_code
from core.engines.cosyvoice import files as cosyvoice_files
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.indextts import code as indextts_code
from core.engines.indextts import files as indextts_files
from core.engines.indextts.engine import IndexTTSEngine
from core.engines.registry import synthesis_engines
from core.engines.upstream import UpstreamEngine
from core.errors import EngineUnavailable, FetchFailed, InvalidAudio, InvalidInput, ModelMissing
from core.identity import reference_key
from core.progress import Progress
from core.settings import Settings
from tests.core.engines.cosyvoice.conftest import stand_in as cosyvoice_stand_in
from tests.core.engines.indextts.conftest import stand_in as indextts_stand_in
from tests.core.models.hub_server import hub_server, point_to

HUB_ID = "some/model"


@dataclass(frozen=True)
class Kind:
    """One such engine."""

    engine: Callable[[Settings], UpstreamEngine[Any, Any]]
    files: ModuleType
    code: ModuleType
    stand_in: Callable[..., Callable[..., Settings]]
    version: object
    """An older version than the usual one."""
    lost: tuple[str, str]
    """Two files of the model, in the order in which they are told."""
    module: str
    """One of the code's."""
    transformers: tuple[str, str]
    """The last that works, and the first that does not."""


KINDS = {
    "cosyvoice": Kind(
        CosyVoiceEngine,
        cosyvoice_files,
        cosyvoice_code,
        cosyvoice_stand_in,
        version=2,
        lost=("flow.pt", "CosyVoice-BlankEN/merges.txt"),
        module="cosyvoice/cli/cosyvoice.py",
        transformers=("4.52.4", "4.53.0"),
    ),
    "indextts": Kind(
        IndexTTSEngine,
        indextts_files,
        indextts_code,
        indextts_stand_in,
        version="2",
        lost=("codec.pth", "hf_cache/w2v-bert-2.0/model.safetensors"),
        module="indextts/infer_v2.py",
        transformers=("4.56.2", "4.57.0"),
    ),
}


class Standing:
    """An engine of one kind, where files and code stand in for the real ones."""

    def __init__(self, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name = name
        self.kind = KINDS[name]
        self._named = self.kind.stand_in(folder, monkeypatch)

    def settings(self, *version: object, **changes: object) -> Settings:
        """With ``model``, ``code`` and ``fp16`` for this engine's."""
        own = {f"{self.name}_{name}": value for name, value in changes.items() if name in ("model", "code", "fp16")}
        return self._named(*version, **own, **{name: changes[name] for name in changes if name == "models_dir"})

    def engine(self, *version: object, **changes: object) -> UpstreamEngine[Any, Any]:
        return self.kind.engine(self.settings(*version, **changes))

    def model(self, settings: Settings) -> Path:
        """The folder of the model. Asking for settings again puts back what it lacks."""
        return Path(getattr(settings, f"{self.name}_model"))


@pytest.fixture(params=sorted(KINDS))
def standing(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standing:
    return Standing(request.param, tmp_path, monkeypatch)


def test_it_is_there_but_never_the_default(standing: Standing) -> None:
    engines = synthesis_engines(standing.settings())
    assert engines.names[0] == "kokoro"
    engine = engines[standing.name]
    assert (engine.name, engine.voices, engine.availability.ready) == (standing.name, (), True)
    with pytest.raises(InvalidInput, match="zf_xiaoyi"):
        engine.stock_profile("zf_xiaoyi")


@pytest.mark.parametrize("model", ["", "/nowhere/at/all"])
def test_nobody_said_where(standing: Standing, tmp_path: Path, model: str) -> None:
    engine = standing.engine(model=model, models_dir=tmp_path / "nothing")
    assert engine.availability.state is State.NOT_CONFIGURED
    for word in (f"ENCORE_{standing.name.upper()}_MODEL", f"ENCORE_{standing.name.upper()}_CODE", "hub, such as"):
        assert word in engine.availability.finding.sentence
    for use in (engine.load, lambda: engine.fingerprint):
        with pytest.raises(ModelMissing, match="is not set up"):
            use()
    with pytest.raises(ModelMissing, match="is not set up"):
        standing.kind.files.fetch(engine._settings)


def test_what_is_missing_is_named_and_never_fetched_unasked(standing: Standing) -> None:
    settings = standing.settings()
    for name in standing.kind.lost:
        (standing.model(settings) / name).unlink()
    engine = standing.kind.engine(settings)
    assert engine.availability.state is State.NO_WEIGHTS
    assert ", ".join(standing.kind.lost) in engine.availability.finding.sentence
    with pytest.raises(ModelMissing):
        engine.load()


def test_a_model_is_fetched_by_its_id_once_and_nothing_else_of_it(
    standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = standing.settings()
    whole = standing.kind.engine(own).fingerprint
    source = standing.model(own)
    (source / "README.md").write_text("not needed")
    settings = _named(own, standing.name, tmp_path / "models")
    engine = standing.kind.engine(settings)
    assert engine.availability.state is State.NO_WEIGHTS
    assert f"encore models fetch {standing.name}" in engine.availability.finding.sentence
    others = _of_other_people(source, tmp_path / "others") if standing.name == "indextts" else {}
    with hub_server({HUB_ID: source, **others}) as (address, downloads):
        point_to(address, monkeypatch)
        folder = standing.kind.files.fetch(settings)
        count = len(downloads)
        assert standing.kind.files.fetch(settings) == folder
    assert len(downloads) == count
    assert "README.md" not in downloads
    assert engine.availability.ready
    assert engine.fingerprint == whole


def _named(settings: Settings, engine: str, models: Path) -> Settings:
    """``settings`` with the model named by its id of a hub."""
    return settings.model_copy(update={f"{engine}_model": HUB_ID, "models_dir": models})


def _of_other_people(model: Path, folder: Path) -> dict[str, Path]:
    """The models of other people that IndexTTS uses, as they are on a hub, by their ids; ``model`` has them no more."""
    hubs = {
        "facebook/w2v-bert-2.0": folder / "w2v",
        "nvidia/bigvgan_v2_22khz_80band_256x": folder / "bigvgan",
        "funasr/campplus": folder / "campplus",
        "amphion/MaskGCT": folder / "MaskGCT",
    }
    beside = model / "hf_cache"
    shutil.copytree(beside / "w2v-bert-2.0", folder / "w2v")
    shutil.copytree(beside / "bigvgan", folder / "bigvgan")
    (folder / "campplus").mkdir()
    shutil.copyfile(beside / "campplus_cn_common.bin", folder / "campplus" / "campplus_cn_common.bin")
    (folder / "MaskGCT" / "semantic_codec").mkdir(parents=True)
    codec = beside / "semantic_codec_model.safetensors"
    if codec.is_file():
        shutil.copyfile(codec, folder / "MaskGCT" / "semantic_codec" / "model.safetensors")
    for other in folder.iterdir():
        (other / "pytorch_model.bin").write_text("not needed")
    shutil.rmtree(beside)
    return hubs


@pytest.mark.parametrize("version", ["2.5", "2"])
def test_of_a_folder_of_the_users_what_is_other_peoples_is_fetched(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = indextts_stand_in(tmp_path, monkeypatch)(version)
    model = Path(settings.indextts_model)
    whole = IndexTTSEngine(settings).fingerprint
    with hub_server(_of_other_people(model, tmp_path / "others")) as (address, downloads):
        point_to(address, monkeypatch)
        assert "encore models fetch indextts" in IndexTTSEngine(settings).availability.finding.sentence
        assert indextts_files.fetch(settings) == model
        assert IndexTTSEngine(settings).fingerprint == whole
        count = len(downloads)
        assert count == (7 if version == "2" else 6)
        (model / "gpt.pth").unlink()
        with pytest.raises(ModelMissing, match=r"lacks gpt\.pth"):
            indextts_files.fetch(settings)
        assert len(downloads) == count


def test_a_hub_that_lacks_files_of_the_model_is_told(
    standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = standing.settings()
    source = standing.model(own)
    (source / standing.kind.lost[0]).unlink()
    settings = _named(own, standing.name, tmp_path / "models")
    with hub_server({HUB_ID: source}) as (address, _):
        point_to(address, monkeypatch)
        with pytest.raises(FetchFailed, match=f"lacks .*{standing.kind.lost[0]}"):
            standing.kind.files.fetch(settings)


def test_code_that_is_missing(standing: Standing, tmp_path: Path) -> None:
    absent = standing.engine(code=str(tmp_path / "nowhere"))
    assert absent.availability.finding.code == f"{standing.name}.code"
    with pytest.raises(EngineUnavailable, match="git clone"):
        absent.load()


def test_packages_that_are_missing(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"json": "json", "not_a_package_at_all": "some-name==1.0"}
    monkeypatch.setattr(standing.kind.code, "PACKAGES", wanted)
    availability = standing.engine().availability
    assert availability.state is State.NOT_INSTALLED
    assert "-m pip install some-name==1.0”" in availability.finding.sentence


def test_versions_that_cannot_be_used_are_refused(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    last, first = standing.kind.transformers
    for version, ready in ((last, True), (first, False), ("5.23.0", False)):
        monkeypatch.setattr(standing.kind.code, "version", lambda _, version=version: version)
        availability = standing.engine().availability
        assert availability.ready == ready
        assert ready or f"transformers {version}" in availability.finding.sentence


def test_the_fingerprint_knows_weights_code_and_options(standing: Standing) -> None:
    first = standing.engine().fingerprint
    assert standing.engine().fingerprint == first
    assert standing.engine(fp16=True).fingerprint != first
    assert standing.engine(standing.kind.version).fingerprint != first
    settings = standing.settings()
    (Path(getattr(settings, f"{standing.name}_code")) / standing.kind.module).write_text("# something\n")
    changed = standing.kind.engine(settings).fingerprint
    assert changed != first
    (standing.model(settings) / standing.kind.lost[1]).write_bytes(b"other")
    assert standing.kind.engine(settings).fingerprint != changed


def test_another_sample_is_another_voice_and_so_are_other_words_where_they_count(standing: Standing) -> None:
    engine = standing.engine()
    samples = np.random.default_rng(1).normal(0, 0.1, 24_000).astype(np.float32)
    clip = AudioClip(samples, 24_000)
    changed = samples.copy()
    changed.view(np.uint8)[40_000] ^= 1
    key = reference_key(engine, clip.content_id, "hello")
    assert reference_key(engine, clip.content_id, "hello") == key
    assert (reference_key(engine, clip.content_id, "hello.") != key) == engine.capabilities.needs_prompt_text
    assert reference_key(engine, AudioClip(changed, 24_000).content_id, "hello") != key


@pytest.mark.parametrize(
    ("seconds", "value", "code"), [(0.01, 0.1, "reference.too_short"), (2.0, np.nan, "audio.not_finite")]
)
def test_clips_that_break_the_model_are_refused(standing: Standing, seconds: float, value: float, code: str) -> None:
    clip = AudioClip(np.full(int(seconds * 16_000), value, np.float32), 16_000)
    with pytest.raises(InvalidAudio) as caught:
        standing.engine().enroll(clip, "", Progress())
    assert caught.value.code == code
