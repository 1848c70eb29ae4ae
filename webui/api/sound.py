"""Takes as HTTP sends them: the formats there are, and whole files."""

from collections.abc import Mapping

from core.audio import AudioClip
from core.sound import PCM_RATE, as_pcm, encode_take

MEDIA_TYPES: Mapping[str, str] = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "opus": "audio/ogg",
    "pcm": f"audio/pcm;rate={PCM_RATE};encoding=signed-int;bits=16;channels=1",
}
"""The formats there are, and their content types."""


def encoded(take: AudioClip, encoding: str) -> bytes:
    """``take`` as a file of one of :data:`MEDIA_TYPES`."""
    if encoding == "pcm":
        return as_pcm(take.resampled(PCM_RATE).samples).tobytes()
    return encode_take(take, encoding)
