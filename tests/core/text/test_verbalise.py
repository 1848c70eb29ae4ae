import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.identity import SYLLABLES, TAGS, WORDS, normalise
from core.text.verbalise import is_speakable, verbalise
from tests.core.text.readings import Case, cases

TABLE = tuple(cases())
LANGUAGES = st.sampled_from(["en", "zh"])


def _parameter(case: Case) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=case.wrong)] if case.wrong else []
    return pytest.param(case, id=f"{case.section}.{case.category}:{case.written}", marks=marks)


@pytest.mark.parametrize("case", [_parameter(case) for case in TABLE])
def test_reading(case: Case) -> None:
    spoken = verbalise(case.written, case.language)
    assert case.accepts(spoken), f"{spoken!r} is not {case.reading!r}"
    as_planned = verbalise(normalise(case.written), case.language)
    assert case.accepts(as_planned), f"{as_planned!r} is not {case.reading!r}"
    assert verbalise(spoken, case.language) == spoken


def test_the_table_is_large_and_mostly_right() -> None:
    assert sum(case.section == "en" for case in TABLE) >= 80
    assert sum(case.section == "zh" for case in TABLE) >= 80
    assert sum(case.wrong is None for case in TABLE) >= 0.98 * len(TABLE)


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("en", "It costs $1,234.50.", "It costs one thousand two hundred thirty-four dollars and fifty cents."),
        ("en", "Call +1 (555) 123-4567, now", "Call plus one, five five five, one two three, four five six seven, now"),
        ("en", "In 1998, 1500 people (or 2%)", "In nineteen ninety-eight, fifteen hundred people (or two percent)"),
        ("en", "Wait – he said “5”…", "Wait — he said “five”."),
        ("zh", "我买了 iPhone 15 Pro，花了8999元。", "我买了 iPhone fifteen Pro, 花了八千九百九十九元。"),
        ("zh", "3D打印", "三 D 打印"),
        ("en", "12306", "twelve thousand three hundred six"),
        ("zh", "12306", "幺二三零六"),
    ],
)
def test_punctuation_and_spaces_are_as_in_prose(language: str, written: str, spoken: str) -> None:
    assert verbalise(written, language) == spoken


def test_marks_stay_where_they_are() -> None:
    syllable, word, tag = (chr(marks.start) for marks in (SYLLABLES, WORDS, TAGS))
    assert verbalise(f"花了5{syllable}钱", "zh") == f"花了五{syllable}钱"
    assert verbalise(f"5 {word}s{tag} on May 5", "en") == f"five {word}s{tag} on May fifth"


@pytest.mark.parametrize("text", ["Hello", "好", "5", "¿Qué?", "1️⃣"])
def test_speakable(text: str) -> None:
    assert is_speakable(text)


@pytest.mark.parametrize("text", ["", "  ", "…?!", "😀👩‍👩‍👧", "♪ ★ →", "。，、", "\u200b"])
def test_unspeakable(text: str) -> None:
    assert not is_speakable(text)


_AWKWARD = st.text(
    st.sampled_from("0123456789.,:/-–~+%°$£¥€#@&=×½²^√≥ aeZkm年月日点元第个CpmIV's你好，。😀→№Ⅲ٣()"), max_size=40
)


@given(_AWKWARD | st.text(max_size=40), LANGUAGES)
def test_nothing_is_left_that_cannot_be_said(text: str, language: str) -> None:
    spoken = verbalise(text, language)
    assert not re.search(r"[\d$€£¥%°&@#+=*^_|\\<>~√≥→]", spoken)
    assert not {unicodedata.category(character) for character in spoken} & {"Nd", "No", "So", "Sm", "Sc", "Cc", "Cs"}


@given(st.lists(st.sampled_from([case.written for case in TABLE]), max_size=3).map(" ".join), LANGUAGES)
def test_what_was_said_is_said_the_same_again(text: str, language: str) -> None:
    spoken = verbalise(text, language)
    assert verbalise(spoken, language) == spoken


@given(st.text(st.sampled_from("abZ 你好们,。?!"), max_size=30), LANGUAGES)
def test_plain_words_stay_as_they_are(text: str, language: str) -> None:
    assert verbalise(text, language).replace(" ", "") == text.replace(" ", "")
