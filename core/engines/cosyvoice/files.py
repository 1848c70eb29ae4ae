"""Where the model is and whether it is whole: told by looking at names alone."""

from dataclasses import dataclass
from pathlib import Path

from core.engines.availability import Availability, of_files
from core.models.hub import fetch_from_hub, fetched, named_model
from core.settings import Settings

NAME = "cosyvoice"
QWEN = "CosyVoice-BlankEN"
"""The folder of the language model's configuration and tokenizer inside the model's."""
_ESTIMATOR = "flow.decoder.estimator.fp32.onnx"
"""What a TensorRT engine is built from."""


@dataclass(frozen=True)
class ModelFiles:
    """A model directory of CosyVoice3 or 2: somebody's folder, or what was fetched from a hub."""

    folder: Path
    version: int
    """2 or 3."""
    hub_id: str = ""
    """Where it is to be fetched from; empty for a folder of the user's."""
    tensorrt: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "ModelFiles":
        """The model that ``settings`` name: a folder, an id, or what was put into the folder of models."""
        folder, hub_id = named_model(settings.models_dir, settings.cosyvoice_model, NAME)
        older = (folder / "cosyvoice2.yaml").is_file() and not (folder / "cosyvoice3.yaml").is_file()
        return cls(folder, 2 if older else 3, hub_id, settings.cosyvoice_trt)

    @property
    def sounding(self) -> tuple[Path, ...]:
        """Every file that shapes the sound."""
        names = [f"cosyvoice{self.version}.yaml", "llm.pt", "flow.pt", "hift.pt", "campplus.onnx"]
        names += [f"speech_tokenizer_v{self.version}.onnx"]
        names += [f"{QWEN}/{name}" for name in ("config.json", "tokenizer_config.json", "vocab.json", "merges.txt")]
        return tuple(self.folder / name for name in names)

    @property
    def needed(self) -> tuple[Path, ...]:
        """Every file without which the model does not load."""
        # The language model's own weights are read, and then overwritten with those of llm.pt.
        weights = self.folder / QWEN / "model.safetensors"
        return (*self.sounding, weights, *([self.folder / _ESTIMATOR] if self.tensorrt else []))

    @property
    def availability(self) -> Availability:
        """Whether the files are all here."""
        return of_files(NAME, self.folder, self.needed, self.hub_id, version=self.version)


def fetch(settings: Settings) -> Path:
    """Bring the model that ``settings`` name by an id of a hub here, if it is not; its folder.

    Raises :class:`FetchFailed`, or :class:`ModelMissing` where they name no id.
    """

    def bring(model: ModelFiles) -> None:
        if not model.hub_id:
            model.availability.check()
        either = (*model.needed, *ModelFiles(model.folder, 2).needed)  # which version it is its files will tell
        top = dict.fromkeys(path.name for path in either if path.parent == model.folder)
        fetch_from_hub(model.hub_id, model.folder, [*top, f"{QWEN}/*"])

    return fetched(lambda: ModelFiles.of(settings), bring)
