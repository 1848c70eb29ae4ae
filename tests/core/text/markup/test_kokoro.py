import pytest

from core.text.markup.model import Arpabet, Marked, Notation, Pinyin, Span, Tag, Text
from core.text.markup.reader import nodes, read, scan


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("她[好](hao4)", (Text("她"), Pinyin("hao4", "好"))),
        ("[好](hǎo)[的](de)", (Pinyin("hao3", "好"), Pinyin("de5", "的"))),
        ("[银行](yin2 háng)", (Pinyin("yin2", "银"), Pinyin("hang2", "行"))),
        ("[minute](M AY0 N UW1 T)", (Arpabet(("M", "AY0", "N", "UW1", "T"), "minute"),)),
        ("[minute](M AY0 . N UW1 T)", (Arpabet(("M", "AY0", "N", "UW1", "T"), "minute"),)),
        ("[](hao4)[](M AY0)", (Pinyin("hao4"), Arpabet(("M", "AY0")))),
        ("[](er2)[](ER2)", (Pinyin("er2"), Arpabet(("ER2",)))),
        (r"[a\]b](EH1)", (Arpabet(("EH1",), "a]b"),)),
        ("[breath]<strong>a</strong>", (Tag("breath"), Span("strong", True), Text("a"), Span("strong", False))),
        ("[breath](B R EH1 TH)[breath]", (Arpabet(("B", "R", "EH1", "TH"), "breath"), Tag("breath"))),
        ("[breath][breath](B R EH1 TH)", (Tag("breath"), Arpabet(("B", "R", "EH1", "TH"), "breath"))),
    ],
)
def test_marks(text: str, marked: Marked) -> None:
    assert nodes(read(text, Notation.KOKORO)) == marked
    assert nodes(read(text, Notation.ANY)) == marked


@pytest.mark.parametrize(
    "text", ["[h][ào]", "<好|HAO4>", "HAO4", "[x](https://example.org)", "[好](https://example.org)", "[a] (b)"]
)
def test_what_is_no_mark_here(text: str) -> None:
    assert nodes(read(text, Notation.KOKORO)) == (Text(text),)


@pytest.mark.parametrize(
    ("text", "code", "nearest"),
    [
        ("[好](hao6)", "markup.syllable", "hao1"),
        ("[好](haoo4)", "markup.syllable", "hao4"),
        ("[好](biǎng)", "markup.syllable", None),
        ("[minute](M AY0 NN UW1 T)", "markup.phone", "N"),
        ("[银行](yin2)", "markup.count", None),
        ("[breth]", "markup.unknown", "[breath]"),
    ],
)
def test_problems(text: str, code: str, nearest: str | None) -> None:
    for notation in (Notation.KOKORO, Notation.ANY):
        _, problems = scan("看" + text, notation)
        assert [(found.code, found.start, found.end) for found in problems] == [(code, 1, 1 + len(text))]
        assert nearest is None or problems[0].suggestions[0] == nearest
