import math

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.loudness import LOOK_AHEAD_S, integrated_loudness, limited


def noise(seconds: float, rate: int, level: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(round(seconds * 1000))
    return (level * rng.standard_normal(round(seconds * rate))).astype(np.float32)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_a_full_scale_kilohertz_is_what_the_standard_says(rate: int) -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(5 * rate) / rate).astype(np.float32)
    assert integrated_loudness(tone, rate) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
@pytest.mark.parametrize("seconds", [0.5, 2.13, 9.87])
def test_it_agrees_with_the_usual_library(rate: int, seconds: float) -> None:
    sound = noise(seconds, rate) * np.linspace(0.02, 1, round(seconds * rate), dtype=np.float32)
    expected = pyloudnorm.Meter(rate).integrated_loudness(sound)
    assert integrated_loudness(sound, rate) == pytest.approx(expected, abs=0.2)  # its shelf differs at low rates


def test_pauses_do_not_count() -> None:
    speech = noise(3, 24_000)
    paused = np.concatenate([speech, np.zeros(5 * 24_000, np.float32), speech])
    assert integrated_loudness(paused, 24_000) == pytest.approx(integrated_loudness(speech, 24_000), abs=0.3)


def test_half_the_level_is_six_decibels_less() -> None:
    sound = noise(3, 24_000)
    assert integrated_loudness(sound, 24_000) - integrated_loudness(sound / 2, 24_000) == pytest.approx(6.02, abs=0.01)


@pytest.mark.parametrize("sound", [np.zeros(24_000, np.float32), np.zeros(0, np.float32)])
def test_silence_has_no_loudness(sound: np.ndarray) -> None:
    assert integrated_loudness(sound, 24_000) == -math.inf


def test_a_short_sound_is_measured_with_silence_behind_it() -> None:
    assert math.isfinite(integrated_loudness(noise(0.05, 24_000), 24_000))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 8.0), st.sampled_from([8_000, 24_000]))
def test_a_limiter_passes_no_peak_and_leaves_what_is_low(seed: int, gain: float, rate: int) -> None:
    rng = np.random.default_rng(seed)
    sound = (rng.standard_normal(rate // 4) * gain * np.linspace(0, 0.3, rate // 4)).astype(np.float32)
    held = limited(sound, rate, 0.97)
    assert np.abs(held).max() <= np.float32(0.97)
    assert (np.sign(held) == np.sign(sound)).all()
    quiet = np.flatnonzero(np.abs(sound) > 0.97)[:1]
    untouched = int(quiet[0]) - round(2 * LOOK_AHEAD_S * rate) - 1 if len(quiet) else len(sound)
    np.testing.assert_array_equal(held[: max(0, untouched)], sound[: max(0, untouched)])
