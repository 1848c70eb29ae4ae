import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidText
from core.text.analysis import Source, Unit, analyse, annotate, clear_reading, set_reading
from core.text.lexicon import Lexicon
from core.text.markup.model import Arpabet, Notation, Pinyin
from core.text.markup.reader import nodes, read
from core.text.script import plain

NONE = Lexicon()
LEXICON = Lexicon({"长城": "chang2 cheng2", "read": "R EH1 D", "Wi-Fi": "W AY1 F AY2"})


def units(text: str, notation: Notation = Notation.ANY, lexicon: Lexicon = NONE) -> dict[str, Unit]:
    """The units by what they read."""
    return {unit.text: unit for unit in analyse(text, notation, lexicon)}


def values(unit: Unit) -> list[str]:
    return [choice.value for choice in unit.choices]


def test_a_text_is_taken_apart() -> None:
    text = "孩子长大了, wait 15 min!"
    found = analyse(text, Notation.ANY, NONE)
    assert [(unit.text, unit.kind, unit.word) for unit in found] == [
        ("孩", "han", 0),
        ("子", "han", 0),
        ("长", "han", 1),
        ("大", "han", 1),
        ("了", "han", 2),
        (", ", "other", -1),
        ("wait", "word", 3),
        (" 15 ", "other", -1),
        ("min", "word", 4),
        ("!", "other", -1),
    ]
    assert [text[unit.start : unit.end] for unit in found] == [unit.text for unit in found]


def test_readings_come_ranked_with_their_source() -> None:
    found = units("孩子长大了，一个xyzzy the minute read 𠮷")
    assert values(found["长"]) == ["zhang3", "chang2"]
    assert (found["长"].source, found["长"].ambiguous) == (Source.PHRASE, True)
    assert found["长"].reading is not None
    assert found["长"].reading.label == "zhǎng"
    assert (found["孩"].source, found["孩"].ambiguous) == (Source.DICTIONARY, False)
    assert values(found["minute"])[0] == "M IH1 N AH0 T"
    assert found["minute"].choices[0].label == "M IH1 · N AH0 T"
    assert set(values(found["read"])) == {"R EH1 D", "R IY1 D"}
    assert (found["xyzzy"].source, found["xyzzy"].reading) == (Source.RULES, None)
    assert (found["𠮷"].source, found["𠮷"].reading) == (Source.RULES, None)


@pytest.mark.parametrize("text", ["一个不", "孩子们", "The cat and a dog of my house"])
def test_what_connected_speech_does_is_no_ambiguity(text: str) -> None:
    assert [unit.text for unit in analyse(text, Notation.ANY, NONE) if unit.ambiguous] in ([], ["个"])


@pytest.mark.parametrize(
    ("text", "notation", "base", "value", "place"),
    [
        ("孩子[长](zhang3)大", Notation.KOKORO, "长", "zhang3", (2, 13)),
        ("她[h][ào]干净", Notation.COSYVOICE, "", "hao4", (1, 8)),
        ("她HAO4干净", Notation.INDEXTTS2, "", "hao4", (1, 5)),
        ("她<好|HAO4>干净", Notation.INDEXTTS25, "好", "hao4", (1, 9)),
        ("a [minute](M AY0 N UW1 T)", Notation.ANY, "minute", "M AY0 N UW1 T", (2, 25)),
    ],
)
def test_a_mark_is_a_unit(text: str, notation: Notation, base: str, value: str, place: tuple[int, int]) -> None:
    unit = units(text, notation)[base]
    assert unit.reading is not None
    assert (unit.reading.value, unit.source, (unit.start, unit.end)) == (value, Source.MARK, place)
    assert values(unit)[0] == value
    assert len(unit.choices) > 1 or not base


def test_a_mark_that_keeps_its_character_is_read_with_its_neighbours() -> None:
    assert values(units("银[行](xing2)的", Notation.KOKORO)["行"])[:2] == ["xing2", "hang2"]
    assert values(units("[还](hai2)钱", Notation.KOKORO)["还"]) == ["hai2", "huan2"]
    assert units("[睡](shui4)觉", Notation.KOKORO)["觉"].source is Source.PHRASE


def test_the_lexicon_is_asked_before_the_dictionaries_and_after_the_marks() -> None:
    found = units("长[城](cheng1)，看长城，wi-fi, read", lexicon=LEXICON)
    assert (found["城"].source, found["城"].reading) == (Source.LEXICON, found["城"].choices[0])
    assert [unit.source for unit in analyse("长[城](cheng1)", Notation.ANY, LEXICON)] == [
        Source.PHRASE,
        Source.MARK,
    ]
    assert (found["wi-fi"].source, values(found["wi-fi"])) == (Source.LEXICON, ["W AY1 F AY2"])
    assert values(found["read"]) == ["R EH1 D", "R IY1 D"]


def test_a_reading_is_written_in_the_notation_that_is_asked_for() -> None:
    text = "\\[她好干净 read"
    good, word = (units(text)[name] for name in ("好", "read"))
    for reading in ("hào", "hao4", "HAO4", " hao4 "):
        assert set_reading(text, good, reading, Notation.KOKORO, Notation.ANY) == "\\[她[好](hao4)干净 read"
    assert set_reading(text, good, "hao4", Notation.COSYVOICE, Notation.ANY) == "\\[她[h][ào]干净 read"
    assert set_reading(text, good, "hao4", Notation.INDEXTTS25, Notation.ANY) == "\\[她<好|HAO4>干净 read"
    assert set_reading(text, word, "r iy1 d", Notation.COSYVOICE, Notation.ANY) == "\\[她好干净 [R][IY1][D]"
    assert set_reading("她好", units("她好")["好"], "hao4", Notation.INDEXTTS2, Notation.INDEXTTS2) == "她HAO4"


def test_one_character_of_a_mark_over_two_is_changed_alone() -> None:
    text = "去[银行](yin2 hang2)"
    unit = units(text)["行"]
    assert set_reading(text, unit, "xing2", Notation.KOKORO, Notation.ANY) == "去[银](yin2)[行](xing2)"
    assert clear_reading(text, unit, Notation.ANY) == "去[银](yin2)行"


@pytest.mark.parametrize(
    ("name", "reading", "write_as", "words"),
    [
        ("好", "hoa4", Notation.KOKORO, "“hoa4” is no Mandarin syllable.*hao3, hao4"),
        ("好", "M AY0", Notation.KOKORO, "no Mandarin syllable"),
        ("read", "R EH D", Notation.KOKORO, "R EH1 D, R IY1 D"),
        ("read", "du2", Notation.KOKORO, "ARPAbet"),
        (" ", "du2", Notation.KOKORO, "no reading that can be set"),
        ("好", "hao4", Notation.INDEXTTS2, "HAO4 would not be read as a mark here"),
        ("read", "R EH1 D", Notation.INDEXTTS2, "indextts2"),
    ],
)
def test_a_reading_that_cannot_be_set_is_said_in_a_sentence(
    name: str, reading: str, write_as: Notation, words: str
) -> None:
    text = "好 read"
    with pytest.raises(InvalidText, match=words):
        set_reading(text, units(text)[name], reading, write_as, Notation.ANY)


def test_a_mark_is_taken_away_where_its_words_are_there() -> None:
    for text, notation in (("她[好](hao4)！", Notation.KOKORO), ("她<好|HAO4>！", Notation.INDEXTTS25)):
        assert clear_reading(text, units(text, notation)["好"], notation) == "她好！"
    assert clear_reading("她好", units("她好")["好"], Notation.ANY) == "她好"
    with pytest.raises(InvalidText, match="taken the place"):
        clear_reading("她[h][ào]", units("她[h][ào]")[""], Notation.ANY)


def test_what_is_ambiguous_is_annotated_or_everything() -> None:
    text = "银行 [read](R IY1 D) xyzzy"
    assert annotate(text, Notation.ANY, Notation.KOKORO, NONE, every=False) == "银[行](hang2) [read](R IY1 D) xyzzy"
    assert annotate(text, Notation.ANY, Notation.COSYVOICE, NONE, every=True) == "[y][ín][h][áng] [R][IY1][D] xyzzy"
    assert annotate("银行 read", Notation.ANY, Notation.INDEXTTS2, NONE, every=True) == "YIN2HANG2 read"
    assert annotate("城", Notation.ANY, Notation.KOKORO, Lexicon({"城": "cheng2"}), every=False) == "[城](cheng2)"
    with pytest.raises(InvalidText):
        annotate(text, Notation.ANY, Notation.INDEXTTS2, NONE, every=False)


pieces = st.sampled_from(
    ["银行", "[行](hang2)", "[h][ào]", "<好|HAO4>", "[breath]", "read", "\\[", "[", "](", "\0", "😀", " "]
)
texts = st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=8).map("".join)


@settings(deadline=None, max_examples=60)
@given(texts, st.sampled_from(Notation))
def test_units_cover_any_text(text: str, notation: Notation) -> None:
    position = 0
    for unit in analyse(text, notation, LEXICON):
        assert unit.start == (position if unit.part == 0 else unit.start)
        assert unit.reading is None or unit.reading in unit.choices
        position = unit.end
    assert position == len(text)


@settings(deadline=None, max_examples=40)
@given(texts)
def test_annotating_changes_no_words(text: str) -> None:
    written = annotate(text, Notation.ANY, Notation.KOKORO, LEXICON, every=True)
    marked = nodes(read(written, Notation.KOKORO))
    assert plain(marked) == "".join(unit.text for unit in analyse(text, Notation.ANY, LEXICON) if unit.kind != "tag")
    says = [node for node in marked if isinstance(node, Pinyin | Arpabet)]
    known = [unit.reading.value for unit in analyse(text, Notation.ANY, LEXICON) if unit.reading]
    assert [node.syllable if isinstance(node, Pinyin) else " ".join(node.phones) for node in says] == known
