"""The saved projects: each a file of JSON below one folder, written whole or not at all.

A project is its owner's alone; one that nobody owns can be opened by whoever knows its id, which cannot be guessed.
"""

import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.desk.editing import set_title
from core.desk.script import Project
from core.errors import InvalidInput, StorageFailed
from core.finding import Finding

VERSION = 1
"""Of the JSON; a file of a later one is left alone."""

_ID = re.compile(r"[0-9a-f]{32}")
_PROJECT = TypeAdapter(Project)


@dataclass(frozen=True)
class StoredProject:
    """A project in the store."""

    project_id: str
    owner: str
    """Who made it; empty for whoever knows the id."""
    project: Project
    saved_s: float
    """Unix time."""
    revision: int = 0
    """Counts what was done to it; whoever saves it, counts."""
    passing: bool = False
    """Whether somebody made it whom nobody knows, so that it is not kept for ever."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """Of each line that was spoken, by its id: the fingerprint of the engine that spoke it last."""
    findings: tuple[Finding, ...] = ()
    """What is to be told about its file."""


@dataclass(frozen=True)
class ProjectSummary:
    """A project in a list."""

    project_id: str
    owner: str
    title: str
    lines: int
    saved_s: float
    passing: bool = False


class ProjectStore:
    """The projects below one folder. ``viewer`` is who asks; None is the house itself, which sees all.

    Everything raises :class:`InvalidInput` (``desk.unknown``) for a project that is not there for the viewer, and
    :class:`StorageFailed` where the disk does not do its part.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._summaries: dict[Path, tuple[tuple[int, int, int], ProjectSummary | None]] = {}

    def create(self, project: Project, owner: str = "", *, passing: bool = False) -> StoredProject:
        """Keep a new project, or ``passing`` one until :meth:`tidy`."""
        stored = StoredProject(secrets.token_hex(16), owner, project, time.time(), passing=passing)
        self._write(stored)
        return stored

    def open(self, project_id: str, viewer: str | None = None) -> StoredProject:
        """The project as it was saved last.

        A damaged file is put aside as ``.damaged``, and what was saved before is opened, with a finding that says so;
        raises :class:`StorageFailed` (``desk.damaged``) if there is nothing, :class:`InvalidInput` (``desk.newer``).
        """
        path = self._path(project_id)
        if path is None:
            raise InvalidInput("desk.unknown")
        if not path.exists():
            if aside := sorted(self._folder.glob(f"{project_id}.*.damaged")):
                raise StorageFailed("desk.damaged", name=aside[-1].name)
            raise InvalidInput("desk.unknown")
        try:
            stored = _read(path)
        except _DamagedError:
            stored = self._restored(path)
        if viewer is not None and stored.owner not in ("", viewer):
            raise InvalidInput("desk.unknown")  # as if it were not there: nothing is told of it
        if stored.passing:
            with suppress(OSError):
                path.touch()  # it is in use
        return stored

    def save(self, stored: StoredProject) -> StoredProject:
        """Write ``stored``, which was opened or created here; what was there until now stays as ``.bak``.

        A project that was deleted meanwhile does not come back.
        """
        path = self._path(stored.project_id)
        if path is None or not path.exists():
            raise InvalidInput("desk.unknown")
        stored = replace(stored, saved_s=time.time(), findings=())
        self._write(stored)
        return stored

    def list(self, viewer: str | None) -> "list[ProjectSummary]":
        """The viewer's projects, what was saved last first. Damaged ones are passed over.

        What nobody owns is in no list but the house's: who has the id has the project.
        """
        found = [self._summary(path) for path in self._folder.glob("*.json")]
        mine = (one for one in found if one and (viewer is None or (one.owner and one.owner == viewer)))
        return sorted(mine, key=lambda one: -one.saved_s)

    def rename(self, project_id: str, title: str, viewer: str | None = None) -> StoredProject:
        """Call a project something else."""
        stored = self.open(project_id, viewer)
        return self.save(replace(stored, project=set_title(stored.project, title), revision=stored.revision + 1))

    def delete(self, project_id: str, viewer: str | None = None) -> None:
        """Forget a project, and all that was saved of it."""
        path = self._folder / f"{self.open(project_id, viewer).project_id}.json"
        try:
            path.unlink(missing_ok=True)
            for one in self._folder.glob(f"{project_id}.*"):
                one.unlink(missing_ok=True)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=path, reason=error.strerror or error) from error

    def tidy(self, unused_s: float, spared: Collection[str] = ()) -> None:
        """Forget passing projects that nobody has opened or saved for so many seconds, but for those ``spared``."""
        for path in self._folder.glob("*.json"):
            with suppress(OSError, StorageFailed, InvalidInput):
                unused = path.stem not in spared and time.time() - path.stat().st_mtime > unused_s
                if unused and (found := self._summary(path)) and found.passing:
                    self.delete(found.project_id)

    def _path(self, project_id: str) -> Path | None:
        return self._folder / f"{project_id}.json" if _ID.fullmatch(project_id) else None

    def _write(self, stored: StoredProject) -> None:
        path = self._folder / f"{stored.project_id}.json"
        meta = {"owner": stored.owner, "saved_s": stored.saved_s, "revision": stored.revision}
        meta |= {"passing": True} if stored.passing else {}
        meta |= {"spoken": dict(stored.spoken)} if stored.spoken else {}
        draft = _draft(path)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                if path.exists():
                    shutil.copyfile(path, draft)
                    draft.replace(path.with_suffix(".bak"))
                with draft.open("wb") as file:
                    file.write(write_project(stored.project, meta))
                    file.flush()
                    os.fsync(file.fileno())  # or a power cut could leave the new name with nothing in it
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=path, reason=error.strerror or error) from error

    def _restored(self, path: Path) -> StoredProject:
        """What was saved before a damaged file, which is put aside."""
        aside = path.with_name(f"{path.stem}.{time.time_ns()}.damaged")
        before = path.with_suffix(".bak")
        try:
            stored = _read(before) if before.exists() else None
        except (_DamagedError, InvalidInput):
            stored = None
        try:
            if stored is None:
                path.replace(aside)
                raise StorageFailed("desk.damaged", name=aside.name)
            shutil.copyfile(path, aside)
            draft = _draft(path)
            shutil.copyfile(before, draft)
            draft.replace(path)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=aside, reason=error.strerror or error) from error
        return replace(stored, findings=(Finding("warning", "desk.restored", {"name": aside.name}),))

    def _summary(self, path: Path) -> ProjectSummary | None:
        """What a list tells of a file, which is read again only if it has changed."""
        try:
            state = path.stat()
            signature = (state.st_mtime_ns, state.st_size, state.st_ino)
            known = self._summaries.get(path)
            if known is None or known[0] != signature:
                stored = _read(path)
                title, lines = stored.project.title, len(stored.project.script.lines)
                known = (
                    signature,
                    ProjectSummary(stored.project_id, stored.owner, title, lines, stored.saved_s, stored.passing),
                )
                self._summaries[path] = known
        except (OSError, StorageFailed, InvalidInput, _DamagedError):
            self._summaries.pop(path, None)
            return None
        return known[1]


class _DamagedError(Exception):
    """A file is not what was written."""


def write_project(project: Project, meta: Mapping[str, object] | None = None) -> bytes:
    """``project`` as JSON in UTF-8, with the version of the format, and what else is to be kept with it."""
    return json.dumps(
        {"version": VERSION, **(meta or {}), "project": _PROJECT.dump_python(project, mode="json")}, ensure_ascii=False
    ).encode()


def read_project(data: bytes) -> tuple[Project, Mapping[str, Any]]:
    """What :func:`write_project` wrote: the project, and what else is in the file.

    Raises :class:`InvalidInput`: ``desk.newer`` for a later version, ``desk.no_project`` for what was never written so.
    """
    try:
        found = json.loads(data)
        version = found["version"]
        if isinstance(version, int) and version > VERSION:
            raise InvalidInput("desk.newer", version=version)
        if version != VERSION:
            raise InvalidInput("desk.no_project")
        return _PROJECT.validate_python(found["project"]), found
    except (ValueError, TypeError, KeyError, RecursionError, ValidationError) as error:
        raise InvalidInput("desk.no_project") from error


def _read(path: Path) -> StoredProject:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StorageFailed("file.unreadable", path=path, reason=error.strerror or error) from error
    try:
        project, meta = read_project(data)
        owner, saved_s, revision = str(meta["owner"]), float(meta["saved_s"]), int(meta["revision"])
        spoken = {str(line_id): str(engine) for line_id, engine in dict(meta.get("spoken", {})).items()}
        return StoredProject(path.stem, owner, project, saved_s, revision, meta.get("passing") is True, spoken)
    except InvalidInput as error:
        if error.code == "desk.newer":
            raise
        raise _DamagedError from error
    except (KeyError, TypeError, ValueError) as error:
        raise _DamagedError from error


def _draft(path: Path) -> Path:
    """Where a file is written before it takes its place: no other thread or process writes there."""
    return path.with_name(f"{path.stem}.{os.getpid()}.{threading.get_ident()}")
