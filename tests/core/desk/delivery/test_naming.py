import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk.delivery.naming import LONGEST, Named, Names, check_pattern, file_stem
from core.desk.delivery.wish import Delivery
from core.errors import InvalidInput

ANNA = Named(7, "Anna", "Good morning, Dr. O’Neil! How are you today, if I may ask?", "a1", 42, "deadbeef", "Act 1")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{number:03}-{speaker}-{words}", "007-Anna-Good-morning-Dr-O’Neil-How-are-you-today"),
        ("{title}_{number}_{seed:5}_{take}", "Act-1_7_-42_deadbeef"),
        ("{line} {{x}}", "a1-{x}"),
        ("../../{speaker}", "Anna"),
        ("{number:02}", "07"),
        ("...", "line"),
    ],
)
def test_a_pattern_makes_a_name(pattern: str, expected: str) -> None:
    check_pattern(pattern)
    assert Names(pattern).name(ANNA) == expected


@pytest.mark.parametrize(
    "pattern",
    ["", "{", "{}", "{0}", "{nobody}", "{speaker.__class__}", "{speaker[0]}", "{number!r}", "{number:>9999999}",
     "{speaker:9}", "{number:{seed}}", "x" * 201],
)  # fmt: skip
def test_what_is_no_pattern_is_told(pattern: str) -> None:
    with pytest.raises(InvalidInput, match="no pattern"):
        Delivery(pattern=pattern)


def test_names_are_told_apart_where_capitals_are_not() -> None:
    names = Names("{speaker}")
    given_names = [names.name(Named(1, speaker, "", "", 0, "", "")) for speaker in ("Anna", "ANNA", "anna-2", "Anna")]
    assert given_names == ["Anna", "ANNA-2", "anna-2-2", "Anna-3"]


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("CON", "CON-"),
        ("nul.txt", "nul.txt-"),
        ("  ..", "line"),
        ("a/b\\c:d", "a-b-c-d"),
        ("e\u0301", "é"),
        ("", "line"),
    ],
)
def test_a_stem_is_good_on_every_system(text: str, stem: str) -> None:
    assert file_stem(text) == stem


@given(st.text(max_size=80), st.text(max_size=500), st.lists(st.sampled_from("ab"), max_size=4))
def test_any_words_make_a_name(speaker: str, text: str, more: list[str]) -> None:
    names = Names("{speaker}-{words}")
    made = [names.name(Named(1, speaker, each, "1", 0, "0", "")) for each in (text, text, *more)]
    assert len({name.casefold() for name in made}) == len(made)
    for name in made:
        name.encode()
        assert 1 <= len(name.encode()) <= LONGEST + 1
        assert not set(name) & set('<>:"/\\|?*\x00\n')
        assert name.strip(" .") == name
