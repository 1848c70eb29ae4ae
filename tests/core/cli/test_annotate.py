import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.cli import app
from core.settings import settings


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ENCORE_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def encore(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=given)


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ((), "去银[行](hang2)，she [read](R EH1 D)"),
        (("--notation", "cosyvoice"), "去银[h][áng]，she [R][EH1][D]"),
        (("--notation", "indextts2"), "去银HANG2，she read"),
        (("--notation", "indextts2.5"), "去银<行|HANG2>，she <read|R EH1 D>"),
        (("--notation", "cosyvoice", "--every"), "[q][ù][y][ín][h][áng]，[SH][IY1] [R][EH1][D]"),
    ],
)
def test_what_is_ambiguous_is_written_in_each_notation(options: tuple[str, ...], written: str) -> None:
    answer = encore("annotate", "去银行，she read", *options)
    assert (answer.exit_code, answer.stdout) == (0, written + "\n")
    assert encore("annotate", "-", *options, given="去银行，she read").stdout == answer.stdout


def test_json_tells_units_choices_and_every_notation() -> None:
    answer = json.loads(encore("annotate", "她HAO4 [minute](M AY0 N UW1 T)", "--from", "indextts2", "--json").stdout)
    assert answer["written"]["kokoro"]["text"].startswith("她[](hao4)")
    answer = json.loads(encore("annotate", "行 [minute](M AY0 N UW1 T)", "--json").stdout)
    assert answer["problems"] == []
    assert answer["units"][0] == {
        "text": "行",
        "start": 0,
        "end": 1,
        "kind": "han",
        "reading": "xing2",
        "source": "dictionary",
        "choices": ["xing2", "hang2", "heng2"],
        "ambiguous": True,
        "word": 0,
    }
    assert answer["units"][-1]["source"] == "mark"
    assert answer["written"]["cosyvoice"] == {"text": "[x][íng] [M][AY0][N][UW1][T]"}
    assert "minute" in answer["written"]["indextts2"]["error"]["message"]


def test_a_mark_with_an_error_is_named_with_its_place_and_suggestions() -> None:
    answer = encore("annotate", "她[b][ǎnf]净")
    assert answer.exit_code == 2
    assert "[ǎn]" in answer.stderr
    answer = encore("annotate", "她[b][ǎnf]净", "--json")
    assert answer.exit_code == 2
    found = json.loads(answer.stdout)
    assert found["problems"][0]["suggestions"]
    assert {"start", "end", "code", "message"} <= found["problems"][0].keys()
    assert "error" in found["written"]["kokoro"]


def test_the_lexicon_is_kept_and_used(data_dir: Path) -> None:
    assert encore("lexicon", "set", "银行", "yín xíng").exit_code == 0
    assert json.loads(encore("lexicon", "set", "Koch", "K AA1 K", "--json").stdout) == {"Koch": "K AA1 K"}
    assert encore("annotate", "银行的Koch").stdout == "[银](yin2)[行](xing2)[的](de5)[Koch](K AA1 K)\n"
    assert encore("lexicon", "list").stdout == "Koch\tK AA1 K\n银行\tyin2 xing2\n"
    assert encore("lexicon", "remove", "koch").exit_code == 0
    assert json.loads(encore("lexicon", "list", "--json").stdout) == {"银行": "yin2 xing2"}
    assert (data_dir / "lexicon.csv").is_file()


def test_words_go_out_to_a_file_and_come_in_again(data_dir: Path) -> None:
    table = data_dir / "words.csv"
    encore("lexicon", "set", "银行", "yin2 xing2")
    assert json.loads(encore("lexicon", "export", str(table), "--json").stdout)["words"] == 1
    assert encore("lexicon", "export", "-").stdout == "word,reading\n银行,yin2 xing2\n"
    encore("lexicon", "set", "银行", "yin2 hang2")
    assert encore("lexicon", "import", str(table)).stdout == "0 new, 1 changed, 0 as they were.\n"
    imported = encore("lexicon", "import", str(table), "--json")
    assert json.loads(imported.stdout) == {"new": 0, "changed": 0, "unchanged": 1}


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("set", "银行", "yin2"), 2, "2 characters"),
        (("remove", "银行"), 2, "not in the lexicon"),
        (("import", "missing.csv"), 2, "could not be read"),
        (("export", "missing/words.csv"), 1, "could not be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: tuple[str, ...], status: int, words: str) -> None:
    answer = encore("lexicon", *arguments)
    assert answer.exit_code == status
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_bad_row_of_an_import_is_named(data_dir: Path) -> None:
    table = data_dir / "words.csv"
    table.write_text("word,reading\n银行,yin2\n", "utf-8")
    answer = encore("lexicon", "import", str(table))
    assert answer.exit_code == 2
    assert "Line 2" in answer.stderr
    assert encore("lexicon", "list").stdout == ""
