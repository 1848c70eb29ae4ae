"""Warm-up: a list of requests is run ahead, so that later they are hits. What is in the cache already costs nothing,
so a warm-up that was stopped is resumed by starting it again.

A list is a CSV file with a request in each row, or a YAML file that names voices, phrases and settings, and means
every combination of them::

    voices: [af_heart, zf_xiaoxiao]
    phrases: ["Good morning.", "你好。"]
    settings: [{speed: 1.0}, {speed: 1.2, seed: 7}, {emotion: happy}]
"""

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from core.errors import EncoreError, InvalidInput
from core.text.markup.model import Notation

R = TypeVar("R")

COLUMNS: Mapping[str, Callable[[str], object]] = {
    "voice": str,
    "text": str,
    "engine": str,
    "language": str,
    "speed": float,
    "seed": int,
    "notation": Notation,
    "instruct": str,
    "emotion": str,
}
"""What a request in a list can say; ``voice`` and ``text`` it must."""

Line = Mapping[str, Any]
"""One request of a list, with the names of :data:`COLUMNS`."""


@dataclass
class WarmUp:
    """How a warm-up went."""

    hits: int = 0
    """Requests of which all was in the cache already."""
    computed: int = 0
    failures: list[tuple[int, EncoreError]] = field(default_factory=list)
    """Place in the list, from 1, and what went wrong there; the others were run nonetheless."""


def warm(jobs: Iterable[R], run: Callable[[R], bool]) -> Iterator[WarmUp]:
    """Have ``run`` do each of ``jobs``, saying whether it was a hit; yields how it stands after each."""
    standing = WarmUp()
    for place, job in enumerate(jobs, 1):
        try:
            hit = run(job)
        except EncoreError as error:
            standing.failures.append((place, error))
        else:
            standing.hits += hit
            standing.computed += not hit
        yield standing


def read_list(path: Path) -> Sequence[Line]:
    """The requests that the file at ``path`` lists. Raises ``InvalidInput`` (``file.unreadable``, ``warm.invalid``)."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("file.unreadable", path=path, reason=str(error)) from error
    lines = list(_csv(text) if path.suffix.lower() == ".csv" else _yaml(text))
    if not lines:
        raise InvalidInput("warm.invalid", reason="it lists no requests")
    return lines


def _csv(text: str) -> Iterator[Line]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if None in row:
                raise InvalidInput("warm.invalid", reason=f"line {reader.line_num} has more values than the header")
            yield _line({name.strip(): value for name, value in row.items() if value}, f"line {reader.line_num}")
    except csv.Error as error:
        raise InvalidInput("warm.invalid", reason=f"line {reader.line_num}: {error}") from error


def _yaml(text: str) -> Iterator[Line]:
    try:
        plan = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidInput("warm.invalid", reason=" ".join(str(error).split())) from error
    match plan:
        case {"voices": [*voices], "phrases": [*phrases], **rest} if not rest.keys() - {"settings"}:
            settings = rest.get("settings", [{}])
        case _:
            raise InvalidInput("warm.invalid", reason="it needs the lists “voices” and “phrases”")
    if not isinstance(settings, list) or not all(isinstance(each, dict) for each in settings):
        raise InvalidInput("warm.invalid", reason="“settings” is a list of names and values")
    for voice, phrase, setting in itertools.product(voices, phrases, settings):
        yield _line({"voice": voice, "text": phrase} | setting, f"“{phrase}”")


def _line(values: Mapping[Any, Any], place: str) -> Line:
    unknown = [str(name) for name in values if name not in COLUMNS]
    missing = [name for name in ("voice", "text") if name not in values]
    if unknown or missing:
        reason = f"unknown: {', '.join(unknown)}" if unknown else f"missing: {', '.join(missing)}"
        raise InvalidInput("warm.invalid", reason=f"{place}: {reason}. Known are {', '.join(COLUMNS)}")
    try:
        return {name: COLUMNS[name](value) for name, value in values.items()}
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInput("warm.invalid", reason=f"{place}: {error}") from error
