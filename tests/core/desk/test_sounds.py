import pytest

from core.desk.sounds import blocks, heard_sounds, sounds_of
from core.text.lexicon import Lexicon

NOTHING = Lexicon()


def read(text: str, language: str = "en", lexicon: Lexicon = NOTHING) -> list[tuple[str, str]]:
    """Each sound, and what the text has where it stands."""
    return [(sound.text, text[sound.start : sound.end]) for sound in sounds_of(text, language, lexicon)]


def test_numbers_are_words_that_stand_where_the_number_does() -> None:
    assert read("Pay $5.50 now") == [
        ("pay", "Pay"),
        *((word, "$5.50") for word in ("five", "dollars", "and", "fifty", "cents")),
        ("now", "now"),
    ]
    assert read("今年是2024年", "zh")[3:7] == [("二", "2024"), ("零", "2024"), ("二", "2024"), ("四", "2024")]


def test_a_mark_is_read_as_it_says_and_stands_where_it_is_written() -> None:
    text = "她[h][ào]干净 <minute|M AY0 . N UW1 T> [breath]"
    assert read(text, "zh") == [
        ("她", "她"),
        ("", "[h][ào]"),
        ("干", "干"),
        ("净", "净"),
        ("minute", "<minute|M AY0 . N UW1 T>"),
    ]
    sounds = sounds_of(text, "zh", NOTHING)
    assert sounds[1].syllable == "hao4"
    assert sounds[4].phones == {"M AY N UW T"}


def test_the_lexicon_says_how_a_word_is_read() -> None:
    lexicon = Lexicon({"Koch": "K AA1 K", "长城": "zhang3 cheng2"})
    koch, first, _ = sounds_of("Koch 长城", "zh", lexicon)
    assert koch.phones == {"K AA K"}
    assert first.syllable == "zhang3"


@pytest.mark.parametrize("text", ["", "...", "😀 —", "[breath]"])
def test_what_cannot_be_said_has_no_sounds(text: str) -> None:
    assert sounds_of(text, "en", NOTHING) == []


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("银行", "银航"),
        ("你好", "泥好"),
        ("你好", "尼好"),
        ("好吧", "好八"),
        ("長", "长"),
        ("their", "there"),
        ("colour", "color"),
    ],
)
def test_what_sounds_alike_is_alike(said: str, heard: str) -> None:
    one, other = sounds_of(said, "zh", NOTHING), heard_sounds(heard, "zh")
    assert all(mine.sounds_like(theirs) for mine, theirs in zip(one, other, strict=True))


@pytest.mark.parametrize(("said", "heard"), [("[行](hang2)", "形"), ("好", "号"), ("cat", "cap"), ("a", "啊")])
def test_what_sounds_otherwise_is_not(said: str, heard: str) -> None:
    (one,), (other,) = sounds_of(said, "zh", NOTHING), heard_sounds(heard, "zh")
    assert not one.sounds_like(other)


def test_blocks_cover_both_sequences_once() -> None:
    found = list(blocks("axbcd", "abycdz"))
    assert [at for mine, _ in found for at in mine] == list(range(5))
    assert [at for _, theirs in found for at in theirs] == list(range(6))
    assert list(blocks("", "")) == []
