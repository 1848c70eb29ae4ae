"""Keys: everything that determines a result, and nothing else, as a digest that carries no user text."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeAlias

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What JSON can say. Sequences are lists or tuples."""

SCHEMA = 1
"""Version of what stands under a key. Raise it and everything that was stored before is out of sight."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_EXACT_INTEGERS = 2**53


class Namespace(StrEnum):
    """What kind of thing is stored."""

    SPEAKER = "speaker"
    """Speaker profiles."""
    SEGMENT = "segment"
    """Synthesised segments."""
    TRANSCRIPT = "transcript"
    """Transcripts."""
    ALIAS = "alias"
    """Content ids by the digest of an encoded file's raw bytes, so that a hit needs no decoding."""


@dataclass(frozen=True)
class Key:
    """The name of one entry. ``str(key)`` is its name in Redis."""

    namespace: Namespace
    digest: str
    """SHA-256 in lower-case hex."""

    def __str__(self) -> str:
        return f"{prefix(self.namespace)}{self.digest}"

    @property
    def lock(self) -> str:
        """Name of the lock on this entry; in Redis Cluster it lives in the entry's own slot."""
        return f"{{{self}}}:lock"

    @classmethod
    def parse(cls, name: str) -> Self:
        """The key whose ``str`` is ``name``. Raises ValueError if no key of this schema is called so."""
        for namespace in Namespace:
            digest = name.removeprefix(prefix(namespace))
            if digest != name and _DIGEST.fullmatch(digest):
                return cls(namespace, digest)
        raise ValueError(f"not the name of a cache entry: {name!r}")

    @classmethod
    def recognise(cls, name: bytes) -> Self | None:
        """The key that a name found in Redis is of; None for what is no entry, ours or others'."""
        try:
            return cls.parse(name.decode())
        except ValueError:
            return None


def prefix(namespace: Namespace) -> str:
    """What the names of all entries of ``namespace`` begin with."""
    return f"encore:{namespace.value}:v{SCHEMA}:"


def key_for(namespace: Namespace, identity: Mapping[str, JSON]) -> Key:
    """The key of the result that ``identity`` determines: SHA-256 of its canonical JSON.

    Numbers that are equal count as equal (1 and 1.0), as do a list and a tuple of the same items. Raises TypeError
    for what JSON cannot say, and ValueError for NaN, infinities and text that is no Unicode (lone surrogates).
    """
    return Key(namespace, hashlib.sha256(canonical(identity)).hexdigest())


def canonical(value: JSON) -> bytes:
    """``value`` as JSON in UTF-8 with sorted names, no spaces and, as in RFC 8785, one way to write a number."""
    text = json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
    )
    return text.encode()


def _plain(value: JSON) -> JSON:
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT_INTEGERS else value
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise TypeError(f"a JSON object's names are text, not {type(name).__name__}")
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a key")
