import pytest

from core.engines.base import Capabilities
from core.errors import InvalidInput, InvalidText, Unsupported
from core.planner import plan
from core.request import AudioSource, Instruction, StockSpeaker, SynthesisRequest
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation

CAPABILITIES = Capabilities(
    languages=("en", "zh"),
    speed=(0.5, 2.0),
    seed=True,
    notation=Notation.KOKORO,
    pinyin=True,
    arpabet=True,
    tags=("breath",),
    instruction=True,
    emotion_vector=True,
)
PLAIN = Capabilities(languages=("en", "zh"))


def request(text: str = "Hello.", **settings) -> SynthesisRequest:
    return SynthesisRequest(text=text, speaker=StockSpeaker("af_heart"), **settings)


def planned(*arguments, **settings):
    return plan(request(*arguments, **settings), CAPABILITIES, Lexicon(), max_characters=1_000)


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
        ("\ufdfa" * 60, "text.too_long"),  # eighteen letters in one
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


def spoken(text: str, lexicon: Lexicon = Lexicon(), capabilities: Capabilities = CAPABILITIES, **settings) -> list[str]:  # noqa: B008
    parts = plan(request(text, **settings), capabilities, lexicon, max_characters=1_000).segments
    return [part.utterance.text for part in parts]


def test_marks_reach_the_engine_in_its_notation() -> None:
    assert spoken("她[好](hǎo)干净。") == ["她[好](hao3)干净。"]


def test_every_notation_says_the_same() -> None:
    assert spoken("她<好|HAO4>干净") == spoken("她[好](hao4)干净")
    assert spoken("HAO4干净", notation=Notation.INDEXTTS2) == spoken("[h][ào]干净")
    assert spoken("A <minute|M AY0 . N UW1 T> one.") == spoken("A [minute](M AY0 N UW1 T) one.")


def test_bare_syllables_are_words_unless_their_notation_is_asked_for() -> None:
    assert spoken("HAO4 is a gate.") == ["HAO4 is a gate."]


def test_the_lexicon_marks_what_the_engine_can_follow() -> None:
    lexicon = Lexicon({"长城": "chang2 cheng2", "Koch": "K AA1 K"})
    assert spoken("长城。Koch.", lexicon) == ["[长](chang2)[城](cheng2)。", "[Koch](K AA1 K)."]
    assert spoken("长城。Koch.", lexicon, PLAIN) == ["长城。", "Koch."]


def test_a_mark_in_the_text_outdoes_the_lexicon() -> None:
    assert spoken("[长](zhang3)", Lexicon({"长": "chang2"})) == ["[长](zhang3)"]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("她[h][ào]干净", "markup.pinyin", 2),
        ("a [minute](M AY0 N UW1 T)", "markup.arpabet", 3),
        ("<上手|じょうず>", "markup.kana", 1),
        ("嗯[breath]好", "markup.tag", 2),
        ("<strong>好</strong>", "markup.tag", 1),
    ],
)
def test_marks_that_an_engine_cannot_follow_are_refused_with_their_place(text: str, code: str, place: int) -> None:
    with pytest.raises(Unsupported) as refused:
        spoken(text, capabilities=PLAIN)
    assert refused.value.code == code
    assert refused.value.details["place"] == place


def test_a_mistaken_mark_is_refused() -> None:
    with pytest.raises(InvalidText):
        spoken("她[h][àoo]干净")


def test_a_direction_goes_to_every_segment_and_sets_the_level() -> None:
    loud = plan(
        request("Hello. 你好。", instruction=Instruction(presets=("loud",))), CAPABILITIES, Lexicon(), max_characters=99
    )
    assert {part.utterance.instruction.presets for part in loud.segments} == {()}
    assert all(part.utterance.instruction.text for part in loud.segments)
    assert loud.level_db > 0
    assert planned("Hello.").level_db == 0


def test_the_pauses_between_sentences_keep_the_pace() -> None:
    pauses = {
        preset: plan(
            request("One. Two.", instruction=Instruction(presets=preset)), CAPABILITIES, Lexicon(), max_characters=99
        )
        .segments[0]
        .pause_s
        for preset in ((), ("slow",), ("fast",))
    }
    assert pauses["fast",] < pauses[()] < pauses["slow",]


@pytest.mark.parametrize(
    ("instruction", "code"),
    [
        (Instruction("softly"), "request.instruction"),
        (Instruction(vector=(1.0,) + (0.0,) * 7), "request.emotion"),
        (Instruction(clip=AudioSource(b"x")), "request.emotion_clip"),
    ],
)
def test_directions_that_an_engine_cannot_take_are_refused(instruction: Instruction, code: str) -> None:
    with pytest.raises(Unsupported) as refused:
        plan(request(instruction=instruction), PLAIN, Lexicon(), max_characters=99)
    assert refused.value.code == code
