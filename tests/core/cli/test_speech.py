import json
from pathlib import Path

import pytest
import soundfile as sf

from tests.core.cli.shell import encore, encore_here
from tests.core.speakers.test_reference import REFERENCE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data_dir(models: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def test_a_clone_is_a_hit_in_the_next_process(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    ask = ("clone", str(REFERENCE), "The ferry leaves at nine. Bring a coat.", "-o", str(out), "--json")
    first, second = (encore(data_dir, *ask) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    miss, hit = json.loads(first.stdout), json.loads(second.stdout)
    assert miss["outcome"] == "miss"
    assert hit["outcome"] == "hit"
    assert {segment["tier"] for segment in hit["segments"]} == {"redis"}
    assert hit["speaker"]["saved_ms"] > 1_000
    assert hit["total_ms"] * 20 < miss["total_ms"]
    assert sf.info(out).duration == pytest.approx(hit["duration_s"], abs=0.01)

    heard = encore(data_dir, "transcribe", str(out), "--language", "en")
    assert "ferry" in heard.stdout
    assert "coat" in heard.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("clone", "nobody", "Hi."), 2, "neither a file nor a voice"),
        (("clone", "af_heart", " "), 2, "nothing to say"),
        (("clone", "af_heart", "🎉"), 2, "can be spoken"),
        (("clone", "af_heart", "Hi.", "-o", "take.aiff"), 2, "not a format"),
        (("clone", "af_heart", "Hi.", "--engine", "abacus"), 2, "no engine called"),
        (("clone", "af_heart", "Hi.", "--language", "tlh"), 2, "does not know the language"),
        (("clone", "af_heart", "Hi.", "--speed", "9"), 2, "outside"),
        (("transcribe", "missing.wav"), 2, "could not be read"),
        (("transcribe", __file__), 2, "could not be read as audio"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    data_dir: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    ended = encore_here(data_dir, *arguments)
    assert ended.exit_code == status
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_error_is_json_when_json_was_asked_for(data_dir: Path) -> None:
    ended = encore(data_dir, "clone", "af_heart", "...", "--json")
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["error"]["code"] == "text.unspeakable"
