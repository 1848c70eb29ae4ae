import pytest

from core.text import arpabet
from core.text.arpabet import parse_phones, readings, syllabified, word_of


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("M AY0 N UW1 T", ("M", "AY0", "N", "UW1", "T")),
        ("M AY0 . N UW1 T", ("M", "AY0", "N", "UW1", "T")),
        ("m ay0  n uw1 t", ("M", "AY0", "N", "UW1", "T")),
        ("M AY N UW1 T", ("M", "AY", "N", "UW1", "T")),
        ("M AY N UW T", None),
        ("M N T", None),
        ("M AY3", None),
        ("M0 AY1", None),
        ("M AYY1", None),
        (".", None),
        ("", None),
    ],
)
def test_what_is_a_word(text: str, phones: tuple[str, ...] | None) -> None:
    assert parse_phones(text) == phones


def test_the_phones_are_those_of_cmudict() -> None:
    listed = {
        phone
        for word in ("vision", "thoroughly", "joy", "measure", "hoorah")
        for one in readings(word)
        for phone in one
    }
    assert listed <= arpabet.PHONES
    used = {phone for listed in arpabet._dictionary().values() for reading in listed for phone in reading.split()}
    assert used == arpabet.PHONES - arpabet.VOWELS


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("minute", "M IH1 . N AH0 T"),
        ("going", "G OW1 . IH0 NG"),
        ("extra", "EH1 K . S T R AH0"),
        ("strength", "S T R EH1 NG K TH"),
        ("anger", "AE1 NG . G ER0"),
        ("menu", "M EH1 . N Y UW0"),
        ("instruct", "IH2 N . S T R AH1 K T"),
        ("athlete", "AE1 TH . L IY2 T"),
        ("the", "DH AH0"),
    ],
)
def test_syllables_begin_with_all_that_can_begin_one(word: str, syllables: str) -> None:
    assert syllabified(readings(word)[0]) == syllables
    assert parse_phones(syllables) == readings(word)[0]


def test_readings_of_the_dictionary() -> None:
    assert readings("minute")[:2] == (("M", "IH1", "N", "AH0", "T"), ("M", "AY0", "N", "UW1", "T"))
    assert readings("Minute") == readings("minute")
    assert readings("don’t") == readings("don't") != ()
    assert readings("brzfk") == ()


def test_a_word_for_a_reading() -> None:
    assert word_of(("M", "AY0", "N", "UW1", "T")) == "minute"
    assert word_of(("R", "EH1", "D")) == "red"
    assert word_of(("R", "IY1", "D")) in ("read", "reed")
    assert word_of(("B", "AY0", "N", "UW1", "B")) is None
