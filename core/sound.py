"""Speech as files: whole, or growing while it is spoken. Every file says in its metadata that it is synthetic."""

import io
from collections.abc import Iterable
from typing import BinaryIO, TypeVar

import av
import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr

from core.audio import AudioClip, Floats

Number = TypeVar("Number", np.float32, np.int16)

SYNTHETIC = "Synthetic speech, made with Encore"
"""Written into the metadata of every file."""
ENCODINGS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_24"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
}
"""What a file can be, by its suffix: libsndfile's container and codec."""
PCM_RATE = 24_000
"""Hertz of ``pcm``, which says nothing of itself: OpenAI's clients take it to be this."""
_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
"""The rates in hertz that Opus knows (RFC 6716, 2)."""
_WRITERS = {
    "wav": ("wav", "pcm_s16le", {}),
    "mp3": ("mp3", "libmp3lame", {"write_xing": "0"}),  # a table of what is not known yet
    "flac": ("flac", "flac", {}),
    "opus": ("ogg", "libopus", {"page_duration": "100000"}),  # microseconds; a page is sent when it is full
    "pcm": ("s16le", "pcm_s16le", {}),
}
"""FFmpeg's container, codec and options for each that can grow."""
_PROMPT = {"flush_packets": "1", "fflags": "+bitexact"}
_LAYOUTS = {1: "mono", 2: "stereo"}


def rate_of(encoding: str, sample_rate: int) -> int:
    """The rate in hertz that a file of one of :data:`ENCODINGS` has for sound at ``sample_rate``."""
    if encoding == "pcm":
        return PCM_RATE
    return 48_000 if encoding == "opus" and sample_rate not in _OPUS_RATES else sample_rate


def write(file: BinaryIO, encoding: str, sample_rate: int, blocks: Iterable[Floats], channels: int = 1) -> None:
    """Write ``blocks``, float32 [n] each, at ``sample_rate`` hertz, one after the other into a file.

    With two ``channels``, both have the same. The same blocks give the same bytes (but for ``ogg``).
    Raises :class:`OSError`.
    """
    if encoding == "opus":  # libsndfile takes six times as long, and numbers its Ogg streams by chance
        growing = SoundStream(encoding, sample_rate, channels)
        for block in blocks:
            file.write(growing.add(AudioClip(block, sample_rate)))
        file.write(growing.finish())
        return
    container, codec = ENCODINGS[encoding]
    with sf.SoundFile(file, "w", sample_rate, channels, codec, format=container) as out:
        out.comment = SYNTHETIC
        for block in blocks:
            out.write(_spread(np.clip(block, -1.0, 1.0), channels))


def encode_take(take: AudioClip, encoding: str = "wav", channels: int = 1) -> bytes:
    """``take`` as a file of one of :data:`ENCODINGS`."""
    buffer = io.BytesIO()
    write(buffer, encoding, take.sample_rate, [take.samples], channels)
    return buffer.getvalue()


class SoundStream:
    """A file that grows: every segment gives the bytes that it adds."""

    def __init__(self, encoding: str, sample_rate: int, channels: int = 1) -> None:
        """Of segments at ``sample_rate`` hertz: ``wav``, ``flac``, ``mp3``, ``opus`` or ``pcm``."""
        container, codec, options = _WRITERS[encoding]
        self._rate = rate_of(encoding, sample_rate)
        self._channels = channels
        self._resampler = (
            soxr.ResampleStream(sample_rate, self._rate, 1, dtype="float32", quality="HQ")
            if self._rate != sample_rate
            else None
        )
        self._pipe = _Pipe()
        self._file = av.open(self._pipe, "w", format=container, options=_PROMPT | options)
        self._file.metadata["comment"] = SYNTHETIC
        track = self._file.add_stream(codec, rate=self._rate, layout=_LAYOUTS[channels])
        assert isinstance(track, av.AudioStream)  # noqa: S101 — all of these codecs are for sound
        self._track = track

    def add(self, segment: AudioClip) -> bytes:
        """The bytes that ``segment`` adds."""
        samples = segment.samples
        self._write(samples if self._resampler is None else self._resampler.resample_chunk(samples))
        return self._pipe.taken()

    def finish(self) -> bytes:
        """The file's last bytes."""
        if self._resampler is not None:
            self._write(self._resampler.resample_chunk(np.empty(0, np.float32), last=True))
        self._file.mux(self._track.encode(None))
        self._file.close()
        return self._pipe.taken()

    def _write(self, samples: Floats) -> None:
        if len(samples):
            packed = _spread(as_pcm(samples), self._channels).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=_LAYOUTS[self._channels])
            frame.sample_rate = self._rate
            self._file.mux(self._track.encode(frame))


class _Pipe:
    """A file that can only be written: FFmpeg then does not go back to correct what it said at the beginning."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        """Append ``data``."""
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self._written)
        self._written.clear()
        return data


def as_pcm(samples: Floats) -> npt.NDArray[np.int16]:
    """int16 [n] of float32 [n]."""
    return (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2")


def _spread(samples: npt.NDArray[Number], channels: int) -> npt.NDArray[Number]:
    """[n, channels] of [n]; as it is where there is one channel."""
    return samples if channels == 1 else np.repeat(samples[:, np.newaxis], channels, axis=1)
