"""Where the model is, which version it is and whether it is whole: told by looking at names and one small file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.engines.availability import Availability, of_files
from core.models.hub import fetch_from_hub, fetched, named_model
from core.settings import Settings

NAME = "indextts"
COMPANIONS = "hf_cache"
"""The folder of the models of other people that it uses, which its code would fetch by itself."""
TOKENS = "multilingual_zh_ja_yue_char_del.tiktoken"
GLOSSARY = "glossary.yaml"
_CODEC = "codec.pth"
_W2V_BERT = ("config.json", "preprocessor_config.json", "model.safetensors")
_BIGVGAN = ("config.json", "bigvgan_generator.pt")
_MASKGCT_CODEC = "semantic_codec/model.safetensors"


@dataclass(frozen=True)
class ModelFiles:
    """A model directory of IndexTTS-2 or 2.5."""

    folder: Path
    version: str
    """``2`` or ``2.5``."""
    hub_id: str = ""
    """Where it is to be fetched from; empty for a folder of the user's."""

    @classmethod
    def of(cls, settings: Settings) -> "ModelFiles":
        """The model that ``settings`` name: a folder, an id, or what was put into the folder of models."""
        folder, hub_id = named_model(settings.models_dir, settings.indextts_model, NAME)
        return cls(folder, settings.indextts_version or _version(folder), hub_id)

    @property
    def configuration(self) -> Path:
        """What says how large everything is and which file holds what."""
        return self.folder / "config.yaml"

    @property
    def companions(self) -> Mapping[str, Path]:
        """The models of other people, under the names that the code has for them."""
        beside = self.folder / COMPANIONS
        paths = {
            "w2v_bert": beside / "w2v-bert-2.0",
            "campplus": beside / "campplus_cn_common.bin",
            "bigvgan": beside / "bigvgan",
        }
        return paths | ({"semantic_codec": beside / "semantic_codec_model.safetensors"} if self.version == "2" else {})

    @property
    def emotion_reader(self) -> Path | None:
        """The language model that turns words into emotions; None where there is none."""
        named = _emotion_reader(self.folder)
        folder = self.folder / named
        return folder if named and (folder / "config.json").is_file() else None

    @property
    def own(self) -> tuple[Path, ...]:
        """Every file of the authors' own without which the model does not load."""
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
        return tuple(self.folder / str(name) for name in names)

    @property
    def needed(self) -> tuple[Path, ...]:
        """Every file without which the model does not load."""
        beside = self.companions
        inside = [beside["w2v_bert"] / name for name in _W2V_BERT]
        inside += [beside["bigvgan"] / name for name in _BIGVGAN]
        single = [path for name, path in beside.items() if name not in ("w2v_bert", "bigvgan")]
        return (*self.own, *inside, *single)

    @property
    def sounding(self) -> tuple[Path, ...]:
        """Every file that shapes the sound: what is needed, and what is used if it is there."""
        reader = self.emotion_reader
        extra = sorted(path for path in reader.iterdir() if path.is_file()) if reader else []
        glossary = self.folder / GLOSSARY
        return (*self.needed, *extra, *([glossary] if glossary.is_file() else []))

    @property
    def availability(self) -> Availability:
        """Whether the files are all here."""
        return of_files(NAME, self.folder, self.needed, self.hub_id, version=self.version)


def fetch(settings: Settings) -> Path:
    """Bring the model that ``settings`` name by an id of a hub here, if it is not; its folder.

    Of a folder of the user's, only what belongs into :data:`COMPANIONS` is fetched. Raises :class:`FetchFailed`, or
    :class:`ModelMissing` where the settings name neither an id nor a folder with the authors' own files.
    """

    def bring(model: ModelFiles) -> None:
        if model.hub_id:
            fetch_from_hub(model.hub_id, model.folder, ["config.yaml"])  # which tells of the other files
            model = ModelFiles.of(settings)
            names = [path.relative_to(model.folder).as_posix() for path in model.own]
            reader = _emotion_reader(model.folder)
            fetch_from_hub(model.hub_id, model.folder, [*names, GLOSSARY, *([f"{reader}/*"] if reader else [])])
        elif not all(path.is_file() for path in model.own):
            model.availability.check()
        if all(path.is_file() for path in model.own):
            _fetch_companions(model)

    return fetched(lambda: ModelFiles.of(settings), bring)


def _fetch_companions(model: ModelFiles) -> None:
    """Bring the models of other people here that are not, under the names that the code has for them."""
    beside = model.companions
    shared = beside["campplus"].parent
    for hub_id, model_scope_id, folder, names in (
        ("facebook/w2v-bert-2.0", "AI-ModelScope/w2v-bert-2.0", beside["w2v_bert"], _W2V_BERT),
        ("nvidia/bigvgan_v2_22khz_80band_256x", "", beside["bigvgan"], _BIGVGAN),
        ("funasr/campplus", "iic/speech_campplus_sv_zh-cn_16k-common", shared, [beside["campplus"].name]),
    ):
        if not all((folder / name).is_file() for name in names):
            fetch_from_hub(hub_id, folder, names, model_scope_id)
    codec = beside.get("semantic_codec")
    if codec is not None and not codec.is_file():
        fetch_from_hub("amphion/MaskGCT", shared, [_MASKGCT_CODEC])
        if (shared / _MASKGCT_CODEC).is_file():
            (shared / _MASKGCT_CODEC).replace(codec)


def _version(folder: Path) -> str:
    """What ``config.yaml`` says; where it says nothing, what is there; else the newest."""
    said = str(_configured(folder).get("version", ""))
    if said:
        return "2.5" if said.startswith("2.5") else "2"
    older = (folder / "gpt.pth").is_file() and not (folder / _CODEC).is_file()
    return "2" if older else "2.5"


def _emotion_reader(folder: Path) -> str:
    """The name of the folder of the language model that turns words into emotions."""
    return str(_configured(folder).get("qwen_emo_path") or "").strip("/")


def _configured(folder: Path) -> Mapping[str, Any]:
    try:
        read = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return read if isinstance(read, dict) else {}
