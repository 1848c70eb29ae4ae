import pytest

from core.text.markup.model import Arpabet, Kana, Marked, Notation, Pinyin, Text
from core.text.markup.reader import nodes, read, scan


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("她HAO4干净", (Text("她"), Pinyin("hao4"), Text("干净"))),
        ("NI3HAO3", (Pinyin("ni3"), Pinyin("hao3"))),
        (
            "JV4 JU4 LV4 LÜ4 NVE4",
            tuple(_ for one in ("ju4", "ju4", "lv4", "lv4", "nve4") for _ in (Pinyin(one), Text(" ")))[:-1],
        ),
        ("MP3，WIN4，A4，HE3，COVID19", (Text("MP3，WIN4，A4，HE3，COVID19"),)),
        ("XHAO4 HAO4x HAO42 HAO6 HAO hao4", (Text("XHAO4 HAO4x HAO42 HAO6 HAO hao4"),)),
        ("[h][ào]<好|hao>[breath]", (Text("[h][ào]<好|hao>[breath]"),)),
    ],
)
def test_bare_syllables(text: str, marked: Marked) -> None:
    assert nodes(read(text, Notation.INDEXTTS2)) == marked


def test_a_syllable_that_was_not_learned() -> None:
    _, problems = scan("买NIANG3好", Notation.INDEXTTS2)
    assert [(found.code, found.start, found.end) for found in problems] == [("markup.syllable", 1, 7)]
    assert problems[0].suggestions[0] in ("NIANG2", "NIANG4", "NIAN3", "LIANG3")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("她<好|HAO4>", (Text("她"), Pinyin("hao4", "好"))),
        ("<好|hao4>", (Pinyin("hao4", "好"),)),
        ("<局|JU2><局|JV2>", (Pinyin("ju2", "局"), Pinyin("ju2", "局"))),
        ("<minute|M AY0 . N UW1 T>", (Arpabet(("M", "AY0", "N", "UW1", "T"), "minute"),)),
        ("<上手|じょうず>", (Kana("じょうず", "上手"),)),
        ("<銀行|YIN2 HANG2>", (Pinyin("yin2", "銀"), Pinyin("hang2", "行"))),
        ("<儿|ER2><err|ER1>", (Pinyin("er2", "儿"), Arpabet(("ER1",), "err"))),
        ("HAO4 [h][ào] a<b", (Text("HAO4 [h][ào] a<b"),)),
    ],
)
def test_words_with_their_readings(text: str, marked: Marked) -> None:
    assert nodes(read(text, Notation.INDEXTTS25)) == marked
    if "HAO4 [h]" not in text:
        assert nodes(read(text, Notation.ANY)) == marked


@pytest.mark.parametrize(
    ("text", "code", "nearest"),
    [
        ("<好|HAO6>", "markup.syllable", "HAO1"),
        ("<好|HAOO4>", "markup.syllable", "HAO4"),
        ("<好|M AY0>", "markup.syllable", None),
        ("<minute|M AY0 . NN UW1 T>", "markup.phone", "N"),
        ("<minute|MAY0>", "markup.phone", None),
        ("<hm|HH M>", "markup.vowel", None),
        ("<my|M AY>", "markup.stress", "M AY1"),
        ("<银行|YIN2>", "markup.count", None),
        ("<行|YIN2 HANG2>", "markup.count", None),
    ],
)
def test_readings_that_are_none(text: str, code: str, nearest: str | None) -> None:
    for notation in (Notation.INDEXTTS25, Notation.ANY):
        _, problems = scan("看" + text, notation)
        assert [(found.code, found.start, found.end) for found in problems] == [(code, 1, 1 + len(text))]
        assert nearest is None or problems[0].suggestions[0] == nearest


@pytest.mark.parametrize("text", ["<好|hǎo>", "<好|HAO>", "<娘|NIANG3>"])
def test_only_what_was_learned_is_taken_where_it_must_be(text: str) -> None:
    assert [found.code for found in scan(text, Notation.INDEXTTS25)[1]] == ["markup.syllable"]
    assert scan(text, Notation.ANY)[1] == ()


def test_a_token_that_steers_the_model_is_no_text() -> None:
    assert [found.code for found in scan("<|SPECIAL_TOKEN_1|>", Notation.INDEXTTS25)[1]] == ["markup.control"]
