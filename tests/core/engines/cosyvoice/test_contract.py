import pytest

from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.progress import Progress
from core.settings import Settings
from tests.core.engines.contract import Speaking, SynthesisContract
from tests.core.engines.cosyvoice.conftest import Names
from tests.core.engines.cosyvoice.tiny import voice


@pytest.fixture(scope="module")
def subject(engine: CosyVoiceEngine, real: Names) -> Speaking:
    profile = engine.enroll(voice(), "hello there", Progress())
    return Speaking(
        engine=engine,
        fresh=lambda: CosyVoiceEngine(real()),
        absent=lambda folder: CosyVoiceEngine(Settings(cosyvoice_model=str(folder), cosyvoice_code=str(folder))),
        opens="core.engines.cosyvoice.engine.CosyVoiceEngine._open",
        profile=profile,
        enrolled=profile,
    )


@pytest.mark.slow
class TestCosyVoice(SynthesisContract):
    """The authors' own code on a tiny model of random weights."""
