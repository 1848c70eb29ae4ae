import io

import av
import numpy as np
import pytest
import soundfile as sf

from core.audio import AudioClip, decode
from core.sound import ENCODINGS, SYNTHETIC, encode_take, rate_of, write

RATE = 24_000


def tone(seconds: float = 1.0, rate: int = RATE) -> AudioClip:
    t = np.arange(round(seconds * rate)) / rate
    return AudioClip((0.4 * np.sin(2 * np.pi * 220 * t)).astype(np.float32), rate)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_is_written_and_read_again(encoding: str, channels: int) -> None:
    data = encode_take(tone(), encoding, channels)
    assert sf.info(io.BytesIO(data)).channels == channels
    again = decode(data)
    assert again.duration_s == pytest.approx(1.0, abs=0.001)
    assert again.samples[2000:-2000].std() == pytest.approx(0.4 / np.sqrt(2), abs=0.01)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_says_that_it_is_synthetic(encoding: str) -> None:
    with av.open(io.BytesIO(encode_take(tone(), encoding))) as file:
        told = file.metadata | file.streams[0].metadata
    assert SYNTHETIC in {text for name, text in told.items() if name.lower() == "comment"}


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "ogg"])
def test_the_same_sound_is_the_same_file_in_however_many_blocks(encoding: str) -> None:
    clip = tone()
    pieces = io.BytesIO()
    write(pieces, encoding, RATE, np.split(clip.samples, [7_000, 20_000]))
    assert pieces.getvalue() == encode_take(clip, encoding)


def test_opus_takes_every_rate() -> None:
    data = encode_take(tone(rate=22_050), "opus")
    assert sf.info(io.BytesIO(data)).samplerate == rate_of("opus", 22_050) == 48_000
    assert decode(data).duration_s == pytest.approx(1.0, abs=0.001)


def test_what_is_too_loud_for_a_file_is_clipped_and_does_not_turn_over() -> None:
    clip = AudioClip(np.array([0.0, 1.5, -1.5, 0.5], np.float32), RATE)
    np.testing.assert_allclose(decode(encode_take(clip)).samples, [0, 1, -1, 0.5], atol=1e-4)
