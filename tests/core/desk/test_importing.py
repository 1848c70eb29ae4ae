import codecs
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.desk.formats.reading import MOST_FINDINGS
from core.desk.importing import MOST_BYTES, MOST_ROWS, SUFFIXES, read_script, write_csv
from core.desk.script import MOST_LINES, UNTYPABLE, Line, Script, Slot
from core.engines.base import TimedText, Transcript
from core.errors import InvalidInput
from core.request import MAX_SEED
from core.transcript_formats import FORMATS


def lines(name: str, text: str) -> list[tuple[str, str]]:
    """Speakers and texts of a file."""
    return [(line.speaker, line.text) for line in read_script(name, text.encode()).lines]


def codes(name: str, text: str) -> list[tuple[str, object]]:
    """What is told of a file, and of which line."""
    return [(one.code, one.details.get("line")) for one in read_script(name, text.encode()).findings]


# Plain text


def test_each_line_of_a_text_that_is_not_empty_is_a_line() -> None:
    assert lines("a.txt", "One.\n\n  Two: 2.  \r\nThree.\u2028Four.") == [
        ("", "One."),
        ("", "Two: 2."),
        ("", "Three."),
        ("", "Four."),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ANNA: Hello", [("ANNA", "Hello")]),
        ("ANNA: Hello\nBen:Hi: you\nA knock.", [("ANNA", "Hello"), ("Ben", "Hi: you"), ("", "A knock.")]),
        ("安娜：你好\n本（轻声）：喂", [("安娜", "你好"), ("本", "喂")]),
        ("Man 2: Oh.\nThe Duke of York: No!", [("Man 2", "Oh."), ("The Duke of York", "No!")]),
        ("ANNA: Hello\nA knock.", [("", "ANNA: Hello"), ("", "A knock.")]),
        ("He said: go\nThen she said: no", [("", "He said: go"), ("", "Then she said: no")]),
        ("他说：走\n她问：谁", [("", "他说：走"), ("", "她问：谁")]),
        ("10:30 we meet\n11:45 we part", [("", "10:30 we meet"), ("", "11:45 we part")]),
        ("https://a.b\nhttps://c.d", [("", "https://a.b"), ("", "https://c.d")]),
        ("ANNA:\nBEN:", [("", "ANNA:"), ("", "BEN:")]),
    ],
)
def test_names_before_colons_are_speakers_where_they_are_a_habit(text: str, expected: list[tuple[str, str]]) -> None:
    assert lines("a.txt", text) == expected


def test_whom_a_text_took_for_speakers_is_told_and_how_they_speak_is_taken() -> None:
    read = read_script("a.txt", b"ANNA (softly): Hello\nBEN: Hi\nANNA: Bye")
    assert [line.instruction for line in read.lines] == ["softly", "", ""]
    assert [(one.code, one.details) for one in read.findings] == [("import.speakers", {"names": "ANNA, BEN"})]


# Tables


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [True, False])
def test_a_table_is_read_whatever_stands_between_its_cells(delimiter: str, header: bool) -> None:
    rows = [["speaker", "text", "instruction"]] * header + [
        ["Anna", '"Hello, Ben; a|b"', "happy"],
        ["", '"Say ""so""\nand go"', ""],
        ["Ben", "你好", ""],
    ]
    read = read_script("a.csv", "\n\n".join(delimiter.join(row) for row in rows).encode())
    assert [(line.speaker, line.text, line.instruction) for line in read.lines] == [
        ("Anna", "Hello, Ben; a|b", "happy"),
        ("", 'Say "so"\nand go', ""),
        ("Ben", "你好", ""),
    ]
    assert read.findings == ()


def test_all_columns_are_taken_by_their_names() -> None:
    table = "台词;角色;Speed;SEED;start;end;locked;take\nHallo; Anna ;1,25;7;0:01;00:00:02,5;yes;3\n"
    read = read_script("a.csv", table.encode())
    [line] = read.lines
    assert replace(line, line_id="a") == Line("a", "Hallo", "Anna", "", 7, 1.25, True, Slot(1, 2.5))
    assert [(one.code, one.details["column"]) for one in read.findings] == [("import.column", "take")]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("text\nHello, Ben\nBye", [("", "Hello, Ben"), ("", "Bye")]),
        ("speaker,text\nAnna,Hello, Ben\nBen,Hi", [("Anna", "Hello, Ben"), ("Ben", "Hi")]),
        ("Anna,Hello\nA knock\nBen,Hi", [("Anna", "Hello"), ("", "A knock"), ("Ben", "Hi")]),
        ('Anna, "Hello, you"\nBen, "Hi"', [("Anna", "Hello, you"), ("Ben", "Hi")]),
        ('Anna,"Hello\nBen,"Hi"\nCy,Yo', [("Anna", '"Hello'), ("Ben", "Hi"), ("Cy", "Yo")]),
        ('Anna,"Hello\nBen,Hi', [("Anna", '"Hello'), ("Ben", "Hi")]),
        ("Hello", [("", "Hello")]),
        ("line,speaker,text\n1,Anna,Hello", [("Anna", "Hello")]),
        ("Character;Line\nAnna;Hello", [("Anna", "Hello")]),
        ("sep=|\nAnna|Hello\nBen|Hi|there", [("Anna", "Hello"), ("Ben", "Hi|there")]),
    ],
)
def test_tables_as_people_write_them(table: str, expected: list[tuple[str, str]]) -> None:
    assert lines("a.csv", table) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("speaker,text\nAnna,Hello, Ben", [("import.joined", 2)]),
        ("text,speaker\nHello,Anna,why", [("import.extra", 2)]),
        ('text\n\n"Hello', [("import.quotes", 3)]),
        ("text,seed,speed\nHello,1.5,fast\nHi,-1,9\nHo,9999999999,", [("import.value", n) for n in (2, 2, 3, 3, 4)]),
        ("text,seed\nHello,1e999\nHi,nan", [("import.value", 2), ("import.value", 3)]),
        ("text,start,end\nHello,2,1\nHi,a,b\nHo,1,\nHa,nan,1", [("import.slot", n) for n in (2, 3, 4, 5)]),
        (f"speaker,text\n{'a' * 61},Hello", [("import.value", 2)]),
        (f"instruction,text\n{'a' * 501},Hello", [("import.value", 2)]),
        ("text\nHel\x07lo", [("import.control", 2)]),
    ],
)
def test_what_cannot_be_taken_from_a_table_is_told(table: str, expected: list[tuple[str, int]]) -> None:
    assert codes("a.csv", table) == expected


# Subtitles


def test_subtitles_keep_their_times_and_lose_their_tags() -> None:
    srt = (
        "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> {\\an8}there,\nyou & me <strong>now</strong>\n\n"
        "2\n1:02:03,5 --> 1:02:04,000 X1:40\nAT&amp;T <font color='red'>red</font>\n"
        "3\n01:00:05,000 --> 01:00:06,000\nNo line between.\n"
    )
    read = read_script("a.srt", srt.encode())
    assert [(line.text, line.slot) for line in read.lines] == [
        ("Hello there, you & me <strong>now</strong>", Slot(1, 2.5)),
        ("AT&T red", Slot(3723.5, 3724)),
        ("No line between.", Slot(3605, 3606)),
    ]
    assert read.findings == ()


def test_webvtt_says_who_speaks() -> None:
    vtt = (
        "WEBVTT - a film\nKind: captions\n\nNOTE not\nspoken\n\nSTYLE\n::cue { color: red }\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start\n<v.loud Anna B>Hello <00:01.500><c>there</c>\n\n"
        "00:03.000 --> 00:06.000\n<v Anna B>Yes.</v>\n<v Ben>No, not you.\n"
    )
    read = read_script("a.vtt", vtt.encode())
    assert [(line.speaker, line.text) for line in read.lines] == [
        ("Anna B", "Hello there"),
        ("Anna B", "Yes."),
        ("Ben", "No, not you."),
    ]
    assert [line.slot for line in read.lines] == [Slot(1, 2), Slot(3, 3.75), Slot(3.75, 6)]
    assert [(one.code, one.details["line"]) for one in read.findings] == [("import.shared", 14)]


def test_two_who_speak_by_turns_in_one_cue_are_two_lines() -> None:
    srt = "1\n00:00:01,000 --> 00:00:03,000\n- Who\nis it?\n- It is me.\n\n2\n00:00:04,000 --> 00:00:05,000\n-40 °C.\n"
    assert lines("a.srt", srt) == [("", "Who is it?"), ("", "It is me."), ("", "-40 °C.")]


def test_names_before_colons_are_speakers_in_subtitles_too() -> None:
    srt = "1\n00:00:01,000 --> 00:00:03,000\nANNA: Who?\n\n2\n00:00:04,000 --> 00:00:05,000\nBEN: Me.\n"
    read = read_script("a.srt", srt.encode())
    assert [(line.speaker, line.text, line.slot) for line in read.lines] == [
        ("ANNA", "Who?", Slot(1, 3)),
        ("BEN", "Me.", Slot(4, 5)),
    ]


@pytest.mark.parametrize(
    ("srt", "kept", "expected"),
    [
        ("1\n00:00:02,000 --> 00:00:01,000\nHello", 1, [("import.slot", 2)]),
        ("1\n0:0:x --> 00:00:01,000\nHello", 1, [("import.slot", 2)]),
        ("1\n00:00:01,000 -->\nHello", 1, [("import.slot", 2)]),
        ("Hi\n\n1\n00:00:01,000 --> 00:00:02,000\nHello\n\nand on", 1, [("import.no_time", 1), ("import.no_time", 7)]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n<i></i>\n\n2\n00:00:01,000 --> 00:00:02,000\nHo",
            1,
            [("import.no_words", 2)],
        ),
        ("Hi\n00:01.000 --> 00:02.000\nHo", 1, [("import.no_time", 1)]),
        ("NOTE\n\n00:01.000 --> 00:02.000\nHo", 1, [("import.no_time", 1)]),
    ],
)
def test_what_cannot_be_taken_from_subtitles_is_told(srt: str, kept: int, expected: list[tuple[str, int]]) -> None:
    assert (len(lines("a.srt", srt)), codes("a.srt", srt)) == (kept, expected)


# What it is, and in which letters


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("", "ANNA: Hello", [("ANNA", "Hello")]),
        ("", "Anna\tHello\nBen\tHi", [("Anna", "Hello"), ("Ben", "Hi")]),
        ("", "1\n00:00:01,000 --> 00:00:02,000\nHo", [("", "Ho")]),
        ("a.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHo", [("", "Ho")]),
        ("A.CSV", "Anna;Hello\nBen;Hi", [("Anna", "Hello"), ("Ben", "Hi")]),
        ("a.md", "Anna\tHello", [("", "Anna\tHello")]),
    ],
)
def test_what_is_pasted_or_called_otherwise_shows_what_it_is(
    name: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert lines(name, text) == expected


@pytest.mark.parametrize(
    ("text", "encoding", "guessed"),
    [
        ("Anna: Grüß dich, 你好", "utf-8", False),
        ("Anna: Grüß dich, 你好", "utf-8-sig", False),
        ("Anna: Grüß dich, 你好", "utf-16", False),
        ("Anna: hello 你好", "utf-16-le", False),
        ("Anna: hello 你好", "utf-16-be", False),
        ("安娜：你好，世界。", "gb18030", True),
        ("Anna: Présentez-vous à l’école, s’il vous plaît.", "cp1252", True),
    ],
)
def test_the_usual_encodings_are_read(text: str, encoding: str, guessed: bool) -> None:
    read = read_script("a.txt", text.encode(encoding))
    speaker, _, words = text.replace("：", ": ").partition(": ")
    assert [(line.speaker, line.text) for line in read.lines] == [(speaker, words)]
    assert ("import.guessed" in [one.code for one in read.findings]) == guessed


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.nothing"),
        (b"\n \r\n\t", "import.nothing"),
        (codecs.BOM_UTF8, "import.nothing"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00\xff\xfe", "import.encoding"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "import.encoding"),
        (b"a" * (MOST_BYTES + 1), "import.too_large"),
    ],
)
def test_what_is_no_script_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_script("a.txt", data)
    assert refused.value.code == code


def test_of_too_many_lines_the_first_are_taken_and_the_rest_told() -> None:
    read = read_script("a.txt", b"One.\n" * (MOST_LINES + 3))
    assert len(read.lines) == MOST_LINES
    assert [(one.code, one.details["line"]) for one in read.findings] == [("import.cut", MOST_LINES + 1)]


def test_a_file_that_goes_on_and_on_is_not_read_to_its_end() -> None:
    read = read_script("a.txt", b"One." + b"\n" * MOST_ROWS + b"Two.")
    assert [line.text for line in read.lines] == ["One."]
    assert [(one.code, one.details["line"]) for one in read.findings] == [("import.cut", MOST_ROWS + 1)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", '"a\n' * 200_000),
        ("a.csv", 'text\n"' + "a" * 400_000),
        ("a.csv", '"a" b\n' * 200_000),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * 400_000),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<rt>" * 400_000),
        ("a.srt", "00:01,000 --> 00:02,000\n" + "{\\" * 400_000),
        ("a.srt", "-->\n" * 200_000),
        ("a.srt", "00:01,000 --> 00:02,000\n" + "- a\n" * 200_000),
        ("a.srt", "00:01,000 --> 00:02,000\n- a\n- b\n" + "c\n" * 200_000),
        ("a.txt", "a" + " " * 1_000_000 + "b"),
        ("a.txt", "A: " * 400_000),
        ("", "1:" * 1_000_000),
    ],
)
def test_files_made_to_take_forever_do_not(name: str, text: str) -> None:
    # Nothing here takes a second; what grows with the square of the length would take hours.
    began = time.process_time()
    try:
        read = read_script(name, text.encode())
    except InvalidInput:
        read = None
    assert time.process_time() - began < 30
    assert read is None or len(read.findings) <= MOST_FINDINGS + 2


# Whatever comes

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\"',;|"), max_size=40)
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), max_size=20)
SLOTS = st.builds(
    lambda start, length: Slot(start, start + length),
    st.floats(0, 1e5),
    st.floats(1e-3, 1e4),
)
LINES = st.builds(
    Line,
    st.uuids().map(lambda one: one.hex),
    TEXTS,
    NAMES,
    TEXTS,
    st.integers(0, MAX_SEED),
    st.floats(0.25, 4),
    st.booleans(),
    st.none() | SLOTS,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=6, unique_by=lambda line: line.line_id))
def test_what_is_written_as_csv_reads_back_the_same(given: list[Line]) -> None:
    read = read_script("a.csv", write_csv(Script(tuple(given))).encode())
    assert [replace(line, line_id="a") for line in read.lines] == [replace(line, line_id="a") for line in given]
    assert read.findings == ()


PIECES = st.sampled_from(
    [
        *(
            "\n",
            "\r\n",
            "\n\n",
            " ",
            ",",
            ";",
            "\t",
            '"',
            ":",
            "：",
            "- ",
            "\v",
            "\f",
            "1",
            "text",
            "Anna",
            "你好",
            "-->",
        ),
        *("00:00:01,000 --> 00:00:02,000", "00:03.5 --> 00:02", "WEBVTT", "NOTE", "<v Anna>", "</v>", "<i>", "{\\a}"),
    ]
)


CUES = st.lists(
    st.tuples(
        st.integers(0, 10**8),
        st.integers(1, 10**6),
        st.text("abcXYZ 123.,!?'“”你好éß", min_size=1).filter(str.strip),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["srt", "vtt"]), CUES)
def test_subtitles_that_are_written_here_read_back_the_same(name: str, cues: list[tuple[int, int, str]]) -> None:
    segments = tuple(TimedText(start / 1000, (start + length) / 1000, text) for start, length, text in cues)
    read = read_script(f"a.{name}", FORMATS[name](Transcript("", "en", segments)).encode())
    assert [line.text for line in read.lines] == [" ".join(text.split()) for _, _, text in cues]
    assert [line.slot for line in read.lines] == [Slot(part.start_s, part.end_s) for part in segments]
    assert read.findings == ()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["", *SUFFIXES]), st.lists(PIECES | TEXTS, max_size=30).map("".join) | st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused_in_a_sentence(name: str, given: str | bytes) -> None:
    data = given if isinstance(given, bytes) else given.encode()
    try:
        read = read_script(f"a{name}", data)
    except InvalidInput:
        return
    assert not any(UNTYPABLE.search(line.text) for line in read.lines)
    assert all(one.sentence for one in read.findings)
    Script(read.lines)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=30), max_size=8))
def test_no_word_of_a_plain_text_is_lost(given: list[str]) -> None:
    text = "\n".join(given)
    if not text.split():
        return
    read = read_script("a.txt", text.encode())
    kept = "".join(f"{line.speaker}{line.instruction}{line.text}" for line in read.lines)
    assert sorted(character for character in kept if character.isalnum()) == sorted(
        character for character in text if character.isalnum()
    )
