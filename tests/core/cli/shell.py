"""The command line as a person at a shell has it."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.cli import app
from core.settings import child_environment, settings

ROOT = Path(__file__).parents[3]


def encore(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``encore ARGUMENTS`` with saved voices and private server in ``data_dir``."""
    return subprocess.run(
        [sys.executable, "-m", "webui", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=child_environment(ENCORE_DATA_DIR=str(data_dir)),
        timeout=300,
        check=False,
    )


def encore_here(data_dir: Path, *arguments: str) -> Result:
    """As :func:`encore`, without the seconds that a process of its own takes to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENCORE_DATA_DIR", str(data_dir))
        settings.cache_clear()
        result = CliRunner().invoke(app, arguments)
    settings.cache_clear()
    return result
