import json
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from core.cli.common import CommandGroup, JsonOption
from core.errors import EncoreError, FetchFailed, InvalidText
from core.settings import child_environment

FAILURES: dict[str, BaseException] = {
    "fetch": FetchFailed("model.fetch", model="tiny", reason="the moon is full"),
    "text": InvalidText("text.empty"),
    "interrupt": KeyboardInterrupt(),
}


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(cls=CommandGroup)

    @app.command()
    def fail(how: str, as_json: JsonOption = False) -> None:
        raise FAILURES[how]

    @app.command()
    def other() -> None: ...

    return app


@pytest.mark.parametrize(("how", "status"), [("fetch", 1), ("text", 2)])
def test_a_failure_is_its_sentence_on_standard_error(app: typer.Typer, how: str, status: int) -> None:
    answer = CliRunner().invoke(app, ["fail", how])
    assert answer.exit_code == status
    assert answer.stderr == f"{FAILURES[how]}\n"
    assert answer.stdout == ""


def test_a_failure_of_a_json_command_is_json(app: typer.Typer) -> None:
    answer = CliRunner().invoke(app, ["fail", "text", "--json"])
    failure = FAILURES["text"]
    assert isinstance(failure, EncoreError)
    assert json.loads(answer.stdout) == {"error": {"code": "text.empty", "message": str(failure)}}
    assert answer.exit_code == 2


def test_ctrl_c_is_quiet(app: typer.Typer) -> None:
    answer = CliRunner().invoke(app, ["fail", "interrupt"])
    assert (answer.exit_code, answer.output) == (130, "")


def encore(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "webui", *arguments],
        capture_output=True,
        text=True,
        env=child_environment(**environment),
        check=False,
    )


def test_a_wrong_setting_is_named() -> None:
    answer = encore("models", "list", ENCORE_THREADS="many")
    assert answer.returncode == 2
    assert answer.stderr.startswith("The setting ENCORE_THREADS cannot be used")


@pytest.mark.parametrize(("debug", "stack"), [("0", False), ("1", True)])
def test_a_logged_failure_shows_its_stack_only_when_asked(debug: str, stack: bool) -> None:
    code = """
import logging
from core.cli.common import _log_plainly
_log_plainly()
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("core.studio").exception("engine tiny failed")
"""
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=child_environment(ENCORE_DEBUG=debug),
        check=False,
    )
    assert "engine tiny failed" in answer.stderr
    assert "ZeroDivisionError: division by zero" in answer.stderr
    assert ("Traceback" in answer.stderr) is stack


def test_help_names_the_commands_and_imports_nothing_heavy() -> None:
    code = (
        "import sys, webui.__main__; "
        "heavy = {'gradio', 'fastapi', 'numpy', 'onnxruntime', 'faster_whisper', 'redis'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    lazy = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert lazy.returncode == 0, lazy.stderr
    answer = encore("--help")
    for command in ("serve", "clone", "transcribe", "models", "doctor"):
        assert command in answer.stdout
