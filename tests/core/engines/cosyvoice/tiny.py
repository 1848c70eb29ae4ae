"""A CosyVoice3 or 2 of a few megabytes with the parts of the real one, its weights drawn at random.

It speaks noise, but every value of a prompt, a voice and a text changes what it says. Building it takes the authors'
code and PyTorch.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import AudioClip
from core.engines.cosyvoice.files import QWEN

HIDDEN = 32
_VOCABULARY = 151_643
"""How many tokens Qwen2 has before its special ones: what comes after them gets the ids that the code relies on."""
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_STOPS = 30
_SPREAD = 0.35
"""Standard deviation of the language model's weights: with the usual ones it ignores its prompt."""

_FLOW = {
    3: """
flow: !new:cosyvoice.flow.flow.CausalMaskedDiffWithDiT
    input_size: 80
    pre_lookahead_layer: !new:cosyvoice.transformer.upsample_encoder.PreLookaheadLayer
        in_channels: 80
        channels: 32
        pre_lookahead_len: 3
    decoder: !new:cosyvoice.flow.flow_matching.CausalConditionalCFM
        estimator: !new:cosyvoice.flow.DiT.dit.DiT
            dim: 32
            depth: 1
            heads: 2
            dim_head: 16
            ff_mult: 2
            mel_dim: 80
            mu_dim: 80
            spk_dim: 80
            out_channels: 80
            static_chunk_size: 50
            num_decoding_left_chunks: -1
""",
    2: """
flow: !new:cosyvoice.flow.flow.CausalMaskedDiffWithXvec
    input_size: 512
    encoder: !new:cosyvoice.transformer.upsample_encoder.UpsampleConformerEncoder
        output_size: 512
        attention_heads: 2
        linear_units: 32
        num_blocks: 1
        normalize_before: True
        input_layer: 'linear'
        pos_enc_layer_type: 'rel_pos_espnet'
        selfattention_layer_type: 'rel_selfattn'
        input_size: 512
        use_cnn_module: False
        macaron_style: False
        static_chunk_size: 25
    decoder: !new:cosyvoice.flow.flow_matching.CausalConditionalCFM
        estimator: !new:cosyvoice.flow.decoder.CausalConditionalDecoder
            in_channels: 320
            out_channels: 80
            channels: [32]
            dropout: 0.0
            attention_head_dim: 16
            n_blocks: 1
            num_mid_blocks: 1
            num_heads: 2
            act_fn: 'gelu'
            static_chunk_size: 50
            num_decoding_left_chunks: -1
""",
}
_FLOW_DECODER = """
        in_channels: 240
        n_spks: 1
        spk_emb_dim: 80
        cfm_params: !new:omegaconf.DictConfig
            content:
                sigma_min: 1e-06
                solver: 'euler'
                t_scheduler: 'cosine'
                training_cfg_rate: 0.2
                inference_cfg_rate: 0.7
                reg_loss_type: 'l1'
    output_size: 80
    spk_embed_dim: 192
    output_type: 'mel'
    vocab_size: 6561
    input_frame_rate: 25
    only_mask_loss: True
    token_mel_ratio: 2
    pre_lookahead_len: 3
"""


def configuration(version: int) -> str:
    """The YAML of CosyVoice ``version``: the real one's parts with fewer and smaller layers, without the training's."""
    causal = "Causal" if version == 3 else ""
    return f"""
sample_rate: 24000
qwen_pretrain_path: ''
llm: !new:cosyvoice.llm.llm.{"CosyVoice3LM" if version == 3 else "Qwen2LM"}
    llm_input_size: {HIDDEN}
    llm_output_size: {HIDDEN}
    speech_token_size: 6561
    length_normalized_loss: True
    lsm_weight: 0
    mix_ratio: [5, 15]
    llm: !new:cosyvoice.llm.llm.Qwen2Encoder
        pretrain_path: !ref <qwen_pretrain_path>
    sampling: !name:cosyvoice.utils.common.ras_sampling
        top_p: 0.8
        top_k: 25
        win_size: 10
        tau_r: 0.1
{_FLOW[version].strip()}{_FLOW_DECODER}
hift: !new:cosyvoice.hifigan.generator.{causal}HiFTGenerator
    in_channels: 80
    base_channels: 32
    nb_harmonics: 8
    sampling_rate: 24000
    nsf_alpha: 0.1
    nsf_sigma: 0.003
    nsf_voiced_threshold: 10
    upsample_rates: [8, 5, 3]
    upsample_kernel_sizes: [16, 11, 7]
    istft_params:
        n_fft: 16
        hop_len: 4
    resblock_kernel_sizes: [3, 7, 11]
    resblock_dilation_sizes: [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
    source_resblock_kernel_sizes: [7, 7, 11]
    source_resblock_dilation_sizes: [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
    lrelu_slope: 0.1
    audio_limit: 0.99
    f0_predictor: !new:cosyvoice.hifigan.f0_predictor.{causal}ConvRNNF0Predictor
        num_class: 1
        in_channels: 80
        cond_channels: 16
get_tokenizer: !name:cosyvoice.tokenizer.tokenizer.get_qwen_tokenizer
    token_path: !ref <qwen_pretrain_path>
    skip_special_tokens: True
    version: cosyvoice{version}
allowed_special: 'all'
feat_extractor: !name:matcha.utils.audio.mel_spectrogram
    n_fft: 1920
    num_mels: 80
    sampling_rate: 24000
    hop_size: 480
    win_size: 1920
    fmin: 0
    fmax: null
    center: False
"""


SPEECH_TOKENIZER = """
<ir_version: 8, opset_import: ["" : 17]>
tokenizer (float[1,128,T] feats, int32[1] feats_length) => (int32[1,S] indices) {
  frames = Transpose<perm = [0, 2, 1]>(feats)
  fourth = Slice(frames, zero, many, one, four)
  scores = MatMul(fourth, by_token)
  best = ArgMax<axis = 2, keepdims = 0>(scores)
  spread = Mul(best, step)
  indices = Cast<to = 6>(spread)
}
"""

SPEAKER_ENCODER = """
<ir_version: 8, opset_import: ["" : 17]>
encoder (float[1,T,80] input) => (float[1,192] output) {
  size = Mul(input, input)
  mean = ReduceMean<axes = [1], keepdims = 0>(size)
  output = MatMul(mean, by_voice)
}
"""


def build(folder: Path, version: int = 3) -> Path:
    """The model in ``folder``, which is made. The authors' code must be importable."""
    import torch
    from hyperpyyaml import load_hyperpyyaml

    (folder / QWEN).mkdir(parents=True)
    _language_model(folder / QWEN)
    written = folder / f"cosyvoice{version}.yaml"
    written.write_text(configuration(version), "utf-8")
    with written.open() as file:
        parts = load_hyperpyyaml(file, overrides={"qwen_pretrain_path": str(folder / QWEN)})
    torch.manual_seed(5)
    for name in ("llm", "flow", "hift"):
        module: Any = parts[name]
        if name == "llm":
            for weight in module.parameters():
                torch.nn.init.normal_(weight, std=_SPREAD)
            with torch.no_grad():  # with all of its 200 ways to stop, it would hardly ever get far
                module.llm_decoder.weight[6_561 + _STOPS :] = 0.0
        torch.save(module.state_dict(), folder / f"{name}.pt")
    draw = np.random.default_rng(5)
    numbers = {"zero": [0], "many": [10**9], "one": [1], "four": [4], "step": 97}
    _graph(
        folder / f"speech_tokenizer_v{version}.onnx",
        SPEECH_TOKENIZER,
        {name: np.array(value, np.int64) for name, value in numbers.items()}
        | {"by_token": draw.normal(size=(128, 64)).astype(np.float32)},
    )
    by_voice = draw.normal(size=(80, 192)).astype(np.float32)
    _graph(folder / "campplus.onnx", SPEAKER_ENCODER, {"by_voice": by_voice})
    return folder


def voice(seconds: float = 1.6, pitch: float = 130.0, rate: int = 24_000) -> AudioClip:
    """A clip with something like a voice in it."""
    time = np.arange(int(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * pitch * k * (1 + 0.05 * np.sin(5 * time)) * time) / k for k in range(1, 8))
    noise = np.random.default_rng(int(pitch)).normal(0, 0.01, len(time))
    return AudioClip((0.2 * tone * np.abs(np.sin(9 * time)) + noise).astype(np.float32), rate)


def _language_model(folder: Path) -> None:
    """Qwen2's configuration, a tokenizer that knows single bytes only, and weights."""
    from transformers import Qwen2Config, Qwen2ForCausalLM
    from transformers.models.gpt2.tokenization_gpt2 import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    vocabulary = letters + [f"unused{number}" for number in range(_VOCABULARY - len(letters))]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    flags = dict.fromkeys(("lstrip", "normalized", "rstrip", "single_word"), False) | {"special": True}
    special = {str(_VOCABULARY + number): {"content": token, **flags} for number, token in enumerate(_SPECIAL)}
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "added_tokens_decoder": special,
        "eos_token": _SPECIAL[0],
        "pad_token": _SPECIAL[0],
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    config = Qwen2Config(
        vocab_size=151_936,
        hidden_size=HIDDEN,
        intermediate_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        tie_word_embeddings=True,
        bos_token_id=_VOCABULARY,
        eos_token_id=_VOCABULARY,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)


def _graph(path: Path, text: str, weights: dict[str, Any]) -> None:
    import onnx
    from onnx import numpy_helper, parser

    model = parser.parse_model(text)
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in weights.items())
    onnx.save(model, str(path))
