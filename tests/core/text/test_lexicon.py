import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.text.lexicon import Imported, Lexicon, LexiconFile, checked, read_csv, write_csv
from core.text.markup.model import Arpabet, Marked, Pinyin, Tag, Text, merged
from core.text.script import plain

LEXICON = Lexicon(
    {
        "长城": "chang2 cheng2",
        "长": "zhang3",
        "长城汽车": "chang2 cheng2 qi4 che1",
        "Koch": "K AA1 K",
        "Wi-Fi": "W AY1 F AY2",
        "don't": "D OW1 N T",
    }
)
CHENG = Pinyin("cheng2", "城")


@pytest.fixture
def file(tmp_path: Path) -> LexiconFile:
    return LexiconFile(tmp_path / "new" / "lexicon.csv")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("万里长城。", (Text("万里"), Pinyin("chang2", "长"), CHENG, Text("。"))),
        ("长城汽", (Pinyin("chang2", "长"), CHENG, Text("汽"))),
        ("长长城", (Pinyin("zhang3", "长"), Pinyin("chang2", "长"), CHENG)),
        ("KOCH说", (Arpabet(("K", "AA1", "K"), "KOCH"), Text("说"))),
        ("‘koch’", (Text("‘"), Arpabet(("K", "AA1", "K"), "koch"), Text("’"))),
        ("Koch's Kochs Koch’s xKoch Koch4", (Text("Koch's Kochs Koch’s xKoch Koch4"),)),
        ("wi-fi-on", (Arpabet(("W", "AY1", "F", "AY2"), "wi-fi"), Text("-on"))),
        ("Wi-Find", (Text("Wi-Find"),)),
        ("DON’T", (Arpabet(("D", "OW1", "N", "T"), "DON’T"),)),
    ],
)
def test_the_longest_words_are_marked_and_latin_ones_only_whole(text: str, expected: Marked) -> None:
    assert LEXICON.apply((Text(text),)) == expected


def test_what_is_marked_already_stays() -> None:
    marked = (Pinyin("zhang3", "长"), Text("城长城"), Tag("breath"), Arpabet(("K", "AO1", "K"), "Koch"))
    assert LEXICON.apply(marked) == (marked[0], Text("城"), Pinyin("chang2", "长"), CHENG, *marked[2:])


words = st.one_of(st.sampled_from(list(LEXICON.entries)), st.text("长城汽车koch's-fiW 😀\u202e\x00", max_size=8))
nodes = st.one_of(words.map(Text), words.map(lambda word: Pinyin("hao3", word)), st.just(Tag("breath")))


@given(st.lists(nodes, max_size=8).map(merged))
def test_applying_twice_is_applying_once_and_no_word_or_mark_is_lost(marked: Marked) -> None:
    applied = LEXICON.apply(marked)
    assert LEXICON.apply(applied) == applied == merged(applied)
    assert plain(applied) == plain(marked)
    marks = iter(applied)
    assert all(any(mark is node for node in marks) for mark in marked if not isinstance(mark, Text))


def test_time_grows_with_the_text_alone() -> None:
    lexicon = Lexicon({"长" * length: " ".join(["chang2"] * length) for length in range(1, 60)})
    applied = lexicon.apply((Text("长城" * 5000 + "a-" * 5000),))
    assert sum(isinstance(node, Pinyin) for node in applied) == 5000


def test_words_are_kept_replaced_and_forgotten(file: LexiconFile, tmp_path: Path) -> None:
    assert file.load().entries == {}
    file.set(" 长城 ", "cháng CHENG2")
    file.set("Koch", "k aa1 . k")
    assert file.load().entries == {"长城": "chang2 cheng2", "Koch": "K AA1 K"}
    assert file.load() is file.load()
    file.set("KOCH", "K AO1 K")
    assert LexiconFile(tmp_path / "new" / "lexicon.csv").load().entries == {"长城": "chang2 cheng2", "KOCH": "K AO1 K"}
    assert file.remove("koch").entries == {"长城": "chang2 cheng2"}
    with pytest.raises(InvalidInput, match="not in the lexicon"):
        file.remove("koch")
    assert [path.name for path in (tmp_path / "new").iterdir() if "csv." in path.name] == []


def test_an_import_merges_and_says_what_it_did(file: LexiconFile) -> None:
    file.set("长城", "chang2 cheng2")
    file.set("Koch", "K AA1 K")
    data = '\ufeffWord,Reading\r\n\r\n长城,chang2 cheng2\r\nkoch,K AO1 K\r\n"Wi-Fi", W AY1 F AY2\r\n'
    assert file.import_csv(data.encode()) == Imported(new=1, changed=1, unchanged=1)
    assert file.export_csv() == "word,reading\nWi-Fi,W AY1 F AY2\nkoch,K AO1 K\n长城,chang2 cheng2\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("长城,chang2", "2 characters and its reading 1"),
        ("长城,chang2 chengg2", "“chengg2” is no Mandarin syllable"),
        ("Koch,K XX1 K", "ARPAbet"),
        ("Koch,K AA K", "ARPAbet"),
        ("New York,N UW1", "one Latin word"),
        ("卡拉OK,ka3", "Chinese characters only"),
        ("2024,T UW1", "cannot be in the lexicon"),
        (",K AA1 K", "cannot be in the lexicon"),
        ("a" * 61 + ",K AA1", "at most 60"),
        ("Koch", "two columns"),
        ("Koch,K AA1 K,x", "has 3"),
        ("好,hao4", "another way in line 2"),
        ('"Koch,K AA1 K', "end of data"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_taken(file: LexiconFile, row: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as raised:
        file.import_csv(f"word,reading\n好,hao3\n{row}\n")
    assert raised.value.code == "lexicon.row"
    assert raised.value.details["line"] in (3, 4)
    assert file.load().entries == {}


def test_a_file_in_another_encoding_is_refused(file: LexiconFile) -> None:
    with pytest.raises(InvalidInput, match="UTF-8"):
        file.import_csv("好,hao3".encode("gb18030"))


@given(st.dictionaries(st.text("长城行好", min_size=1, max_size=4), st.just("hao3"), max_size=5))
def test_what_is_exported_is_imported_again(words: dict[str, str]) -> None:
    entries = dict(checked(word, " ".join([reading] * len(word))) for word, reading in words.items())
    assert read_csv(write_csv(entries)) == entries


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.csv"
    threads = [
        threading.Thread(target=lambda word=word: LexiconFile(path).set(word, "hao3"))  # type: ignore[misc]
        for word in "长城行好重乐"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(LexiconFile(path).load().entries) == set("长城行好重乐")
