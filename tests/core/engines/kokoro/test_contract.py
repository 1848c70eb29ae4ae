import pytest

from core.engines.kokoro.engine import KokoroEngine
from tests.core.engines.contract import Speaking, SynthesisContract
from tests.core.engines.kokoro.conftest import Clone


@pytest.fixture(scope="module")
def subject(engine: KokoroEngine, clone: Clone) -> Speaking:
    return Speaking(
        engine=engine,
        fresh=KokoroEngine,
        absent=lambda _: KokoroEngine(),
        opens="core.engines.kokoro.engine.Graph",
        profile=engine.stock_profile("af_heart"),
        enrolled=clone.profile,
    )


@pytest.mark.slow
class TestKokoro(SynthesisContract):
    """On the real model."""
