"""The authors' code and the packages that it imports: whether they are here, told without importing any."""

import importlib.metadata
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

from core.engines.availability import Availability, State
from core.errors import EngineUnavailable
from core.finding import Finding
from core.settings import Settings

PACKAGES = {
    "torch": "torch",
    "torchaudio": "torchaudio",
    "transformers": "transformers==4.51.3",
    "onnxruntime": "onnxruntime",
    "hyperpyyaml": "HyperPyYAML",
    "whisper": "openai-whisper",
    "inflect": "inflect",
    "omegaconf": "omegaconf",
    "x_transformers": "x-transformers",
    "einops": "einops",
    "diffusers": "diffusers",
    "conformer": "conformer",
    "librosa": "librosa",
    "lightning": "lightning",
    "hydra": "hydra-core",
    "gdown": "gdown",
    "wget": "wget",
    "rich": "rich",
    "matplotlib": "matplotlib",
    "modelscope": "modelscope",
    "pyarrow": "pyarrow",
    "pyworld": "pyworld",
    "regex": "regex",
    "tqdm": "tqdm",
}
"""What the code imports, and what to tell pip to get it."""
WRONG_TRANSFORMERS = (4, 53)
"""From this version on a one-step mask with a cache is taken for the mask of everything before it: what is decoded is
wrong, and nothing says so. vLLM has a decoder of its own."""
_SHAPING = ("torch", "torchaudio", "transformers", "onnxruntime", "x-transformers", "cn2an", "num2words")
"""Packages of which another version may give another sound, or read a text in other words."""


@dataclass(frozen=True)
class Code:
    """The code of CosyVoice, and of Matcha-TTS, which it uses."""

    roots: tuple[Path, ...]
    """What is to be added to ``sys.path``; nothing where the packages are installed."""
    packages: tuple[Path | None, Path | None]
    """The folders ``cosyvoice`` and ``matcha``; None for what is not here."""
    extra: tuple[str, ...] = ()
    """What else has to be importable."""
    any_transformers: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Code":
        """The installed packages, or those in the checkout that ``settings`` name."""
        extra = [name for name, on in (("tensorrt", settings.cosyvoice_trt), ("vllm", settings.cosyvoice_vllm)) if on]
        roots: list[Path] = []
        if settings.cosyvoice_code:
            checkout = Path(settings.cosyvoice_code).expanduser().resolve()
            roots = [checkout, checkout / "third_party" / "Matcha-TTS"]
        own = _package("cosyvoice", "cli/cosyvoice.py", roots)
        matcha = _package("matcha", "utils/audio.py", roots)
        return cls(tuple(roots), (own, matcha), tuple(extra), settings.cosyvoice_vllm)

    @property
    def availability(self) -> Availability:
        """Whether it can be imported."""
        own, matcha = self.packages
        if own is None:
            return _missing("cosyvoice.code")
        if matcha is None:
            return _missing("cosyvoice.matcha", folder=own.parent)
        wanted = {**PACKAGES, **{name: name for name in self.extra}}
        absent = [pip for name, pip in wanted.items() if importlib.util.find_spec(name) is None]
        if absent:
            return _missing("cosyvoice.packages", python=sys.executable, packages=" ".join(absent))
        transformers = version("transformers")
        if not self.any_transformers and _numbers(transformers) >= WRONG_TRANSFORMERS:
            return _missing("cosyvoice.transformers", python=sys.executable, version=transformers)
        return Availability(State.READY, Finding("good", "cosyvoice.code_ready", {"folder": own.parent}))

    @property
    def digest(self) -> str:
        """BLAKE3 (hex) of every module of the code, and of the versions of the packages that shape the sound."""
        digest = blake3()
        for folder in filter(None, self.packages):
            for module in sorted(folder.rglob("*.py")):
                digest.update(f"{folder.name}/{module.relative_to(folder).as_posix()}\n".encode())
                digest.update(module.read_bytes())
        digest.update("\n".join(f"{name} {version(name)}" for name in _SHAPING).encode())
        return digest.hexdigest()

    def make_importable(self) -> None:
        """Add :attr:`roots` to ``sys.path``, at its end: a checkout has names of its own, such as ``webui``."""
        availability = self.availability
        if not availability.ready:
            raise EngineUnavailable(availability.finding.code, **availability.finding.details)
        for root in map(str, self.roots):
            if root not in sys.path:
                sys.path.append(root)


def version(distribution: str) -> str:
    """The version that is installed, or "-"."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "-"


def _package(name: str, module: str, roots: Sequence[Path]) -> Path | None:
    """The folder of the package ``name`` that would be imported: installed, or else under one of ``roots``.

    None unless it has ``module``: other packages have the same names.
    """
    spec = importlib.util.find_spec(name)
    installed = [Path(folder) for folder in (spec.submodule_search_locations or [] if spec else [])]
    found = next((folder for folder in (*installed, *(root / name for root in roots)) if folder.is_dir()), None)
    return found if found is not None and (found / module).is_file() else None


def _numbers(version: str) -> tuple[int, ...]:
    """``4.53.3`` as (4, 53)."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:2])


def _missing(code: str, **details: object) -> Availability:
    return Availability(State.NOT_INSTALLED, Finding("warning", code, details))
