"""A SenseVoice model of a few kilobytes that knows ten tones, in the form that funasr-onnx reads, and clips for it.

The graph has the inputs and outputs of the real one. It hears real features: a tone is a word, an emotion or an
event, by the mel filter in which it is loudest. As with the real model the first four steps are tags.
"""

import io
from pathlib import Path

import numpy as np
import onnx
import sentencepiece
from onnx import numpy_helper, parser

from core.audio import AudioClip, Floats
from core.engines.sensevoice.files import TOKENIZER

RATE = 16_000
WORDS = {"▁harbour": 60, "▁boats": 62, "你好": 64, "世界": 66, "▁20": 68, "▁twenty": 68}
EMOTIONS = {"<|HAPPY|>": 70, "<|SAD|>": 72}
EVENTS = {"<|Laughter|>": 74, "<|BGM|>": 76}
LANGUAGES = {"<|zh|>": 64, "<|en|>": 60}
"""The mel filter of each; the first word of a language gives it away."""
OTHER = "<|yue|> <|ja|> <|ko|> <|nospeech|> <|EMO_UNKNOWN|> <|Speech|> <|withitn|> <|woitn|>".split()
SYMBOLS = [*WORDS, *EMOTIONS, *EVENTS, *LANGUAGES, *OTHER]
FEATURES = 560
_LOUD = 0.4
"""The normalised log energy above which a filter counts."""
_SHIFT, _SCALE = -18.0, 0.1

GRAPH = """
<ir_version: 9, opset_import: ["" : 17]>
tiny (float[B,T,560] speech, int32[B] speech_lengths, int32[B] language, int32[B] textnorm)
  => (float[B,S,V] ctc_logits, int32[B] encoder_out_lens) {
  lengths = Cast<to = 7>(speech_lengths)
  shape = Shape(speech)
  count = Gather(shape, one)
  steps = Range(zero, count, one)
  column = Unsqueeze(lengths, axis1)
  inside = Less(steps, column)
  mask = Unsqueeze(inside, axis2)
  clean = Where(mask, speech, low)
  peak = ReduceMax<axes = [1], keepdims = 0>(clean)

  speaking = Gather(of_language, language)
  spoken = MatMul(peak, by_language)
  first = Add(spoken, speaking)
  felt = MatMul(peak, by_emotion)
  second = Add(felt, no_emotion)
  around = MatMul(peak, by_event)
  third = Add(around, no_event)
  fourth = Gather(of_textnorm, textnorm)
  tag1 = Unsqueeze(first, axis1)
  tag2 = Unsqueeze(second, axis1)
  tag3 = Unsqueeze(third, axis1)
  tag4 = Unsqueeze(fourth, axis1)

  said = MatMul(clean, by_word)
  writing = Gather(how_written, textnorm)
  bias = Unsqueeze(writing, axis1)
  words = Add(said, bias)
  ctc_logits = Concat<axis = 1>(tag1, tag2, tag3, tag4, words)
  all = Add(lengths, four)
  encoder_out_lens = Cast<to = 6>(all)
}
"""


def build(folder: Path, *, graph: str = "model.onnx", masked: bool = True, single: bool = False) -> Path:
    """Write a model directory. ``masked`` graphs look only at what is within the lengths; ``single`` ones take one
    piece at a time, as some exports of the real model do."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _train(folder / TOKENIZER)
    text = GRAPH
    if not masked:
        text = text.replace("Where(mask, speech, low)", "Identity(speech)")
        text = text.replace(
            "words = Add(said, bias)",
            """mean = ReduceMean<axes = [1]>(said)
  some = Mul(mean, fifth)
  more = Add(said, some)
  words = Add(more, bias)""",
        )
    if single:
        text = text.replace(
            "clean = Where(mask, speech, low)", "some = Where(mask, speech, low)\n  clean = Reshape(some, alone)"
        )
    model = parser.parse_model(text)
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in _weights(tokens).items())
    onnx.checker.check_model(model)
    onnx.save(model, folder / graph)
    (folder / "config.yaml").write_text(
        "frontend: WavFrontend\nfrontend_conf:\n  fs: 16000\n  window: hamming\n  n_mels: 80\n"
        "  frame_length: 25\n  frame_shift: 10\n  lfr_m: 7\n  lfr_n: 6\n"
    )
    shift, scale = (" ".join([str(value)] * FEATURES) for value in (_SHIFT, _SCALE))
    (folder / "am.mvn").write_text(
        f"<Nnet>\n<Splice> 560 560\n[ 0 ]\n<AddShift> 560 560\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> 560 560\n<LearnRateCoef> 0 [ {scale} ]\n</Nnet>\n"
    )
    return folder


def clip(*names: str, with_: str = "", seconds: float = 0.3, rate: int = RATE, amplitude: float = 0.2) -> AudioClip:
    """Tones for ``names`` ("harbour", "你好") one after the other, with one for ``with_`` ("HAPPY Laughter") beside."""
    gap = np.zeros(rate // 5, np.float32)
    parts = [gap]
    for name in names:
        parts += [tone(name, seconds, rate, amplitude), gap]
    wave = np.concatenate(parts)
    for name in with_.split():
        wave[: rate // 2] += tone(name, 0.5, rate, amplitude)
    return AudioClip(wave.astype(np.float32), rate)


def tone(name: str, seconds: float, rate: int = RATE, amplitude: float = 0.2) -> Floats:
    """The tone in the middle of the mel filter of ``name``."""
    mel = 1127 * np.log1p(np.array([20, 8000]) / 700)
    filters = {symbol.strip("▁<|>"): place for symbol, place in (WORDS | EMOTIONS | EVENTS).items()}
    hertz = 700 * np.expm1((mel[0] + (filters[name] + 1) * (mel[1] - mel[0]) / 81) / 1127)
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def _train(path: Path) -> dict[str, int]:
    """A sentencepiece model with every symbol as one piece; the pieces' numbers."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["the boats are in the harbour", "hello world", "你好 世界"]),
        model_writer=model,
        vocab_size=60,
        model_type="bpe",
        user_defined_symbols=SYMBOLS,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return {symbol: processor.piece_to_id(symbol) for symbol in SYMBOLS} | {"": processor.get_piece_size()}


def _weights(tokens: dict[str, int]) -> dict[str, np.ndarray]:
    size = tokens[""]

    def row(values: dict[str, float], otherwise: float = -9.0) -> Floats:
        filled = np.full(size, otherwise, np.float32)
        for symbol, value in values.items():
            filled[tokens[symbol] if symbol else 0] = value
        return filled

    def matrix(filters: dict[str, int]) -> Floats:
        weights = np.zeros((FEATURES, size), np.float32)
        for symbol, place in filters.items():
            weights[3 * 80 + place, tokens[symbol]] = 1.0  # of the seven stacked frames the one in the middle
        return weights

    spoken = dict.fromkeys(LANGUAGES, 0.0)
    forced = {0: row(spoken | {"<|nospeech|>": _LOUD})}
    numbers = {"zh": 3, "en": 4, "yue": 7, "ja": 11, "ko": 12}
    forced |= {number: row({f"<|{name}|>": 99.0}) for name, number in numbers.items()}
    silence = {"": _LOUD} | dict.fromkeys(WORDS, 0.0)
    return {
        "zero": np.array(0, np.int64),
        "one": np.array(1, np.int64),
        "four": np.array(4, np.int64),
        "fifth": np.array(0.2, np.float32),
        "axis1": np.array([1], np.int64),
        "axis2": np.array([2], np.int64),
        "alone": np.array([1, -1, FEATURES], np.int64),
        "low": np.array(-4.0, np.float32),
        "by_word": matrix(WORDS),
        "by_language": matrix(LANGUAGES),
        "by_emotion": matrix(EMOTIONS),
        "by_event": matrix(EVENTS),
        "no_emotion": row(dict.fromkeys(EMOTIONS, 0.0) | {"<|EMO_UNKNOWN|>": _LOUD}),
        "no_event": row(dict.fromkeys(EVENTS, 0.0) | {"<|Speech|>": _LOUD}),
        "of_language": np.stack([forced.get(number, row({})) for number in range(16)]),
        "of_textnorm": np.stack([row({"<|withitn|>" if number == 14 else "<|woitn|>": 9.0}) for number in range(16)]),
        "how_written": np.stack([row(silence | {"▁twenty" if number == 14 else "▁20": -9.0}) for number in range(16)]),
    }
