import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.base import Utterance
from core.errors import InvalidInput, InvalidText
from core.planner import plan
from core.recipe import recipe_of, request_of
from core.request import AudioSource, LibrarySpeaker, ReferenceSpeaker, Speaker, StockSpeaker, SynthesisRequest
from core.text.lexicon import Lexicon
from tests.core.humming import HummingEngine

CAPABILITIES = HummingEngine.capabilities


@given(
    st.text(max_size=400),
    st.sampled_from([StockSpeaker("af_heart"), LibrarySpeaker("0" * 16)]),
    st.floats(0.5, 2.0),
    st.integers(0, 99),
)
def test_a_recipe_makes_exactly_the_segment_it_was_made_from(
    text: str, speaker: Speaker, speed: float, seed: int
) -> None:
    try:
        planned = plan(
            SynthesisRequest(text, speaker, speed=speed, seed=seed), CAPABILITIES, Lexicon(), max_characters=1000
        )
    except InvalidText:
        return
    for segment in planned.segments:
        recipe = recipe_of(segment.utterance, speaker, HummingEngine())
        assert recipe is not None
        again = plan(request_of(recipe), CAPABILITIES, Lexicon(), max_characters=1000)
        assert [part.utterance for part in again.segments] == [segment.utterance]


def test_a_voice_that_nobody_saved_is_not_kept() -> None:
    assert recipe_of(Utterance("Hi.", "en"), ReferenceSpeaker(AudioSource(b"x")), HummingEngine()) is None


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"speaker": {"stock": 1}},
        {"speaker": {"stock": "a"}, "engine": "kokoro", "text": "Hi", "language": "en", "speed": "1", "seed": 0},
        {"speaker": {"path": "/etc/passwd"}, "engine": "kokoro", "text": "Hi", "language": "en", "speed": 1, "seed": 0},
    ],
)
def test_what_is_no_recipe_is_refused(recipe: dict) -> None:
    with pytest.raises(InvalidInput):
        request_of(recipe)
