import numpy as np
import pyloudnorm
import pytest

from core.audio import AudioClip
from core.desk.delivery import loudness
from core.desk.delivery.loudness import SILENCE_DB, levelling, measure
from core.sound import encode_take
from tests.core.desk.delivery.judge import judged


def speechlike(seconds: float = 4.0, rate: int = 24_000, level: float = 0.1) -> AudioClip:
    """Bursts of noise as long as syllables, as peaky as speech."""
    rng = np.random.default_rng(rate)
    n = round(seconds * rate)
    envelope = np.clip(np.sin(2 * np.pi * 3 * np.arange(n) / rate), 0, 1) ** 2
    noise = np.tanh(np.convolve(rng.standard_normal(n), np.ones(6) / 3, "same"))
    return AudioClip((level * envelope * noise).astype(np.float32), rate)


def levelled(clip: AudioClip, *, target: float | None, peak: float, channels: int = 1) -> AudioClip:
    found = levelling(clip.samples, clip.sample_rate, target=target, peak=peak, channels=channels)
    samples = np.concatenate([clip.samples[:0], *found.blocks(clip.samples, clip.sample_rate)])
    return AudioClip(samples, clip.sample_rate)


def integrated(clip: AudioClip) -> float | None:
    return measure([clip.samples], clip.sample_rate).loudness


def true_peak(clip: AudioClip) -> float:
    return measure([clip.samples], clip.sample_rate).peak


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_measured_is_what_others_measure(rate: int, channels: int) -> None:
    clip = speechlike(rate=rate)
    told, told_peak = judged(encode_take(clip, "flac", channels))
    found = measure([clip.samples], rate, channels)
    assert found.loudness == pytest.approx(told, abs=0.2)
    assert found.peak == pytest.approx(told_peak, abs=0.2)


def test_a_peak_between_the_samples_is_found() -> None:
    tone = np.sin(2 * np.pi * 6_000 * np.arange(24_000) / 24_000 + np.pi / 4).astype(np.float32)
    assert np.abs(tone[100:-100]).max() == pytest.approx(0.707, abs=0.01)
    assert true_peak(AudioClip(tone[:12_000], 24_000)) == pytest.approx(0.0, abs=0.5)


def test_silence_has_no_loudness_and_stays() -> None:
    silence = AudioClip(np.zeros(24_000, np.float32), 24_000)
    assert (integrated(silence), true_peak(silence)) == (None, SILENCE_DB)
    np.testing.assert_array_equal(levelled(silence, target=-16, peak=-1).samples, silence.samples)
    assert len(levelled(AudioClip(silence.samples[:0], 24_000), target=-16, peak=-1).samples) == 0


@pytest.mark.parametrize("target", [-23.0, -16.0, -14.0])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("level", [0.003, 0.8])
def test_the_target_is_met_below_the_peak(target: float, channels: int, level: float) -> None:
    clip = levelled(speechlike(level=level), target=target, peak=-1.5, channels=channels)
    found, peak = judged(encode_take(clip, "flac", channels))
    assert found == pytest.approx(target, abs=0.5)
    assert peak <= -1.5 + 0.05
    usual = pyloudnorm.Meter(24_000).integrated_loudness(np.stack([clip.samples] * channels, axis=1))
    assert usual == pytest.approx(target, abs=0.5)


def test_without_a_target_only_peaks_are_turned_down() -> None:
    quiet, loud = speechlike(level=0.05), speechlike(level=1.5)
    np.testing.assert_array_equal(levelled(quiet, target=None, peak=-1).samples, quiet.samples)
    held = levelled(loud, target=None, peak=-1)
    assert true_peak(held) <= -1
    softly = np.abs(loud.samples) < 0.01
    assert np.abs(held.samples - loud.samples)[softly].max() < 0.01


def test_what_would_have_to_be_squashed_is_not() -> None:
    click = AudioClip(np.zeros(48_000, np.float32), 24_000)
    click.samples[24_000] = 0.5
    held = levelled(click, target=-14, peak=-1)
    assert (integrated(held) or 0) < -20
    assert true_peak(held) <= -1


def test_a_long_sound_is_levelled_in_blocks_as_it_is_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = speechlike(level=0.7)
    whole = levelled(clip, target=-14, peak=-1)
    monkeypatch.setattr(loudness, "_BLOCK", 7_001)
    level = levelling(clip.samples, clip.sample_rate, target=-14, peak=-1)
    blocks = list(level.blocks(clip.samples, clip.sample_rate))
    assert len(blocks) > 10
    np.testing.assert_allclose(np.concatenate(blocks), whole.samples, atol=2e-4)
