"""The code that an optional engine drives: where it is and what it is, told without importing any of it."""

import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from blake3 import blake3

from core.engines.availability import Availability, State
from core.finding import Finding


def version(distribution: str) -> str:
    """The version that is installed, or "-"."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "-"


def numbers(version: str) -> tuple[int, ...]:
    """``4.53.3`` as (4, 53)."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:2])


def installed(name: str) -> Sequence[Path]:
    """The folders of the package ``name`` that would be imported."""
    spec = importlib.util.find_spec(name)
    return [Path(folder) for folder in (spec.submodule_search_locations or [] if spec else [])]


def absent(packages: Mapping[str, str]) -> str:
    """What to tell pip to get those of ``packages`` (names to import, and for pip) that are not here."""
    return " ".join(pip for name, pip in packages.items() if importlib.util.find_spec(name) is None)


def missing(code: str, **details: object) -> Availability:
    """An engine whose code is not here, and the sentence about it."""
    return Availability(State.NOT_INSTALLED, Finding("warning", code, details))


def lacking(code: str, packages: str) -> Availability:
    """An engine whose code needs ``packages``, and the sentence that tells how to get them."""
    return missing(code, python=sys.executable, packages=packages)


def digest_of_code(folders: Iterable[Path], distributions: Iterable[str]) -> str:
    """BLAKE3 (hex) of every module in ``folders``, and of the versions of ``distributions``, which shape the sound."""
    digest = blake3()
    for folder in folders:
        for module in sorted(folder.rglob("*.py")):
            digest.update(f"{folder.name}/{module.relative_to(folder).as_posix()}\n".encode())
            digest.update(module.read_bytes())
    digest.update("\n".join(f"{name} {version(name)}" for name in distributions).encode())
    return digest.hexdigest()
