"""What the nodes tell each other: results stored, computations that failed or were given up, entries purged.

The bus is one short Redis stream that every node reads with a blocking XREAD. Unlike a subscription it forgets
nothing while a connection is down: the reader goes on where it stopped, so a purge reaches a node that was away for a
while. A node that was away for longer than the stream remembers has to forget what it holds.
"""

import contextlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.cache.connect import Client, connect
from core.cache.failure import Failure
from core.cache.flights import CHECK_S
from core.cache.key import SCHEMA, Key, Namespace
from core.cache.link import Turn

STREAM = f"encore:bus:v{SCHEMA}"
LENGTH = 1_000
"""Messages that the stream remembers, about."""
BLOCK_S = 1.0
"""How long one read waits for news, in seconds."""
GRACE_S = 1.0
"""An answer that is so much later than that means a dead connection, in seconds."""
PAUSE_S = 0.2
"""Time between attempts to connect, in seconds."""
AWAY_S = 300.0
"""A node without a bus for so long forgets what others may have purged meanwhile, in seconds."""

_log = logging.getLogger(__name__)


class Event(StrEnum):
    """What happened to a key."""

    STORED = "stored"
    """A computation that others may be waiting for is stored."""
    FAILED = "failed"
    """It failed; the message says how."""
    GIVEN_UP = "given_up"
    """It was cancelled; somebody else should compute."""
    CHANGED = "changed"
    """The entry was purged or overwritten: copies are void."""
    NAMESPACE_PURGED = "namespace_purged"
    """All entries of a namespace were."""


@dataclass(frozen=True)
class Message:
    """One thing that happened, as told by the node where it did."""

    event: Event
    key: Key | None = None
    """Set for all events about one entry."""
    namespace: Namespace | None = None
    failure: Failure | None = None


class Waiter:
    """Somebody who waits for news about one key."""

    def __init__(self) -> None:
        self._arrived = threading.Event()
        self._message: Message | None = None

    def tell(self, message: Message) -> None:
        """Wake the waiter."""
        self._message = message
        self._arrived.set()

    def wait(self, checkpoint: Callable[[], None], timeout_s: float) -> Message | None:
        """The next news within ``timeout_s``; ``checkpoint`` is called meanwhile and may raise to leave."""
        end = time.monotonic() + timeout_s
        while True:
            checkpoint()
            left = end - time.monotonic()
            if self._arrived.wait(max(0.0, min(CHECK_S, left))):
                self._arrived.clear()
                return self._message
            if left <= 0:
                return None


class Bus:
    """This node's end of the bus, with a thread that reads it."""

    def __init__(
        self,
        url: str,
        *,
        on_change: Callable[[Message], None],
        on_gap: Callable[[], None],
    ) -> None:
        """``on_change`` is told what other nodes purged or overwrote, ``on_gap`` that any number of such messages may
        have been missed. Reading begins where :meth:`begin` finds the stream.
        """
        self._node = uuid.uuid4().hex
        self._url = url
        self._on_change = on_change
        self._on_gap = on_gap
        self._waiters: dict[Key, Waiter] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._cursor: str | None = None
        self._heard = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="encore-bus", daemon=True)
        self._thread.start()

    def begin(self, client: Client) -> None:
        """Note where the stream is now, before anything is kept that a later message may be about."""
        if self._cursor is None:
            self._cursor = _newest(client)

    @contextlib.contextmanager
    def watch(self, key: Key) -> Iterator[Waiter]:
        """Listen for news about ``key``. At most one at a time per key and process: its flight."""
        waiter = Waiter()
        with self._lock:
            self._waiters[key] = waiter
        try:
            yield waiter
        finally:
            with self._lock:
                del self._waiters[key]

    def send(self, turn: Turn, message: Message) -> None:
        """Tell the other nodes. Raises :class:`~core.cache.link.Unavailable`."""
        fields: dict[Any, Any] = {"node": self._node, "event": message.event.value}
        if message.key is not None:
            fields["key"] = str(message.key)
        if message.namespace is not None:
            fields["namespace"] = message.namespace.value
        if message.failure is not None:
            fields["failure"] = json.dumps(message.failure.to_json())
        turn.run(lambda client: client.xadd(STREAM, fields, maxlen=LENGTH, approximate=True))

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            if self._cursor is not None:
                try:
                    self._listen()
                except Exception as error:  # whatever it is, this thread must go on trying
                    _log.debug("The bus is out of reach: %s", error)
                if time.monotonic() - self._heard > AWAY_S:
                    self._heard = time.monotonic()
                    self._on_gap()
            self._closed.wait(PAUSE_S)

    def _listen(self) -> None:
        client = connect(self._url, BLOCK_S + GRACE_S)  # its own, as reading blocks
        try:
            self._cursor = self._resume(client, self._cursor or _newest(client))
            while not self._closed.is_set():
                answer: Any = client.xread({STREAM: self._cursor}, count=100, block=int(BLOCK_S * 1e3))
                self._heard = time.monotonic()
                for identifier, fields in _messages(answer):
                    self._hear(fields)
                    self._cursor = identifier
        finally:
            client.close()

    def _resume(self, client: Client, cursor: str) -> str:
        """Where to go on reading: after what was heard last, if the stream still has it."""
        if _order(_newest(client)) < _order(cursor):
            return "0-0"  # Redis lost the stream: all that is in it now is news
        oldest: Any = client.xrange(STREAM, count=1)
        full = int(client.xlen(STREAM)) >= LENGTH
        if full and _order(oldest[0][0].decode()) > _order(cursor):
            self._on_gap()
        return cursor

    def _hear(self, fields: dict[bytes, bytes]) -> None:
        if fields.get(b"node") == self._node.encode():
            return
        try:
            message = _parse(fields)
        except (ValueError, KeyError):
            _log.debug("Something on the bus is not of this version.")
            return
        if message.event in (Event.CHANGED, Event.NAMESPACE_PURGED):
            self._on_change(message)
        if message.key is not None:
            with self._lock:
                waiter = self._waiters.get(message.key)
            if waiter is not None:
                waiter.tell(message)


def _parse(fields: dict[bytes, bytes]) -> Message:
    text = {name.decode(): value.decode() for name, value in fields.items()}
    return Message(
        event=Event(text["event"]),
        key=Key.parse(text["key"]) if "key" in text else None,
        namespace=Namespace(text["namespace"]) if "namespace" in text else None,
        failure=Failure.from_json(json.loads(text["failure"])) if "failure" in text else None,
    )


def _messages(answer: Any) -> Iterator[tuple[str, dict[bytes, bytes]]]:
    """The messages in an answer to XREAD, which RESP3 says as a map and RESP2 as a list of pairs."""
    streams = answer.values() if isinstance(answer, dict) else [messages for _, messages in answer or ()]
    for messages in streams:
        batch = messages[0] if len(messages) == 1 and isinstance(messages[0], list) else messages
        for identifier, fields in batch:
            yield identifier.decode(), fields


def _newest(client: Client) -> str:
    newest: Any = client.xrevrange(STREAM, count=1)
    return newest[0][0].decode() if newest else "0-0"


def _order(identifier: str) -> tuple[int, int]:
    milliseconds, _, sequence = identifier.partition("-")
    return int(milliseconds), int(sequence)
