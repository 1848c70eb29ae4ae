"""The most requested results with the requests that made them, so that they can be computed again.

What is remembered is the *recipe*, a request as JSON, and not the key: a recipe still means something when a new
engine version has made all keys new. It may hold user text; so it is data with a bound, and never part of a key.
Requests are noted in this process and sent to Redis with the ledger; a copy of what counts most lies in a file, for
the day when Redis comes back empty.
"""

import contextlib
import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.cache.connect import Client
from core.cache.key import JSON, SCHEMA, Key, canonical
from core.cache.link import Turn, Unavailable

LIMIT = 1_000
"""Recipes that are remembered; up to twice as many before the least worth are forgotten."""

_WORTH = f"encore:{{popular:v{SCHEMA}}}:worth"
_REQUESTS = f"encore:{{popular:v{SCHEMA}}}:requests"
_RECIPES = f"encore:{{popular:v{SCHEMA}}}:recipes"


@dataclass(frozen=True)
class Popular:
    """A recipe and how much it was wanted."""

    recipe: Mapping[str, JSON]
    """The request as JSON."""
    key: str
    """Name of the entry that it made last."""
    engine: str
    requests: int
    """How often it was asked for."""
    worth_ms: float
    """Engine time that those requests took, or would have taken without the cache, in milliseconds."""


class PopularRecipes:
    """What is asked for most, by all nodes."""

    def __init__(self, file: Path) -> None:
        """``file`` is where the copy lies."""
        self._file = file
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._worth: Counter[str] = Counter()
        self._recipes: dict[str, tuple[Key, bytes]] = {}

    def note(self, recipe: Mapping[str, JSON], key: Key, engine: str, compute_ms: float) -> None:
        """A request for ``recipe`` was served by the entry ``key``, which takes ``engine`` so long to make."""
        identity = hashlib.sha256(canonical(recipe)).hexdigest()
        record = canonical({"recipe": recipe, "key": str(key), "engine": engine})
        with self._lock:
            self._requests[identity] += 1
            self._worth[identity] += max(1, round(compute_ms))
            self._recipes[identity] = key, record

    def flush(self, turn: Turn) -> None:
        """Send what is unsent. Raises ``Unavailable``, and then keeps the most of it for the next time."""
        with self._lock:
            requests, worth, recipes = self._requests, self._worth, self._recipes
            self._requests, self._worth, self._recipes = Counter(), Counter(), {}
        if not recipes:
            return

        def step(client: Client) -> None:
            with client.pipeline(transaction=False) as pipeline:
                for identity, (_, record) in recipes.items():
                    pipeline.zincrby(_WORTH, worth[identity], identity)
                    pipeline.hincrby(_REQUESTS, identity, requests[identity])
                    pipeline.hset(_RECIPES, identity, record)
                pipeline.zcard(_WORTH)
                size = pipeline.execute()[-1]
            if size > 2 * LIMIT:
                _trim(client, size - LIMIT)

        try:
            turn.run(step)
        except Unavailable:
            with self._lock:
                for identity, _ in worth.most_common(LIMIT):
                    self._requests[identity] += requests[identity]
                    self._worth[identity] += worth[identity]
                    self._recipes.setdefault(identity, recipes[identity])
            raise

    def top(self, turn: Turn, count: int) -> Sequence[Popular]:
        """The ``count`` recipes of the greatest worth: those in Redis, and then those in the file alone."""
        try:
            shared = self._shared(turn, count)
        except Unavailable:
            shared = {}
        merged = self._saved() | shared
        return sorted(merged.values(), key=lambda popular: popular.worth_ms, reverse=True)[:count]

    def forget_unsent(self, key: Key) -> None:
        """Forget the recipes that made ``key``, as far as they are in this process alone."""
        with self._lock:
            for identity in [identity for identity, (made, _) in self._recipes.items() if made == key]:
                del self._requests[identity], self._worth[identity], self._recipes[identity]

    def forget(self, turn: Turn, key: Key) -> None:
        """Forget the recipes that made ``key``, here, in the file and in Redis. Raises ``Unavailable``."""
        self.forget_unsent(key)
        doomed = [identity for identity, popular in self._shared(turn, 2 * LIMIT).items() if popular.key == str(key)]
        if doomed:
            turn.run(lambda client: _forget(client, doomed))
        saved = self._saved()
        kept = {identity: popular for identity, popular in saved.items() if popular.key != str(key)}
        if len(kept) < len(saved):
            self._write(kept)

    def save(self, turn: Turn) -> None:
        """Copy the greatest worth to the file, unless Redis has nothing. Raises ``Unavailable``."""
        shared = self._shared(turn, LIMIT)
        merged = self._saved() | shared
        best = sorted(merged, key=lambda identity: merged[identity].worth_ms, reverse=True)[:LIMIT]
        if shared:
            self._write({identity: merged[identity] for identity in best})

    def _shared(self, turn: Turn, count: int) -> dict[str, Popular]:
        def step(client: Client) -> dict[str, Popular]:
            ranked: Any = client.zrevrange(_WORTH, 0, count - 1, withscores=True)
            names = [name for name, _ in ranked]
            if not names:
                return {}
            records: Any = client.hmget(_RECIPES, names)
            requests: Any = client.hmget(_REQUESTS, names)
            found = {}
            for (name, worth), record, number in zip(ranked, records, requests, strict=True):
                if record is not None:
                    found[name.decode()] = Popular(
                        **json.loads(record), requests=int(number or 0), worth_ms=float(worth)
                    )
            return found

        return turn.run(step)

    def _saved(self) -> dict[str, Popular]:
        try:
            records = json.loads(self._file.read_text("utf-8"))
            return {identity: Popular(**record) for identity, record in records.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self, populars: Mapping[str, Popular]) -> None:
        draft = self._file.with_suffix(f".{os.getpid()}.draft")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps({name: asdict(item) for name, item in populars.items()}), "utf-8")
            draft.replace(self._file)


def _trim(client: Client, surplus: int) -> None:
    least: Any = client.zrange(_WORTH, 0, surplus - 1)
    _forget(client, [name.decode() for name in least])


def _forget(client: Client, identities: Sequence[str]) -> None:
    with client.pipeline(transaction=False) as pipeline:
        pipeline.zrem(_WORTH, *identities)
        pipeline.hdel(_REQUESTS, *identities)
        pipeline.hdel(_RECIPES, *identities)
        pipeline.execute()
