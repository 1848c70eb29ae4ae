"""The command line as a person at a shell has it."""

import subprocess
import sys
from pathlib import Path

from core.settings import child_environment

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
