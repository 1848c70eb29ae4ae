import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.sensevoice.tags import Heard, parse, together

TAGS = ["<|en|>", "<|HAPPY|>", "<|BGM|>", "<|/BGM|>", "<|withitn|>", "<|SPECIAL_TOKEN_1|>", "<|Event_UNK|>"]


@pytest.mark.parametrize(
    ("raw", "heard"),
    [
        ("<|zh|><|SAD|><|BGM|><|withitn|>你好，世界。", Heard("你好，世界。", "zh", "sad", ("bgm",))),
        ("<|en|><|EMO_UNKNOWN|><|Speech|><|woitn|>the tribe", Heard("the tribe", "en", None, ("speech",))),
        ("<|nospeech|><|EMO_UNKNOWN|><|Event_UNK|><|woitn|>", Heard("")),
        (
            "<|ko|><|NEUTRAL|><|Laughter|><|withitn|> 안녕<|Cough|>세상",
            Heard("안녕 세상", "ko", "neutral", ("laughter", "cough")),
        ),
        ("<|zh|>今天<|Applause|>天气<|/Applause|>好<|HAPPY|>", Heard("今天天气好", "zh", "happy", ("applause",))),
        ("one<|Cry|>two <|Breath|> three", Heard("one two three", "nospeech", None, ("cry", "breath"))),
        ("a <| b |> and 1<2|3>0", Heard("a and 1<2|3>0")),
        ("no tags at all", Heard("no tags at all")),
        ("", Heard("")),
    ],
)
def test_what_the_model_writes_is_taken_apart(raw: str, heard: Heard) -> None:
    assert parse(raw) == heard


@given(
    st.lists(st.one_of(st.sampled_from(TAGS), st.text("abc 你好。,|<>", max_size=6).filter(lambda t: "<|" not in t)))
)
def test_no_character_is_lost_and_no_tag_is_left(parts: list[str]) -> None:
    raw = "".join(parts)
    left = re.sub(r"<\|[^|]+\|>", "", raw)
    assert "".join(parse(raw).text.split()) == "".join(left.split())


def test_words_of_different_pieces_are_not_glued() -> None:
    pieces = [
        (3.0, Heard("one", "en")),
        (1.0, Heard("", "nospeech")),
        (2.0, Heard("你好", "zh")),
        (2.0, Heard("世界", "zh")),
    ]
    assert together(pieces, "en").text == "one你好世界"
    assert together([(1.0, Heard("one.", "en")), (1.0, Heard("Two.", "en"))], "en").text == "one. Two."


def test_language_and_emotion_are_those_of_the_greater_part() -> None:
    pieces = [
        (9.0, Heard("", "nospeech", None, ("bgm",))),
        (2.0, Heard("a", "en", "happy", ("speech",))),
        (3.0, Heard("b", "zh", "sad", ("bgm", "laughter"))),
        (2.0, Heard("c", "en", "sad")),
    ]
    whole = together(pieces, "ja")
    assert (whole.language, whole.emotion, whole.events) == ("en", "sad", ("bgm", "speech", "laughter"))
    assert together([(9.0, Heard(""))], "ja") == Heard("", "ja")
