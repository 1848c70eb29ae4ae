"""The form in which an entry lies in Redis: self-describing, checked, and readable by every node.

::

    magic 6 | length of the header 2 | checksum 16 | header (JSON) | payload

The checksum is XXH3-128 over key, header and payload: it finds damage, and bytes that belong under another key. It is
no signature. What keeps a planted entry harmless is that nothing here or in a codec can run code, and that anything
which does not have exactly this form is refused.
"""

import json
import struct
from dataclasses import dataclass

import xxhash

from core.cache.codec import Payload
from core.cache.key import SCHEMA, Key, canonical

_MAGIC = b"ENCORE"
_PREFIX = struct.Struct(">6sH16s")
MAX_HEADER = 4096
"""More than the longest header in bytes: reading prefix and so much of an entry tells all but the payload."""


class DamagedError(ValueError):
    """Bytes that are not a whole entry of this schema, written under this key."""


@dataclass(frozen=True)
class Entry:
    """A stored value with what is known about it."""

    payload: Payload
    """The value, as its codec wrote it."""
    codec: str
    """Name of the codec."""
    engine: str
    """Name of the engine that computed it."""
    created: float
    """When it was computed, in seconds since the epoch."""
    compute_ms: float
    """How long the engine took, in milliseconds."""
    ttl_s: int
    """Seconds that it is kept after its last use; 0 keeps it for good."""


def seal(key: Key, entry: Entry) -> bytes:
    """``entry`` as it is stored under ``key``."""
    header = canonical(
        {
            "schema": SCHEMA,
            "codec": entry.codec,
            "engine": entry.engine,
            "created": entry.created,
            "compute_ms": entry.compute_ms,
            "ttl_s": entry.ttl_s,
        }
    )
    checksum = _checksum(key, header, entry.payload)
    return b"".join((_PREFIX.pack(_MAGIC, len(header), checksum), header, entry.payload))


def unseal(key: Key, stored: bytes) -> Entry:
    """The entry that was stored under ``key``. Raises DamagedError for anything that :func:`seal` did not write."""
    header, checksum, start = _split(stored)
    payload = memoryview(stored)[start:]
    if _checksum(key, header, payload) != checksum:
        raise DamagedError("the checksum does not match")
    return _entry(header, payload)


def peek(stored: bytes) -> Entry:
    """What the beginning of an entry says about it, unverified and with an empty payload. Raises DamagedError."""
    header, _, _ = _split(stored)
    return _entry(header, b"")


def _checksum(key: Key, header: bytes, payload: Payload) -> bytes:
    digest = xxhash.xxh3_128(str(key).encode())
    digest.update(header)
    digest.update(payload)
    return digest.digest()


def _split(stored: bytes) -> tuple[bytes, bytes, int]:
    if len(stored) < _PREFIX.size:
        raise DamagedError("too short")
    magic, length, checksum = _PREFIX.unpack_from(stored)
    if magic != _MAGIC:
        raise DamagedError("not written by Encore")
    start = _PREFIX.size + length
    if len(stored) < start:
        raise DamagedError("too short")
    return stored[_PREFIX.size : start], checksum, start


def _entry(header: bytes, payload: Payload) -> Entry:
    try:
        fields = json.loads(header)
        if fields["schema"] != SCHEMA:
            raise DamagedError("of another schema")
        return Entry(
            payload=payload,
            codec=str(fields["codec"]),
            engine=str(fields["engine"]),
            created=float(fields["created"]),
            compute_ms=float(fields["compute_ms"]),
            ttl_s=int(fields["ttl_s"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedError(f"unreadable header: {error}") from error
