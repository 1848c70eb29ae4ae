"""Whether an engine can be used here, and what to do if not: told without loading anything heavy."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.errors import EngineUnavailable, ModelMissing
from core.finding import Finding
from core.models.manifest import is_here


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

    def check(self) -> None:
        """Raise :class:`EngineUnavailable` where packages are missing, :class:`ModelMissing` where a model is."""
        if not self.ready:
            kind = EngineUnavailable if self.state is State.NOT_INSTALLED else ModelMissing
            raise kind(self.finding.code, **self.finding.details)


def of_models(*names: str) -> Availability:
    """Whether the models called ``names`` in the manifest are here."""
    absent = [name for name in names if not is_here(name)]
    if absent:
        return Availability(State.NO_WEIGHTS, Finding("warning", "model.missing", {"model": ", ".join(absent)}))
    return Availability(State.READY, Finding("good", "engine.embedded"))


def of_files(engine: str, folder: Path, needed: Sequence[Path], hub_id: str = "", **facts: object) -> Availability:
    """Whether the ``needed`` files of a model in ``folder`` are here; ``facts`` are told of one that is.

    ``hub_id`` is where it can be fetched from. The sentences are ``engine``'s own: ``<engine>.ready``, ``.fetch``,
    ``.not_configured`` and ``.incomplete``.
    """
    missing = [path.relative_to(folder).as_posix() for path in needed if not path.is_file()]
    told = {"folder": _told(folder)}
    if not missing:
        return Availability(State.READY, Finding("good", f"{engine}.ready", {**told, **facts}))
    if hub_id:
        return Availability(State.NO_WEIGHTS, Finding("warning", f"{engine}.fetch", {"model": hub_id}))
    if not folder.is_dir():
        return Availability(State.NOT_CONFIGURED, Finding("note", f"{engine}.not_configured", told))
    details = {**told, "missing": ", ".join(missing)}
    return Availability(State.NO_WEIGHTS, Finding("warning", f"{engine}.incomplete", details))


def _told(folder: Path) -> str:
    """``folder`` as people write it: in the home folder with ``~``."""
    home = Path.home()
    return f"~/{folder.relative_to(home).as_posix()}" if folder.is_relative_to(home) else str(folder)
