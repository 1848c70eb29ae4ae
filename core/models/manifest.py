"""Which model files there are and where they lie."""

from pathlib import Path

from core.errors import ModelMissing
from core.settings import settings


def model_path(model: str) -> Path:
    """The folder of a fetched model. Raises :class:`ModelMissing`."""
    folder = settings().models_dir / model
    if not folder.is_dir():
        raise ModelMissing("model.missing", model=model)
    return folder
