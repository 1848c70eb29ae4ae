"""The page on which people log in, and the signed cookie that says that they have."""

import functools
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from html import escape
from importlib import resources
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from core.errors import Busy, StorageFailed
from webui.gate.credentials import Account, Credentials

COOKIE = "encore"
LASTS_S = 7 * 86_400
"""How long a login holds, in seconds."""
IN, OUT = "/login", "/logout"
LARGEST_FORM = 4096
"""Bytes of a name and a password."""

Check = Callable[[Scope, str, str], Awaitable[Account | None]]
"""Whose name and password these are. Raises :class:`Busy` after too many that were nobody's."""


class Login:
    """Serves :data:`IN` and :data:`OUT`, and reads the cookie."""

    def __init__(self, secret: bytes) -> None:
        """``secret`` signs; whoever knows it can come in as anybody."""
        self._signer = URLSafeTimedSerializer(
            secret, salt="encore login", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def serves(self, scope: Scope) -> bool:
        """Whether this is asked for here."""
        return scope["path"] in (IN, OUT)

    def account(self, cookie: str, credentials: Credentials) -> Account | None:
        """Who logged in and got ``cookie``, if that still holds."""
        try:
            name, stamp = self._signer.loads(cookie, max_age=LASTS_S)
        except (BadSignature, ValueError, TypeError):
            return None
        return credentials.account(str(name), str(stamp))

    def redirect(self, scope: Scope) -> Response:
        """To the page, and from there to where one wanted to go."""
        wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse(f"{IN}?{urlencode({'next': wanted})}" if wanted != "/" else IN, 303)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, check: Check) -> None:
        """Serve what :meth:`serves` says."""
        request = Request(scope, receive)
        if scope["path"] == OUT:
            response: Response = self._out(request)
        elif request.method == "POST":
            response = await self._in(request, check)
        else:
            response = _page(request)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def _in(self, request: Request, check: Check) -> Response:
        fields = await _fields(request)
        try:
            account = await check(request.scope, fields.get("name", ""), fields.get("password", ""))
        except Busy as error:
            response = _page(request, "wait", 429)
            response.headers["Retry-After"] = str(error.retry_s)
            return response
        if account is None:
            return _page(request, "failed", 401)
        response = RedirectResponse(_local(request.query_params.get("next", "")), 303)
        value = self._signer.dumps([account.name, account.stamp])
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, str(value), LASTS_S, httponly=True, samesite="lax", secure=secure)
        return response

    def _out(self, request: Request) -> Response:
        if request.method != "POST":
            return RedirectResponse("/", 303)
        response = RedirectResponse(IN, 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response


def signing_secret(folder: Path) -> bytes:
    """The secret kept in ``folder``, drawn at the first start. Raises :class:`StorageFailed`."""
    path = folder / "login-secret"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            temporary = folder / f".login-secret-{secrets.token_hex(8)}"
            temporary.touch(0o600)
            temporary.write_bytes(secrets.token_bytes(32))
            temporary.replace(path)
        return path.read_bytes()
    except OSError as error:
        raise StorageFailed("file.unwritable", path=path, reason=error.strerror or error) from error


async def _fields(request: Request) -> dict[str, str]:
    """The form, of which no more is read than a name and a password can be long."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_FORM:
            return {}
    return dict(parse_qsl(data.decode("utf-8", "replace"), max_num_fields=8) if data.count(b"&") < 8 else [])


def _local(path: str) -> str:
    """``path`` if it is one of this server's, else its page: nobody is sent on to another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


def _page(request: Request, trouble: str = "", status: int = 200) -> Response:
    """The page, with a word on what went wrong."""
    words = _words(_language(request.headers.get("accept-language", "")))
    content = _template()
    for name, word in {**words, "trouble": words.get(trouble, "")}.items():
        content = content.replace(f"{{{name}}}", escape(word))
    return HTMLResponse(content, status)


def _language(accepted: str) -> str:
    """The first of a browser's languages that the page is written in."""
    for entry in accepted.split(","):
        code = entry.partition(";")[0].strip()[:2].lower()
        if code in ("en", "zh"):
            return code
    return "en"


@functools.cache
def _words(language: str) -> dict[str, str]:
    folder = resources.files("assets") / "locale"
    words: dict[str, str] = json.loads((folder / f"{language}.json").read_text("utf-8"))["login"]
    return {"language": language, **words}


@functools.cache
def _template() -> str:
    return (resources.files("assets") / "login.html").read_text("utf-8")
