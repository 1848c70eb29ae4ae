"""How much work is taken on at once, and from whom: asked by everything that works for the page or the HTTP API."""

import threading
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import Busy
from webui.gate.access import HERE, Caller, address_of, caller_of
from webui.gate.consent import Consents
from webui.gate.limits import RateLimit

RETRY_S = 5
"""When to come back to a full house, in seconds."""
CROWD = 16
"""How many times as many visits as pieces of engine work there may be: the others find what they want in the cache."""


class House:
    """Bounds what is done at once. Thread-safe."""

    def __init__(self, limit: RateLimit, *, max_work: int, consents: Consents | None = None) -> None:
        """At most ``max_work`` visits need an engine at once, and each caller asks for no more than ``limit``.

        Without ``consents`` nobody has to confirm anything.
        """
        self.limit = limit
        self.consents = consents
        self._max_work = max_work
        self._lock = threading.Lock()
        self._visits = 0
        self._works = 0

    def __deepcopy__(self, _: object) -> "House":
        """Itself: there is one, however many pages know it."""
        return self

    @property
    def works(self) -> int:
        """Visits that need an engine now: those that it works for and those that wait."""
        return self._works

    def enter(self) -> "Visit":
        """Begin a piece of work. Raises :class:`Busy` (``busy.work``)."""
        with self._lock:
            if self._visits >= CROWD * self._max_work:
                raise Busy("busy.work", retry_s=RETRY_S)
            self._visits += 1
        return Visit(self)

    def _begin(self, *, refuse: bool) -> None:
        with self._lock:
            if refuse and self._works >= self._max_work:
                raise Busy("busy.work", retry_s=RETRY_S)
            self._works += 1

    def _leave(self, *, worked: bool) -> None:
        with self._lock:
            self._visits -= 1
            self._works -= worked


class Visit:
    """One piece of work, from being asked for until it has ended. Its methods are called by one thread."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._works = False
        self.begun = False
        """Whether some of the result has been given away: what has begun is finished."""

    def need_engine(self) -> None:
        """What is wanted is not in the cache. Raises :class:`Busy` (``busy.work``) if that is too much just now."""
        if not self._works:
            self._house._begin(refuse=not self.begun)
            self._works = True

    def leave(self) -> None:
        """It has ended."""
        self._house._leave(worked=self._works)


@dataclass(frozen=True)
class Guest:
    """Who asks, and the house that they ask."""

    house: House
    caller: Caller = HERE
    address: str = ""

    def enter(self) -> Visit:
        """Begin a piece of work. Raises :class:`Busy` (``busy.work``)."""
        return self.house.enter()

    def count(self) -> None:
        """Count a piece of work; Redis may be asked. Raises :class:`Busy` (``limit.rate``) when it is too many."""
        limit, name = self.house.limit, f"{self.caller.kind} {self.caller.name or self.address}"
        if not limit.hit(name):
            raise Busy("limit.rate", retry_s=limit.retry_s(name), limit=limit.allowed)

    @property
    def unlimited(self) -> bool:
        """Whether nothing has to be counted."""
        return not self.house.limit.allowed

    @property
    def agreed(self) -> bool:
        """Whether they confirmed that whoever they clone agreed, or need not."""
        return self.house.consents is None or self.house.consents.given(self.caller)

    def agree(self) -> None:
        """Confirm that. Raises :class:`StorageFailed`."""
        if self.house.consents is not None:
            self.house.consents.give(self.caller)


ANYBODY = Guest(House(RateLimit("", "work"), max_work=2**20))
"""Who asks where nobody is bounded."""


class Reception:
    """ASGI middleware: tells what is served who asks, and which house."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app, self._house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, told."""
        if scope["type"] == "http":
            scope.setdefault("state", {})["guest"] = Guest(self._house, caller_of(scope), address_of(scope))
        await self._app(scope, receive, send)


def guest_of(scope: Scope) -> Guest:
    """Who asked for what ``scope`` tells of."""
    guest = scope.get("state", {}).get("guest", ANYBODY)
    assert isinstance(guest, Guest)  # noqa: S101 — nobody else writes there
    return guest
