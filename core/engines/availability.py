"""Whether an engine can be used here, and what to do if not: told without loading anything heavy."""

from dataclasses import dataclass
from enum import StrEnum

from core.finding import Finding


class State(StrEnum):
    """How far an engine is from working."""

    READY = "ready"
    """Everything it needs is here; whether it really loads is found out when it is used."""
    NOT_CONFIGURED = "not_configured"
    """Nobody said where its model, or the server that it talks to, is."""
    NO_WEIGHTS = "no_weights"
    """Its model files are not where they were said to be."""
    NOT_INSTALLED = "not_installed"
    """The packages that it drives are not here."""


@dataclass(frozen=True)
class Availability:
    """What is known of an engine before it is loaded."""

    state: State
    finding: Finding
    """What is here or missing, and what to type to get it."""

    @property
    def ready(self) -> bool:
        """Whether it is worth trying."""
        return self.state is State.READY
