import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.cli import app
from core.desk.portable import pack
from core.desk.script import Line, Project, Script
from core.request import AudioSource, ReferenceSpeaker
from core.speakers.library import VoiceLibrary
from tests.core.cli.shell import encore
from tests.core.desk.conftest import PacedEngine
from tests.core.humming import humming_studio
from tests.core.speakers.test_reference import speechlike

SCRIPT = """speaker,text,instruction
ANNA,"Good morning to you, and to the dog.",happy
BOB,你好。我们走吧。,
ANNA,And off we go.,
"""


@pytest.fixture
def engine(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> PacedEngine:
    """What hums in place of the engines that there are."""
    humming = PacedEngine()
    monkeypatch.setattr("core.studio.open_studio", lambda _: humming_studio(tmp_path / "data", redis_url, humming))
    return humming


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "act 1.csv"
    path.write_text(SCRIPT, "utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["render", *map(str, arguments), "--engine", "humming"])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_script_again_is_all_hits_and_the_same_bytes(
    engine: PacedEngine, script: Path, tmp_path: Path
) -> None:
    wish = ("--cast", "ANNA=alto", "--loudness", -16, "--format", "opus", "--pattern", "{line}-{words}-{take}")
    first = run(script, "-o", tmp_path / "first", *wish)
    spoken = len(engine.spoken)
    second = run(script, "-o", tmp_path / "second", *wish, "--json")
    assert (first.exit_code, second.exit_code) == (0, 0), first.stderr + second.stderr
    assert (spoken, len(engine.spoken)) == (4, 4)
    lines = first.stdout.splitlines()
    assert [line.split()[1] for line in lines[:3]] == ["miss"] * 3
    assert "0 of 4 segments from the cache" in lines[-1]
    told = json.loads(second.stdout)
    assert (told["hits"], told["segments"]) == (4, 4)
    assert [line["outcome"] for line in told["lines"]] == ["hit"] * 3
    written = contents(tmp_path / "first")
    assert contents(tmp_path / "second") == written
    assert set(written) == set(told["files"])
    assert {"act-1.opus", "act-1.srt", "manifest.csv"} < set(written)


def test_a_line_that_was_changed_is_the_only_miss(engine: PacedEngine, script: Path, tmp_path: Path) -> None:
    run(script, "-o", tmp_path / "out")
    script.write_text(SCRIPT.replace("off we go", "away with us"), "utf-8")
    again = run(script, "-o", tmp_path / "out")
    assert [line.split()[1] for line in again.stdout.splitlines()[:3]] == ["hit", "hit", "miss"]
    assert len(engine.spoken) == 5


@pytest.mark.parametrize("output", ["out", "out/mine.zip"])
def test_a_zip_is_the_same_again(engine: PacedEngine, script: Path, tmp_path: Path, output: str) -> None:
    path = tmp_path / "out" / ("mine.zip" if output.endswith(".zip") else "act-1.zip")
    assert run(script, "-o", tmp_path / output, "--zip").exit_code == 0
    first = path.read_bytes()
    path.unlink()
    assert run(script, "-o", tmp_path / output, "--zip").exit_code == 0
    assert path.read_bytes() == first
    assert engine.spoken


def test_what_is_told_of_the_script_and_of_its_slots(engine: PacedEngine, tmp_path: Path) -> None:
    path = tmp_path / "film.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:01,500\nMuch too long for its slot.\n", "utf-8")
    told = run(path, "-o", tmp_path / "out", "--voice", "di")
    assert told.exit_code == 0
    assert "longer than its slot" in told.stderr
    assert (tmp_path / "out" / "lines" / "001-Much-too-long-for-its-slot.wav").is_file()
    assert engine.spoken[-1].speed == 1.4


def test_a_project_brings_its_voices_and_its_settings(engine: PacedEngine, tmp_path: Path) -> None:
    there = VoiceLibrary(tmp_path / "elsewhere")
    saved = there.save("Anna", ReferenceSpeaker(AudioSource.from_clip(speechlike(4.0))))
    project = Project("Act 2", Script((Line("a", "Hello."),), {"": f"saved:{saved.voice_id}"}, "humming"))
    path = tmp_path / "act.encore"
    path.write_bytes(pack(project, there))
    for _ in range(2):
        assert run(path, "-o", tmp_path / "out", "--format", "flac").exit_code == 0
    assert (tmp_path / "out" / "Act-2.flac").is_file()
    assert len(engine.enrolled) == 1
    assert [voice.name for voice in VoiceLibrary(tmp_path / "data" / "voices").voices()] == ["Anna"]


def test_a_line_that_fails_does_not_stop_the_others(engine: PacedEngine, script: Path, tmp_path: Path) -> None:
    script.write_text(SCRIPT.replace("And off we go.", "…"), "utf-8")
    ended = run(script, "-o", tmp_path / "out")
    assert ended.exit_code == 2
    assert "1 of 3 lines could not be spoken" in ended.stderr
    assert "can be spoken" in ended.stderr
    told = json.loads(run(script, "-o", tmp_path / "out", "--json").stdout)
    assert told["error"]["code"] == "delivery.failed"
    assert [failure["number"] for failure in told["failures"]] == [3]
    assert told["hits"] == 3
    assert engine.spoken


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.csv",), "could not be read"),
        (("SCRIPT", "--cast", "ANNA"), "casts nobody"),
        (("SCRIPT", "--cast", "ANNA=nobody"), "no voice called"),
        (("SCRIPT", "--format", "aiff"), "not a format"),
        (("SCRIPT", "--loudness", "3"), "between -40 and -8"),
        (("SCRIPT", "--pattern", "{nobody}"), "no pattern"),
        (("SCRIPT", "--gap", "-1"), "gap"),
        (("SCRIPT", "--language", "tlh"), "does not know the language"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    engine: PacedEngine, script: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = run(*(script if each == "SCRIPT" else each for each in arguments), "-o", tmp_path / "out")
    assert ended.exit_code == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not engine.spoken


@pytest.mark.slow
def test_a_dialogue_is_all_hits_in_the_next_process(models: None, tmp_path: Path) -> None:
    script, data_dir = tmp_path / "dialogue.csv", tmp_path / "data"
    script.write_text("speaker,text\nANNA,The ferry leaves at nine.\nBOB,你好，我们走吧。\n", "utf-8")
    ask = (str(script), "--cast", "ANNA=af_heart", "--loudness", "-16", "--format", "mp3", "--json")
    first, second = (encore(data_dir, "render", *ask, "-o", str(tmp_path / name)) for name in ("first", "second"))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert json.loads(first.stdout)["hits"] == 0
    told = json.loads(second.stdout)
    assert told["hits"] == told["segments"] == 2
    written = contents(tmp_path / "first")
    assert contents(tmp_path / "second") == written
    manifest = json.loads(written["manifest.json"])
    for line in (*manifest["lines"], manifest):
        file = line.get("file") or line["joined"]
        assert file["loudness_lufs"] == pytest.approx(-16, abs=1)
        assert file["true_peak_dbtp"] <= -1
    # The command in the manifest makes the same take: it is a hit.
    command = shlex.split(manifest["lines"][1]["command"])
    assert command.pop(0) == "encore"
    made = encore(data_dir, *command[:-1], str(tmp_path / "take.wav"), "--json")
    assert json.loads(made.stdout)["outcome"] == "hit"
