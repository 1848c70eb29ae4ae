"""Failures as OpenAI's clients expect them: ``{"error": {"message", "type", "code"}}`` with a status that fits."""

import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from core.errors import Busy, Cancelled, EncoreError, EngineUnavailable, InvalidInput, ModelMissing, Refused
from webui.watch.log import REQUEST_ID

MEGABYTE = 2**20
MAX_BODY = 64 * MEGABYTE
"""Largest request in bytes: half a minute of anything, in base64."""
MAX_UPLOAD = 256 * MEGABYTE
"""Largest form or file in bytes: a file of the largest size that is taken, and what stands around it."""
_FILES = ("multipart/form-data", "application/octet-stream")
"""Content types that files come in."""
RETRY_S = 5
"""When to come back for what is not there now, in seconds."""
CLIENT_GONE = 499
"""What nobody reads."""
_STATUS = {
    "request.engine": 404,
    "request.voice": 404,
    "audio.too_large": 413,
    "api.too_large": 413,
    "api.clip_gone": 404,
    "desk.unknown": 404,
    "desk.file_gone": 404,
    "api.upload_type": 415,
    "access.needed": 401,
}

log = logging.getLogger(__name__)


def status_of(error: EncoreError) -> int:
    """The HTTP status for ``error``."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, InvalidInput):
        return 400
    if isinstance(error, Refused):
        return 403
    if isinstance(error, Busy):
        return 429 if error.code.startswith("limit.") else 503
    if isinstance(error, Cancelled):
        return CLIENT_GONE
    return 503 if isinstance(error, ModelMissing | EngineUnavailable) else 500


def described(error: EncoreError, status: int | None = None, sentence: str = "") -> dict[str, str | None]:
    """``error`` for programs; ``status`` if it is not the usual one, ``sentence`` if it is told in other words."""
    kind = "invalid_request_error" if (status or status_of(error)) < 500 else "server_error"
    field = error.details.get("field")
    return {
        "message": _whole(sentence or str(error)),
        "type": kind,
        "param": _whole(field) if field else None,
        "code": error.code,
    }


def answer(error: EncoreError, status: int | None = None, sentence: str = "") -> JSONResponse:
    """``error`` as an answer; see :func:`described`."""
    status = status or status_of(error)
    retry_s = error.retry_s if isinstance(error, Busy) else RETRY_S
    headers = {"Retry-After": str(retry_s)} if status in (429, 503) else None
    return JSONResponse({"error": described(error, status, sentence), "request_id": REQUEST_ID.get()}, status, headers)


class OpenAIRoute(APIRoute):
    """A route that takes no more than :attr:`max_body`, or :data:`MAX_UPLOAD` with files, and fails in sentences."""

    max_body = MAX_BODY
    """In bytes."""
    quiet = False
    """Whether what it answers is nothing to log, unless it goes wrong."""

    def answer(self, _request: Request, error: EncoreError) -> Response:
        """What ``error`` gets."""
        return answer(error)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with this around it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(_Bounded(request, self.max_body))
            except EncoreError as error:
                return self.answer(request, error)
            except RequestValidationError as error:
                return self.answer(request, _invalid(error))
            except HTTPException as error:
                # FastAPI's own way to say that the body could not be read; what it was is the cause.
                if isinstance(error.__cause__, EncoreError):
                    return self.answer(request, error.__cause__)
                code = "api.form" if _kind(request).startswith("multipart/") else "api.body"
                return self.answer(request, InvalidInput(code, reason=str(error.detail).rstrip(".")))
            except Exception:
                log.exception("%s failed", request.url.path)
                return self.answer(request, EncoreError("api.failed"))

        return handle


class _Bounded(Request):
    """A request of which no more is read than is taken."""

    def __init__(self, request: Request, limit: int) -> None:
        super().__init__(request.scope, request.receive)
        self._limit = MAX_UPLOAD if _kind(self).startswith(_FILES) else limit

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """As Starlette's, bounded."""
        limit = self._limit
        length = self.headers.get("content-length", "0")
        if length.isdigit() and int(length) > limit:
            raise _too_large(limit)
        total = 0
        async for part in super().stream():
            total += len(part)
            if total > limit:
                raise _too_large(limit)
            yield part


def _whole(text: str) -> str:
    """``text``, in which what was sent may stand: JSON can write half a character, which no answer can."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").lower()


def _too_large(limit: int) -> InvalidInput:
    return InvalidInput("api.too_large", limit=limit / MEGABYTE)


def _invalid(error: RequestValidationError) -> InvalidInput:
    """The first thing that is wrong."""
    first = error.errors()[0]
    if first["type"] == "json_invalid" or len(first["loc"]) < 2:
        reason = first.get("ctx", {}).get("error", first["msg"])
        return InvalidInput("api.body", reason=str(reason).rstrip("."))
    field = ".".join(str(part) for part in first["loc"][1:])
    return InvalidInput("api.field", field=field, reason=first["msg"].removeprefix("Value error, ").rstrip("."))
