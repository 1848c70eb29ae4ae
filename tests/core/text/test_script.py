"""Marks go through normalising and splitting whole, and nothing that is marked is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.markup.model import Arpabet, Marked, Node, Pinyin, Span, Tag, Text, merged
from core.text.script import plain, sentences

HAO4 = Pinyin("hao4", "好")
MINUTE = Arpabet(("M", "AY0", "N", "UW1", "T"), "minute")
BREATH = Tag("breath")
OPEN, CLOSE = Span("strong", True), Span("strong", False)


def marked(*parts: str | Node) -> Marked:
    return merged(Text(part) if isinstance(part, str) else part for part in parts)


def spoken(*parts: str | Node) -> list[Marked]:
    return [sentence.marked for sentence in sentences(marked(*parts))]


def test_a_text_without_marks_is_split_as_ever() -> None:
    assert spoken("你好。再见。") == [(Text("你好。"),), (Text("再见。"),)]


def test_marks_keep_their_places() -> None:
    assert spoken("她", HAO4, "干净。A ", MINUTE, " detail.") == [
        (Text("她"), HAO4, Text("干净。")),
        (Text("A "), MINUTE, Text(" detail.")),
    ]


def test_the_dots_of_a_mark_end_no_sentence() -> None:
    assert len(spoken("A ", Arpabet(("M", "AY0"), "m.y."), " detail.")) == 1


def test_a_space_beside_a_marked_character_is_a_habit() -> None:
    assert spoken("她 ", HAO4, " 干净") == spoken("她", HAO4, "干净")


@pytest.mark.parametrize(("parts", "language"), [((HAO4, "."), "zh"), ((MINUTE,), "en"), ((MINUTE, "很多"), "zh")])
def test_marks_have_a_language(parts: tuple[str | Node, ...], language: str) -> None:
    assert [sentence.language for sentence in sentences(marked(*parts))] == [language]


def test_a_tag_after_the_end_belongs_to_the_sentence() -> None:
    assert spoken("Good.", BREATH, " Yes.") == [(Text("Good."), BREATH), (Text("Yes."),)]


def test_a_span_over_two_sentences_is_closed_and_opened_again() -> None:
    assert spoken("我", OPEN, "说过。真的", CLOSE, "啊。") == [
        (Text("我"), OPEN, Text("说过。"), CLOSE),
        (OPEN, Text("真的"), CLOSE, Text("啊。")),
    ]


def test_a_span_that_opens_at_a_cut_leaves_nothing_behind() -> None:
    assert spoken("好。", OPEN, "真的", CLOSE) == [(Text("好。"),), (OPEN, Text("真的"), CLOSE)]


@pytest.mark.parametrize("parts", [("你好。\n", BREATH, "\n再见。"), (BREATH, "\n你好。再见。")])
def test_a_tag_alone_in_its_line_is_not_lost(parts: tuple[str | Node, ...]) -> None:
    found = spoken(*parts)
    assert len(found) == 2
    assert BREATH in found[0]


def test_a_tag_alone_is_nothing_to_say() -> None:
    assert spoken(BREATH, "…") == []


def test_private_characters_of_a_text_are_no_marks() -> None:
    assert spoken("a\U000f0000b\U00108000", HAO4) == [(Text("ab"), HAO4)]


def test_the_words_without_the_marks() -> None:
    assert plain(marked("她", HAO4, BREATH, OPEN, " a ", MINUTE, CLOSE)) == "她好 a minute"


NODES = st.one_of(st.text("ab 好。.\n,", min_size=1).map(Text), st.sampled_from([HAO4, MINUTE, BREATH]))


@given(st.lists(NODES))
def test_no_mark_is_lost_or_moved(nodes: list[Node]) -> None:
    found = sentences(merged([*nodes, Text("a")]))
    kept = [node for sentence in found for node in sentence.marked if not isinstance(node, Text)]
    assert kept == [node for node in nodes if not isinstance(node, Text)]


@given(st.lists(NODES), st.integers(0, 5), st.integers(0, 5))
def test_spans_are_balanced_in_every_sentence(nodes: list[Node], start: int, length: int) -> None:
    whole = [*nodes[:start], OPEN, *nodes[start : start + length], CLOSE, *nodes[start + length :]]
    for sentence in sentences(merged(whole)):
        depth = 0
        for node in sentence.marked:
            if isinstance(node, Span):
                depth += 1 if node.opens else -1
                assert depth in (0, 1)
        assert depth == 0
