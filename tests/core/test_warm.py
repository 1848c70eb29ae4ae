import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EngineFailed, InvalidInput
from core.warm import read_list, warm


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return write


def test_a_yaml_list_means_every_combination(written: Callable[[str, str], Path]) -> None:
    lines = read_list(
        written(
            "list.yaml", 'voices: [a, b]\nphrases: ["Hi.", 你好。]\nsettings: [{speed: 1.2}, {seed: 7, language: zh}]'
        )
    )
    assert len(lines) == 8
    assert lines[0] == {"voice": "a", "text": "Hi.", "speed": 1.2}
    assert lines[-1] == {"voice": "b", "text": "你好。", "seed": 7, "language": "zh"}


def test_settings_may_be_left_out(written: Callable[[str, str], Path]) -> None:
    assert read_list(written("list.yml", "voices: [a]\nphrases: [5]")) == [{"voice": "a", "text": "5"}]


def test_a_csv_list_has_a_request_in_each_row(written: Callable[[str, str], Path]) -> None:
    lines = read_list(written("list.csv", '\ufeffvoice,text,speed,seed\na,"Hello, you.",1.5,3\nb,你好。,,\n'))
    assert lines == [
        {"voice": "a", "text": "Hello, you.", "speed": 1.5, "seed": 3},
        {"voice": "b", "text": "你好。"},
    ]


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("a.yaml", "", "voices"),
        ("a.yaml", "voices: [a", "line"),
        ("a.yaml", "voices: a\nphrases: [b]", "lists"),
        ("a.yaml", "voices: []\nphrases: [b]", "no requests"),
        ("a.yaml", "voices: [a]\nphrases: [b]\nsettings: {speed: 1}", "settings"),
        ("a.yaml", "voices: [a]\nphrases: [b]\nsettings: [{tempo: 1}]", "tempo"),
        ("a.yaml", "voices: [a]\nphrases: [b]\nsettings: [{speed: fast}]", "fast"),
        ("a.yaml", "voices: [a]\nphrases: [b]\nsettings: [{seed: .inf}]", "b"),
        ("a.yaml", "voices: [a]\nphrases: [b]\nspeeds: [1]", "lists"),
        ("a.yaml", "!!python/object/apply:os.system ['true']", "python"),
        ("a.csv", "voice,text\n", "no requests"),
        ("a.csv", "voice\na\n", "text"),
        ("a.csv", "voice,text\na,b,c\n", "more values"),
        ("a.csv", 'voice,text\na,"b\n', "line"),
        ("a.csv", "voice,text,seed\na,b,1.5\n", "line 2"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(
    written: Callable[[str, str], Path], name: str, text: str, hint: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_list(written(name, text))
    assert raised.value.code == "warm.invalid"
    assert hint in str(raised.value)


@given(st.sampled_from(["x.yaml", "x.csv"]), st.binary(max_size=200))
def test_any_file_is_a_list_or_a_sentence(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            lines = read_list(file)
        except InvalidInput:
            return
        assert all(line.keys() >= {"voice", "text"} for line in lines)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_list(tmp_path / "none.yaml")
    assert raised.value.code == "file.unreadable"


def test_a_failure_does_not_stop_the_rest() -> None:
    def run(job: int) -> bool:
        if job == 2:
            raise EngineFailed("engine.failed", engine="test", reason="no")
        return job > 3

    *_, standing = warm([1, 2, 3, 4, 5], run)
    assert (standing.computed, standing.hits) == (2, 2)
    assert [place for place, _ in standing.failures] == [2]
