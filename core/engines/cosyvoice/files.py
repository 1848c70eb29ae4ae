"""Where the model is and whether it is whole: told by looking at names alone."""

from dataclasses import dataclass
from pathlib import Path

from core.engines.availability import Availability, State
from core.errors import FetchFailed, ModelMissing
from core.finding import Finding
from core.models.hub import fetch_from_hub, hub_folder
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
        named = settings.cosyvoice_model
        folder = Path(named).expanduser() if named else settings.models_dir / NAME
        # "owner/name" is an id unless there is such a folder.
        is_id = bool(named) and not folder.is_dir() and not folder.is_absolute() and named.count("/") == 1
        if is_id:
            folder = hub_folder(settings.models_dir, named)
        older = (folder / "cosyvoice2.yaml").is_file() and not (folder / "cosyvoice3.yaml").is_file()
        return cls(folder, 2 if older else 3, named if is_id else "", settings.cosyvoice_trt)

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
        missing = [path.relative_to(self.folder).as_posix() for path in self.needed if not path.is_file()]
        if not missing:
            details: dict[str, object] = {"folder": self.folder, "version": self.version}
            return Availability(State.READY, Finding("good", "cosyvoice.ready", details))
        if self.hub_id:
            return Availability(State.NO_WEIGHTS, Finding("warning", "cosyvoice.fetch", {"model": self.hub_id}))
        if not self.folder.is_dir():
            code = "cosyvoice.not_configured"
            return Availability(State.NOT_CONFIGURED, Finding("note", code, {"folder": self.folder}))
        details = {"folder": self.folder, "missing": ", ".join(missing)}
        return Availability(State.NO_WEIGHTS, Finding("warning", "cosyvoice.incomplete", details))


def fetch(settings: Settings) -> Path:
    """Bring the model that ``settings`` name by an id of a hub here, if it is not; its folder.

    Raises :class:`FetchFailed`, or :class:`ModelMissing` where they name no id.
    """
    model = ModelFiles.of(settings)
    if not model.availability.ready:
        if not model.hub_id:
            finding = model.availability.finding
            raise ModelMissing(finding.code, **finding.details)
        top = [
            path.name for path in (*model.needed, *ModelFiles(model.folder, 2).needed) if path.parent == model.folder
        ]
        fetch_from_hub(model.hub_id, model.folder, [*dict.fromkeys(top), f"{QWEN}/*"])
    model = ModelFiles.of(settings)
    missing = [path.name for path in model.needed if not path.is_file()]
    if missing:
        raise FetchFailed("model.hub", model=model.hub_id, reason=f"it lacks {', '.join(missing)}")
    return model.folder
