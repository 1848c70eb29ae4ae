"""Things worth telling that stop nobody: what was noticed about a clip, what of a request was done otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.errors import SENTENCES

Level = Literal["good", "note", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that was noticed."""

    level: Level
    code: str
    """Key of :data:`core.errors.SENTENCES`."""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The finding in English."""
        return SENTENCES[self.code].format(**self.details)

    def as_json(self) -> dict[str, object]:
        """The finding for programs, with its sentence for people."""
        return {"level": self.level, "code": self.code, "message": self.sentence}
