import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.identity import language_of, normalise


@pytest.mark.parametrize(
    ("variant", "plain"),
    [
        ("  Hello,   world. ", "Hello, world."),
        ("Ｈｅｌｌｏ，　ｗｏｒｌｄ．", "Hello, world."),
        ("你好， 世界 。", "你好,世界。"),
        ("我用 Python 写", "我用Python写"),
        ("cafe\u0301", "café"),
        ("zero\u200bwidth", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("bell\x07", "bell"),
        ("one\r\n\r\n  two", "one\ntwo"),
        ("tab\tbed", "tab bed"),
        ("ﬁne", "fine"),
    ],
)
def test_what_sounds_the_same_becomes_the_same(variant: str, plain: str) -> None:
    assert normalise(variant) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello.", "Hello!"),
        ("Hello.", "hello."),
        ("m²", "m2"),
        ("½", "1/2"),
        ("two\nlines", "two lines"),
        ("[h][ào]", "[h][ǎo]"),
        ("well, done", "well done"),
    ],
)
def test_what_sounds_different_stays_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text())
def test_unicode_form_does_not_matter(text: str) -> None:
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))


@given(
    st.lists(st.sampled_from(["one", "two", "three"]), min_size=1), st.sampled_from([" ", "  ", "\t", "\u3000", "\xa0"])
)
def test_the_kind_and_amount_of_space_does_not_matter(words: list[str], space: str) -> None:
    assert normalise(space.join(words) + space) == " ".join(words)


def test_language_follows_the_script() -> None:
    assert language_of("Hello 42") == "en"
    assert language_of("Hello 世界") == "zh"


def test_many_spaces_take_time_in_proportion_to_their_number() -> None:
    def seconds(count: int) -> float:
        began = time.perf_counter()
        normalise("a" + " " * count + ".")
        return time.perf_counter() - began

    # Sixteen times as many: 16 where it is linear, 256 where it is quadratic.
    assert min(seconds(32_000) for _ in range(3)) < 80 * min(seconds(2_000) for _ in range(3)) + 1e-3
