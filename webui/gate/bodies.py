"""What may be sent here: so much at once by all together, and nothing to doors that the page does not use."""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Busy, InvalidInput
from webui.api.errors import MAX_UPLOAD, answer
from webui.gate.house import RETRY_S

MEGABYTE = 2**20
TOGETHER = 4 * MAX_UPLOAD
"""Bytes of all requests that are being received or worked on."""
FREE = 64 * 1024
"""Bytes of a request that are not counted: a full house still answers those who say little."""
MAX_EVENT = 8 * MEGABYTE
"""Largest thing that the page tells its server, in bytes: sound comes another way."""
PATIENCE_S = 60.0
"""The longest that a small request may take to arrive."""
SLOWEST = 100_000
"""Bytes per second at which a large one has to arrive."""

GRADIO = "/gradio_api/"
_OPEN = re.compile(
    r"/gradio_api/(queue/(join|data)|run/[^/]+|cancel|reset|heartbeat/[^/]+|startup-events|app_id|info|theme\.css)/?"
)


class Doors:
    """ASGI middleware: of what Gradio would serve, only what the page uses: no files, no uploads, no proxying."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what has an open door."""
        if scope["type"] == "http" and scope["path"].startswith(GRADIO) and not _OPEN.fullmatch(scope["path"]):
            await PlainTextResponse("Not found.", 404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Bodies:
    """ASGI middleware: bounds the size of a request, the time in which it has to arrive, and the sizes of all."""

    def __init__(self, app: ASGIApp, *, together: int = TOGETHER) -> None:
        """``together`` bytes of requests are held at most."""
        self._app, self._together = app, together
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what can be held."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = MAX_EVENT if scope["path"].startswith(GRADIO) else MAX_UPLOAD
        size = _size(headers, unknown=limit)
        counted = max(0, size - FREE)
        if "transfer-encoding" in headers and "content-length" in headers:
            refusal = answer(InvalidInput("api.lengths"))
            refusal.headers["Connection"] = "close"  # what comes next may be meant as part of this one
            await refusal(scope, receive, send)
        elif size > limit:
            await answer(InvalidInput("api.too_large", limit=limit / MEGABYTE))(scope, receive, send)
        elif self._held + counted > self._together:
            await answer(Busy("busy.uploads", retry_s=RETRY_S))(scope, receive, send)
        else:
            self._held += counted
            try:
                await self._app(scope, _timed(receive, PATIENCE_S + size / SLOWEST), send)
            finally:
                self._held -= counted


def _size(headers: Headers, *, unknown: int) -> int:
    """How large a request says that it is; ``unknown`` where it does not."""
    if "transfer-encoding" in headers:
        return unknown
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else unknown


def _timed(receive: Receive, patience_s: float) -> Receive:
    """``receive`` for a body that has to be there in time; a sender who is too slow counts as gone."""
    loop = asyncio.get_running_loop()
    deadline: float | None = loop.time() + patience_s

    async def timely() -> Message:
        nonlocal deadline
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        if not message.get("more_body"):
            deadline = None  # what comes now is only that the client goes away, which may take as long as it likes
        return message

    return timely
