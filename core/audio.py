"""Audio as everything else sees it: mono float32 with its sample rate, known by its content.

Decoding is libsndfile's (wav, flac, ogg, opus, mp3) and, for what that cannot read (m4a, webm), FFmpeg's through PyAV.
"""

import functools
import hashlib
import io
import threading
from dataclasses import dataclass
from typing import Literal

import av
import av.error
import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr

from core.errors import InvalidAudio

Floats = npt.NDArray[np.float32]

MAX_BYTES = 200 * 2**20
"""Largest encoded file that is taken, in bytes."""
MAX_SECONDS = 4 * 3600.0
"""Longest decoded audio that is taken, in seconds."""
MAX_FRAMES = 250_000_000
"""Most samples of one channel: a gigabyte in memory, and 87 minutes at 48 kHz."""
MAX_SAMPLES = 1_000_000_000
"""Most samples of all channels together, which have to be decoded: 11 minutes of eight channels at 192 kHz."""
_BLOCK = 1 << 20
"""Samples of all channels that are decoded at once."""
_DECODING = threading.BoundedSemaphore(4)
"""So many files are decoded at once: a small one may hold hours."""
_UNKNOWN = 2**62
"""libsndfile tells about so many frames where a file does not say."""
_CONTAINERS = {"format_whitelist": "mov,matroska,aac,asf,aiff,caf,amr,wav,mp3,ogg,flac", "protocol_whitelist": "none"}
"""What FFmpeg may take a file for, by its names: none that leads to other files or to the network, as playlists do."""


@dataclass(frozen=True, eq=False)
class AudioClip:
    """Mono sound."""

    samples: Floats
    """float32 [n], nominally in [-1, 1]."""
    sample_rate: int
    """Rate of ``samples`` in hertz."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    @functools.cached_property
    def content_id(self) -> str:
        """SHA-256 (hex) of the whole decoded content: every sample and the sample rate.

        The same audio in another container has the same id; clips that share a prefix do not.
        """
        digest = hashlib.sha256(b"mono f32le %d\n" % self.sample_rate)
        digest.update(np.ascontiguousarray(self.samples, dtype="<f4").data)
        return digest.hexdigest()

    def resampled(self, sample_rate: int) -> "AudioClip":
        """This clip at another rate in hertz (itself if it has that rate already)."""
        if sample_rate == self.sample_rate:
            return self
        samples = soxr.resample(self.samples, self.sample_rate, sample_rate, quality="HQ")
        return AudioClip(np.ascontiguousarray(samples, dtype=np.float32), sample_rate)


def decode(data: bytes, *, max_seconds: float = MAX_SECONDS) -> AudioClip:
    """The clip in an encoded file's bytes, channels averaged, at the file's own rate.

    A file that says that it is too long is not decoded, and one that unpacks to more than it says no further than to
    ``max_seconds``, :data:`MAX_FRAMES` or :data:`MAX_SAMPLES`.
    Raises :class:`InvalidAudio` when there is no audio in it, too much, or values that are not numbers.
    """
    if not data:
        raise InvalidAudio("audio.empty")
    if len(data) > MAX_BYTES:
        raise InvalidAudio("audio.too_large", megabytes=len(data) / 2**20, limit=MAX_BYTES / 2**20)
    with _DECODING:
        try:
            clip = _decode_sndfile(data, max_seconds)
        except sf.LibsndfileError:
            clip = _decode_ffmpeg(data, max_seconds)
    if not len(clip.samples):
        raise InvalidAudio("audio.empty")
    if not np.isfinite(clip.samples).all():
        raise InvalidAudio("audio.not_finite")
    return clip


class _Mono:
    """What is decoded, averaged, and no more of it than can be taken; one array, so that it is given back at once."""

    def __init__(self, rate: int, channels: int, max_seconds: float, told_s: float | None) -> None:
        """``told_s`` is how long the file says that it is. Raises :class:`InvalidAudio`."""
        self._rate, self._channels, self._max_seconds = rate, channels, max_seconds
        self._total = 0
        told = 0 if told_s is None else told_s * rate
        self._check(told)
        self._samples: Floats = np.empty(round(told), np.float32)

    def add(self, block: Floats) -> None:
        """The next block, float32 [n, channels]. Raises :class:`InvalidAudio`."""
        begin, end = self._total, self._total + len(block)
        self._check(end)
        if end > len(self._samples):
            longer = np.empty(max(end, 2 * len(self._samples)), np.float32)
            longer[:begin] = self._samples[:begin]
            self._samples = longer
        _average(block, self._samples[begin:end])
        self._total = end

    def clip(self) -> AudioClip:
        """All of it."""
        whole = self._total == len(self._samples)
        return AudioClip(self._samples if whole else self._samples[: self._total].copy(), self._rate)

    def _check(self, frames: float) -> None:
        if frames > self._max_seconds * self._rate:
            raise InvalidAudio("audio.too_long", limit=self._max_seconds)
        if frames > MAX_FRAMES or frames * self._channels > MAX_SAMPLES:
            seconds = min(MAX_FRAMES, MAX_SAMPLES // self._channels) // self._rate
            raise InvalidAudio("audio.too_much", rate=self._rate, channels=self._channels, limit=seconds)


def _decode_sndfile(data: bytes, max_seconds: float) -> AudioClip:
    with sf.SoundFile(io.BytesIO(data)) as file:
        # What the header says is believed only where it is too much; what is decoded is counted.
        told_s = file.frames / file.samplerate if 0 < file.frames < _UNKNOWN else None
        mono = _Mono(file.samplerate, file.channels, max_seconds, told_s)
        frames = max(1, _BLOCK // file.channels)
        while len(block := file.read(frames, dtype="float32", always_2d=True)):
            mono.add(block)
    return mono.clip()


def _decode_ffmpeg(data: bytes, max_seconds: float) -> AudioClip:
    try:
        with av.open(io.BytesIO(data), "r", metadata_errors="ignore", options=_CONTAINERS) as container:
            if not container.streams.audio:
                raise InvalidAudio("audio.unreadable")
            stream = container.streams.audio[0]
            if stream.codec_context is None:
                raise InvalidAudio("audio.unreadable")
            rate = stream.rate
            told_s = container.duration / av.time_base if container.duration and container.duration > 0 else None
            mono = _Mono(rate, stream.channels, max_seconds, told_s)
            resampler = av.AudioResampler(format="fltp", rate=rate)
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    mono.add(part.to_ndarray().T.astype(np.float32, copy=False))
    except (av.error.FFmpegError, ValueError, EOFError) as error:
        raise InvalidAudio("audio.unreadable") from error
    return mono.clip()


def _average(block: Floats, mono: Floats) -> None:
    """Put float32 [n, channels] into float32 [n]."""
    block.mean(axis=1, dtype=np.float32, out=mono)


_LOSSLESS = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_24")}
"""libsndfile's container and codec by file suffix."""


def encode(clip: AudioClip, encoding: Literal["wav", "flac"] = "wav") -> bytes:
    """The clip as a file that programs pass on; what people get is :mod:`core.sound`'s."""
    container, codec = _LOSSLESS[encoding]
    buffer = io.BytesIO()
    sf.write(buffer, np.clip(clip.samples, -1.0, 1.0), clip.sample_rate, codec, format=container)
    return buffer.getvalue()
