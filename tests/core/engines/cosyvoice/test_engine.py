"""What the engine does without its model."""

import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.base import Streaming, StreamingSynthesis
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.guard import is_out_of_memory
from core.errors import InvalidAudio
from core.progress import Progress
from core.text.markup.model import Notation
from tests.core.engines.cosyvoice.conftest import Names


def test_each_version_says_what_it_can_do(names: Names) -> None:
    third, second = (CosyVoiceEngine(names(version)).capabilities for version in (3, 2))
    assert third.notation is Notation.COSYVOICE
    assert third.pinyin
    assert third.arpabet
    assert {"breath", "laughter", "strong"} <= set(third.tags)
    assert third.streaming is Streaming.ALIKE
    assert "de" in third.languages
    assert not second.pinyin
    assert not second.arpabet
    assert second.streaming is Streaming.NONE
    assert "de" not in second.languages
    assert isinstance(CosyVoiceEngine(names()), StreamingSynthesis)


def test_vllm_draws_by_itself(names: Names) -> None:
    capabilities = CosyVoiceEngine(names(cosyvoice_vllm=True)).capabilities
    assert not capabilities.seed
    assert capabilities.streaming is Streaming.NONE


def test_full_memory_is_known_by_name() -> None:
    out = type("OutOfMemoryError", (RuntimeError,), {})
    wrapped = ValueError("something else")
    wrapped.__cause__ = out("CUDA")
    assert is_out_of_memory(out("Tried to allocate 2 GiB"))
    assert is_out_of_memory(wrapped)
    assert is_out_of_memory(RuntimeError("CUDA error: out of memory"))
    assert not is_out_of_memory(RuntimeError("Kernel size can't be greater than actual input size"))


def test_the_longest_clip_is_told(names: Names) -> None:
    with pytest.raises(InvalidAudio) as caught:
        CosyVoiceEngine(names()).enroll(AudioClip(np.full(481_600, 0.1, np.float32), 16_000), "", Progress())
    assert caught.value.code == "reference.too_long"
