"""What is told of the model and its code by looking at names."""

from pathlib import Path

from core.engines.cosyvoice.code import Code
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.cosyvoice.files import ModelFiles
from tests.core.engines.cosyvoice.conftest import Names


def test_all_there(names: Names) -> None:
    assert CosyVoiceEngine(names()).availability.ready
    assert CosyVoiceEngine(names(2)).availability.finding.sentence.startswith("CosyVoice2 is in")


def test_tensorrt_needs_what_it_is_built_from(names: Names) -> None:
    availability = ModelFiles.of(names(cosyvoice_trt=True)).availability
    assert "flow.decoder.estimator.fp32.onnx" in availability.finding.sentence


def test_code_without_its_submodule(names: Names) -> None:
    settings = names()
    (Path(settings.cosyvoice_code) / "third_party/Matcha-TTS/matcha/utils/audio.py").unlink()
    assert CosyVoiceEngine(settings).availability.finding.code == "cosyvoice.matcha"


def test_vllm_is_a_package_as_well(names: Names) -> None:
    assert "vllm" in Code.of(names(cosyvoice_vllm=True)).availability.finding.sentence
