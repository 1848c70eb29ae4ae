import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Literal

import av
import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from core.audio import AudioClip, decode, encode
from core.errors import InvalidAudio
from core.request import AudioSource

RATE = 24_000


def tone(seconds: float = 1.0, rate: int = RATE) -> np.ndarray:
    return (0.4 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def written(samples: np.ndarray, rate: int = RATE, *, format: str = "WAV", **how: str) -> bytes:
    buffer = io.BytesIO()
    sf.write(buffer, samples, rate, format=format, **how)
    return buffer.getvalue()


def loudness(clip: AudioClip) -> float:
    """RMS of the middle: lossy codecs ring at the edges."""
    quarter = len(clip.samples) // 4
    return float(np.sqrt(np.mean(clip.samples[quarter:-quarter] ** 2)))


def aac(samples: np.ndarray, rate: int = RATE) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "how",
    [
        {"format": "WAV", "subtype": "PCM_16"},
        {"format": "WAV", "subtype": "PCM_24"},
        {"format": "WAV", "subtype": "PCM_32"},
        {"format": "WAV", "subtype": "FLOAT"},
        {"format": "WAV", "subtype": "DOUBLE"},
        {"format": "WAV", "subtype": "PCM_U8"},
        {"format": "FLAC", "subtype": "PCM_16"},
        {"format": "OGG", "subtype": "VORBIS"},
        {"format": "OGG", "subtype": "OPUS"},
        {"format": "MP3", "subtype": "MPEG_LAYER_III"},
    ],
    ids=lambda how: "-".join(how.values()),
)
def test_every_usual_format_is_read(how: dict[str, str]) -> None:
    clip = decode(written(tone(), **how))
    assert clip.sample_rate == RATE
    assert clip.samples.dtype == np.float32
    assert clip.duration_s == pytest.approx(1.0, abs=0.1)
    assert loudness(clip) == pytest.approx(0.4 / np.sqrt(2), abs=0.02)


def test_m4a_is_read() -> None:
    clip = decode(aac(tone()))
    assert clip.duration_s == pytest.approx(1.0, abs=0.1)
    assert loudness(clip) == pytest.approx(0.4 / np.sqrt(2), abs=0.02)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_channels_are_averaged_at_any_rate(rate: int) -> None:
    left = tone(rate=rate)
    clip = decode(written(np.stack([left, np.zeros_like(left)], axis=1), rate, format="WAV", subtype="FLOAT"))
    assert clip.sample_rate == rate
    np.testing.assert_allclose(clip.samples, left / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "audio.empty"),
        (b"RIFF", "audio.unreadable"),
        (b"This is a letter, not a sound." * 50, "audio.unreadable"),
        (written(tone())[:30], "audio.unreadable"),
        (written(np.empty(0, np.float32), format="WAV"), "audio.empty"),
        (written(np.full(RATE, np.nan, np.float32), format="WAV", subtype="FLOAT"), "audio.not_finite"),
        (b"\x00" * 4096, "audio.unreadable"),
    ],
)
def test_what_is_no_audio_is_refused_in_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(InvalidAudio) as refused:
        decode(data)
    assert refused.value.code == code


def test_a_small_file_that_unpacks_to_much_is_refused() -> None:
    silence = written(np.zeros(RATE * 60, np.float32), format="FLAC")
    with pytest.raises(InvalidAudio) as refused:
        decode(silence, max_seconds=10)
    assert refused.value.code == "audio.too_long"


def test_the_same_sound_in_another_container_has_the_same_identity() -> None:
    samples = np.round(tone() * 32767).astype(np.int16)
    wav = decode(written(samples, format="WAV", subtype="PCM_16"))
    flac = decode(written(samples, format="FLAC", subtype="PCM_16"))
    assert wav.content_id == flac.content_id


@given(st.integers(0, RATE - 1))
def test_one_changed_sample_is_another_identity(index: int) -> None:
    samples = tone()
    other = samples.copy()
    other[index] += 0.01
    assert AudioClip(samples, RATE).content_id != AudioClip(other, RATE).content_id


def test_the_sample_rate_is_part_of_the_identity() -> None:
    assert AudioClip(tone(), RATE).content_id != AudioClip(tone(), 22_050).content_id


def test_resampling_keeps_length_and_pitch() -> None:
    clip = AudioClip(tone(), RATE).resampled(16_000)
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert clip.duration_s == pytest.approx(1.0, abs=0.01)
    assert np.argmax(spectrum) == pytest.approx(220, abs=2)


@pytest.mark.parametrize(("encoding", "bits"), [("wav", 16), ("flac", 24)])
def test_a_file_comes_back_as_it_was(encoding: Literal["wav", "flac"], bits: int) -> None:
    clip = AudioClip(tone(), RATE)
    again = decode(encode(clip, encoding))
    np.testing.assert_allclose(again.samples, clip.samples, atol=2.0 ** (1 - bits))


def zeros(seconds: float, rate: int, channels: int) -> bytes:
    """A small file of much silence."""
    return written(np.zeros((round(seconds * rate), channels), np.float32), rate, format="FLAC", subtype="PCM_16")


def test_what_says_that_it_is_too_long_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (zeros(61, 8_000, 1), aac(tone(61, 8_000), 8_000)):
        monkeypatch.setattr("core.audio._average", lambda *_: pytest.fail("decoded"))
        with pytest.raises(InvalidAudio) as refused:
            decode(data, max_seconds=60)
        assert refused.value.code == "audio.too_long"


def test_many_channels_at_a_high_rate_are_too_much_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.audio.MAX_SAMPLES", 192_000 * 8 * 2)
    assert decode(zeros(1.9, 192_000, 8)).duration_s == pytest.approx(1.9)
    bomb = zeros(2.1, 192_000, 8)
    monkeypatch.setattr("core.audio._average", lambda *_: pytest.fail("decoded"))
    with pytest.raises(InvalidAudio, match="At 192000 Hz with 8 channels, at most 2 s") as refused:
        decode(bomb)
    assert refused.value.code == "audio.too_much"


def test_a_header_that_understates_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    # FLAC keeps the number of samples in 36 bits behind the rate; 0 means that nobody knows.
    data = bytearray(zeros(10, 8_000, 1))
    place = data.index(b"fLaC") + 4 + 4 + 13
    data[place] &= 0xF0
    data[place + 1 : place + 5] = bytes(4)
    decoded: list[int] = []
    monkeypatch.setattr("core.audio._BLOCK", 4_000)
    monkeypatch.setattr("core.audio._average", lambda block, mono: decoded.append(len(block)))
    with pytest.raises(InvalidAudio) as refused:
        decode(bytes(data), max_seconds=2)
    assert refused.value.code == "audio.too_long"
    assert 0 < sum(decoded) <= 2 * 8_000


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{url}'\n",
        "[playlist]\nFile1={url}\nNumberOfEntries=1\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    ],
    ids=["hls", "concat", "pls", "sdp"],
)
def test_a_file_never_leads_to_another(playlist: str, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(written(tone()))
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for url in (f"http://127.0.0.1:{server.server_port}/a.wav", str(tmp_path / "secret.wav")):
            with pytest.raises(InvalidAudio, match="could not be read as audio"):
                decode(playlist.format(url=url).encode())
        server.shutdown()
    assert asked == []


def test_what_is_long_is_decoded_again_rather_than_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.request.KEPT_SAMPLES", RATE)
    short, long = AudioSource(written(tone(0.9))), AudioSource(written(tone(1.1)))
    assert short.clip is short.clip
    assert long.clip is not long.clip
    assert long.clip.content_id == decode(long.data).content_id
