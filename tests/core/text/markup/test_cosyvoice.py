import pytest

from core.text.markup.cosyvoice import FINALS, INVENTORY
from core.text.markup.model import Arpabet, Marked, Notation, Pinyin, Span, Tag, Text
from core.text.markup.reader import nodes, read, scan
from tests.core.text.markup.strategies import SPELLABLE


def test_the_inventory_is_the_tokenizer_s() -> None:
    assert (len(INVENTORY.tags), len(INVENTORY.phones), len(INVENTORY.initials), len(INVENTORY.finals)) == (
        12,
        84,
        23,
        153,
    )
    assert {"vè", "ǘ", "ǚ", "ǜ", "er"} & INVENTORY.finals == {"vè", "ǘ", "ǚ", "ǜ"}
    assert not {"ǖ", "ēr", "ui", "ie"} & INVENTORY.finals


def test_every_token_is_of_use() -> None:
    """Each initial has a final, and each final an initial, but for those that stand alone."""
    used = {final for finals in FINALS.values() for final in finals}
    assert INVENTORY.finals - used <= {"ér", "ěr", "èr"}
    assert all(FINALS.values())
    assert len(SPELLABLE) > 1600


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("她[h][ào]干净", (Text("她"), Pinyin("hao4"), Text("干净"))),
        ("[ài][ér]", (Pinyin("ai4"), Pinyin("er2"))),
        ("[m][en][l][ǜ][n][vè]", (Pinyin("men5"), Pinyin("lv4"), Pinyin("nve4"))),
        ("[h][a\u030co]", (Pinyin("hao3"),)),
        ("[M][AY0][N][UW1][T]", (Arpabet(("M", "AY0", "N", "UW1", "T")),)),
        ("[HH][EH][L][OW1]", (Arpabet(("HH", "EH", "L", "OW1")),)),
        ("[AY1] [AY1]", (Arpabet(("AY1",)), Text(" "), Arpabet(("AY1",)))),
        ("[B][IY1][b][ǐ]", (Arpabet(("B", "IY1")), Pinyin("bi3"))),
        ("[breath][quick_breath][vocalized-noise]", (Tag("breath"), Tag("quick_breath"), Tag("vocalized-noise"))),
        ("<strong>a</strong>", (Span("strong", True), Text("a"), Span("strong", False))),
        ("看[1]，<3", (Text("看[1]，<3"),)),
    ],
)
def test_marks(text: str, marked: Marked) -> None:
    assert nodes(read(text, Notation.COSYVOICE)) == marked
    assert nodes(read(text, Notation.ANY)) == marked


@pytest.mark.parametrize("notation", [Notation.COSYVOICE, Notation.ANY])
@pytest.mark.parametrize(
    ("text", "code", "place", "nearest"),
    [
        ("看[b][ǎngg]", "markup.unknown", (4, 10), "[ǎng]"),
        ("看[breth]", "markup.unknown", (1, 8), "[breath]"),
        ("[Breath]", "markup.unknown", (0, 8), "[breath]"),
        ("[laugter]", "markup.unknown", (0, 9), "[laughter]"),
        ("<stong>", "markup.unknown", (0, 7), "<strong>"),
        ("</laugter>", "markup.unknown", (0, 10), "</laughter>"),
        ("[b][iǎng]", "markup.syllable", (0, 9), "[b][iǎn]"),
        ("[g][iǎo]好", "markup.syllable", (0, 8), "[g][ǎo]"),
        ("[iǎo]", "markup.syllable", (0, 5), "[y][ǎo]"),
        ("[uǒ]", "markup.syllable", (0, 4), "[w][ǒ]"),
        ("[h]好", "markup.initial", (0, 3), None),
        ("[h][breath]", "markup.initial", (0, 3), None),
        ("[bb][ǎo]", "markup.unknown", (0, 4), "[b]"),
        ("[hǎo]", "markup.unknown", (0, 5), "[h][ǎo]"),
        ("[hao4]", "markup.unknown", (0, 6), "[h][ào]"),
        ("[d][uī5]", "markup.unknown", (3, 8), "[uī]"),
        ("[AY3]", "markup.unknown", (0, 5), "[AY]"),
        ("[M][AY0][XX]", "markup.unknown", (8, 12), None),
        ("[HH][T]", "markup.vowel", (0, 7), None),
        ("[M][AY]", "markup.stress", (0, 7), "[M][AY1]"),
    ],
)
def test_problems(text: str, code: str, place: tuple[int, int], nearest: str | None, notation: Notation) -> None:
    placed, problems = scan(text, notation)
    assert [(found.code, (found.start, found.end)) for found in problems] == [(code, place)]
    assert nearest is None or problems[0].suggestions[0] == nearest
    assert "".join(text[mark.start : mark.end] for mark in placed) == text


def test_every_problem_with_a_syllable_has_suggestions() -> None:
    for initial in (*INVENTORY.initials, "foo"):
        for final in (*INVENTORY.finals, "ǎngg"):
            for found in scan(f"[{initial}][{final}]", Notation.COSYVOICE)[1]:
                assert found.suggestions
                if found.code == "markup.syllable":
                    assert all(isinstance(nodes(read(one, Notation.COSYVOICE))[0], Pinyin) for one in found.suggestions)


def test_a_token_that_steers_the_model_is_no_text() -> None:
    assert [found.code for found in scan("好<|endofprompt|>", Notation.COSYVOICE)[1]] == ["markup.control"]
    assert scan("好<|endofprompt|>", Notation.ANY)[1] == ()
