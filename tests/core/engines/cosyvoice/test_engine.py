"""What the engine does without its model."""

import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.base import Streaming, StreamingSynthesis
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.guard import is_out_of_memory
from core.engines.registry import synthesis_engines
from core.errors import InvalidAudio, InvalidInput
from core.identity import reference_key
from core.progress import Progress
from core.text.markup.model import Notation
from tests.core.engines.cosyvoice.conftest import Names


def test_it_is_there_but_never_the_default(names: Names) -> None:
    engines = synthesis_engines(names())
    assert engines.names[0] == "kokoro"
    assert engines["cosyvoice"].name == "cosyvoice"
    assert engines["cosyvoice"].voices == ()
    with pytest.raises(InvalidInput, match="zf_xiaoyi"):
        engines["cosyvoice"].stock_profile("zf_xiaoyi")


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


def test_another_prompt_text_or_sample_is_another_voice(names: Names) -> None:
    engine = CosyVoiceEngine(names())
    samples = np.random.default_rng(1).normal(0, 0.1, 24_000).astype(np.float32)
    clip = AudioClip(samples, 24_000)
    changed = samples.copy()
    changed.view(np.uint8)[40_000] ^= 1
    key = reference_key(engine, clip.content_id, "hello")
    assert reference_key(engine, clip.content_id, "hello") == key
    assert reference_key(engine, clip.content_id, "hello.") != key
    assert reference_key(engine, AudioClip(changed, 24_000).content_id, "hello") != key


@pytest.mark.parametrize(
    ("seconds", "value", "code"),
    [(30.1, 0.1, "reference.too_long"), (0.01, 0.1, "reference.too_short"), (2.0, np.nan, "audio.not_finite")],
)
def test_clips_that_break_the_model_are_refused(names: Names, seconds: float, value: float, code: str) -> None:
    clip = AudioClip(np.full(int(seconds * 16_000), value, np.float32), 16_000)
    with pytest.raises(InvalidAudio) as caught:
        CosyVoiceEngine(names()).enroll(clip, "", Progress())
    assert caught.value.code == code


def test_full_memory_is_known_by_name() -> None:
    out = type("OutOfMemoryError", (RuntimeError,), {})
    wrapped = ValueError("something else")
    wrapped.__cause__ = out("CUDA")
    assert is_out_of_memory(out("Tried to allocate 2 GiB"))
    assert is_out_of_memory(wrapped)
    assert is_out_of_memory(RuntimeError("CUDA error: out of memory"))
    assert not is_out_of_memory(RuntimeError("Kernel size can't be greater than actual input size"))
