"""The text of the Pronunciation tab, and the ways back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from core.text.markup.reader import scan
from webui.draft import SHOWN, STEPS_BACK, Draft, mended

NOBODYS = Lexicon()


def analysed(text: str, lexicon: Lexicon = NOBODYS) -> Draft:
    draft = Draft()
    draft.type(text)
    draft.analyse(lexicon)
    return draft


def test_every_mark_is_a_step_and_typing_in_one_go_is_one() -> None:
    draft = Draft()
    draft.mark("她[好](hao4)")
    for text in ("她[好](hao4)干", "她[好](hao4)干净", "她[好](hao4)干净。"):
        draft.type(text)
    draft.mark("她好干净。")
    steps = []
    while draft.can_undo:
        draft.undo()
        steps.append(draft.text)
    assert steps == ["她[好](hao4)干净。", "她[好](hao4)", ""]
    while draft.can_redo:
        draft.redo()
    assert draft.text == "她好干净。"


def test_a_new_step_takes_the_place_of_those_taken_back() -> None:
    draft = Draft()
    draft.mark("one")
    draft.mark("two")
    draft.undo()
    draft.mark("three")
    assert not draft.can_redo
    draft.undo()
    assert draft.text == "one"


def test_the_notation_comes_back_with_its_text() -> None:
    draft = Draft()
    draft.mark("她HAO4", Notation.INDEXTTS2)
    assert draft.written.read_as is Notation.INDEXTTS2
    draft.undo()
    assert draft.written.notation is Notation.KOKORO
    assert draft.written.read_as is Notation.ANY


def test_nothing_to_take_back_does_nothing() -> None:
    draft = Draft()
    draft.undo()
    draft.redo()
    draft.mark("")
    assert not draft.can_undo
    for number in range(STEPS_BACK + 10):
        draft.mark(f"{number}")
    assert draft.steps == STEPS_BACK


def test_a_click_on_an_older_analysis_is_told() -> None:
    draft = analysed("银行")
    edition = draft.edition
    assert draft.unit(1, edition).text == "行"
    assert draft.unit(2, edition) is None
    draft.analyse(NOBODYS)
    assert draft.unit(1, edition).text == "行"
    draft.type("银行家")
    draft.analyse(NOBODYS)
    assert draft.unit(1, edition) is None


@pytest.mark.parametrize(
    ("text", "place", "reading", "kept"),
    [
        ("长城", 0, "zhang3", ("长城", "zhang3 cheng2")),
        ("a Koch", 2, "K AA1 K", ("Koch", "K AA1 K")),
        ("她[h][ào]", 1, "hao3", ("", "")),
    ],
)
def test_what_the_lexicon_would_keep_is_the_whole_word(text: str, place: int, reading: str, kept: object) -> None:
    draft = analysed(text)
    assert draft.kept(draft.units[place], reading) == kept


@pytest.mark.parametrize(
    ("text", "choice", "mended_text"),
    [
        ("她[好](hoa4)。", 0, "她[好](hao4)。"),
        ("她[h][oa]。", 0, None),
        ("<strong>hey\nyou", 0, "<strong>hey</strong>\nyou"),
        ("<strong>hey", 0, "<strong>hey</strong>"),
    ],
)
def test_a_suggestion_mends_what_it_is_about(text: str, choice: int, mended_text: str | None) -> None:
    problem = scan(text, Notation.ANY)[1][0]
    better = mended(text, problem, problem.suggestions[choice])
    assert mended_text in (None, better)
    assert scan(better, Notation.ANY)[1] == ()


def test_a_long_text_is_taken_apart_as_far_as_it_is_shown() -> None:
    draft = analysed("银行开门了。" * SHOWN)
    assert not draft.whole
    assert SHOWN - 200 <= draft.units[-1].end <= SHOWN
    assert draft.text[draft.units[-1].end - 1] == "。"
    assert analysed("银行").whole


@given(st.text(max_size=80))
def test_any_text_can_be_taken_apart(text: str) -> None:
    draft = analysed(text)
    assert draft.whole
