"""Sound by content: clips come in and go out under the digest of their bytes, from a bounded store in memory."""

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response

from core.audio import MAX_BYTES

MEGABYTE = 2**20
STORE_BYTES = 768 * MEGABYTE
"""What all clips together may take; the ones unused for longest go first."""
UPLOAD_TYPE = "application/octet-stream"
"""The one content type that uploads may have: browsers ask before they send it from another site."""
MEDIA_TYPES = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "m4a": "audio/mp4",
    "mp4": "audio/mp4",
    "webm": "audio/webm",
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Clip:
    """An encoded audio file."""

    clip_id: str
    """SHA-256 (hex) of ``data``."""
    data: bytes
    name: str
    media_type: str


class ClipStore:
    """Encoded clips by content. Thread-safe."""

    def __init__(self, limit: int = STORE_BYTES) -> None:
        self._limit = limit
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, data: bytes, name: str = "clip.wav") -> Clip:
        """Keep ``data``; its kind is told from the ending of ``name``."""
        media_type = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), UPLOAD_TYPE)
        clip = Clip(hashlib.sha256(data).hexdigest(), data, name, media_type)
        with self._lock:
            replaced = self._clips.pop(clip.clip_id, None)
            self._bytes += len(data) - (len(replaced.data) if replaced else 0)
            self._clips[clip.clip_id] = clip
            while self._bytes > self._limit and len(self._clips) > 1:
                _, oldest = self._clips.popitem(last=False)
                self._bytes -= len(oldest.data)
        return clip

    def get(self, clip_id: str) -> Clip | None:
        """The clip, or None when it is not (or no longer) here."""
        with self._lock:
            clip = self._clips.get(clip_id)
            if clip is not None:
                self._clips.move_to_end(clip_id)
            return clip


def audio_routes(store: ClipStore) -> APIRouter:
    """``POST /audio`` takes a clip, ``GET /audio/{id}`` gives one back, whole or in part."""
    routes = APIRouter(tags=["audio"])

    @routes.post("/audio")
    async def upload(request: Request, name: str = "") -> dict[str, str]:
        if request.headers.get("content-type") != UPLOAD_TYPE:
            raise HTTPException(415, f"Send the file's bytes as {UPLOAD_TYPE}.")
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > MAX_BYTES:
                raise HTTPException(413, f"At most {MAX_BYTES // MEGABYTE} MB can be taken.")
        clip = store.put(bytes(data), name[-120:])
        return {"id": clip.clip_id}

    @routes.api_route("/audio/{clip_id}", methods=["GET", "HEAD"])
    async def download(request: Request, clip_id: str) -> Response:
        clip = store.get(clip_id)
        if clip is None:
            raise HTTPException(404, "This clip is no longer here.")
        headers = {
            "ETag": f'"{clip.clip_id}"',
            "Cache-Control": "private, max-age=31536000, immutable",
            "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        span = _span(request.headers.get("range"), len(clip.data))
        if span is None:
            return Response(clip.data, media_type=clip.media_type, headers=headers)
        start, end = span
        if start >= end:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{len(clip.data)}"})
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(clip.data)}"
        return Response(clip.data[start:end], 206, media_type=clip.media_type, headers=headers)

    return routes


def _span(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of a single byte range; None for none, or one that is not understood."""
    match = _RANGE.fullmatch(header or "")
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
