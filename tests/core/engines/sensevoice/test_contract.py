from pathlib import Path

import pytest

from core.engines.sensevoice.engine import SenseVoiceEngine
from core.settings import Settings
from tests.core.engines.contract import Listening, RecognitionContract
from tests.core.engines.sensevoice.tiny import clip


@pytest.fixture(scope="session")
def subject(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Listening:
    """The authors' code on a tiny model."""
    data = tmp_path_factory.mktemp("data")

    def on(model: Path) -> SenseVoiceEngine:
        return SenseVoiceEngine(Settings(sensevoice_model=str(model), data_dir=data))

    return Listening(
        engine=on(tiny_model),
        fresh=lambda: on(tiny_model),
        absent=on,
        opens="core.engines.sensevoice.engine.SenseVoiceEngine._open",
        clips=[clip("harbour", "boats"), clip("boats", with_="HAPPY")],
    )


class TestSenseVoice(RecognitionContract):
    """On a model that the tests build."""
