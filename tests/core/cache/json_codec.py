import json

from core.cache.codec import Payload
from core.cache.key import JSON, canonical


class JsonCodec:
    """Plain JSON values, for small things such as content ids."""

    name = "json/1"

    def encode(self, value: JSON) -> bytes:
        """``value`` as canonical JSON."""
        return canonical(value)

    def decode(self, payload: Payload) -> JSON:
        """The value that ``payload`` says. Raises ValueError if it is not JSON."""
        try:
            value: JSON = json.loads(bytes(payload))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return value
