"""What a server tells of itself at ``/v1/models``, and remembering it for when nobody answers."""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.engines.base import Capabilities, StockVoice, Streaming
from core.settings import Settings

SAMPLE_RATE = 24_000
"""Of servers that do not tell theirs: what CosyVoice and OpenAI's own voices have. Answers are resampled to it."""

log = logging.getLogger(__name__)


class Told(BaseModel):
    """One model of one server."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Its id there."""
    fingerprint: str
    """The engine's own at an Encore; elsewhere the id, since no more is told."""
    sample_rate: int = Field(default=SAMPLE_RATE, ge=1_000, le=192_000)
    """What it is asked for here, in hertz."""
    capabilities: Capabilities
    voices: tuple[StockVoice, ...] = ()
    encore: bool = False
    """Whether it is another Encore, which also takes language, notation and emotions."""

    def is_same(self, other: "Told | None") -> bool:
        """Whether both are one model, and so one sound."""
        return other is not None and (self.model, self.fingerprint) == (other.model, other.fingerprint)


def modest(settings: Settings) -> Capabilities:
    """What is taken for granted of a server that does not tell: that it clones, and what the settings say."""
    return Capabilities(
        languages=tuple(filter(None, (name.strip() for name in settings.remote_languages.split(",")))),
        cloning=True,
        needs_prompt_text=True,
        instruction=settings.remote_instruction,
        seed=settings.remote_seed,
        speed=(0.25, 4.0),
        streaming=Streaming.ALIKE if settings.remote_seed else Streaming.NONE,
    )


def read_models(answer: object, settings: Settings) -> Told | None:
    """What of the JSON that ``/v1/models`` gave is wanted: the model in the settings, else the first.

    None if that model is not there, or ``answer`` is no list of models.
    """
    match answer:
        case {"data": [*models]}:
            pass
        case _:
            return None
    wanted = settings.remote_model
    for model in models:
        match model:
            case {"encore": {"kind": "recognition"}}:
                continue
            case {"id": str(name)} if not wanted or name == wanted:
                return _encore(name, model.get("encore")) or Told(
                    model=name, fingerprint=f"model/{name}", capabilities=modest(settings)
                )
    return None


def _encore(name: str, details: object) -> Told | None:
    """What another Encore tells; None for anything else."""
    if not isinstance(details, Mapping):
        return None
    try:
        told = Told.model_validate({**details, "model": name, "encore": True})
    except ValidationError as error:
        log.warning("an Encore of another version? %s", error)
        return None
    # What the route cannot carry is off here: emotion clips have no field. Its stream is levelled as it goes.
    able = replace(told.capabilities, emotion_audio=False, streaming=Streaming.ALIKE)
    return told.model_copy(update={"capabilities": able})


class Memory:
    """What was told last, in a file, so that what is in the cache can be had while no server answers."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / "remote.json"
        # Other servers, or another model of theirs, are another matter.
        asked = json.dumps([settings.remote_urls, settings.remote_model])
        self._asked = hashlib.sha256(asked.encode()).hexdigest()
        self._last: Told | None = None

    def recall(self) -> Told | None:
        """What was told last; None if nothing was."""
        if self._last is None:
            try:
                self._last = Told.model_validate(self._read()[self._asked])
            except (KeyError, ValidationError):
                return None
        return self._last

    def keep(self, told: Told) -> None:
        """Remember ``told``. A file that cannot be written is no failure of the request."""
        if self.recall() == told:
            return
        self._last = told
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({**self._read(), self._asked: told.model_dump(mode="json")}, file)
            Path(draft).replace(self._path)
        except OSError as error:
            log.warning("%s could not be written: %s", self._path, error)

    def _read(self) -> Mapping[str, Any]:
        try:
            read = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}
