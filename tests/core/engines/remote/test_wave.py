"""WAV that is read while it comes."""

import io

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from core.audio import decode, encode
from core.engines.remote.wave import WaveReader
from core.sound import encode_take
from tests.core.humming import hum

TONE = hum("tone", seconds=0.05)


def read(*parts: bytes) -> np.ndarray:
    reader = WaveReader()
    clips = [clip for part in parts if (clip := reader.feed(part))]
    reader.finish()
    assert {clip.sample_rate for clip in clips} == {TONE.sample_rate}
    return np.concatenate([clip.samples for clip in clips])


def wave(subtype: str, channels: int = 1, format: str = "WAV") -> bytes:
    buffer = io.BytesIO()
    samples = np.stack([TONE.samples * (1 - 0.5 * channel) for channel in range(channels)], axis=1)
    sf.write(buffer, samples, TONE.sample_rate, subtype, format=format)
    return buffer.getvalue()


@pytest.mark.parametrize("format", ["WAV", "WAVEX"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_it_reads_what_libsndfile_reads(subtype: str, channels: int, format: str) -> None:
    data = wave(subtype, channels, format)
    assert np.allclose(read(data), decode(data).samples, atol=1e-7)


@given(st.lists(st.integers(1, 400), max_size=30))
def test_the_pieces_do_not_matter(sizes: list[int]) -> None:
    data = encode(TONE)
    parts, at = [], 0
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    assert np.array_equal(read(*parts, data[at:]), decode(data).samples)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_stream_that_does_not_know_its_length_is_read_to_its_end(size: int) -> None:
    data = bytearray(encode(TONE))
    data[40:44] = size.to_bytes(4, "little")
    assert np.array_equal(read(bytes(data)), decode(encode(TONE)).samples)


def test_chunks_behind_the_sound_are_no_sound() -> None:
    data = encode_take(TONE) + b"LIST\x04\x00\x00\x00abcd"
    assert np.array_equal(read(data), decode(encode(TONE)).samples)


@pytest.mark.parametrize("kept", [10, 30, 44, 1000])
def test_a_file_that_ends_too_early_is_told(kept: int) -> None:
    reader = WaveReader()
    reader.feed(encode(TONE)[:kept])
    with pytest.raises(ValueError, match="it ends"):
        reader.finish()


@pytest.mark.parametrize(
    "data",
    [
        b"ID3 and more",
        b"RIFF\0\0\0\0AVI LIST",
        b"RIFF\0\0\0\0WAVEdata\x10\0\0\0" + bytes(16),
        b"RIFF\0\0\0\0WAVEJUNK\xff\xff\xff\x0f" + bytes(70_000),
        wave("ALAW"),
    ],
)
def test_other_things_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        WaveReader().feed(data)


@given(st.binary(max_size=300))
def test_noise_never_breaks_it_otherwise(noise: bytes) -> None:
    reader = WaveReader()
    try:
        reader.feed(b"RIFF\0\0\0\0WAVE" + noise)
        reader.finish()
    except ValueError:
        pass
