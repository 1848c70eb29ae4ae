"""Who asks: found out before anything is served, and told to all that is served, by the ASGI scope."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import Busy, EncoreError, Refused
from webui.api.errors import answer
from webui.gate.credentials import Account, Credentials
from webui.gate.limits import RateLimit
from webui.gate.login import COOKIE, Login

REMEMBERED = 1024
"""Logins that were right, kept so that not every request pays for a password's slow hash."""


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    name: str = ""
    """Of the user or the key; empty where nobody has to say."""
    kind: Literal["here", "user", "key", "stranger"] = "here"
    """How that is known; ``here`` where no login is asked for, ``stranger`` where one is and none was given."""


HERE = Caller()
STRANGER = Caller(kind="stranger")
OPEN = "/health"
"""The one path that strangers may ask: what watches over a server needs no key, and is told next to nothing."""


def caller_of(scope: Scope) -> Caller:
    """Who asked for what ``scope`` tells of."""
    caller = scope.get("state", {}).get("caller", HERE)
    assert isinstance(caller, Caller)  # noqa: S101 — nobody else writes there
    return caller


def address_of(scope: Scope) -> str:
    """Where that came from; empty where it is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class Access:
    """ASGI middleware: lets in who has a key, a password, or the cookie of somebody who has logged in.

    Keys come as ``Authorization: Bearer``, passwords as HTTP Basic, which scripts and players know; browsers are shown
    a page to log in on, where there is one.
    """

    def __init__(self, app: ASGIApp, credentials: Credentials, failures: RateLimit, login: Login | None) -> None:
        """``failures`` bounds wrong logins from one address; ``login`` is the page, None without one."""
        self._app, self._credentials, self._failures, self._login = app, credentials, failures, login
        # Once logins are asked for they always are: a file that goes away must not open the door.
        self._required = credentials.required
        self._secret = secrets.token_bytes(32)
        self._remembered: OrderedDict[bytes, Account] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who asks, and pass on what may come in."""
        if scope["type"] != "http":
            # Nothing is served over WebSockets.
            await (self._app(scope, receive, send) if scope["type"] == "lifespan" else _close(send))
            return
        try:
            self._required = self._required or self._credentials.required
            if not self._required:
                caller: Caller | None = HERE
            elif self._login is not None and self._login.serves(scope):
                await self._login(scope, receive, send, self._by_password)
                return
            else:
                caller = await self._who(scope)
        except EncoreError as error:
            await answer(error)(scope, receive, send)
            return
        if caller is None and scope["path"] == OPEN:
            caller = STRANGER
        if caller is None:
            await self._refusal(scope)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)

    async def _who(self, scope: Scope) -> Caller | None:
        headers = Headers(scope=scope)
        authorization = headers.get("authorization", "")
        scheme, _, given = authorization.partition(" ")
        account: Account | None = None
        if scheme.lower() == "bearer":
            account = self._credentials.by_key(given.strip())
            if account is None:
                await self._failed(scope)
        elif scheme.lower() == "basic":
            account = await self._by_password(scope, *_decoded(given))
        elif self._login is not None:
            cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
            account = self._login.account(cookie, self._credentials)
        return Caller(account.name, account.kind) if account else None

    async def _by_password(self, scope: Scope, name: str, password: str) -> Account | None:
        """Who has this name and password. Raises :class:`Busy` (``limit.logins``) after too many wrong ones."""
        mark = hmac.digest(self._secret, f"{name}\0{password}".encode(), hashlib.sha256)
        known = self._remembered.get(mark)
        if known is not None and self._credentials.account(known.name, known.stamp):
            self._remembered.move_to_end(mark)
            return known
        address = address_of(scope)
        if await asyncio.to_thread(self._failures.exhausted, address):
            raise await self._too_many(address)
        account = await asyncio.to_thread(self._credentials.by_password, name, password)
        if account is None:
            await self._failed(scope)
            return None
        self._remembered[mark] = account
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return account

    async def _failed(self, scope: Scope) -> None:
        """Count a wrong login. Raises :class:`Busy` (``limit.logins``) when there have been too many."""
        address = address_of(scope)
        if not await asyncio.to_thread(self._failures.hit, address):
            raise await self._too_many(address)

    async def _too_many(self, address: str) -> Busy:
        return Busy("limit.logins", retry_s=await asyncio.to_thread(self._failures.retry_s, address))

    def _refusal(self, scope: Scope) -> Response:
        headers = Headers(scope=scope)
        if self._login is not None and scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            return self._login.redirect(scope)
        refusal = answer(Refused("access.needed"))
        # A browser would ask with a window of its own; it has the page to log in on.
        browsing = "sec-fetch-mode" in headers
        refusal.headers["WWW-Authenticate"] = 'Bearer realm="Encore"' + (
            "" if browsing else ', Basic realm="Encore", charset="UTF-8"'
        )
        return refusal


def _decoded(given: str) -> tuple[str, str]:
    """Name and password of HTTP Basic; empty where it is none."""
    try:
        name, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, password


async def _close(send: Any) -> None:
    await send({"type": "websocket.close", "code": 1008})
