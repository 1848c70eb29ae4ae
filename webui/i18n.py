"""The page's words in each language: data in ``assets/locale``, looked up by key, never built from pieces in code."""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeVar

import gradio as gr

from core.errors import SENTENCES, EncoreError
from core.finding import Finding

LANGUAGES: Mapping[str, str] = {"en": "EN", "zh": "中文"}
"""Interface languages and what they call themselves, the default first."""
DEFAULT = "en"

Label = str | Callable[["Texts"], Any]
"""A key of the locale files, or what a component shows in the language it is given."""
Part = TypeVar("Part", bound=gr.blocks.Block)


@dataclass(frozen=True)
class Texts:
    """One language."""

    language: str
    entries: Mapping[str, str]
    """Words by dotted key."""

    def __call__(self, key: str, **details: object) -> str:
        """The text under ``key`` with its placeholders filled. Raises KeyError for a key that does not exist."""
        return self.entries[key].format(**details)

    def error(self, error: EncoreError | Finding) -> str:
        """The sentence of an error or a finding, with those of errors among its details; else the core's own."""
        details = {
            name: self.error(detail) if isinstance(detail, EncoreError) else detail
            for name, detail in error.details.items()
        }
        return self.maybe(f"errors.{error.code}", SENTENCES[error.code]).format(**details)

    def maybe(self, key: str, otherwise: str) -> str:
        """The text under ``key``, or ``otherwise`` where the language has no word for it."""
        return self.entries.get(key, otherwise)


@functools.cache
def texts(language: str) -> Texts:
    """The words of ``language``; of the default one if the page is not written in it."""
    if language not in LANGUAGES:
        language = DEFAULT
    folder = resources.files("assets") / "locale"
    return Texts(language, _flat(json.loads((folder / f"{language}.json").read_text("utf-8"))))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Dotted keys from nested objects."""
    entries: dict[str, str] = {}
    for name, value in tree.items():
        entries |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return entries


class Labels:
    """Which words stand on which component, so that the language can change while people work."""

    def __init__(self) -> None:
        self._labels: dict[gr.blocks.Block, dict[str, Label]] = {}

    def put(self, part: Part, **labels: Label) -> Part:
        """Give ``part`` its words: property name → key or function; returns ``part``."""
        self._labels[part] = labels
        for name, value in _worded(labels, texts(DEFAULT)).items():
            setattr(part, name, value)
        return part

    def updates(self, words: Texts) -> dict[gr.blocks.Block, Any]:
        """What to send to the page so that everything reads in another language."""
        return {part: gr.update(**_worded(labels, words)) for part, labels in self._labels.items()}

    @property
    def parts(self) -> set[gr.blocks.Block]:
        """Everything that has words."""
        return set(self._labels)


def _worded(labels: Mapping[str, Label], words: Texts) -> dict[str, Any]:
    return {name: words(label) if isinstance(label, str) else label(words) for name, label in labels.items()}
