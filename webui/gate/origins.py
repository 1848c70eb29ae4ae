"""What browsers are told and believed: no other site may ask in a visitor's name, or put this page into its own.

A browser sends along what a visitor may do here, whichever site made it ask; it says which one that was. Where no
login is asked for, a foreign name that is made to lead to this machine (DNS rebinding) is refused as well.
"""

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Refused
from webui.api.errors import answer

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio makes functions of the scripts in its page
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Nothing is loaded from elsewhere, nothing is sent elsewhere, and no other site shows this one inside itself."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """ASGI middleware: puts :data:`HEADERS` on every answer that has not said otherwise itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add."""

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, tell if scope["type"] == "http" else send)


class OwnOrigin:
    """ASGI middleware: refuses what another site made a browser ask, and names that are not ours."""

    def __init__(self, app: ASGIApp, *, allowed: Collection[str] = (), hosts: Collection[str] | None = None) -> None:
        """``allowed`` origins may ask; ``hosts`` are the names served under beside addresses and ``localhost``, None
        for any.
        """
        self._app = app
        self._allowed = {origin.rstrip("/").lower() for origin in allowed}
        self._hosts = None if hosts is None else {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be asked."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host = headers.get("host", "").lower()
            if not self._served_as(host):
                await answer(Refused("access.host", host=host[:100]))(scope, receive, send)
                return
            if self._foreign(headers, host, scope["method"]):
                await answer(Refused("access.origin"))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _served_as(self, host: str) -> bool:
        name = _name(host)
        if self._hosts is None or name in self._hosts or name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _foreign(self, headers: Headers, host: str, method: str) -> bool:
        origin = headers.get("origin")
        if origin is not None:
            # Not the scheme: behind a proxy the page is https, and Encore is asked by http.
            return origin.lower() not in self._allowed and (urlsplit(origin).netloc.lower() or None) != host
        # Links from elsewhere may lead here, and pages from elsewhere show nothing of what is here.
        return method not in ("GET", "HEAD") and headers.get("sec-fetch-site", "none") in ("cross-site", "same-site")


def _name(host: str) -> str:
    """The host without its port and brackets."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
