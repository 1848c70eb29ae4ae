import time

import pytest
from hypothesis import HealthCheck, given, settings

from core.errors import InvalidText
from core.text.markup.model import Notation, Pinyin, Span, Tag, Text
from core.text.markup.reader import nodes, read, scan
from tests.core.text.markup.strategies import RANDOM_TEXT


@pytest.mark.parametrize("strings", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_any_string_is_read_with_its_marks_in_order(strings: int) -> None:
    @settings(max_examples=strings, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(RANDOM_TEXT)
    def check(text: str) -> None:
        _check_places(text)

    check()


def _check_places(text: str) -> None:
    for notation in Notation:
        placed, problems = scan(text, notation)
        start = end = 0
        for mark in placed:
            assert mark.start == end or (mark.start, mark.end) == (start, end)
            assert mark.start < mark.end
            start, end = mark.start, mark.end
        assert end == len(text)
        at = 0
        for found in problems:
            assert at <= found.start < found.end <= len(text)
            at = found.start
            assert str(InvalidText(found.code, **found.details)).startswith(f"At character {at + 1} ")


@pytest.mark.parametrize("notation", Notation)
@pytest.mark.parametrize(
    "part",
    [
        *(
            "[",
            "]",
            "<",
            "\\",
            "\\[",
            "[\\[",
            "[a",
            "<a",
            "[]",
            "[h]",
            "[h][ào]",
            "[M]",
            "[M][AY0]",
            "[b][ǎngg]",
            "[breth]",
        ),
        *(
            "[好](",
            "[a](M AY0 ",
            "<好|",
            "<a|b",
            "<strong>",
            "</strong>",
            "<strong><laughter></strong>",
            "HAO4",
            "NIANG3",
            "a",
        ),
    ],
)
def test_reading_takes_time_in_proportion_to_the_length(part: str, notation: Notation) -> None:
    def seconds(characters: int) -> float:
        text = part * (characters // len(part))
        times = []
        for _ in range(5):
            start = time.thread_time()
            scan(text, notation)
            times.append(time.thread_time() - start)
        return min(times)

    # Eight times as long: 8 where it is linear, 64 where it is quadratic. The millisecond is for the constant part.
    assert seconds(4_800) < 24 * seconds(600) + 0.001


def test_spans_that_begin_before_they_end() -> None:
    assert nodes(read("<strong>你</strong>好<laughter>呀</laughter>", Notation.COSYVOICE)) == (
        Span("strong", True),
        Text("你"),
        Span("strong", False),
        Text("好"),
        Span("laughter", True),
        Text("呀"),
        Span("laughter", False),
    )


@pytest.mark.parametrize(
    ("text", "code", "place", "suggestion"),
    [
        ("a<strong>b", "markup.unclosed", 2, "</strong>"),
        ("a</strong>b", "markup.unopened", 2, None),
        ("<strong>a<laughter>b</strong>c</laughter>", "markup.crossed", 21, "</laughter>"),
        ("<strong><strong>a</strong>", "markup.unclosed", 1, "</strong>"),
    ],
)
def test_spans_that_do_not_match(text: str, code: str, place: int, suggestion: str | None) -> None:
    for notation in (Notation.ANY, Notation.COSYVOICE, Notation.KOKORO):
        problems = scan(text, notation)[1]
        assert [(found.code, found.start + 1) for found in problems] == [(code, place)]
        assert suggestion is None or problems[0].suggestions == (suggestion,)


def test_a_crossed_span_names_the_one_that_is_open() -> None:
    sentence = "At character 21 “</strong>” closes while <laughter>, opened at 10, is still open"
    with pytest.raises(InvalidText, match=sentence):
        read("<strong>a<laughter>b</strong>c</laughter>", Notation.ANY)


def test_what_has_a_problem_is_kept_as_text() -> None:
    placed, problems = scan("她[h][ǎoo]，[breath]", Notation.ANY)
    assert nodes(placed) == (Text("她[h][ǎoo]，"), Tag("breath"))
    assert len(problems) == 1


def test_reading_raises_of_the_first_problem() -> None:
    with pytest.raises(InvalidText, match=r"^At character 2 “\[breth\]” is no mark that is known. Nearest: \[breath\]"):
        read("好[breth]<strong>", Notation.ANY)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "[1]",
            "[see note]",
            "a < b",
            "I <3 you",
            "[sic]",
            "[docs](https://example.org)",
            "[]",
            "[](later)",
            "[OK] <br>",
        ),
        *(
            "<b>bold</b>",
            "[好](笑)",
            "C:\\temp",
            "a[0]",
            "《书》",
            "<a href='x'>",
            "[TODO](see below)",
            "{x}",
            "<|endoftext|>",
        ),
    ],
)
def test_brackets_that_cannot_be_marks_are_text(text: str) -> None:
    assert nodes(read(text, Notation.ANY)) == (Text(text),)


@pytest.mark.parametrize("notation", [Notation.ANY, Notation.KOKORO])
def test_a_backslash_makes_plain(notation: Notation) -> None:
    placed = read(r"\[breath\] \<strong> \\[breath]\x", notation)
    assert nodes(placed) == (Text("[breath] <strong> \\"), Tag("breath"), Text("\\x"))
    assert [(mark.start, mark.end) for mark in placed] == [(0, 23), (23, 31), (31, 33)]


def test_any_reads_the_forms_of_all_but_bare_syllables() -> None:
    text = "[h][ào]<好|HAO4>[好](hǎo)HAO4[银行](yin2 hang2)"
    assert nodes(read(text, Notation.ANY)) == (
        Pinyin("hao4"),
        Pinyin("hao4", "好"),
        Pinyin("hao3", "好"),
        Text("HAO4"),
        Pinyin("yin2", "银"),
        Pinyin("hang2", "行"),
    )
