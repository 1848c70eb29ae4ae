"""Where the model is and whether it is whole: told by looking at names alone."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from core.engines.availability import Availability, State, of_files
from core.finding import Finding
from core.models.hub import fetch_from_hub, fetched, named_model
from core.settings import Settings

NAME = "sensevoice"
PACKAGE = "funasr_onnx"
FULL, QUANTISED = "model.onnx", "model_quant.onnx"
CONFIG = "config.yaml"
TOKENIZER = "chn_jpn_yue_eng_ko_spectok.bpe.model"
COMPANIONS = (CONFIG, "am.mvn", TOKENIZER)
"""What the package reads beside the graph."""


@dataclass(frozen=True)
class ModelFiles:
    """A model directory of ``funasr-onnx``: somebody's folder, or what was fetched from a hub."""

    folder: Path
    quantised: bool
    hub_id: str = ""
    """Where it is to be fetched from; empty for a folder of the user's."""

    @classmethod
    def of(cls, settings: Settings) -> "ModelFiles":
        """The model that ``settings`` name: a folder, an id, or what was put into the folder of models."""
        folder, hub_id = named_model(settings.models_dir, settings.sensevoice_model, NAME)
        if settings.sensevoice_quantized is None:
            quantised = not (folder / FULL).is_file() and (folder / QUANTISED).is_file()
        else:
            quantised = settings.sensevoice_quantized
        return cls(folder, quantised, hub_id)

    @property
    def graph(self) -> Path:
        """The ONNX file; its weights may lie beside it in ``<name>.data`` or ``<name>_data``."""
        return self.folder / (QUANTISED if self.quantised else FULL)

    @property
    def needed(self) -> tuple[Path, ...]:
        """Every file without which there is no model."""
        return (self.graph, *(self.folder / name for name in COMPANIONS))

    @property
    def sounding(self) -> tuple[Path, ...]:
        """Every file that shapes a transcript."""
        return (*self.needed, *sorted(self.folder.glob(f"{self.graph.name}[._]data")))

    @property
    def availability(self) -> Availability:
        """Whether it can be used; imports nothing."""
        if importlib.util.find_spec(PACKAGE) is None:
            return Availability(State.NOT_INSTALLED, Finding("warning", "sensevoice.not_installed"))
        return of_files(NAME, self.folder, self.needed, self.hub_id)


def fetch(settings: Settings) -> Path:
    """Bring the model that ``settings`` name by an id of a hub here, if it is not; its folder.

    Raises :class:`FetchFailed`, or :class:`ModelMissing` where they name no id.
    """

    def bring(model: ModelFiles) -> None:
        if not model.hub_id:
            model.availability.check()
        # Where nothing else was said, the quantised graph, a quarter of the size, is asked for first.
        graphs = [QUANTISED, FULL] if settings.sensevoice_quantized is None else [model.graph.name]
        for graph in graphs:
            fetch_from_hub(model.hub_id, model.folder, [graph, f"{graph}[._]data", *COMPANIONS])
            if (model.folder / graph).is_file():
                break

    return fetched(lambda: ModelFiles.of(settings), bring)
