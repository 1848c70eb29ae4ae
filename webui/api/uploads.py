"""Files in forms."""

from fastapi import UploadFile

from core.audio import MAX_BYTES
from core.errors import InvalidAudio
from core.request import AudioSource

MEGABYTE = 2**20
LONGEST_NAME = 120


async def source_of(file: UploadFile) -> AudioSource:
    """The sound in ``file``, under the name that it came with. Raises :class:`InvalidAudio` (``audio.too_large``)."""
    data = await file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidAudio("audio.too_large", megabytes=(file.size or len(data)) / MEGABYTE, limit=MAX_BYTES / MEGABYTE)
    return AudioSource(data, (file.filename or "")[-LONGEST_NAME:])
