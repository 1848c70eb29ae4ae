import numpy as np
import pyloudnorm
import pytest

from core.assembler import PEAK, TARGET_LUFS, Assembler
from core.audio import AudioClip

RATE = 24_000


def voiced(seconds: float, level: float) -> AudioClip:
    rng = np.random.default_rng(0)
    return AudioClip((level * rng.standard_normal(round(seconds * RATE))).clip(-1, 1).astype(np.float32), RATE)


def test_segments_and_pauses_add_up() -> None:
    assembler = Assembler(RATE)
    assembler.add(voiced(1.0, 0.1), 0.3)
    first = assembler.heard()
    assembler.add(voiced(0.5, 0.1), 0.0)
    second = assembler.heard()
    take = assembler.finish()
    assert first.duration_s == pytest.approx(1.3)
    assert second.duration_s == pytest.approx(0.5)
    assert take.duration_s == pytest.approx(1.8)
    assert not take.samples[int(1.05 * RATE) : int(1.25 * RATE)].any()


@pytest.mark.parametrize("level", [0.003, 0.05, 0.2])
def test_a_take_has_the_usual_loudness(level: float) -> None:
    assembler = Assembler(RATE)
    assembler.add(voiced(2.0, level), 0.0)
    take = assembler.finish()
    loudness = pyloudnorm.Meter(RATE).integrated_loudness(take.samples)
    assert loudness == pytest.approx(TARGET_LUFS, abs=0.5) or np.abs(take.samples).max() == pytest.approx(
        PEAK, abs=1e-3
    )


@pytest.mark.parametrize("level_db", [-6.0, 4.0])
def test_a_take_that_is_meant_to_be_louder_is(level_db: float) -> None:
    usual, meant = Assembler(RATE), Assembler(RATE, level_db)
    for assembler in (usual, meant):
        assembler.add(voiced(2.0, 0.2), 0.0)
    meter = pyloudnorm.Meter(RATE)
    before, after = (meter.integrated_loudness(assembler.finish().samples) for assembler in (usual, meant))
    assert after - before == pytest.approx(level_db, abs=0.8)
    assert np.abs(meant.finish().samples).max() <= np.float32(PEAK)


def test_segments_keep_their_balance() -> None:
    assembler = Assembler(RATE)
    assembler.add(voiced(1.0, 0.05), 0.0)
    assembler.add(voiced(1.0, 0.10), 0.0)
    take = assembler.finish().samples
    ratio = take[RATE + 500 : -500].std() / take[500 : RATE - 500].std()
    assert ratio == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize("clip", [voiced(0.05, 0.1), AudioClip(np.zeros(RATE, np.float32), RATE)])
def test_short_and_silent_segments_pass(clip: AudioClip) -> None:
    assembler = Assembler(RATE)
    assembler.add(clip, 0.0)
    take = assembler.finish()
    assert np.isfinite(take.samples).all()
    assert len(take.samples) == len(clip.samples)
