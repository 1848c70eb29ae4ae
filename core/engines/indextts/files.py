"""Where the model is, which version it is and whether it is whole: told by looking at names and one small file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.engines.availability import Availability, of_files
from core.settings import Settings

NAME = "indextts"
AUXILIARY = "hf_cache"
"""The folder of the models of other people that it uses, which its code would fetch by itself."""
TOKENS = "multilingual_zh_ja_yue_char_del.tiktoken"
_CODEC = "codec.pth"


@dataclass(frozen=True)
class ModelFiles:
    """A model directory of IndexTTS-2 or 2.5."""

    folder: Path
    version: str
    """``2`` or ``2.5``."""

    @classmethod
    def of(cls, settings: Settings) -> "ModelFiles":
        """The model that ``settings`` name, or what was put into the folder of models."""
        named = settings.indextts_model
        folder = Path(named).expanduser() if named else settings.models_dir / NAME
        return cls(folder, settings.indextts_version or _version(folder))

    @property
    def configuration(self) -> Path:
        """What says how large everything is and which file holds what."""
        return self.folder / "config.yaml"

    @property
    def auxiliary(self) -> Mapping[str, Path]:
        """The models of other people, under the names that the code has for them."""
        beside = self.folder / AUXILIARY
        paths = {
            "w2v_bert": beside / "w2v-bert-2.0",
            "campplus": beside / "campplus_cn_common.bin",
            "bigvgan": beside / "bigvgan",
        }
        return paths | ({"semantic_codec": beside / "semantic_codec_model.safetensors"} if self.version == "2" else {})

    @property
    def emotion_reader(self) -> Path | None:
        """The language model that turns words into emotions; None where there is none."""
        named = _configured(self.folder).get("qwen_emo_path")
        folder = self.folder / str(named)
        return folder if named and (folder / "config.json").is_file() else None

    @property
    def needed(self) -> tuple[Path, ...]:
        """Every file without which the model does not load."""
        said = _configured(self.folder)
        dataset = said.get("dataset")
        tokens = TOKENS if self.version == "2.5" else (dataset or {}).get("bpe_model", "bpe.model")
        names = [
            "config.yaml",
            said.get("gpt_checkpoint", "gpt.pth"),
            said.get("s2mel_checkpoint", "s2mel.pth"),
            said.get("w2v_stat", "wav2vec2bert_stats.pt"),
            said.get("spk_matrix", "feat1.pt"),
            said.get("emo_matrix", "feat2.pt"),
            tokens,
            *([_CODEC] if self.version == "2.5" else []),
        ]
        beside = self.auxiliary
        inside = [
            beside["w2v_bert"] / name for name in ("config.json", "preprocessor_config.json", "model.safetensors")
        ]
        inside += [beside["bigvgan"] / name for name in ("config.json", "bigvgan_generator.pt")]
        single = [path for name, path in beside.items() if name not in ("w2v_bert", "bigvgan")]
        return (*(self.folder / str(name) for name in names), *inside, *single)

    @property
    def sounding(self) -> tuple[Path, ...]:
        """Every file that shapes the sound: what is needed, and what is used if it is there."""
        reader = self.emotion_reader
        extra = sorted(path for path in reader.iterdir() if path.is_file()) if reader else []
        glossary = self.folder / "glossary.yaml"
        return (*self.needed, *extra, *([glossary] if glossary.is_file() else []))

    @property
    def availability(self) -> Availability:
        """Whether the files are all here."""
        return of_files(NAME, self.folder, self.needed, version=self.version)


def _version(folder: Path) -> str:
    """What ``config.yaml`` says; where it says nothing, what is there; else the newest."""
    said = str(_configured(folder).get("version", ""))
    if said:
        return "2.5" if said.startswith("2.5") else "2"
    older = (folder / "gpt.pth").is_file() and not (folder / _CODEC).is_file()
    return "2" if older else "2.5"


def _configured(folder: Path) -> Mapping[str, Any]:
    try:
        read = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return read if isinstance(read, dict) else {}
