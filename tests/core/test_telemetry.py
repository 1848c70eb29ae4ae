import subprocess
import sys
from pathlib import Path

from core.settings import child_environment


def test_a_loaded_model_leaves_nothing_to_be_reported(models: Path, tmp_path: Path) -> None:
    """onnxruntime keeps what it wants to tell its maker in a file under the home folder, and sends it when it can."""
    code = "from core.speakers.encoder import SpeakerEncoder; SpeakerEncoder()"
    environment = child_environment(HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"))
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    environment["ENCORE_MODELS_DIR"] = str(models)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
