import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.desk.diff import Comparison, Heard, compare
from core.desk.sounds import heard_sounds, sounds_of
from core.text.lexicon import Lexicon

NOTHING = Lexicon()


def compared(text: str, heard: str, language: str = "en") -> Comparison:
    """A transcript with a sound every second."""
    sounds = enumerate(heard_sounds(heard, language))
    return compare(text, sounds_of(text, language, NOTHING), [Heard(sound, float(at)) for at, sound in sounds], 60.0)


@pytest.mark.parametrize(
    ("text", "heard", "language"),
    [
        ("Anyone can see the colour of their ice cream.", "any one can see the color of there icecream", "en"),
        ("In 2024 Dr. Smith paid $5.", "in twenty twenty-four doctor smith paid five dollars", "en"),
        ("他住在三楼，一点儿也不吵。", "她住在3楼一点也不吵", "zh"),
        ("你好世界，长城很长。", "你好世界長城很長", "zh"),
        ("买了 iPhone 15 Pro，花了8999元", "买了iphone fifteen pro花了八千九百九十九元", "zh"),
    ],
)
def test_what_was_said_as_it_is_written_is_right(text: str, heard: str, language: str) -> None:
    assert compared(text, heard, language) == Comparison((), 0, 0.0)


def test_dropped_added_and_misread_words_are_told_with_their_place_and_time() -> None:
    text = "One two three four, five six."
    found = compared(text, "one too many three bore six").differences
    assert [(each.kind, each.said, each.heard, text[each.start : each.end]) for each in found] == [
        ("added", "", "many", ""),
        ("misread", "four", "bore", "four"),
        ("dropped", "five", "", "five"),
    ]
    assert [each.at_s for each in found] == [2.0, 4.0, 5.0]
    assert found[0].start == len("One two")


def test_words_dropped_in_one_go_are_one_difference() -> None:
    found = compared("Hello there, my friend", "hello")
    assert [each.said for each in found.differences] == ["there, my friend"]
    assert found.error_rate == 0.75
    assert found.differences[0].at_s == 60.0


def test_a_misread_polyphone_is_told_with_both_readings() -> None:
    (found,) = compared("银行的行长", "银行的形长", "zh").differences
    assert (found.said, found.reading, found.read_as, found.polyphone) == ("行", "háng", "xíng", True)
    assert (found.start, found.at_s) == (3, 3.0)


def test_a_polyphone_that_was_written_down_as_another_character_is_doubtful_until_it_is_marked() -> None:
    found = compared("这一行字写错了", "这一形字写错了", "zh")
    (doubt,) = found.differences
    assert (doubt.kind, doubt.said, doubt.heard, doubt.reading, doubt.polyphone) == (
        "doubtful",
        "行",
        "形",
        "xíng",
        True,
    )
    assert found.error_rate == 0.0
    assert not compared("这一[行](xing2)字写错了", "这一形字写错了", "zh").differences


@pytest.mark.parametrize(("text", "heard"), [("我还好", "我還好"), ("她长大了", "他长大了"), ("跑得快", "跑的快")])
def test_what_may_be_written_in_another_way_is_not_doubtful(text: str, heard: str) -> None:
    assert not compared(text, heard, "zh").differences


def test_a_misread_character_with_one_reading_is_no_polyphone() -> None:
    (found,) = compared("猫来了", "毛来了", "zh").differences
    assert (found.reading, found.read_as, found.polyphone) == ("māo", "máo", False)


def test_what_is_wrong_in_a_number_is_one_difference_where_the_number_stands() -> None:
    (found,) = compared("是12点", "是十三点", "zh").differences
    assert (found.kind, found.said, found.reading) == ("misread", "12", "")


def test_nothing_heard_is_all_dropped_and_nothing_written_is_all_added() -> None:
    assert compared("Hello there", "").error_rate == 1.0
    (added,) = compared("...", "what is it").differences
    assert (added.kind, added.heard) == ("added", "what is it")


words = st.lists(st.sampled_from(["one", "two", "银", "行", "$5", "儿", "ok", "—"]), max_size=8)
marked = st.lists(st.sampled_from(["one", "银", "12", "[h][ào]", "<好|HAO4>", "[breath]", "…"]), max_size=8)


@settings(deadline=None, max_examples=50)
@given(marked, words)
def test_every_difference_points_into_the_text(mine: list[str], theirs: list[str]) -> None:
    text = " ".join(mine)
    for difference in compared(text, " ".join(theirs), "zh").differences:
        assert 0 <= difference.start <= difference.end <= len(text)
        assert text[difference.start : difference.end] == difference.said
        assert (difference.kind == "added") == (not difference.said)


@settings(deadline=None, max_examples=50)
@given(words)
def test_a_text_is_like_itself(mine: list[str]) -> None:
    assert compared(" ".join(mine), " ".join(mine), "zh").differences == ()
