import numpy as np

from core.engines.averaging import averaged
from core.engines.base import AveragesProfiles
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.kokoro.averaging import average
from core.engines.kokoro.engine import KokoroEngine
from core.settings import Settings
from core.speakers.profile import SpeakerProfile


def profile(value: float, frames: int = 3, **facts: str) -> SpeakerProfile:
    arrays = {
        "vector": np.full(4, value, np.float32),
        "prompt": np.full((1, frames), value, np.float32),
        "tokens": np.array([int(value)], np.int32),
    }
    return SpeakerProfile("engine", arrays, facts)


def test_what_counts_is_the_mean_and_the_rest_is_the_firsts() -> None:
    mean = averaged([profile(1), profile(4)], lambda name, _: name == "vector")
    assert mean.arrays["vector"].tolist() == [2.5] * 4
    assert mean.arrays["vector"].dtype == np.float32
    assert (mean.arrays["prompt"].mean(), mean.arrays["tokens"].tolist()) == (1, [1])


def test_arrays_of_other_shapes_stay_and_so_do_facts_that_all_share() -> None:
    mean = average([profile(1, same="x", other="y"), profile(3, frames=5, same="x", other="z")])
    assert mean.arrays["vector"].tolist() == [2.0] * 4
    assert mean.arrays["prompt"].tolist() == [[1, 1, 1]]
    assert mean.arrays["tokens"].tolist() == [1]
    assert mean.facts == {"same": "x"}


def test_kokoro_and_cosyvoice_average() -> None:
    assert isinstance(KokoroEngine(), AveragesProfiles)
    cosyvoice = CosyVoiceEngine(Settings())
    assert isinstance(cosyvoice, AveragesProfiles)
    one, other = (
        {"flow_embedding": np.full((1, 3), value, np.float32), "speech": np.full(2, value)} for value in (1, 3)
    )
    mean = cosyvoice.average([SpeakerProfile("cosyvoice", one), SpeakerProfile("cosyvoice", other)])
    assert mean.arrays["flow_embedding"].tolist() == [[2, 2, 2]]
    assert mean.arrays["speech"].tolist() == [1, 1]
