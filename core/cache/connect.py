"""From an address to a client: one server, Sentinel or Cluster, all of them redis-py's matter.

==================================================================  ==============================
``redis://[[user]:password@]host:port/db``, ``rediss://…`` for TLS  one server
``unix://[user:password@]/path/to/socket?db=0``                     one server on this machine
``redis+sentinel://[…@]host:port,host:port/service/db``             the master that Sentinel names
``redis+cluster://[…@]host:port,host:port``                         a cluster
==================================================================  ==============================

``rediss+sentinel`` and ``rediss+cluster`` use TLS. Options may follow as ``?name=value`` (``ssl_ca_certs``, …).
"""

from collections.abc import Iterator
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import DefaultParser, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from redis.sentinel import Sentinel

from core.errors import InvalidInput

Client: TypeAlias = Redis | RedisCluster

READ_SIZE = 2**20
"""Bytes read from the socket at once: entries are large, and each read costs a system call."""
KEPT_BUFFER = 2**22
"""Bytes of the reader's buffer that survive a reply; given back, it has to be grown again for the next large entry."""


class LargeReplies(DefaultParser):  # type: ignore[valid-type,misc]  # redis-py says it is a variable
    """redis-py's parser, for replies of a megabyte one after another."""

    def on_connect(self, connection: Any, **options: Any) -> None:
        """Begin to read from ``connection``."""
        super().on_connect(connection, **options)
        self._reader.setmaxbuf(KEPT_BUFFER)


def connect(url: str, timeout_s: float) -> Client:
    """A client for ``url`` that waits ``timeout_s`` at most for each answer and for each connection.

    Connecting is left to the first command, except for a cluster, whose nodes have to be asked for their slots. Raises
    ``InvalidInput`` (``redis.url``) for an address that cannot be one, and redis-py's errors for a cluster.
    """
    options: dict[str, Any] = {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "socket_read_size": READ_SIZE,
        "parser_class": LargeReplies,
        # A pooled connection may have been closed by the server since; that is no reason to call Redis unusable.
        # What is slow is not asked again.
        "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        "protocol": 3,
    }
    parts = urlsplit(url)
    try:
        scheme, _, kind = parts.scheme.partition("+")
        if kind == "sentinel":
            return _sentinel(scheme, parts, options)
        if kind == "cluster":
            return _cluster(scheme, parts, options)
        if kind:
            raise ValueError(f"unknown kind “{kind}”")
        return Redis.from_url(url, **options)
    except ValueError as error:
        raise InvalidInput("redis.url", reason=str(error)) from error


def check_url(url: str) -> None:
    """Raise ``InvalidInput`` (``redis.url``) if ``url`` cannot be an address; nothing is connected."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    try:
        if kind:
            if kind not in ("sentinel", "cluster") or scheme not in ("redis", "rediss"):
                raise ValueError(f"unknown kind “{parts.scheme}”")
            nodes = list(_nodes(parts))
            _parsed(scheme, parts, nodes[0], "")
            if kind == "sentinel":
                _service(parts)
        else:
            parse_url(url)
    except ValueError as error:
        raise InvalidInput("redis.url", reason=str(error)) from error


def public(url: str) -> str:
    """``url`` without user and password, for people to read."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _sentinel(scheme: str, parts: SplitResult, options: dict[str, Any]) -> Client:
    nodes = list(_nodes(parts))
    service, database = _service(parts)
    parsed = _parsed(scheme, parts, nodes[0], database) | options
    sentinels = Sentinel(
        nodes, sentinel_kwargs={name: options[name] for name in ("socket_timeout", "socket_connect_timeout")}
    )
    master: Redis = sentinels.master_for(service, **parsed)
    return master


def _cluster(scheme: str, parts: SplitResult, options: dict[str, Any]) -> Client:
    nodes = list(_nodes(parts))
    parsed = _parsed(scheme, parts, nodes[0], "") | options
    return RedisCluster(startup_nodes=[ClusterNode(host, port) for host, port in nodes], **parsed)


def _nodes(parts: SplitResult) -> Iterator[tuple[str, int]]:
    for place in parts.netloc.rpartition("@")[2].split(","):
        node = urlsplit(f"//{place}")
        if not node.hostname:
            raise ValueError("a host is missing")
        yield node.hostname, node.port or (26379 if parts.scheme.endswith("sentinel") else 6379)


def _service(parts: SplitResult) -> tuple[str, str]:
    service, _, database = parts.path.strip("/").partition("/")
    if not service:
        raise ValueError("the name of the Sentinel service is missing")
    return service, database


def _parsed(scheme: str, parts: SplitResult, node: tuple[str, int], database: str) -> dict[str, Any]:
    """What redis-py makes of user, password, database and options, without the place."""
    host = f"[{node[0]}]" if ":" in node[0] else node[0]
    user, at, _ = parts.netloc.rpartition("@")
    parsed: dict[str, Any] = dict(parse_url(f"{scheme}://{user}{at}{host}:{node[1]}/{database}?{parts.query}"))
    del parsed["host"], parsed["port"]
    if parsed.pop("connection_class", None) is not None:
        parsed["ssl"] = True
    return parsed
