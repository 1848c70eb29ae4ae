import pytest

from core.text.pinyin import (
    INDEXTTS_SYLLABLES,
    SYLLABLES,
    character_of,
    initial_and_final,
    parse_syllable,
    syllable_of,
    with_tone_mark,
)


@pytest.mark.parametrize(
    ("typed", "syllable"),
    [
        ("hǎo", "hao3"),
        ("hao3", "hao3"),
        ("HAO3", "hao3"),
        ("haǒ", "hao3"),
        ("ha\u030co", "hao3"),
        ("lü4", "lv4"),
        ("lǜ", "lv4"),
        ("LV4", "lv4"),
        ("nüè", "nve4"),
        ("nue4", "nve4"),
        ("jv2", "ju2"),
        ("JVAN4", "juan4"),
        ("xün1", "xun1"),
        ("yv3", "yu3"),
        ("de", "de5"),
        ("er2", "er2"),
        ("zhuāng", "zhuang1"),
        ("hao6", None),
        ("hao0", None),
        ("hǎo3", None),
        ("hǎó", None),
        ("3hao", None),
        ("ha3o", None),
        ("bian g4", None),
        ("biang2", None),
        ("bia1", None),
        ("h", None),
        ("5", None),
        ("", None),
        ("好", None),
        ("a" * 1000, None),
    ],
)
def test_what_spells_a_syllable(typed: str, syllable: str | None) -> None:
    assert parse_syllable(typed) == syllable


@pytest.mark.parametrize(
    ("syllable", "marked", "parts"),
    [
        ("hao3", "hǎo", ("h", "ǎo")),
        ("zhong4", "zhòng", ("zh", "òng")),
        ("liu2", "liú", ("l", "iú")),
        ("gui4", "guì", ("g", "uì")),
        ("dou1", "dōu", ("d", "ōu")),
        ("xiong2", "xióng", ("x", "ióng")),
        ("xue2", "xué", ("x", "ué")),
        ("yuan4", "yuàn", ("y", "uàn")),
        ("wo3", "wǒ", ("w", "ǒ")),
        ("nv3", "nǚ", ("n", "ǚ")),
        ("lve4", "lüè", ("l", "vè")),
        ("er4", "èr", ("", "èr")),
        ("ang2", "áng", ("", "áng")),
        ("de5", "de", ("d", "e")),
    ],
)
def test_how_a_syllable_is_spelled_and_cut(syllable: str, marked: str, parts: tuple[str, str]) -> None:
    assert with_tone_mark(syllable) == marked
    assert initial_and_final(syllable) == parts


def test_every_syllable_is_read_back_from_what_is_written() -> None:
    assert len(SYLLABLES) == 410 * 5
    for syllable in SYLLABLES:
        assert parse_syllable(syllable) == syllable
        assert parse_syllable(with_tone_mark(syllable)) == syllable
        assert syllable_of(*initial_and_final(syllable)) == syllable


def test_the_syllables_are_those_of_the_authorities() -> None:
    """IndexTTS's vocabulary and pypinyin's dictionary, as far as the latter has vowels and common characters."""
    from pypinyin.constants import PINYIN_DICT

    def is_common(character: str) -> bool:
        try:
            return bool(character.encode("gb2312"))
        except UnicodeEncodeError:
            return False

    known = {syllable[:-1] for syllable in SYLLABLES}
    common = {
        parse_syllable(reading) or reading
        for codepoint, listed in PINYIN_DICT.items()
        if is_common(chr(codepoint))
        for reading in listed.split(",")
    }
    vowelless = "hng m n ng ḿ m̀ ń ň ǹ ńg ňg ǹg".split()
    assert {reading for reading in common if reading not in SYLLABLES} <= set(vowelless)
    in_dictionary = {reading[:-1] for reading in common if reading in SYLLABLES}
    assert known - in_dictionary == {"rua"}
    assert {syllable for syllable in INDEXTTS_SYLLABLES if syllable not in SYLLABLES} == set()


def test_what_indextts_has_not_learned() -> None:
    assert len(INDEXTTS_SYLLABLES) == 1728
    assert not INDEXTTS_SYLLABLES & {"a4", "niang3", "bu1", "kei1"}


@pytest.mark.parametrize(("syllable", "character"), [("hao4", "号"), ("de5", "的"), ("wo3", "我"), ("hang2", "航")])
def test_a_common_character_for_a_syllable(syllable: str, character: str) -> None:
    assert character_of(syllable) == character


def test_every_syllable_has_a_character() -> None:
    assert all(len(character_of(syllable)) == 1 for syllable in SYLLABLES)
    assert character_of("hao5") in "好号毫豪嚎"  # no character is read so: one that has another tone
