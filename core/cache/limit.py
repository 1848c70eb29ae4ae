"""Holds the number of stored entries near a limit, where the server only knows a limit of memory.

As Redis itself does for memory, samples are taken and the worst of each is let go. A life is extended when an entry is
used, so that of entries with like lives the one with the least left was used longest ago. What is kept for good stays.
"""

from functools import partial
from typing import Any

from redis.cluster import RedisCluster

from core.cache.connect import Client
from core.cache.key import SCHEMA, Key
from core.cache.link import Link

SAMPLE = 8
"""Keys that one victim is chosen among; more come closer to the true least recently used (Redis takes 5)."""
AT_ONCE = 200
"""Victims of one round trip."""
_TURN = f"encore:stats:v{SCHEMA}:trimming"
_TURN_S = 30
"""How long one node has the task to itself, in seconds: several at once would let too much go."""


def trim(link: Link, most: int) -> int:
    """Let entries go until there are about ``most``; how many went. Raises ``Unavailable``."""
    if link.run(_size) <= most or not link.run(lambda client: client.set(_TURN, "1", nx=True, ex=_TURN_S)):
        return 0
    gone = 0
    while (surplus := link.run(_size) - most) > 0:
        went = link.run(partial(_let_go, count=min(surplus, AT_ONCE)))
        gone += went
        if not went:  # nothing but what is kept for good, or of others
            break
    return gone


def _size(client: Client) -> int:
    return int(client.dbsize())


def _let_go(client: Client, count: int) -> int:
    names = _sample(client, count * SAMPLE)
    with client.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.pttl(name)
        lives = pipeline.execute()
    mortal = [(life, name) for life, name in zip(lives, names, strict=True) if life > 0]
    groups = [mortal[start : start + SAMPLE] for start in range(0, len(mortal), SAMPLE)]
    victims = {min(group)[1] for group in groups}
    with client.pipeline(transaction=False) as pipeline:
        for victim in victims:
            pipeline.unlink(victim)
        return sum(pipeline.execute())


def _sample(client: Client, count: int) -> list[str]:
    """The names of up to ``count`` random entries."""
    if isinstance(client, RedisCluster):  # its pipelines go by key, and this command has none
        drawn: list[Any] = [client.randomkey(target_nodes=RedisCluster.RANDOM) for _ in range(count)]
    else:
        with client.pipeline(transaction=False) as pipeline:
            for _ in range(count):
                pipeline.randomkey()
            drawn = pipeline.execute()
    return [name.decode() for name in drawn if name is not None and Key.recognise(name)]
