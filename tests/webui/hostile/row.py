"""A hostile input, and what it gets."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.webui.hostile.attacker import Answer, Attacker


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    about: str
    """The part of the table that it stands in."""
    sent: str
    """What is sent, in words."""
    wanted: str
    """The status that must come back and, where it is an error of ours, its code."""
    send: Callable[[Attacker], Answer]
    """Sends it."""

    def __str__(self) -> str:
        return f"{self.about}: {self.sent}"


class Rows(list[Row]):
    """The rows of one part of the table."""

    def __init__(self, about: str) -> None:
        super().__init__()
        self._about = about

    def add(self, sent: str, wanted: str, send: Callable[[Attacker], Answer]) -> None:
        """One more."""
        self.append(Row(self._about, sent, wanted, send))
