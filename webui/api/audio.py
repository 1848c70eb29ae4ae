"""Sound by content: clips come in and go out under a keyed digest of their bytes, from a bounded store in memory."""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from cachetools import LRUCache
from fastapi import APIRouter, Request, Response

from core.audio import MAX_BYTES
from core.errors import InvalidAudio, InvalidInput
from webui.api.errors import OpenAIRoute
from webui.api.ranges import respond
from webui.api.schemas import AUDIO_FILE, FAILURES
from webui.api.uploads import LONGEST_NAME, MEGABYTE, UPLOAD_TYPE, body_of, clip_too_large
from webui.gate.house import guest_of

STORE_BYTES = 768 * MEGABYTE
"""What all clips together may take; the ones unused for longest go first."""
MOST_MADE = 10_000
"""Clips of which it is known what they were made of."""
MEDIA_TYPES = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "m4a": "audio/mp4",
    "mp4": "audio/mp4",
    "webm": "audio/webm",
    "pcm": "audio/pcm",
}


@dataclass(frozen=True)
class Clip:
    """An encoded audio file."""

    clip_id: str
    """Names ``data`` and can be had only by whoever was given it: HMAC-SHA-256 (hex) with a key of the store's own."""
    data: bytes
    name: str
    media_type: str


class ClipStore:
    """Encoded clips by content. Thread-safe."""

    def __init__(self, limit: int = STORE_BYTES) -> None:
        self._limit = limit
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._bytes = 0
        self._made: LRUCache[Hashable, str] = LRUCache(MOST_MADE)
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()

    def put(self, data: bytes, name: str = "clip.wav") -> Clip:
        """Keep ``data``; its kind is told from the ending of ``name``."""
        media_type = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), UPLOAD_TYPE)
        clip = Clip(hmac.digest(self._secret, data, hashlib.sha256).hex(), data, name, media_type)
        with self._lock:
            replaced = self._clips.pop(clip.clip_id, None)
            self._bytes += len(data) - (len(replaced.data) if replaced else 0)
            self._clips[clip.clip_id] = clip
            while self._bytes > self._limit and len(self._clips) > 1:
                _, oldest = self._clips.popitem(last=False)
                self._bytes -= len(oldest.data)
        return clip

    def made(self, origin: Hashable, make: Callable[[], bytes], name: str) -> Clip:
        """The clip that was made of ``origin`` before, if it is still here; else what ``make`` gives, kept."""
        clip = self.made_of(origin)
        if clip is None:
            clip = self.put(make(), name)
            with self._lock:
                self._made[origin] = clip.clip_id
        return clip

    def made_of(self, origin: Hashable) -> Clip | None:
        """The clip that was made of ``origin`` before, if it is still here."""
        with self._lock:
            clip_id = self._made.get(origin)
        return self.get(clip_id) if clip_id is not None else None

    def get(self, clip_id: str) -> Clip | None:
        """The clip, or None when it is not (or no longer) here."""
        with self._lock:
            clip = self._clips.get(clip_id)
            if clip is not None:
                self._clips.move_to_end(clip_id)
            return clip

    def brought(self, clip_id: str) -> Clip:
        """The clip that somebody has just brought. Raises :class:`InvalidAudio` (``audio.empty``) if it is not here."""
        clip = self.get(clip_id)
        if clip is None:
            raise InvalidAudio("audio.empty")
        return clip


def audio_routes(store: ClipStore) -> APIRouter:
    """``POST /audio`` takes a clip, ``GET /audio/{id}`` gives one back, whole or in part."""
    routes = APIRouter(tags=["Encore"], route_class=OpenAIRoute)

    @routes.post("/audio", include_in_schema=False)
    async def upload(request: Request, name: str = "") -> dict[str, str]:
        """Keep a clip for the page."""
        data = await body_of(request, MAX_BYTES, clip_too_large)
        clip = store.put(data, name[-LONGEST_NAME:])
        return {"id": clip.clip_id}

    @routes.get(
        "/audio/{clip_id}",
        summary="Have a take again",
        response_class=Response,
        responses={**AUDIO_FILE, **FAILURES},
    )
    @routes.head("/audio/{clip_id}", include_in_schema=False)
    async def download(request: Request, clip_id: str) -> Response:
        """A file under the digest of its bytes, so that it never changes: any cache may keep it."""
        clip = store.get(clip_id)
        if clip is None:
            raise InvalidInput("api.clip_gone")
        # Where nobody has to log in, a cache that many share may keep what was made, too.
        who = "public" if guest_of(request.scope).caller.kind == "here" else "private"
        headers = {
            "ETag": f'"{clip.clip_id}"',
            "Cache-Control": f"{who}, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        return respond(clip.data, clip.media_type, request.headers, headers)

    return routes
