"""The tier that all nodes share: entries in Redis under their keys, checked whenever they are read."""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from redis.cluster import RedisCluster
from redis.exceptions import ResponseError

from core.cache.connect import Client
from core.cache.envelope import MAX_HEADER, DamagedError, Entry, peek, seal, unseal
from core.cache.key import Key, Namespace, prefix
from core.cache.link import Turn
from core.cache.stats import EntryInfo

JITTER = 0.1
"""Lives differ by this share either way, so that what was made together does not expire together."""
BATCH = 500
"""Keys handled in one round trip by the operations that walk through a namespace."""
SAMPLE = 500
"""Entries of which a list shows the newest, where there are more."""
PEEKED = 100
"""Entries whose headers are read in one round trip, so that none takes long."""


class Store:
    """Entries in Redis. Every method takes the turn of the request it serves and raises ``Unavailable``."""

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
        """Up to ``limit`` entries of ``namespace``, newest first: the newest of all where there are no more than
        :data:`SAMPLE`, of so many that were come across where there are. Walks: for people, not for requests.
        """
        look_at = max(limit, SAMPLE)

        def step(client: Client) -> list[EntryInfo]:
            found: list[EntryInfo] = []
            for names in _walk(client, f"{prefix(namespace)}*", PEEKED):
                found += _inspect(client, names)
                if len(found) >= look_at:
                    break
            return sorted(found, key=lambda info: info.created, reverse=True)[:limit]

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


def _walk(client: Client, pattern: str, size: int = BATCH) -> Iterator[list[bytes]]:
    names = iter(client.scan_iter(match=pattern, count=BATCH))
    while batch := list(islice(names, size)):
        yield batch


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
