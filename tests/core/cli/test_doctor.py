import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli import app
from core.cli.doctor import gpus
from core.settings import settings


@pytest.fixture
def without_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ENCORE_MODELS_DIR", str(tmp_path / "models"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def nvidia_smi(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_missing_models_are_named_with_what_to_do(without_models: None) -> None:
    answer = CliRunner().invoke(app, ["doctor"])
    assert answer.exit_code == 1
    assert "missing: kokoro, whisper-base, speaker-encoder" in answer.stdout
    assert "encore models fetch" in answer.stdout


def test_the_same_as_json(without_models: None) -> None:
    answer = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(answer.stdout)
    assert report["healthy"] is False
    health = {finding["subject"]: finding["health"] for finding in report["findings"]}
    assert health["python"] == "ok"
    assert health["models"] == "broken"
    assert health["engine kokoro"] == "broken"
    assert health["redis"] == "ok"


def test_an_unreachable_redis_is_a_note_and_its_password_is_not_shown(
    without_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:1/0")
    settings.cache_clear()
    answer = CliRunner().invoke(app, ["doctor", "--json"])
    findings = {finding["subject"]: finding for finding in json.loads(answer.stdout)["findings"]}
    assert findings["redis"]["health"] == "note"
    assert "REDIS_URL" in findings["redis"]["advice"]
    assert "secret" not in answer.output


def test_gpus_are_what_nvidia_smi_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nvidia_smi(tmp_path, "echo 'NVIDIA H100 80GB HBM3, 81559 MiB, 560.35.03'", monkeypatch)
    assert gpus() == ["NVIDIA H100 80GB HBM3, 81559 MiB, 560.35.03"]


def test_a_driver_that_does_not_answer_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nvidia_smi(tmp_path, "echo 'NVIDIA-SMI has failed because it could not talk to the driver'; exit 9", monkeypatch)
    assert gpus() == []


@pytest.mark.slow
def test_with_the_models_the_engines_load(models: Path) -> None:
    answer = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(answer.stdout)
    assert report["healthy"], report
    assert {"engine kokoro", "engine whisper"} <= {finding["subject"] for finding in report["findings"]}
