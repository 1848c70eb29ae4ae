"""An IndexTTS of either version with the parts of the real one, its weights drawn at random: it speaks noise, but every
value of a voice, an emotion and a text changes what it says.

Building it takes the authors' code and PyTorch. Of what the code takes for granted (17 layers of 1024 in the model that
listens, a language model of 1280 in version 2) most weights are zero, and take no room on a disk.
"""

import base64
import importlib
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import yaml

CODES = 64
"""Sounds that it knows."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'-<|>_/ "
_SOUNDS = 16
"""About how many sounds a sentence has."""

_SPECTRUM = {"n_fft": 1024, "win_length": 1024, "hop_length": 256, "n_mels": 80, "fmin": 0, "fmax": "None"}
_LISTENER = {"output_size": 32, "linear_units": 32, "attention_heads": 2, "num_blocks": 1, "input_layer": "conv2d2"}
_REGULATOR = {"channels": 32, "is_discrete": False, "in_channels": 1024, "content_codebook_size": 16}
_REGULATOR |= {"sampling_ratios": [1, 1], "vector_quantize": False, "n_codebooks": 1, "quantizer_dropout": 0.0}
_REGULATOR |= {"f0_condition": False, "n_f0_bins": 16}
_DIFFUSION: dict[str, Any] = {
    "hidden_dim": 32,
    "num_heads": 2,
    "depth": 1,
    "class_dropout_prob": 0.1,
    "in_channels": 80,
}
_DIFFUSION |= {"style_condition": True, "final_layer_type": "wavenet", "content_dim": 32, "content_codebook_size": 16}
_DIFFUSION |= {"content_type": "discrete", "is_causal": False, "long_skip_connection": True, "time_as_token": False}
_DIFFUSION |= {"style_as_token": False, "uvit_skip_connection": False, "zero_prompt_speech_token": False}
_WAVENET = {"hidden_dim": 32, "num_layers": 1, "kernel_size": 3, "dilation_rate": 1, "p_dropout": 0.2}
_WAVENET |= {"style_condition": True}
_VOCODER = {"resblock": "1", "upsample_rates": [4, 4, 4, 4], "upsample_kernel_sizes": [8, 8, 8, 8], "num_mels": 80}
_VOCODER |= {"upsample_initial_channel": 32, "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 3, 5]]}
_VOCODER |= {"use_tanh_at_final": False, "use_bias_at_final": False, "activation": "snakebeta", "snake_logscale": True}


def configuration(version: str) -> dict[str, Any]:
    """What ``config.yaml`` says."""
    gpt = {"model_dim": 1280 if version == "2" else 64, "layers": 1, "heads": 20 if version == "2" else 2}
    gpt |= {"max_mel_tokens": 1600, "max_text_tokens": 300, "use_mel_codes_as_input": True, "checkpointing": False}
    gpt |= {"mel_length_compression": 1024, "number_text_tokens": 200 if version == "2" else 2400}
    gpt |= {"number_mel_codes": CODES + 2, "start_mel_token": CODES, "stop_mel_token": CODES + 1}
    gpt |= {"start_text_token": 0, "stop_text_token": 1, "train_solo_embeddings": False}
    gpt |= {"condition_type": "conformer_perceiver", "condition_module": {**_LISTENER, "perceiver_mult": 1}}
    gpt |= {"emo_condition_module": {**_LISTENER, "perceiver_mult": 1}}
    codec = {"codebook_size": CODES, "hidden_size": 1024, "codebook_dim": 8, "vocos_dim": 16}
    codec |= {"vocos_intermediate_dim": 16, "vocos_num_layers": 1}
    sound = {"sr": 22050, "spect_params": _SPECTRUM}
    return {
        "dataset": {"bpe_model": "bpe.model"},
        "gpt": gpt,
        "semantic_codec": codec,
        "s2mel": {
            "preprocess_params": sound,
            "dit_type": "DiT",
            "reg_loss_type": "l1",
            "style_encoder": {"dim": 192},
            "length_regulator": _REGULATOR,
            "DiT": _DIFFUSION,
            "wavenet": _WAVENET,
        },
        "gpt_checkpoint": "gpt.pth",
        "w2v_stat": "wav2vec2bert_stats.pt",
        "s2mel_checkpoint": "s2mel.pth",
        "emo_matrix": "feat2.pt",
        "spk_matrix": "feat1.pt",
        "emo_num": [2] * 8,
        "qwen_emo_path": "qwen0.6bemo4-merge/",
        "vocoder": {"type": "bigvgan", "name": "nvidia/bigvgan_v2_22khz_80band_256x"},
        "version": float(version),
    }


def build(folder: Path, version: str, package: str = "indextts") -> Path:
    """The model of ``version`` in ``folder``, which is made, for the code in ``package``, which must be importable."""

    def part(name: str) -> Any:
        return importlib.import_module(f"{package}.{name}")

    torch = importlib.import_module("torch")
    config = importlib.import_module("omegaconf").OmegaConf.create(configuration(version))
    beside = folder / "hf_cache"
    beside.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(configuration(version)), "utf-8")
    torch.manual_seed(5)

    if package == "indextts" and version == "2.5":
        gpt = part("gpt.model_v2").UnifiedVoice(**config.gpt, spk_cond_mode="campplus")
    else:
        gpt = part("gpt.model_v2").UnifiedVoice(**config.gpt)
    _as_if_taught(gpt)
    torch.save(_drawn(gpt), folder / "gpt.pth")

    codec = config.semantic_codec
    if version == "2":
        made = part("codec.maskgct_codec").build_semantic_codec(codec)
        save = importlib.import_module("safetensors.torch").save_file
        save(_drawn(made), beside / "semantic_codec_model.safetensors")
    else:
        torch.save({"model": _drawn(part("codec.models").EnhancedCodec(**codec))}, folder / "codec.pth")
    latent = {"use_gpt_latent": True} if version == "2" else {}
    acoustic = part("s2mel.modules.commons").MyModel(config.s2mel, **latent)
    torch.save({"net": {name: _drawn(model) for name, model in acoustic.models.items()}}, folder / "s2mel.pth")
    speaker = part("s2mel.modules.campplus.DTDNN").CAMPPlus(feat_dim=80, embedding_size=192)
    torch.save(_drawn(speaker), beside / "campplus_cn_common.bin")

    vocoder = part("s2mel.modules.bigvgan.bigvgan")
    (beside / "bigvgan").mkdir()
    (beside / "bigvgan" / "config.json").write_text(json.dumps(_VOCODER))
    settings = vocoder.load_hparams_from_json(str(beside / "bigvgan" / "config.json"))
    heard = {name: value * (not name.endswith("bias")) for name, value in _drawn(vocoder.BigVGAN(settings)).items()}
    torch.save({"generator": heard}, beside / "bigvgan" / "bigvgan_generator.pt")  # a bias might be all that is heard

    torch.save({"mean": torch.zeros(1024), "var": torch.ones(1024)}, folder / "wav2vec2bert_stats.pt")
    torch.save(torch.randn(16, 192), folder / "feat1.pt")
    torch.save(torch.randn(16, config.gpt.model_dim), folder / "feat2.pt")
    _listening_model(beside / "w2v-bert-2.0")
    if version == "2":
        _pieces(folder / "bpe.model")
    else:
        _bytes(folder / "multilingual_zh_ja_yue_char_del.tiktoken")
    return folder


def _as_if_taught(gpt: Any) -> None:
    """Let ``gpt`` begin with a sound and end after some: without having learned to, it might go on for 1,500.
    And let it listen."""
    torch = importlib.import_module("torch")
    direction = torch.nn.functional.normalize(torch.randn(gpt.model_dim), dim=0)
    places = torch.arange(gpt.mel_pos_embedding.emb.num_embeddings)
    late = ((places - _SOUNDS) / 8).clamp(-1, 1)
    for weight in (gpt.mel_embedding.weight, *(weight for weight in gpt.gpt.parameters() if weight.ndim > 1)):
        torch.nn.init.normal_(weight, std=1.6 / math.sqrt(gpt.model_dim))  # with less it ignores what it is told
    for block in gpt.gpt.h:
        for layer in (block.attn.c_proj, block.mlp.c_proj):  # that it ends is for the place to say, and nothing else
            layer.weight.data -= torch.outer(layer.weight.data @ direction, direction)
    gpt.emo_layer.weight.data *= 10
    gpt.mel_pos_embedding.emb.weight.data += 6 * late[:, None] * direction
    gpt.mel_head.weight.data *= 3
    gpt.mel_head.weight.data[CODES + 1] = 10 * direction
    gpt.mel_head.bias.data[CODES] = -100.0


def _drawn(module: Any) -> dict[str, Any]:
    """The weights of ``module``, those that begin as zero drawn too: the model would be deaf to what they weigh."""
    torch = importlib.import_module("torch")
    weights = {}
    for name, value in module.state_dict().items():
        if value.is_floating_point() and value.ndim > 1 and not value.any() and "cache" not in name:
            value = torch.randn_like(value) / math.sqrt(value[0].numel())
        weights[name] = value.contiguous().clone()
    return weights


def _listening_model(folder: Path) -> None:
    """A Wav2Vec2-BERT whose first layer is drawn; the others only hand on what they are given."""
    torch = importlib.import_module("torch")
    transformers = importlib.import_module("transformers")
    size = {"hidden_size": 1024, "intermediate_size": 1, "num_hidden_layers": 17, "num_attention_heads": 16}
    config = transformers.Wav2Vec2BertConfig(**size, conv_depthwise_kernel_size=3)
    config.save_pretrained(folder)
    transformers.SeamlessM4TFeatureExtractor().save_pretrained(folder)
    config.num_hidden_layers = 1
    first = transformers.Wav2Vec2BertModel(config).state_dict()
    with torch.device("meta"):
        config.num_hidden_layers = 17
        every = transformers.Wav2Vec2BertModel(config).state_dict()
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, value in every.items():
        start, end = end, end + 4 * value.numel()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [start, end]}
    written = json.dumps(header).encode()
    written += b" " * (-len(written) % 8)
    with (folder / "model.safetensors").open("wb") as file:
        file.write(len(written).to_bytes(8, "little") + written)
        base = file.tell()
        file.truncate(base + end)
        for name, value in every.items():
            weight = first.get(name)
            if weight is None and "norm" in name and name.endswith("weight"):
                weight = torch.ones(value.shape)
            if weight is not None:
                file.seek(base + header[name]["data_offsets"][0])
                file.write(weight.float().numpy().astype("<f4").tobytes())


def _pieces(path: Path) -> None:
    """A sentencepiece model that knows single characters, and a few syllables in capitals."""
    trainer = importlib.import_module("sentencepiece").SentencePieceTrainer
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus.txt"
        corpus.write_text(
            "\n".join((_LETTERS.upper(), "HELLO THERE", "你好世界她不银行里走", "HAO4 XING2 HANG2")), "utf-8"
        )
        trainer.train(
            input=str(corpus),
            model_prefix=str(Path(place) / "bpe"),
            model_type="char",
            vocab_size=70,
            hard_vocab_limit=False,
            character_coverage=1.0,
            minloglevel=2,
        )
        path.write_bytes((Path(place) / "bpe.model").read_bytes())


def _bytes(path: Path) -> None:
    """A tokenizer that knows single bytes only."""
    path.write_bytes(b"".join(base64.b64encode(bytes([byte])) + f" {byte}\n".encode() for byte in range(256)))
