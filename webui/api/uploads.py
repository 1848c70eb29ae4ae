"""Files that are sent: in forms, or as a body of their own."""

from collections.abc import Callable

from fastapi import Request, UploadFile

from core.audio import MAX_BYTES
from core.errors import EncoreError, InvalidAudio, InvalidInput
from core.request import AudioSource

MEGABYTE = 2**20
LONGEST_NAME = 120
UPLOAD_TYPE = "application/octet-stream"
"""The one content type that uploads may have: browsers ask before they send it from another site."""


async def source_of(file: UploadFile) -> AudioSource:
    """The sound in ``file``, under the name that it came with. Raises :class:`InvalidAudio` (``audio.too_large``)."""
    data = await file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise clip_too_large(file.size or len(data))
    return AudioSource(data, (file.filename or "")[-LONGEST_NAME:])


async def body_of(request: Request, limit: int, refusal: Callable[[int], EncoreError] | None = None) -> bytes:
    """The bytes that were sent as a file of their own, ``limit`` at most.

    Raises :class:`InvalidInput` (``api.upload_type``), and of what is too large ``refusal`` of the bytes that have
    come, or :class:`InvalidInput` (``api.too_large``).
    """
    if request.headers.get("content-type") != UPLOAD_TYPE:
        raise InvalidInput("api.upload_type", type=UPLOAD_TYPE)
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > limit:
            raise refusal(len(data)) if refusal else InvalidInput("api.too_large", limit=limit / MEGABYTE)
    return bytes(data)


def clip_too_large(size: int) -> InvalidAudio:
    """What a clip of ``size`` bytes, or more, gets."""
    return InvalidAudio("audio.too_large", megabytes=size / MEGABYTE, limit=MAX_BYTES / MEGABYTE)
