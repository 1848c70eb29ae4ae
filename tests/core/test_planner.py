import pytest

from core.engines.base import Capabilities
from core.errors import InvalidInput, InvalidText, Unsupported
from core.planner import plan
from core.request import StockSpeaker, SynthesisRequest

CAPABILITIES = Capabilities(languages=("en", "zh"), speed=(0.5, 2.0), seed=True)


def request(text: str = "Hello.", **settings) -> SynthesisRequest:
    return SynthesisRequest(text=text, speaker=StockSpeaker("af_heart"), **settings)


def planned(*arguments, **settings):
    return plan(request(*arguments, **settings), CAPABILITIES, max_characters=1_000)


def test_each_sentence_has_its_language() -> None:
    utterances = [segment.utterance for segment in planned("Hello. 你好。").segments]
    assert [(u.text, u.language) for u in utterances] == [("Hello.", "en"), ("你好。", "zh")]


def test_a_chosen_language_holds_for_all() -> None:
    assert {s.utterance.language for s in planned("Hello. 你好。", language="zh").segments} == {"zh"}


def test_variants_that_sound_the_same_plan_the_same() -> None:
    assert planned("Ｈｅｌｌｏ，  you.") == planned("Hello, you. ")


def test_a_random_seed_is_drawn_and_told() -> None:
    one, other = planned(seed=None), planned(seed=None)
    assert one.random_seed
    assert one.seed != other.seed
    assert one.segments[0].utterance.seed == one.seed


def test_what_cannot_be_spoken_is_left_out_between_sentences() -> None:
    parts = planned("Hello. 🎉🎉 … Goodbye.").segments
    assert [part.utterance.text.strip("🎉 …") for part in parts] == ["Hello.", "Goodbye."]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("   \n ", "text.empty"),
        ("...!?", "text.unspeakable"),
        ("🎉🎊", "text.unspeakable"),
        ("——。。。", "text.unspeakable"),
        ("\u200b\u200b", "text.unspeakable"),
        ("a" * 1_001, "text.too_long"),
    ],
)
def test_what_cannot_be_spoken_at_all_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidText) as refused:
        planned(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("settings", "kind", "code"),
    [
        ({"speed": 0.0}, InvalidInput, "request.speed"),
        ({"speed": 9.0}, InvalidInput, "request.speed"),
        ({"speed": float("nan")}, InvalidInput, "request.speed"),
        ({"seed": -1}, InvalidInput, "request.seed"),
        ({"seed": 2**31}, InvalidInput, "request.seed"),
        ({"language": "tlh"}, Unsupported, "request.language"),
    ],
)
def test_settings_that_no_engine_takes_are_refused(settings: dict, kind: type, code: str) -> None:
    with pytest.raises(kind) as refused:
        planned(**settings)
    assert refused.value.code == code
