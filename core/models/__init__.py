"""The model files that the embedded engines need: which they are, where they lie, how they are fetched."""

from core.models.manifest import model_path

__all__ = ["model_path"]
