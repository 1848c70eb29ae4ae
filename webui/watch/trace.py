"""Stands around everything: gives each request its id, counts it, and logs a line when it is answered."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webui.api.errors import CLIENT_GONE, OpenAIRoute
from webui.gate.access import caller_of
from webui.watch.counters import LATENCY, REQUESTS, UNDER_WAY
from webui.watch.log import REQUEST_ID

HEADER = "X-Request-Id"
UNMATCHED = "unmatched"
"""Instead of the path of what no route took: paths are whatever anybody likes, and may hold anything."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)

log = logging.getLogger(__name__)


class Trace:
    """ASGI middleware, the outermost. An id that a client or proxy sent is kept if it is short and plain."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and look at what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        REQUEST_ID.set(request_id)
        answered = _Answered(request_id, send)
        started = time.perf_counter()
        UNDER_WAY.inc()
        try:
            await self._app(scope, receive, answered.send)
        finally:
            UNDER_WAY.dec()
            answered.note(scope, time.perf_counter() - started)


class _Answered:
    """One answer, looked at while it is sent."""

    def __init__(self, request_id: str, send: Send) -> None:
        self._request_id, self._send = request_id, send
        self._status = CLIENT_GONE
        self._outcome = self._engine = ""

    async def send(self, message: Message) -> None:
        """Send ``message`` on, with the request's id."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[HEADER] = self._request_id
            self._outcome = headers.get("X-Encore-Outcome", "")
            self._engine = headers.get("X-Encore-Engine", "")
        await self._send(message)

    def note(self, scope: Scope, seconds: float) -> None:
        """Count it and log it."""
        route = scope.get("route")
        template = getattr(route, "path", UNMATCHED)
        method = scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(method, template, str(self._status)).inc()
        LATENCY.labels(template, self._outcome).observe(seconds)
        # What the page's own scripts ask for all the time is nothing to tell, unless it goes wrong.
        told = isinstance(route, OpenAIRoute) and not route.quiet
        level = logging.INFO if told or self._status >= 400 else logging.DEBUG
        if log.isEnabledFor(level):
            about = {
                "method": method,
                "route": template,
                "status": self._status,
                "ms": round(seconds * 1e3, 1),
                "outcome": self._outcome,
                "engine": self._engine,
                "caller": caller_of(scope).name,
            }
            log.log(level, "request", extra=about)
