import json
from pathlib import Path

import pytest

from tests.core.cli.shell import encore, encore_here


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def test_an_empty_cache_says_so(data_dir: Path) -> None:
    stats = json.loads(encore(data_dir, "cache", "stats", "--json").stdout)
    assert stats["redis"]["up"] is True
    assert stats["total"]["requests"] == 0
    assert json.loads(encore_here(data_dir, "cache", "list", "--json").stdout) == []
    assert json.loads(encore_here(data_dir, "cache", "purge", "--all", "--json").stdout) == {"purged": 0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("purge",), "--all"),
        (("purge", "--all", "--namespace", "segment"), "--all"),
        (("purge", "nonsense"), "nonsense"),
        (("warm",), "--popular"),
        (("warm", "missing.yaml"), "could not be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(data_dir: Path, arguments: tuple[str, ...], words: str) -> None:
    ended = encore_here(data_dir, "cache", *arguments)
    assert ended.exit_code == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("models")
def test_warming_up_resumes_and_what_was_popular_comes_back(data_dir: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines.yaml"
    lines.write_text("voices: [af_heart]\nphrases: [One moment., Two moments.]\nsettings: [{seed: 3}]\n")

    def warm(*arguments: str) -> dict[str, int]:
        ended = encore(data_dir, "cache", "warm", *arguments, "--json")
        assert ended.returncode == 0, ended.stderr
        done = json.loads(ended.stdout)
        return {"computed": done["computed"], "hits": done["hits"]}

    assert warm(str(lines)) == {"computed": 2, "hits": 0}
    lines.write_text(lines.read_text().replace("Two moments.]", "Two moments., Three.]"))
    assert warm(str(lines)) == {"computed": 1, "hits": 2}

    entries = json.loads(encore_here(data_dir, "cache", "list", "--namespace", "segment", "--json").stdout)
    assert len(entries) == 3
    encore_here(data_dir, "cache", "purge", entries[0]["key"])
    assert len(json.loads(encore_here(data_dir, "cache", "list", "-n", "segment", "--json").stdout)) == 2

    encore_here(data_dir, "cache", "purge", "--all")
    assert warm("--popular", "2") == {"computed": 2, "hits": 0}
    assert warm("--popular", "2") == {"computed": 0, "hits": 2}
