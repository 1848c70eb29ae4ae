from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.kokoro import marked
from core.engines.kokoro.graph import split_phonemes
from core.engines.kokoro.phonemes import Accent, dominant_script, script_runs, syllable
from core.text.markup.model import Text


def to_phonemes(text: str, accent: Accent) -> str:
    return marked.to_phonemes((Text(text),), accent)


def test_english_is_in_misakis_letters() -> None:
    phonemes = to_phonemes("They say my boy now goes.", "en-us")
    assert all(letter in phonemes for letter in "AIYWO")
    assert phonemes.endswith(".")
    assert "^" not in phonemes


def test_accents_differ() -> None:
    assert to_phonemes("water", "en-us") != to_phonemes("water", "en-gb")
    assert "ɹ" not in to_phonemes("letter", "en-gb")


def test_mandarin_has_tones_and_pauses() -> None:
    assert to_phonemes("你好，他们。", "en-us") == "ni↓xau↓, tʰa→mən."


def test_polyphones_follow_their_word() -> None:
    assert to_phonemes("银行", "en-us") != to_phonemes("行走", "en-us")[: len(to_phonemes("银行", "en-us"))]
    assert to_phonemes("银行", "en-us").endswith("xa↗ŋ")


def test_each_script_is_spoken_in_its_language() -> None:
    mixed = to_phonemes("我喜欢 Python 语言", "en-us")
    assert to_phonemes("Python", "en-us") in mixed
    assert to_phonemes("喜欢", "en-us") in mixed


def test_pinyin_syllables() -> None:
    assert syllable("hao3") == "xau↓"
    assert syllable("xyz9") == ""


def test_script_runs_lose_nothing() -> None:
    text = "Hi, 你好！ OK?"
    assert "".join(run for _, run in script_runs(text)) == text


@pytest.mark.parametrize(
    ("text", "default", "script"),
    [
        ("今天去 Starbucks 喝咖啡", "en", "zh"),
        ("My friend 小明 is here today", "zh", "en"),
        ("Hello everyone", "zh", "en"),
        ("...", "zh", "zh"),
    ],
)
def test_dominant_script(text: str, default: str, script: str) -> None:
    assert dominant_script(text, default) == script  # type: ignore[arg-type]


def test_threads_do_not_mix_up_what_they_say() -> None:
    texts = [f"Sentence {word}." for word in ("one", "two", "three", "four")] * 6
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: to_phonemes(text, "en-us"), texts))
    assert together == [to_phonemes(text, "en-us") for text in texts]


@given(st.text(st.sampled_from("abˈə ,.?!"), max_size=2000), st.integers(20, 400))
def test_long_strings_are_split_and_not_shortened(phonemes: str, limit: int) -> None:
    parts = list(split_phonemes(phonemes, limit))
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join(parts).replace(" ", "") == phonemes.replace(" ", "")


def test_splits_at_the_strongest_pause() -> None:
    first, second = "aba " * 12 + "aba.", "bab, " * 8 + "bab."
    assert list(split_phonemes(f"{first} {second}", 80)) == [first, second]
