import math

import numpy as np
import pyloudnorm
import pytest

from core.loudness import integrated_loudness


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
