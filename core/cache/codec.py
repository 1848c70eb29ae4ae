"""How values become bytes. Codecs for sound and profiles live with their types; the cache knows none of them."""

import json
from typing import Protocol, TypeVar

from core.cache.key import JSON, canonical

T = TypeVar("T")


class Codec(Protocol[T]):
    """A lossless way to write a value as bytes that can be read safely, whoever wrote them."""

    @property
    def name(self) -> str:
        """Name and version, stored with the bytes ("json/1"); bytes of another codec are a miss."""
        ...

    def encode(self, value: T) -> bytes:
        """``value`` as bytes that say everything needed to get it back on any machine."""
        ...

    def decode(self, payload: bytes) -> T:
        """The value in ``payload``. Raises ValueError for anything that :meth:`encode` did not write."""
        ...


class JsonCodec:
    """Plain JSON values, for small things such as content ids."""

    name = "json/1"

    def encode(self, value: JSON) -> bytes:
        """``value`` as canonical JSON."""
        return canonical(value)

    def decode(self, payload: bytes) -> JSON:
        """The value that ``payload`` says. Raises ValueError if it is not JSON."""
        try:
            value: JSON = json.loads(payload)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return value
