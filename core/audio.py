"""Audio as everything else sees it: mono float32 with its sample rate, known by its content.

Decoding is libsndfile's (wav, flac, ogg, opus, mp3) and, for what that cannot read (m4a, webm), FFmpeg's through PyAV.
"""

import functools
import hashlib
import io
from dataclasses import dataclass

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

    Reads in blocks and stops at ``max_seconds``, so that a small file that unpacks to hours costs little.
    Raises :class:`InvalidAudio` when there is no audio in it, too much, or values that are not numbers.
    """
    if not data:
        raise InvalidAudio("audio.empty")
    if len(data) > MAX_BYTES:
        raise InvalidAudio("audio.too_large", megabytes=len(data) / 2**20, limit=MAX_BYTES / 2**20)
    try:
        clip = _decode_sndfile(data, max_seconds)
    except sf.LibsndfileError:
        clip = _decode_ffmpeg(data, max_seconds)
    if not len(clip.samples):
        raise InvalidAudio("audio.empty")
    if not np.isfinite(clip.samples).all():
        raise InvalidAudio("audio.not_finite")
    return clip


def _decode_sndfile(data: bytes, max_seconds: float) -> AudioClip:
    with sf.SoundFile(io.BytesIO(data)) as file:
        rate = file.samplerate
        limit = int(max_seconds * rate)
        mono: list[Floats] = []
        total = 0
        while len(block := file.read(1 << 18, dtype="float32", always_2d=True)):
            total += len(block)
            if total > limit:
                raise InvalidAudio("audio.too_long", limit=max_seconds)
            mono.append(_average(block))
    return AudioClip(np.concatenate(mono) if mono else np.empty(0, np.float32), rate)


def _decode_ffmpeg(data: bytes, max_seconds: float) -> AudioClip:
    try:
        with av.open(io.BytesIO(data), "r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise InvalidAudio("audio.unreadable")
            rate = container.streams.audio[0].rate
            resampler = av.AudioResampler(format="fltp", rate=rate)
            limit = int(max_seconds * rate)
            mono: list[Floats] = []
            total = 0
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    block = part.to_ndarray().T.astype(np.float32, copy=False)
                    total += len(block)
                    if total > limit:
                        raise InvalidAudio("audio.too_long", limit=max_seconds)
                    mono.append(_average(block))
    except (av.error.FFmpegError, ValueError, EOFError) as error:
        raise InvalidAudio("audio.unreadable") from error
    return AudioClip(np.concatenate(mono) if mono else np.empty(0, np.float32), rate)


def _average(block: Floats) -> Floats:
    """Mono float32 [n] from float32 [n, channels]."""
    return block[:, 0].copy() if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)


ENCODINGS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_24"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
}
"""libsndfile's container and codec by file suffix."""
_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
"""The rates in hertz that Opus knows (RFC 6716, 2)."""


def encode(clip: AudioClip, encoding: str = "wav", *, comment: str = "") -> bytes:
    """The clip as a file of one of :data:`ENCODINGS`, with ``comment`` in its metadata."""
    container, codec = ENCODINGS[encoding]
    if codec == "OPUS" and clip.sample_rate not in _OPUS_RATES:
        clip = clip.resampled(48_000)
    buffer = io.BytesIO()
    with sf.SoundFile(buffer, "w", clip.sample_rate, 1, codec, format=container) as file:
        if comment:
            file.comment = comment
        file.write(np.clip(clip.samples, -1.0, 1.0))
    return buffer.getvalue()
