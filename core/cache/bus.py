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

from redis.exceptions import RedisError

from core.cache.connect import Client, connect
from core.cache.failure import Failure
from core.cache.flights import CHECK_S
from core.cache.key import SCHEMA, Key, Namespace
from core.cache.link import Link, Turn
from core.errors import EncoreError

STREAM = f"encore:bus:v{SCHEMA}"
LENGTH = 1_000
"""Messages that the stream remembers, about."""
BLOCK_S = 1.0
"""How long one read waits for news; also how soon a silent connection is noticed, in seconds."""
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
        link: Link,
        url: str,
        *,
        on_change: Callable[[Message], None],
        on_gap: Callable[[], None],
    ) -> None:
        """``on_change`` is told what other nodes purged or overwrote, ``on_gap`` that any number of such messages may
        have been missed.
        """
        self._node = uuid.uuid4().hex
        self._link = link
        self._url = url
        self._on_change = on_change
        self._on_gap = on_gap
        self._waiters: dict[Key, Waiter] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._cursor: str | None = None
        self._thread = threading.Thread(target=self._run, name="encore-bus", daemon=True)
        self._thread.start()

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
        heard = time.monotonic()
        while not self._closed.is_set():
            if self._link.up:
                try:
                    self._listen()
                except (RedisError, OSError, EncoreError) as error:
                    _log.debug("The bus broke: %s", error)
                    heard = time.monotonic()
            if self._cursor is not None and time.monotonic() - heard > AWAY_S:
                self._cursor = None
                self._on_gap()
            self._closed.wait(0.1)

    def _listen(self) -> None:
        client = connect(self._url, BLOCK_S + self._link.timeout_s)  # its own, as reading blocks
        try:
            cursor = self._resume(client)
            while not self._closed.is_set():
                answer: Any = client.xread({STREAM: cursor}, count=100, block=int(BLOCK_S * 1e3))
                for identifier, fields in _messages(answer):
                    self._hear(fields)
                    self._cursor = cursor = identifier
        finally:
            client.close()

    def _resume(self, client: Client) -> str:
        """Where to go on reading: after what was heard last, or, at first, after what is there already."""
        newest: Any = client.xrevrange(STREAM, count=1)
        newest_id = newest[0][0].decode() if newest else "0-0"
        if self._cursor is None:
            self._cursor = newest_id
        elif _order(newest_id) < _order(self._cursor):
            self._cursor = "0-0"  # Redis lost the stream: all that is in it now is news
        else:
            oldest: Any = client.xrange(STREAM, count=1)
            full = int(client.xlen(STREAM)) >= LENGTH
            if full and _order(oldest[0][0].decode()) > _order(self._cursor):
                self._on_gap()
        return self._cursor

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


def _order(identifier: str) -> tuple[int, int]:
    milliseconds, _, sequence = identifier.partition("-")
    return int(milliseconds), int(sequence)
