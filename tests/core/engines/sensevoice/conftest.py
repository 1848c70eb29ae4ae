from collections.abc import Callable
from pathlib import Path

import pytest

from core.engines.sensevoice.engine import SenseVoiceEngine
from core.settings import Settings
from tests.core.engines.sensevoice.tiny import build

OpenEngine = Callable[..., SenseVoiceEngine]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory, not to be changed."""
    return build(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def open_engine(tmp_path: Path) -> OpenEngine:
    """Makes an engine for a model, which need not be there."""

    def open_one(model: Path | str, **more: object) -> SenseVoiceEngine:
        folders = {"data_dir": tmp_path / "data", "models_dir": tmp_path / "models"}
        return SenseVoiceEngine(Settings(sensevoice_model=str(model), **folders | more))  # type: ignore[arg-type]

    return open_one


@pytest.fixture(scope="session")
def engine(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> SenseVoiceEngine:
    """The real ``funasr_onnx.SenseVoiceSmall`` on the tiny model."""
    return SenseVoiceEngine(Settings(sensevoice_model=str(tiny_model), data_dir=tmp_path_factory.mktemp("data")))
