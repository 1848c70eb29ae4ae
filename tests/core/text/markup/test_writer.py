import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InvalidText
from core.text.markup.model import Arpabet, Kana, Marked, Node, Notation, Pinyin, Span, Tag, Text
from core.text.markup.reader import nodes, read
from core.text.markup.writer import write
from tests.core.text.markup.strategies import PHONES, SPELLABLE, marked

QUICK = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("notation", Notation)
def test_what_was_written_reads_the_same(notation: Notation) -> None:
    @QUICK
    @given(marked(notation))
    def check(meant: Marked) -> None:
        written = write(meant, notation)
        again = nodes(read(written, notation))
        assert again == meant
        assert write(again, notation) == written

    check()


@pytest.mark.parametrize("target", Notation)
def test_what_cannot_be_written_is_told_and_all_else_reads_the_same(target: Notation) -> None:
    @QUICK
    @given(marked(Notation.ANY))
    def check(meant: Marked) -> None:
        written, refused = _attempt(meant, target)
        if refused is None:
            assert _readings(nodes(read(written, target))) == _readings(meant)
        else:
            assert refused.details["place"] >= 1
            assert target not in (Notation.ANY, Notation.KOKORO) or any(isinstance(node, Kana) for node in meant)

    check()


def _attempt(meant: Marked, target: Notation) -> tuple[str, InvalidText | None]:
    try:
        return write(meant, target), None
    except InvalidText as error:
        return "", error


def _readings(meant: Marked) -> list[object]:
    """What is said, without bases and without the spaces that keep marks apart."""
    said: list[object] = []
    for node in meant:
        match node:
            case Pinyin(reading) | Arpabet(reading):
                said.append(reading)
            case Text(text):
                said.append("".join(text.split()))
            case _:
                said.append(node)
    return [one for one in said if one != ""]


@QUICK
@given(
    st.lists(
        st.builds(Pinyin, st.sampled_from(SPELLABLE)) | st.builds(Arpabet, PHONES) | st.just(Tag("breath")), max_size=5
    )
)
def test_there_and_back(marks: list[Node]) -> None:
    meant = tuple(node for mark in marks for node in (mark, Text("，")))
    text = write(meant, Notation.COSYVOICE)
    for between in (Notation.KOKORO, Notation.ANY):
        assert write(nodes(read(write(meant, between), between)), Notation.COSYVOICE) == text


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        (Notation.COSYVOICE, "她[h][ào]干净[breath]，<strong>[M][AY0][N][UW1][T]</strong>。"),
        (Notation.INDEXTTS2, "之前你做DE5很好，所以这一次也DEI3做DE2很好才XING2，MP3。"),
        (Notation.INDEXTTS25, "他在银<行|XING2>里，a <minute|M AY0 . N UW1 T>，<上手|じょうず><女|NV3><局|JV2>"),
        (Notation.KOKORO, "她[好](hao4)干净[breath]，[minute](M AY0 N UW1 T)<laughter>[](lv4)</laughter> [1]"),
        (Notation.ANY, r"她[h][ào]干净[好](hao4)，[minute](M AY0 N UW1 T)[M][AY0]<上手|じょうず>"),
        (Notation.ANY, r"\[breath\]\\"),
    ],
)
def test_canonical_texts_stay_as_they_are(notation: Notation, text: str) -> None:
    assert write(nodes(read(text, notation)), notation) == text


@pytest.mark.parametrize(
    ("source", "text", "target", "converted"),
    [
        (Notation.COSYVOICE, "她[h][ào]干净", Notation.INDEXTTS2, "她HAO4干净"),
        (Notation.COSYVOICE, "她[h][ào]干净", Notation.INDEXTTS25, "她<号|HAO4>干净"),
        (Notation.COSYVOICE, "她[h][ào]干净", Notation.KOKORO, "她[](hao4)干净"),
        (Notation.COSYVOICE, "a [M][AY0][N][UW1][T] part", Notation.INDEXTTS25, "a <minute|M AY0 . N UW1 T> part"),
        (Notation.INDEXTTS2, "她HAO4干净JU2", Notation.COSYVOICE, "她[h][ào]干净[j][ú]"),
        (Notation.INDEXTTS25, "她<好|HAO4><略|LVE4><女|NV3>", Notation.COSYVOICE, "她[h][ào][l][vè][n][ǚ]"),
        (Notation.INDEXTTS25, "<minute|M AY0 . N UW1 T>", Notation.KOKORO, "[minute](M AY0 N UW1 T)"),
        (Notation.KOKORO, "[银行](yin2 hang2)", Notation.INDEXTTS25, "<银|YIN2><行|HANG2>"),
        (Notation.KOKORO, "[new](N UW1)[york](Y AO1 R K)", Notation.COSYVOICE, "[N][UW1] [Y][AO1][R][K]"),
        (Notation.COSYVOICE, "第3[h][ào]b", Notation.INDEXTTS2, "第3 HAO4 b"),
        (Notation.COSYVOICE, "[M][AY0]", Notation.ANY, "[M][AY0]"),
        (Notation.KOKORO, "[](dui5)", Notation.ANY, "[](dui5)"),
    ],
)
def test_conversions(source: Notation, text: str, target: Notation, converted: str) -> None:
    assert write(nodes(read(text, source)), target) == converted


@pytest.mark.parametrize(
    ("meant", "target", "code", "place"),
    [
        ((Text("她"), Arpabet(("M", "AY0"), "my")), Notation.INDEXTTS2, "markup.no_arpabet", 2),
        ((Text("她"), Tag("breath")), Notation.INDEXTTS2, "markup.no_tag", 2),
        ((Pinyin("hao4", "好"), Tag("breath")), Notation.INDEXTTS25, "markup.no_tag", 9),
        ((Text("对"), Pinyin("dui5", "对")), Notation.COSYVOICE, "markup.no_token", 2),
        ((Pinyin("niang3"),), Notation.INDEXTTS2, "markup.no_token", 1),
        ((Arpabet(("B", "AY0", "N", "UW1", "B")),), Notation.INDEXTTS25, "markup.no_word", 1),
        ((Kana("うわて", "上手"),), Notation.KOKORO, "markup.no_kana", 1),
        ((Kana("うわて", "上手"),), Notation.COSYVOICE, "markup.no_kana", 1),
        ((Tag("yodel"),), Notation.COSYVOICE, "markup.no_tag", 1),
        ((Text("在 O2 里"),), Notation.INDEXTTS2, "markup.misread", 3),
        ((Text("看[breath]"),), Notation.COSYVOICE, "markup.misread", 2),
        ((Text("看<好|HAO4>"),), Notation.INDEXTTS25, "markup.misread", 2),
        ((Text("看<|endofprompt|>"),), Notation.COSYVOICE, "markup.misread", 2),
        ((Text("[h"), Pinyin("ao4")), Notation.COSYVOICE, None, None),
        ((Text("[h]"), Pinyin("ao4")), Notation.COSYVOICE, "markup.misread", 1),
        ((Span("strong", True), Text("a")), Notation.COSYVOICE, "markup.unclosed", 1),
        ((Span("strong", False),), Notation.KOKORO, "markup.unopened", 1),
    ],
)
def test_what_a_notation_cannot_write_is_told_with_its_place(
    meant: Marked, target: Notation, code: str | None, place: int | None
) -> None:
    if code is None:
        assert nodes(read(write(meant, target), target)) == meant
        return
    with pytest.raises(InvalidText) as raised:
        write(meant, target)
    assert (raised.value.code, raised.value.details["place"]) == (code, place)


def test_text_is_escaped_only_where_it_would_be_misread() -> None:
    assert write((Text("[1] a < b"),), Notation.KOKORO) == "[1] a < b"
    assert write((Text("[breath]"), Tag("breath")), Notation.KOKORO) == r"\[breath\][breath]"
