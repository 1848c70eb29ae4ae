"""``encore voices`` in this process, on a data folder of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.audio import encode
from core.cli import app
from core.settings import settings
from core.speakers.library import VoiceLibrary
from tests.core.speakers.test_reference import speechlike

Encore = Callable[..., Result]


@pytest.fixture
def encore(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Encore:
    monkeypatch.setenv("ENCORE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    for name, seconds in (("one", 6.0), ("two", 7.0)):
        (tmp_path / f"{name}.wav").write_bytes(encode(speechlike(seconds)))
    yield lambda *arguments: CliRunner().invoke(app, ["voices", *arguments])
    settings.cache_clear()


def library(folder: Path) -> VoiceLibrary:
    return VoiceLibrary(folder / "data" / "voices")


def test_a_voice_is_saved_described_taken_along_and_loaded(encore: Encore, tmp_path: Path) -> None:
    assert encore("save", "Anna", "one.wav", "--prompt-text", "One.").exit_code == 0
    assert encore("add", "anna", "two.wav", "--prompt-text", "Two.").exit_code == 0
    assert encore("set", "Anna", "--language", "en", "--tags", "warm, low", "--consent", "Anna, 2026").exit_code == 0
    shown = json.loads(encore("show", "Anna", "--json").stdout)
    assert (shown["tags"], shown["recordings"], shown["consent"]) == (["warm", "low"], ["One.", "Two."], "Anna, 2026")
    assert "“warm”, “low”" in encore("show", "Anna").stdout

    assert encore("export", "Anna").stdout.strip() == "Anna.encorevoice"
    assert encore("import", "Anna.encorevoice").stdout.strip() == "Anna"
    assert len(library(tmp_path).voices()) == 1
    assert encore("delete", "ANNA").exit_code == 0
    assert encore("import", "Anna.encorevoice").exit_code == 0
    (again,) = library(tmp_path).voices()
    assert (again.name, again.tags, len(again.clips)) == ("Anna", ("warm", "low"), 2)


def test_what_cannot_be_is_a_sentence(encore: Encore, tmp_path: Path) -> None:
    (tmp_path / "none.encorevoice").write_bytes(b"no zip")
    for arguments in (("show", "Nobody"), ("import", "none.encorevoice"), ("set", "Nobody"), ("export", "Nobody")):
        failed = encore(*arguments)
        assert failed.exit_code == 2
        assert failed.exception is None or isinstance(failed.exception, SystemExit)
