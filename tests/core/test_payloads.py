import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio import AudioClip
from core.engines.base import TimedText, Transcript
from core.payloads import AUDIO, PROFILE, TEXT, TRANSCRIPT
from core.speakers.profile import SpeakerProfile


def test_audio_comes_back_bit_for_bit() -> None:
    samples = np.random.default_rng(1).standard_normal(5_000).astype(np.float32)
    clip = AUDIO.decode(AUDIO.encode(AudioClip(samples, 24_000)))
    assert clip.sample_rate == 24_000
    assert clip.samples.tobytes() == samples.tobytes()


def test_a_profile_comes_back_bit_for_bit() -> None:
    rng = np.random.default_rng(2)
    arrays = {
        "embedding": rng.standard_normal((1, 192)).astype(np.float32),
        "tokens": rng.integers(0, 9, (1, 50)).astype(np.int32),
        "strided": rng.standard_normal((8, 8)).astype(np.float64)[:, ::2],
    }
    profile = PROFILE.decode(PROFILE.encode(SpeakerProfile("kokoro", arrays, {"similarity": "0.81", "说": "好"})))
    assert profile.engine == "kokoro"
    assert profile.facts == {"similarity": "0.81", "说": "好"}
    for name, array in arrays.items():
        assert profile.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(profile.arrays[name], array)


def test_a_transcript_comes_back() -> None:
    transcript = Transcript("Hi 你好", "zh", (TimedText(0.0, 1.25, "Hi 你好"),), "happy", ("applause",))
    assert TRANSCRIPT.decode(TRANSCRIPT.encode(transcript)) == transcript


@given(st.binary(max_size=300))
@pytest.mark.parametrize("codec", [AUDIO, PROFILE, TRANSCRIPT], ids=lambda codec: codec.name)
def test_foreign_bytes_are_a_value_error(codec, data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — the codec contract names ValueError itself
        codec.decode(data)


def test_one_kind_is_not_read_as_another() -> None:
    with pytest.raises(ValueError, match="sample rate"):
        AUDIO.decode(PROFILE.encode(SpeakerProfile("kokoro", {"embedding": np.zeros(3, np.float32)})))
    with pytest.raises(UnicodeDecodeError):
        TEXT.decode(b"\xff\xfe")
