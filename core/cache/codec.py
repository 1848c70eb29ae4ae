"""How values become bytes. Codecs for sound and profiles live with their types; the cache knows none of them."""

from typing import Protocol, TypeAlias, TypeVar

T = TypeVar("T")
Payload: TypeAlias = bytes | memoryview
"""An encoded value; a view where that saves copying it out of the entry."""


class Codec(Protocol[T]):
    """A lossless way to write a value as bytes that can be read safely, whoever wrote them."""

    @property
    def name(self) -> str:
        """Name and version, stored with the bytes ("json/1"); bytes of another codec are a miss."""
        ...

    def encode(self, value: T) -> bytes:
        """``value`` as bytes that say everything needed to get it back on any machine."""
        ...

    def decode(self, payload: Payload) -> T:
        """The value in ``payload``. Raises ValueError for anything that :meth:`encode` did not write."""
        ...
