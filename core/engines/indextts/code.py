"""The authors' code, or a library made of it, and the packages that it imports: told without importing any."""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

from core.engines.availability import Availability, State
from core.engines.packages import absent, digest_of_code, installed, lacking, missing, numbers, version
from core.errors import EngineUnavailable
from core.finding import Finding
from core.settings import Settings

OFFICIAL = "indextts"
LIBRARY = "indextts25"
"""``indextts25-inference``: version 2.5 without what its authors' code imports and does not use."""
PACKAGES = {
    "torch": "torch",
    "torchaudio": "torchaudio",
    "transformers": "transformers==4.52.1",
    "omegaconf": "omegaconf",
    "librosa": "librosa",
    "einops": "einops",
    "safetensors": "safetensors",
    "sentencepiece": "sentencepiece",
    "munch": "munch",
    "modelscope": "modelscope",
    "whisper": "openai-whisper",
    "tiktoken": "tiktoken",
    "audiotools": "descript-audiotools",
    "accelerate": "accelerate",
    "tn" if sys.platform == "linux" else "wetext": "WeTextProcessing" if sys.platform == "linux" else "wetext",
}
"""What the official code imports, and what to tell pip to get it."""
JAPANESE = {"fugashi": "fugashi", "unidic_lite": "unidic-lite"}
"""What version 2.5 imports as well."""
LIBRARY_PACKAGES = {
    name: name for name in ("torch", "transformers", "omegaconf", "librosa", "einops", "safetensors", "tiktoken")
}
WRONG_TRANSFORMERS = (4, 57)
"""From this version on the official code cannot be imported."""
_SHAPING = (
    "torch",
    "torchaudio",
    "transformers",
    "librosa",
    "soxr",
    "WeTextProcessing",
    "wetext",
    "nemo-text-processing",
    "fugashi",
    "unidic-lite",
)
"""Packages of which another version may give another sound, or read a text in other words."""


@dataclass(frozen=True)
class Code:
    """The code of one version of IndexTTS."""

    version: str
    """``2`` or ``2.5``."""
    package: str = OFFICIAL
    """:data:`OFFICIAL` or :data:`LIBRARY`."""
    folder: Path | None = None
    """The package's; None where it is not here."""

    @classmethod
    def of(cls, settings: Settings, version: str) -> "Code":
        """The checkout that ``settings`` name, or else what is installed: the official code before the library."""
        if settings.indextts_code:
            return cls(
                version, OFFICIAL, _official([Path(settings.indextts_code).expanduser().resolve() / OFFICIAL], version)
            )
        folder = _official(list(installed(OFFICIAL)), version)
        library = installed(LIBRARY) if folder is None and version == "2.5" else []
        return cls(version, LIBRARY, library[0]) if library else cls(version, OFFICIAL, folder)

    @property
    def module(self) -> str:
        """What is to be imported."""
        return f"{self.package}.{_module(self.version)}"

    @property
    def availability(self) -> Availability:
        """Whether it can be imported."""
        if self.folder is None:
            return missing("indextts.code", version=self.version)
        if self.package == LIBRARY:
            wanted = LIBRARY_PACKAGES
        else:
            wanted = {**PACKAGES, **(JAPANESE if self.version == "2.5" else {})}
        if pip := absent(wanted):
            return lacking("indextts.packages", pip)
        transformers = version("transformers")
        if self.package == OFFICIAL and numbers(transformers) >= WRONG_TRANSFORMERS:
            return missing("indextts.transformers", python=sys.executable, version=transformers)
        return Availability(State.READY, Finding("good", "indextts.code_ready", {"folder": self.folder}))

    @property
    def digest(self) -> str:
        """BLAKE3 (hex) of every module of the code, and of the versions of the packages that shape the sound."""
        return digest_of_code(filter(None, [self.folder]), _SHAPING)

    def make_importable(self) -> None:
        """Let the package be found where :attr:`folder` says, and nothing else of a checkout, which has a ``webui``.

        Raises :class:`EngineUnavailable`.
        """
        availability = self.availability
        if self.folder is None or not availability.ready:
            raise EngineUnavailable(availability.finding.code, **availability.finding.details)
        present = sys.modules.get(self.package)
        if present is not None:
            used = [Path(folder).resolve() for folder in present.__path__]
            if self.folder.resolve() not in used:
                raise EngineUnavailable("indextts.other_code", folder=used[0])
            return
        spec = importlib.util.spec_from_file_location(self.package, self.folder / "__init__.py")
        if spec is None or spec.loader is None:
            raise EngineUnavailable("indextts.code", version=self.version)
        package = importlib.util.module_from_spec(spec)
        sys.modules[self.package] = package
        spec.loader.exec_module(package)


def _module(version: str) -> str:
    return "infer_v2_5" if version == "2.5" else "infer_v2"


def _official(folders: list[Path], version: str) -> Path | None:
    """The first of ``folders`` that holds the official code: ``indextts2-inference`` has the same name."""
    wanted = (f"{_module(version)}.py", "utils/model_download.py", "__init__.py")
    return next((folder for folder in folders if all((folder / name).is_file() for name in wanted)), None)
