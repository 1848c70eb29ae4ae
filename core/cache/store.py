"""The tier that all nodes share: entries in Redis under their keys, checked whenever they are read."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from redis.cluster import RedisCluster
from redis.exceptions import ResponseError

from core.cache.connect import Client
from core.cache.envelope import MAX_HEADER, DamagedError, Entry, peek, seal, unseal
from core.cache.key import Key, Namespace, prefix
from core.cache.link import Turn
from core.cache.stats import EntryInfo, Footprint

JITTER = 0.1
"""Lives differ by this share either way, so that what was made together does not expire together."""
WALKING = 0.05
"""Share of the time that may go into walking through everything for :meth:`Store.footprint`."""
BATCH = 500
"""Keys looked at in one round trip by the operations that walk through everything."""


class Store:
    """Entries in Redis. Every method takes the turn of the request it serves and raises ``Unavailable``."""

    def __init__(self) -> None:
        self._footprint: Sequence[Footprint] = ()
        self._walk_again = float("-inf")

    def get(self, turn: Turn, key: Key) -> Entry | None:
        """The entry under ``key``. Raises DamagedError if what is there cannot be used; see :meth:`delete`."""
        stored: Any = turn.run(lambda client: _read(client, str(key)))
        return None if stored is None else unseal(key, stored)

    def put(self, turn: Turn, key: Key, entry: Entry) -> int:
        """Store ``entry``; its size in bytes."""
        sealed = seal(key, entry)
        life = jittered(entry.ttl_s) if entry.ttl_s else None
        turn.run(lambda client: client.set(str(key), sealed, ex=life))
        return len(sealed)

    def delete(self, turn: Turn, key: Key) -> bool:
        """Remove what is under ``key``; whether there was anything."""
        return bool(turn.run(lambda client: client.delete(str(key))))

    def extend(self, turn: Turn, lives: Mapping[Key, int]) -> None:
        """Let entries live for so many seconds from now, all in one round trip."""

        def step(client: Client) -> None:
            with client.pipeline(transaction=False) as pipeline:
                for key, ttl_s in lives.items():
                    pipeline.expire(str(key), jittered(ttl_s))
                pipeline.execute()

        turn.run(step)

    def clear(self, turn: Turn, namespace: Namespace) -> int:
        """Remove all entries of ``namespace``; how many there were."""

        def step(client: Client) -> int:
            removed = 0
            for names in _walk(client, f"{prefix(namespace)}*"):
                with client.pipeline(transaction=False) as pipeline:
                    for name in names:
                        pipeline.unlink(name)
                    removed += sum(pipeline.execute())
            return removed

        return turn.run(step)

    def footprint(self, turn: Turn) -> Sequence[Footprint]:
        """Entries and bytes by namespace, as they were a moment ago.

        Walks through everything, so the answer is kept for a while: walking never takes more than a small share of
        the time, however many pages watch however large a cache.
        """
        now = time.monotonic()
        if now >= self._walk_again:
            self._footprint = turn.run(_footprint)
            self._walk_again = time.monotonic() + (time.monotonic() - now) / WALKING
        return self._footprint

    def memory(self, turn: Turn) -> tuple[int, int]:
        """Bytes in use by the server and its limit (0 for none), of all servers of a cluster together."""

        def step(client: Client) -> tuple[int, int]:
            if isinstance(client, RedisCluster):
                servers = list(client.info("memory", target_nodes=RedisCluster.PRIMARIES).values())
            else:
                servers = [client.info("memory")]
            return sum(each["used_memory"] for each in servers), sum(each.get("maxmemory", 0) for each in servers)

        return turn.run(step)

    def entries(self, turn: Turn, namespace: Namespace, limit: int) -> Sequence[EntryInfo]:
        """Up to ``limit`` entries of ``namespace``, the newest of those first. Walks: for people, not for requests."""

        def step(client: Client) -> list[EntryInfo]:
            found: list[EntryInfo] = []
            for names in _walk(client, f"{prefix(namespace)}*"):
                found += _inspect(client, names)
                if len(found) >= limit:
                    break
            return sorted(found[:limit], key=lambda info: info.created, reverse=True)

        return turn.run(step)


def jittered(ttl_s: int) -> int:
    """``ttl_s`` give or take :data:`JITTER`, at least 1."""
    return max(1, round(ttl_s * random.uniform(1 - JITTER, 1 + JITTER)))  # noqa: S311 - no secret


def _read(client: Client, name: str) -> Any:
    try:
        return client.get(name)
    except ResponseError as error:
        if str(error).startswith("WRONGTYPE"):
            raise DamagedError("not a string") from error
        raise


def _walk(client: Client, pattern: str) -> Iterator[list[bytes]]:
    names = iter(client.scan_iter(match=pattern, count=BATCH))
    while batch := list(islice(names, BATCH)):
        yield batch


def _footprint(client: Client) -> Sequence[Footprint]:
    entries: Counter[Namespace] = Counter()
    size: Counter[Namespace] = Counter()
    for names in _walk(client, "encore:*"):
        keys = [key for key in map(_key, names) if key is not None]
        with client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.strlen(str(key))
            lengths = pipeline.execute(raise_on_error=False)
        for key, length in zip(keys, lengths, strict=True):
            if isinstance(length, int) and length:
                entries[key.namespace] += 1
                size[key.namespace] += length
    return [Footprint(namespace, entries[namespace], size[namespace]) for namespace in Namespace]


def _key(name: bytes) -> Key | None:
    try:
        return Key.parse(name.decode())
    except ValueError:
        return None


def _inspect(client: Client, names: list[bytes]) -> Iterator[EntryInfo]:
    with client.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.getrange(name, 0, MAX_HEADER)
            pipeline.strlen(name)
            pipeline.pttl(name)
        answers = iter(pipeline.execute(raise_on_error=False))
    for name, head, size, life_ms in zip(names, answers, answers, answers, strict=False):
        try:
            key, entry = Key.parse(name.decode()), peek(head)
        except (ValueError, TypeError):  # vanished, damaged or foreign: a request will find out
            continue
        expires_in_s = life_ms / 1e3 if life_ms >= 0 else None
        yield EntryInfo(key, entry.engine, entry.codec, entry.created, entry.compute_ms, size, expires_in_s)
