import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.base import Capabilities
from core.errors import InvalidInput, Unsupported
from core.request import EMOTIONS, AudioSource, Instruction
from core.text.presets import GROUPS, presets, read_emotion, resolve

WORDS = Capabilities(("en",), instruction=True)
VECTORS = Capabilities(("en",), emotion_vector=True)
BOTH = Capabilities(("en",), instruction=True, emotion_vector=True)
NOTHING = Capabilities(("en",))
STOCK_DIALECTS = "广东 东北 甘肃 贵州 河南 湖北 湖南 江西 闽南 宁夏 山西 陕西 山东 上海 四川 天津 云南".split()


def vector(**values: float) -> tuple[float, ...]:
    return tuple(values.get(emotion, 0.0) for emotion in EMOTIONS)


def test_every_preset_is_whole() -> None:
    for name, preset in presets().items():
        assert preset.id == name
        assert preset.group in GROUPS
        assert set(preset.labels) == {"en", "zh"}
        assert preset.instruction
        assert len(preset.vector) in (0, len(EMOTIONS))
        assert all(0 <= value <= 1 for value in preset.vector)
        assert not preset.vector or any(preset.vector)
    assert len({preset.instruction for preset in presets().values()}) == len(presets())


def test_the_instructions_that_cosyvoice_was_taught_are_there_to_the_letter() -> None:
    known = {preset.instruction: preset.group for preset in presets().values()}
    assert all(known.pop(f"请用{dialect}话表达。") == "dialect" for dialect in STOCK_DIALECTS)
    assert "dialect" not in known.values()
    assert known["Please say a sentence as loudly as possible."] == "volume"
    assert known["Please say a sentence in a very soft voice."] == "volume"
    assert known["请用尽可能慢地语速说一句话。"] == "speed"
    assert known["请用尽可能快地语速说一句话。"] == "speed"
    assert {known[f"请非常{mood}地说一句话。"] for mood in ("开心", "伤心", "生气")} == {"emotion"}
    assert known["我想体验一下小猪佩奇风格，可以吗？"] == "role"
    assert known["你可以尝试用机器人的方式解答吗？"] == "role"


def test_every_emotion_has_a_preset_that_is_mostly_it() -> None:
    for place, emotion in enumerate(EMOTIONS):
        assert int(np.argmax(presets()[emotion].vector)) == place


def test_where_words_are_taken_presets_become_words() -> None:
    asked = Instruction("  and\tslowly ", ("happy", "loud", "happy"), vector(sad=1.0), strength=0.5)
    taken = resolve(asked, BOTH, "cosyvoice")
    happy, loud = (presets()[name].instruction for name in ("happy", "loud"))
    assert taken == Instruction(f"{happy} {loud} and slowly", vector=vector(sad=0.5))


def test_where_only_vectors_are_taken_presets_become_vectors() -> None:
    taken = resolve(Instruction(presets=("happy", "sad"), vector=vector(happy=0.5)), VECTORS, "indextts")
    assert taken == Instruction(vector=vector(happy=1.0, sad=0.8))
    halved = resolve(Instruction(presets=("sad",), strength=0.5), VECTORS, "indextts")
    assert halved == Instruction(vector=vector(sad=0.4))


def test_what_means_nothing_is_as_it_comes() -> None:
    for nothing in (Instruction(" \n"), Instruction(vector=vector()), Instruction(vector=vector(sad=1), strength=0)):
        assert resolve(nothing, VECTORS, "indextts") == Instruction()
    assert resolve(Instruction(vector=vector(), strength=0.3), NOTHING, "plain") == Instruction()


def test_resolving_twice_changes_nothing() -> None:
    once = resolve(Instruction("slowly", ("angry",), vector(sad=0.7), strength=0.5), BOTH, "kokoro")
    assert resolve(once, BOTH, "kokoro") == once


def test_what_an_engine_cannot_take_is_refused() -> None:
    clip = AudioSource.from_clip(AudioClip(np.zeros(2400, np.float32), 24_000))
    for instruction, capabilities, code in (
        (Instruction(presets=("ecstatic",)), BOTH, "instruction.preset"),
        (Instruction("slowly"), VECTORS, "request.instruction"),
        (Instruction(presets=("sichuan",)), VECTORS, "request.instruction"),
        (Instruction(presets=("happy",)), NOTHING, "request.instruction"),
        (Instruction(vector=vector(sad=1)), WORDS, "request.emotion"),
        (Instruction(clip=clip), BOTH, "request.emotion_clip"),
    ):
        with pytest.raises(InvalidInput) as refused:
            resolve(instruction, capabilities, "engine")
        assert refused.value.code == code
        assert isinstance(refused.value, Unsupported) == code.startswith("request.")


def test_the_strength_of_a_clip_stays() -> None:
    clip = AudioSource.from_clip(AudioClip(np.zeros(2400, np.float32), 24_000))
    taken = resolve(Instruction(clip=clip, strength=0.4), Capabilities(("en",), emotion_audio=True), "indextts")
    assert (taken.clip, taken.strength) == (clip, 0.4)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Instruction()),
        ("happy", Instruction(presets=("happy",))),
        ("happy, fast", Instruction(presets=("happy", "fast"))),
        ("happy=0.6,calm=0.2", Instruction(vector=(0.6, 0, 0, 0, 0, 0, 0, 0.2))),
    ],
)
def test_a_direction_is_read_from_a_shell(text: str, meant: Instruction) -> None:
    assert read_emotion(text) == meant


@pytest.mark.parametrize("text", ["hapy", "happy=2", "happy=nan", "happy=x", "hapy=0.5", "happy=1, fast", "happy=1=1"])
def test_what_is_no_direction_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_emotion(text)
