"""``encore users`` and ``encore keys``."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import webui.gate.accounts
from core.settings import Settings
from webui.__main__ import app
from webui.gate.credentials import Credentials


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = Settings(data_dir=tmp_path)
    monkeypatch.setattr(webui.gate.accounts, "settings", lambda: settings)
    return settings


def run(*words: str, given: str = "") -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words), input=given)
    return done.exit_code, done.stdout, done.stderr


def test_a_key_is_shown_once_and_lets_in_until_it_is_revoked(settings: Settings) -> None:
    code, shown, _ = run("keys", "new", "render farm", "--speakers-agree")
    assert code == 0
    assert Credentials.of(settings).by_key(shown.strip()).name == "render farm"
    assert json.loads(run("keys", "list", "--json")[1]) == ["render farm"]
    assert run("keys", "new", "render farm", "--speakers-agree")[0] == 2
    assert run("keys", "revoke", "render farm")[0] == 0
    assert Credentials.of(settings).by_key(shown.strip()) is None
    assert run("keys", "revoke", "render farm")[0] == 2


def test_without_the_speakers_agreement_there_is_no_key(settings: Settings) -> None:
    code, shown, told = run("keys", "new", "ci")
    assert (code, shown) == (2, "")
    assert "--speakers-agree" in told
    assert not Credentials.of(settings).required


def test_a_user_is_added_listed_and_removed(settings: Settings) -> None:
    assert run("users", "add", "ann", given="short\n")[0] == 2
    assert run("users", "add", "ann", given="long enough\n")[0] == 0
    assert Credentials.of(settings).by_password("ann", "long enough").name == "ann"
    assert run("users", "list")[1] == "ann\n"
    assert run("users", "remove", "ann")[0] == 0
    assert not Credentials.of(settings).required
