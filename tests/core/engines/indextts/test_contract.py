import pytest

from core.engines.indextts.engine import IndexTTSEngine
from core.progress import Progress
from core.settings import Settings
from tests.core.engines.contract import Speaking, SynthesisContract
from tests.core.engines.cosyvoice.tiny import voice


@pytest.fixture(scope="module")
def subject(engine: IndexTTSEngine) -> Speaking:
    profile = engine.enroll(voice(), "", Progress())
    return Speaking(
        engine=engine,
        fresh=lambda: IndexTTSEngine(engine._settings),
        absent=lambda folder: IndexTTSEngine(Settings(indextts_model=str(folder), indextts_code=str(folder))),
        opens="core.engines.indextts.engine.IndexTTSEngine._open",
        profile=profile,
        enrolled=profile,
    )


@pytest.mark.slow
class TestIndexTTS(SynthesisContract):
    """The authors' own code, or the library made of it, on a tiny model of random weights."""
