import dataclasses
from pathlib import Path

import pytest

from core.errors import ModelMissing
from core.models.manifest import MARKER, Manifest, is_complete, manifest, mark_complete, model_path
from core.settings import settings
from tests.core.models.registry import LocalRegistry, a_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a fetch leaves it."""
    folder = tmp_path / "tiny"
    (folder / "voices").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"weights")
    (folder / "voices" / "a.bin").write_bytes(b"aaaa")
    return folder


@pytest.fixture
def shipped() -> Manifest:
    return manifest()


def test_every_part_of_a_shipped_model_is_in_one_of_its_packages(shipped: Manifest) -> None:
    for model in shipped.models.values():
        parts = [part.package for file in model.files for part in file.parts]
        parts += [folder.members.package for folder in model.folders]
        assert set(parts) == {package.name for package in model.packages}


def test_every_shipped_package_is_pinned_and_checked(shipped: Manifest) -> None:
    for model in shipped.models.values():
        assert model.licence in {"Apache-2.0", "MIT"}
        for package in model.packages:
            assert package.version
            assert package.sha256 is not None
            assert len(bytes.fromhex(package.sha256)) == 32


def test_a_folder_without_the_marker_is_not_complete(tmp_path: Path, folder: Path) -> None:
    model = a_model(LocalRegistry(tmp_path))
    assert not is_complete(model, folder)
    mark_complete(model, folder)
    assert is_complete(model, folder)


@pytest.mark.parametrize("spoil", ["remove", "truncate", "empty marker", "marker of something else"])
def test_a_spoilt_folder_is_not_complete(tmp_path: Path, folder: Path, spoil: str) -> None:
    model = a_model(LocalRegistry(tmp_path))
    mark_complete(model, folder)
    match spoil:
        case "remove":
            (folder / "voices" / "a.bin").unlink()
        case "truncate":
            (folder / "model.onnx").write_bytes(b"wei")
        case "empty marker":
            (folder / MARKER).write_text("")
        case "marker of something else":
            (folder / MARKER).write_text('["digest"]')
    assert not is_complete(model, folder)


def test_other_weights_make_a_folder_incomplete_and_another_description_does_not(tmp_path: Path, folder: Path) -> None:
    model = a_model(LocalRegistry(tmp_path))
    mark_complete(model, folder)
    assert is_complete(dataclasses.replace(model, title="Tiny, renamed"), folder)
    newer = dataclasses.replace(model.files[0], sha256="0" * 64)
    assert not is_complete(dataclasses.replace(model, files=(newer,)), folder)


def test_a_missing_model_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCORE_MODELS_DIR", str(tmp_path))
    settings.cache_clear()
    try:
        with pytest.raises(ModelMissing, match=r"kokoro is not here.*encore models fetch"):
            model_path("kokoro")
    finally:
        settings.cache_clear()


def test_the_real_models_are_found(models: Path) -> None:
    assert (model_path("kokoro") / "model.onnx").stat().st_size == 92_361_271
    assert len(list((models / "kokoro" / "voices").glob("*.bin"))) == 54
