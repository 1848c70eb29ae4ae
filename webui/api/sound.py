"""Takes as HTTP sends them: the formats, whole files, and files that are written while they are sent."""

from collections.abc import Mapping

import av
import numpy as np
import numpy.typing as npt
import soxr

from core.assembler import SYNTHETIC, encode_take
from core.audio import AudioClip, Floats

PCM_RATE = 24_000
"""Hertz of ``pcm``, which says nothing of itself: OpenAI's clients take it to be this."""
MEDIA_TYPES: Mapping[str, str] = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "opus": "audio/ogg",
    "pcm": f"audio/pcm;rate={PCM_RATE};encoding=signed-int;bits=16;channels=1",
}
"""The formats there are, and their content types."""
_WRITERS = {
    "wav": ("wav", "pcm_s16le", {}),
    "mp3": ("mp3", "libmp3lame", {"write_xing": "0"}),  # a table of what is not known yet
    "flac": ("flac", "flac", {}),
    "opus": ("ogg", "libopus", {"page_duration": "100000"}),  # microseconds; a page is sent when it is full
    "pcm": ("s16le", "pcm_s16le", {}),
}
"""FFmpeg's container, codec and options for each."""
_PROMPT = {"flush_packets": "1", "fflags": "+bitexact"}


def encoded(take: AudioClip, encoding: str) -> bytes:
    """``take`` as a file of one of :data:`MEDIA_TYPES`."""
    if encoding == "pcm":
        return _pcm(take.resampled(PCM_RATE).samples).tobytes()
    return encode_take(take, encoding)


class SoundStream:
    """A file that grows: every segment gives the bytes that it adds."""

    def __init__(self, encoding: str, sample_rate: int) -> None:
        """Of segments at ``sample_rate`` hertz, as one of :data:`MEDIA_TYPES`."""
        container, codec, options = _WRITERS[encoding]
        rate = PCM_RATE if encoding == "pcm" else sample_rate
        self._rate = rate
        self._resampler = (
            soxr.ResampleStream(sample_rate, rate, 1, dtype="float32", quality="HQ") if rate != sample_rate else None
        )
        self._pipe = _Pipe()
        self._file = av.open(self._pipe, "w", format=container, options=_PROMPT | options)
        self._file.metadata["comment"] = SYNTHETIC
        track = self._file.add_stream(codec, rate=rate, layout="mono")
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
            frame = av.AudioFrame.from_ndarray(_pcm(samples)[np.newaxis], format="s16", layout="mono")
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


def _pcm(samples: Floats) -> npt.NDArray[np.int16]:
    """int16 [n] of float32 [n]."""
    return (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2")
