from pathlib import Path

import numpy as np
import pytest

from core.audio import AudioClip, decode
from core.errors import InvalidAudio
from core.speakers.reference import check_reference

RATE = 16_000
REFERENCE = Path(__file__).parents[2] / "data" / "reference.ogg"
"""Two sentences in a stock voice of the embedded engine."""


def speechlike(seconds: float, level: float = 0.3, noise: float = 1e-4) -> AudioClip:
    """Buzzing syllables with gaps: enough like speech for a voice activity detector."""
    rng = np.random.default_rng(3)
    t = np.arange(round(seconds * RATE)) / RATE
    pitch = 120 + 15 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    voice = sum(np.sin(k * phase) / k ** (1.0 + 0.3 * np.sin(2 * np.pi * 2 * t + k)) for k in range(1, 45))
    syllables = np.clip(np.sin(2 * np.pi * 3.5 * t) + 0.4, 0, 1) * (np.sin(2 * np.pi * 0.5 * t) > -0.7)
    wave = level * voice * syllables / np.abs(voice).max() + noise * rng.standard_normal(len(t))
    return AudioClip(wave.astype(np.float32), RATE)


def codes(clip: AudioClip) -> set[str]:
    return {finding.code for finding in check_reference(clip, min_s=1, max_s=30).findings}


@pytest.mark.parametrize(
    ("clip", "code"),
    [
        (speechlike(0.5), "reference.too_short"),
        (speechlike(31), "reference.too_long"),
        (AudioClip(np.zeros(3 * RATE, np.float32), RATE), "reference.silent"),
        (speechlike(3, level=1e-3, noise=1e-6), "reference.silent"),
        (
            AudioClip(0.2 * np.random.default_rng(0).standard_normal(3 * RATE).astype(np.float32), RATE),
            "reference.little_speech",
        ),
    ],
)
def test_a_clip_that_cannot_serve_is_refused(clip: AudioClip, code: str) -> None:
    with pytest.raises(InvalidAudio) as refused:
        check_reference(clip, min_s=1, max_s=30)
    assert refused.value.code == code


def test_a_clean_clip_is_good() -> None:
    check = check_reference(decode(REFERENCE.read_bytes()), min_s=1, max_s=30)
    assert [finding.code for finding in check.findings] == ["reference.good"]
    assert check.duration_s == pytest.approx(8.9, abs=0.1)
    assert 6 < check.speech_s < 8.9
    assert check.snr_db > 30


def test_clipping_is_noticed() -> None:
    clip = speechlike(8)
    assert "reference.clipped" in codes(AudioClip(np.clip(clip.samples * 8, -1, 1), RATE))


def test_noise_is_noticed() -> None:
    assert "reference.noisy" in codes(speechlike(8, noise=0.04))


def test_a_low_level_is_noticed() -> None:
    assert "reference.quiet" in codes(speechlike(8, level=0.012, noise=1e-6))


def test_a_short_clip_is_noticed() -> None:
    assert "reference.short" in codes(speechlike(3))


def test_a_telephone_line_is_noticed() -> None:
    narrow = speechlike(8, noise=0.0).resampled(8_000).resampled(RATE)
    assert "reference.narrowband" in codes(narrow)


def test_findings_are_sentences() -> None:
    for finding in check_reference(speechlike(3, noise=0.04), min_s=1, max_s=30).findings:
        assert finding.sentence.endswith(".")
        assert "{" not in finding.sentence
