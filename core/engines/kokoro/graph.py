"""The Kokoro-82M graph: phonemes and a style in, samples out.

Kokoro is a StyleTTS 2 decoder (Li et al. 2023, arXiv:2306.07691) whose ONNX form has no random operation: the same
input gives the same samples.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime as ort

from core.audio import Floats
from core.errors import ModelMissing

SAMPLE_RATE = 24_000
"""Rate of what the graph produces, in hertz."""
MAX_TOKENS = 510
"""Most tokens that one rendering takes, padding excluded."""
COMFORTABLE_TOKENS = 400
"""Beyond this the prosody gets hurried, so longer phoneme strings are rendered in parts."""

LONE_TOKENS = 12
"""A phoneme string up to this length is one that few of its like were learned."""

_END = re.compile(r"[.!?…,;:—][\"”) ]*$")
# From the strongest pause to the weakest; the last resort is any place at all.
_PAUSES = (re.compile(r"[.!?…]+[\"”)]*"), re.compile(r"[;:—]+"), re.compile(r",+"), re.compile(r" +"))


class Graph:
    """One loaded graph; safe to use from several threads."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Load ``model.onnx`` and ``vocab.json`` of ``folder``, to run on ``threads`` (0: on every core).

        Raises :class:`ModelMissing`.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
        options.log_severity_level = 3
        try:
            self._tokens: dict[str, int] = json.loads((folder / "vocab.json").read_text("utf-8"))["vocab"]
            self._session = ort.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except (OSError, ort.capi.onnxruntime_pybind11_state.NoSuchFile) as error:
            raise ModelMissing("model.missing", model="kokoro") from error

    def known(self, phonemes: str) -> str:
        """``phonemes`` without what the graph has no token for."""
        return "".join(phoneme for phoneme in phonemes if phoneme in self._tokens)

    def render(self, phonemes: str, style: Floats, speed: float) -> Floats:
        """Samples, float32 [n], of known ``phonemes`` (at most ``MAX_TOKENS``) in ``style``, float32 [256].

        ``speed`` divides the durations.
        """
        tokens = [0, *(self._tokens[phoneme] for phoneme in phonemes), 0]
        (audio,) = self._session.run(
            None,
            {
                "tokens": np.array([tokens], dtype=np.int64),
                "style": np.ascontiguousarray(style, dtype=np.float32).reshape(1, 256),
                "speed": np.array([speed], dtype=np.float32),
            },
        )
        return np.asarray(audio, dtype=np.float32).reshape(-1)


def finished(phonemes: str) -> str:
    """``phonemes`` with a full stop where it is but a word or two without an end.

    Without it a lone syllable comes out half as long and 4 dB quieter.
    """
    ended = _END.search(phonemes) or not any(map(str.isalpha, phonemes))
    return phonemes if ended or len(phonemes) > LONE_TOKENS else f"{phonemes}."


def split_phonemes(phonemes: str, limit: int = COMFORTABLE_TOKENS) -> Iterator[str]:
    """``phonemes`` in parts of at most ``limit``, cut at the strongest pauses that lie near the middle."""
    phonemes = phonemes.strip()
    if len(phonemes) <= limit:
        if phonemes:
            yield phonemes
        return
    cut = _best_cut(phonemes, limit)
    yield from split_phonemes(phonemes[:cut], limit)
    yield from split_phonemes(phonemes[cut:], limit)


def _best_cut(phonemes: str, limit: int) -> int:
    """Where to cut a string that is longer than ``limit``: halves of alike length are spoken at alike pace."""
    middle = len(phonemes) // 2
    for pause in _PAUSES:
        ends = [match.end() for match in pause.finditer(phonemes)]
        inner = [end for end in ends if len(phonemes) // 5 <= end <= len(phonemes) * 4 // 5]
        if inner:
            return min(inner, key=lambda end: abs(end - middle))
    return min(middle, limit)
