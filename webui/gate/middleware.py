"""What stands around everything that is served, from the outside in: one place for the order."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from webui.gate.access import Access
from webui.gate.bodies import Bodies, Doors
from webui.gate.credentials import Credentials
from webui.gate.house import House, Reception
from webui.gate.limits import RateLimit
from webui.gate.login import Login
from webui.gate.origins import OwnOrigin, SecurityHeaders
from webui.watch.trace import Trace


@dataclass(frozen=True)
class Guard:
    """What a server lets in."""

    credentials: Credentials
    failures: RateLimit
    """Wrong logins from one address."""
    house: House
    login: Login | None = None
    """The page to log in on, where there are pages."""
    hosts: Sequence[str] | None = None
    """Names that it is served under beside addresses and ``localhost``; None for any."""
    origins: Sequence[str] = ()
    """Other sites whose pages may ask."""


def around(app: ASGIApp, guard: Guard) -> ASGIApp:
    """``app`` behind ``guard``; what is refused is refused before anything is done for it."""
    app = Reception(app, guard.house)
    app = Bodies(app)
    app = Doors(app)
    app = Access(app, guard.credentials, guard.failures, guard.login)
    if guard.origins:
        # Outside the login: a browser asks without it first, whether it may ask.
        app = CORSMiddleware(
            app,
            allow_origins=[origin.rstrip("/") for origin in guard.origins],
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Authorization", "Content-Type", "Range", "If-None-Match"],
            expose_headers=["*"],
        )
    app = OwnOrigin(app, allowed=guard.origins, hosts=guard.hosts)
    return Trace(SecurityHeaders(app))
