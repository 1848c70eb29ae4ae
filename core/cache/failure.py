"""A failed computation in a form that travels to those who waited for it, in this process or another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from core import errors
from core.cache.key import JSON
from core.errors import SENTENCES, EncoreError, EngineFailed


@dataclass(frozen=True)
class Failure:
    """What is needed to raise an error again elsewhere."""

    kind: str
    """Class name of the error."""
    code: str
    details: Mapping[str, Any]

    @classmethod
    def of(cls, error: Exception, engine: str) -> Self:
        """``error``, raised while ``engine`` worked; anything but an EncoreError is told as EngineFailed."""
        if not isinstance(error, EncoreError):
            error = EngineFailed("engine.failed", engine=engine, reason=str(error) or type(error).__name__)
        details = {
            name: value if isinstance(value, int | float | str) else str(value) for name, value in error.details.items()
        }
        return cls(type(error).__name__, error.code, details)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The failure that :meth:`to_json` described. Raises ValueError or KeyError for anything else."""
        if data["code"] not in SENTENCES or not isinstance(data["details"], Mapping):
            raise ValueError("not a failure of this version")
        return cls(str(data["kind"]), data["code"], dict(data["details"]))

    def to_json(self) -> Mapping[str, JSON]:
        """For a message to other processes."""
        return {"kind": self.kind, "code": self.code, "details": dict(self.details)}

    def error(self) -> EncoreError:
        """A fresh error to raise: each waiter gets its own, with its own traceback."""
        kind = getattr(errors, self.kind, None)
        if not (isinstance(kind, type) and issubclass(kind, EncoreError)) or kind is errors.Cancelled:
            kind = EngineFailed
        return kind(self.code, **self.details)
