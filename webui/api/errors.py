"""Failures as OpenAI's clients expect them: ``{"error": {"message", "type", "code"}}`` with a status that fits."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from core.errors import Cancelled, EncoreError, EngineUnavailable, InvalidInput, ModelMissing

MEGABYTE = 2**20
MAX_BODY = 64 * MEGABYTE
"""Largest request in bytes: half a minute of anything, in base64."""
RETRY_S = 5
"""When to come back for what is not there now, in seconds."""
CLIENT_GONE = 499
"""What nobody reads."""
_STATUS = {
    "request.engine": 404,
    "request.voice": 404,
    "audio.too_large": 413,
    "api.too_large": 413,
}

log = logging.getLogger(__name__)


def status_of(error: EncoreError) -> int:
    """The HTTP status for ``error``."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, InvalidInput):
        return 400
    if isinstance(error, Cancelled):
        return CLIENT_GONE
    return 503 if isinstance(error, ModelMissing | EngineUnavailable) else 500


def answer(error: EncoreError) -> JSONResponse:
    """``error`` as an answer."""
    status = status_of(error)
    kind = "invalid_request_error" if status < 500 else "server_error"
    content = {"error": {"message": str(error), "type": kind, "param": error.details.get("field"), "code": error.code}}
    return JSONResponse(content, status, {"Retry-After": str(RETRY_S)} if status == 503 else None)


class OpenAIRoute(APIRoute):
    """A route that takes no more than :data:`MAX_BODY` and fails in sentences."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with this around it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(_Bounded(request.scope, request.receive))
            except EncoreError as error:
                return answer(error)
            except RequestValidationError as error:
                return answer(_invalid(error))
            except HTTPException as error:
                # FastAPI's own way to say that the body could not be read; what it was is the cause.
                if isinstance(error.__cause__, EncoreError):
                    return answer(error.__cause__)
                return answer(InvalidInput("api.body", reason=error.detail))
            except Exception:
                log.exception("%s failed", request.url.path)
                return answer(EncoreError("api.failed"))

        return handle


class _Bounded(Request):
    """A request whose body is not read beyond :data:`MAX_BODY`."""

    async def body(self) -> bytes:
        """As Starlette's, bounded."""
        if not hasattr(self, "_body"):
            length = self.headers.get("content-length", "0")
            if length.isdigit() and int(length) > MAX_BODY:
                raise _too_large()
            parts, total = [], 0
            async for part in self.stream():
                total += len(part)
                if total > MAX_BODY:
                    raise _too_large()
                parts.append(part)
            self._body = b"".join(parts)
        return self._body


def _too_large() -> InvalidInput:
    return InvalidInput("api.too_large", limit=MAX_BODY / MEGABYTE)


def _invalid(error: RequestValidationError) -> InvalidInput:
    """The first thing that is wrong."""
    first = error.errors()[0]
    if first["type"] == "json_invalid" or len(first["loc"]) < 2:
        reason = first.get("ctx", {}).get("error", first["msg"])
        return InvalidInput("api.body", reason=str(reason).rstrip("."))
    field = ".".join(str(part) for part in first["loc"][1:])
    return InvalidInput("api.field", field=field, reason=first["msg"].removeprefix("Value error, ").rstrip("."))
