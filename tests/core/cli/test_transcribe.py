"""``encore transcribe`` with SenseVoice: the whole way, in processes of its own."""

import json
from pathlib import Path

import pytest
import soundfile as sf

from tests.core.cli.shell import encore
from tests.core.engines.sensevoice.tiny import build, clip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    clips = {
        "a": clip("harbour", "boats", with_="HAPPY"),
        "b": clip("twenty", with_="Laughter"),
        "c": clip("你好", "世界"),
    }
    for name, sound in clips.items():
        sf.write(tmp_path / f"{name}.wav", sound.samples, sound.sample_rate)
    (tmp_path / "broken.wav").write_text("no sound")
    return {name: str(tmp_path / f"{name}.wav") for name in (*clips, "broken", "none")}


def test_several_files_come_in_their_order_and_a_broken_one_stops_nobody(
    files: dict[str, str], model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENCORE_SENSEVOICE_MODEL", str(model))
    first = encore(tmp_path / "data", "transcribe", files["b"])
    assert first.stdout.strip() == "20", first.stderr

    asked = [files[name] for name in ("a", "b", "broken", "none", "c", "a")]
    ended = encore(tmp_path / "data", "transcribe", *asked)
    assert ended.returncode == 2
    assert [line.rpartition(": ")[2] for line in ended.stdout.splitlines()] == [
        "harbour boats",
        "20",
        "你好世界",
        "harbour boats",
    ]
    assert [line.startswith(files[name]) for line, name in zip(ended.stdout.splitlines(), "abca", strict=True)] == [
        True
    ] * 4
    assert "broken.wav: " in ended.stderr
    assert "none.wav: " in ended.stderr
    assert "Traceback" not in ended.stderr

    answers = json.loads(encore(tmp_path / "data", "transcribe", *asked, "--json").stdout)
    assert [answer.get("outcome") for answer in answers] == ["hit", "hit", None, None, "hit", "hit"]
    assert {answer["engine"] for answer in answers if "engine" in answer} == {"sensevoice"}
    assert (answers[0]["emotion"], answers[0]["language"], answers[1]["events"]) == ("happy", "en", ["laughter"])
    assert [answer["error"]["code"] for answer in answers if "error" in answer] == [
        "audio.unreadable",
        "file.unreadable",
    ]
