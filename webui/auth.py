"""A name and a password before anything is served: the page, its events, the sound and the HTTP API alike."""

import base64
import binascii
import hmac
from collections.abc import Sequence

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import InvalidInput


class RequireLogin:
    """ASGI middleware: HTTP Basic authentication, which browsers, players and scripts all know."""

    def __init__(self, app: ASGIApp, users: Sequence[str]) -> None:
        """``users`` are ``USER:PASS``. Raises :class:`InvalidInput` (``serve.auth``) for one that is not."""
        if any(not all(user.partition(":")) for user in users):
            raise InvalidInput("serve.auth")
        self._app = app
        self._users = [user.encode() for user in users]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes with one of the names and its password."""
        if scope["type"] == "lifespan" or self._allowed(dict(scope["headers"]).get(b"authorization", b"")):
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {"WWW-Authenticate": 'Basic realm="Encore", charset="UTF-8"'}
        await PlainTextResponse("A name and a password are needed.", 401, headers)(scope, receive, send)

    def _allowed(self, header: bytes) -> bool:
        scheme, _, encoded = header.partition(b" ")
        if scheme.lower() != b"basic":
            return False
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return False
        # Every name is compared, each in constant time, so that the time taken tells nothing.
        return sum(hmac.compare_digest(given, user) for user in self._users) > 0
