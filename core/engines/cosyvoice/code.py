"""The authors' code and the packages that it imports: whether they are here, told without importing any."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.engines.availability import Availability, State
from core.engines.packages import absent, digest_of_code, installed, lacking, missing, numbers, version
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
            return missing("cosyvoice.code")
        if matcha is None:
            return missing("cosyvoice.matcha", folder=own.parent)
        wanted = {**PACKAGES, **{name: name for name in self.extra}}
        if pip := absent(wanted):
            return lacking("cosyvoice.packages", pip)
        transformers = version("transformers")
        if not self.any_transformers and numbers(transformers) >= WRONG_TRANSFORMERS:
            return missing("cosyvoice.transformers", python=sys.executable, version=transformers)
        return Availability(State.READY, Finding("good", "cosyvoice.code_ready", {"folder": own.parent}))

    @property
    def digest(self) -> str:
        """BLAKE3 (hex) of every module of the code, and of the versions of the packages that shape the sound."""
        return digest_of_code(filter(None, self.packages), _SHAPING)

    def make_importable(self) -> None:
        """Add :attr:`roots` to ``sys.path``, at its end: a checkout has names of its own, such as ``webui``."""
        availability = self.availability
        if not availability.ready:
            raise EngineUnavailable(availability.finding.code, **availability.finding.details)
        for root in map(str, self.roots):
            if root not in sys.path:
                sys.path.append(root)


def _package(name: str, module: str, roots: Sequence[Path]) -> Path | None:
    """The folder of the package ``name`` that would be imported: installed, or else under one of ``roots``.

    None unless it has ``module``: other packages have the same names.
    """
    found = next((folder for folder in (*installed(name), *(root / name for root in roots)) if folder.is_dir()), None)
    return found if found is not None and (found / module).is_file() else None
