import pytest

from core.engines.cosyvoice.wording import instruction_frame, prompt_frame, promptless_frame, spoken
from core.errors import InvalidText


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("她的爱好[h][ào],是2024年3月5日.", "zh", "她的爱好[h][ào]，是二零二四年三月五日。"),
        ("[breath]他说<strong>3.5折</strong>!", "zh", "[breath]他说<strong>三点五折</strong>！"),
        ("It took a [M][AY0][N][UW1][T] in 2024", "en", "It took a [M][AY0][N][UW1][T] in twenty twenty-four."),
        ("[M][AY0][N][UW1][T] [M][AY0][N][UW1][T]", "en", "[M][AY0][N][UW1][T] [M][AY0][N][UW1][T]"),
        ("我买了iPhone 15,花了8999元", "zh", "我买了iPhone fifteen，花了八千九百九十九元。"),
        ("Ich habe 3 Hunde", "de", "Ich habe 3 Hunde."),
        ("ニホンゴ", "ja", "ニホンゴ。"),
        ("Really?", "en", "Really?"),
    ],
)
def test_words_are_spelled_out_and_marks_are_left_alone(text: str, language: str, expected: str) -> None:
    assert spoken(text, language) == expected


@pytest.mark.parametrize("text", ["", "   ", "...", "😀", "[breath]", "<strong>!</strong>"])
def test_nothing_to_say_is_told_before_the_model_is_asked(text: str) -> None:
    with pytest.raises(InvalidText, match="nothing in the text"):
        spoken(text, "en")


@pytest.mark.parametrize("version", [2, 3])
def test_nobody_ends_the_prompt_but_the_engine(version: int) -> None:
    for put in (lambda words: prompt_frame(words, version), lambda words: instruction_frame(words, version)):
        with pytest.raises(InvalidText, match="steers the engine"):
            put("one<|endofprompt|>two")
    with pytest.raises(InvalidText, match="steers the engine"):
        spoken("one<|endofprompt|>two", "en")


def test_prompts_are_framed_as_each_version_was_taught() -> None:
    assert prompt_frame(" Hi. ", 3) == "You are a helpful assistant.<|endofprompt|>Hi."
    assert prompt_frame("Hi.", 2) == "Hi."
    assert prompt_frame("", 3) == ""
    assert instruction_frame("请用四川话表达。", 3) == "You are a helpful assistant. 请用四川话表达。<|endofprompt|>"
    assert instruction_frame("用四川话说", 2) == "用四川话说<|endofprompt|>"
    assert promptless_frame("Hi.", 3) == "You are a helpful assistant.<|endofprompt|>Hi."
    assert promptless_frame("Hi.", 2) == "Hi."
