import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import decode
from core.desk.delivery.package import Delivered, LineDone, LineFailed, Step, deliver, package
from core.desk.delivery.wish import Delivery
from core.desk.importing import read_script
from core.desk.script import Line, Project, Script, Slot
from core.errors import InvalidInput, StorageFailed
from core.progress import Progress
from core.request import AudioSource, ReferenceSpeaker
from core.studio import Studio
from tests.core.desk.conftest import PacedEngine
from tests.core.desk.delivery.judge import judged
from tests.core.speakers.test_reference import speechlike

LINES = (
    Line("a", "Good morning to you.", "ANNA"),
    Line("b", "  "),
    Line("c", "你好，[h][ào]的。", "博", "happy", 7),
    Line("d", "And off [breath] we go.", "ANNA"),
)
PROJECT = Project("Act 1", Script(LINES, {"ANNA": "stock:alto", "": "stock:di"}, "humming", gap_s=0.5))


def delivered(studio: Studio, project: Project, folder: Path) -> tuple[Delivered, dict[str, bytes]]:
    *_, last = deliver(studio, project, None, folder)
    assert isinstance(last, Delivered)
    return last, {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def wishing(**settings: Any) -> Project:
    return replace(PROJECT, delivery=Delivery(**settings))


def test_a_delivery_has_everything(studio: Studio, tmp_path: Path) -> None:
    done, files = delivered(studio, PROJECT, tmp_path)
    assert set(done.names) == set(files) == {
        "lines/001-ANNA-Good-morning-to-you.wav",
        "lines/003-博-你好-的.wav",
        "lines/004-ANNA-And-off-we-go.wav",
        "Act-1.wav",
        "Act-1.srt",
        "Act-1.vtt",
        "manifest.json",
        "manifest.csv",
    }  # fmt: skip


def test_subtitles_have_the_times_at_which_it_sounds(studio: Studio, tmp_path: Path) -> None:
    slots = [Slot(0.7, 3.0), None, Slot(4.0, 9.0), Slot(4.2, 9.0)]
    lines = tuple(replace(line, slot=slot) for line, slot in zip(LINES, slots, strict=True))
    project = replace(PROJECT, script=replace(PROJECT.script, lines=lines))
    done, files = delivered(studio, project, tmp_path)
    joined = decode(files["Act-1.wav"])
    for kind in ("srt", "vtt"):
        read = read_script(f"x.{kind}", files[f"Act-1.{kind}"]).lines
        assert [line.text for line in read] == [line.words for line in done.lines]
        heard = np.flatnonzero(np.abs(joined.samples) > 0.01) / joined.sample_rate
        for line in read:
            assert line.slot is not None
            inside = heard[(heard > line.slot.start_s - 0.3) & (heard < line.slot.end_s + 0.02)]
            assert inside.max() == pytest.approx(line.slot.end_s, abs=0.05)
            if line is not read[2]:  # there is no silence before that one, it is late
                assert inside.min() == pytest.approx(line.slot.start_s, abs=0.05)
    assert [told.code for told in done.places[2].findings] == ["delivery.late"]


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        ({"format": "wav", "loudness": -23.0}, 16_000),
        ({"format": "flac", "loudness": -16.0, "sample_rate": 44_100, "channels": 2}, 44_100),
        ({"format": "mp3", "loudness": -14.0, "peak": -3.0, "sample_rate": 24_000}, 24_000),
        ({"format": "opus", "loudness": -14.0, "peak": -3.0, "channels": 2, "sample_rate": 44_100}, 48_000),
    ],
)
def test_every_file_has_the_loudness_that_is_wanted(
    settings: Mapping[str, Any], rate: int, studio: Studio, tmp_path: Path
) -> None:
    done, files = delivered(studio, wishing(**settings), tmp_path)
    sounds = [line.file for line in done.lines] + [done.joined]
    assert len(sounds) == 4
    for sound in sounds:
        assert sound is not None
        loudness, peak = judged(files[sound.name])
        assert loudness == pytest.approx(settings["loudness"], abs=1.0)
        assert sound.loudness == pytest.approx(loudness, abs=0.3)
        assert sound.peak == pytest.approx(peak, abs=0.3)
        assert peak <= settings.get("peak", -1.0) + 0.2
        assert not sound.findings
        assert (sound.sample_rate, sound.channels) == (rate, settings.get("channels", 1))
        assert sound.sha256 == hashlib.sha256(files[sound.name]).hexdigest()


def test_the_manifest_makes_every_line_again(studio: Studio, engine: PacedEngine, tmp_path: Path) -> None:
    _, files = delivered(studio, PROJECT, tmp_path)
    told = json.loads(files["manifest.json"])
    assert [line["number"] for line in told["lines"]] == [1, 3, 4]
    second = told["lines"][1]
    assert (second["voice"]["voice"], second["seed"], second["fingerprint"]) == ("stock:di", 7, engine.fingerprint)
    assert (len(second["spoken"]), second["text"]) == (1, LINES[2].text)
    assert second["command"].startswith("encore clone stock:di ")
    assert second["start_s"] == pytest.approx(told["lines"][0]["end_s"] + 0.5)
    rows = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode("utf-8-sig"))))
    assert [row["sha256"] for row in rows] == [line["file"]["sha256"] for line in told["lines"]]
    # It can be imported as a script, each line in its place.
    again = read_script("manifest.csv", files["manifest.csv"]).lines
    assert [(line.text, line.speaker, line.instruction, line.seed) for line in again] == [
        (line.text, line.speaker, line.instruction, line.seed) for line in LINES if line.text.strip()
    ]
    assert [line.slot.start_s for line in again if line.slot] == [line["start_s"] for line in told["lines"]]


def test_a_saved_voice_is_told_by_its_content(studio: Studio, tmp_path: Path) -> None:
    clip = speechlike(4.0)
    saved = studio.library.save("Anna", ReferenceSpeaker(AudioSource.from_clip(clip)))
    project = replace(PROJECT, script=replace(PROJECT.script, cast={"ANNA": f"saved:{saved.voice_id}"}))
    done, _ = delivered(studio, project, tmp_path)
    voice = done.lines[0].voice
    assert (voice.voice, voice.name) == (f"saved:{saved.voice_id}", "Anna")
    assert voice.clips == (AudioSource.from_clip(clip).clip.content_id,)


def test_the_same_again_is_the_same_zip_and_all_hits(studio: Studio, engine: PacedEngine, tmp_path: Path) -> None:
    project = wishing(format="opus", loudness=-16.0)
    first, second = tmp_path / "a" / "first.zip", tmp_path / "second.zip"
    list(package(studio, project, None, first))
    calls = len(engine.spoken)
    heard: list[tuple[str, float]] = []
    steps = list(package(studio, project, None, second, Progress(lambda stage, done: heard.append((stage, done)))))
    assert len(engine.spoken) == calls
    assert [step.spoken.take.report.outcome for step in steps if isinstance(step, LineDone)] == ["hit"] * 3
    assert first.read_bytes() == second.read_bytes()
    assert [done for stage, done in heard if stage == "deliver"] == pytest.approx([0.3, 0.6, 0.9, 1.0])
    with zipfile.ZipFile(second) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(steps[-1].names)  # type: ignore[union-attr]
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".zip") == [
        "first.zip",
        "second.zip",
    ]


def test_what_is_not_wanted_is_not_written(studio: Studio, tmp_path: Path) -> None:
    project = wishing(lines=False, joined=False, subtitles="vtt")
    _, files = delivered(studio, project, tmp_path)
    assert set(files) == {"Act-1.vtt", "manifest.json", "manifest.csv"}


def test_chosen_lines_keep_their_numbers(studio: Studio, tmp_path: Path) -> None:
    steps = list(deliver(studio, wishing(joined=False, subtitles=""), None, tmp_path, line_ids=["d"]))
    assert [step.number for step in steps if isinstance(step, LineDone)] == [4]
    assert (tmp_path / "lines" / "004-ANNA-And-off-we-go.wav").is_file()


def test_a_line_that_fails_is_told_and_the_others_are_spoken(studio: Studio, tmp_path: Path) -> None:
    lines = (LINES[0], Line("x", "Hm.", "BOB"), LINES[3])
    project = replace(PROJECT, script=replace(PROJECT.script, lines=lines, cast={"BOB": "stock:gone"}))
    steps: list[Step] = []
    with pytest.raises(InvalidInput, match="1 of 3 lines"):
        steps.extend(deliver(studio, project, None, tmp_path))
    assert [type(step) for step in steps] == [LineDone, LineFailed, LineDone]
    failed = steps[1]
    assert isinstance(failed, LineFailed)
    assert (failed.number, failed.error.code) == (2, "request.voice")
    assert not (tmp_path / "manifest.json").exists()


def test_nothing_cannot_be_delivered(studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no line to deliver"):
        list(deliver(studio, PROJECT, None, tmp_path, line_ids=["b"]))
    late = replace(
        PROJECT, script=replace(PROJECT.script, lines=(Line("a", "Hi.", slot=Slot(99 * 3600, 99.1 * 3600)),))
    )
    with pytest.raises(InvalidInput, match="in parts"):
        list(deliver(studio, late, None, tmp_path))


def test_where_nothing_can_be_written_it_is_told(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for write, name in ((deliver, "folder"), (package, "x.zip")):
        with pytest.raises(StorageFailed, match="could not be written"):
            list(write(studio, PROJECT, None, tmp_path / "file" / name))


def test_a_delivery_can_be_left(studio: Studio, tmp_path: Path) -> None:
    with closing(package(studio, PROJECT, None, tmp_path / "out" / "x.zip")) as steps:
        next(steps)
        assert list((tmp_path / "out").iterdir())
    assert not list((tmp_path / "out").iterdir())


def test_a_delivery_of_the_usual_settings_is_what_was_heard(studio: Studio, tmp_path: Path) -> None:
    assert Delivery().loudness is None
    steps = [step for step in deliver(studio, PROJECT, None, tmp_path) if isinstance(step, LineDone)]
    for step in steps:
        assert step.file is not None
        heard, written = step.spoken.take.audio, decode((tmp_path / step.file.name).read_bytes())
        np.testing.assert_allclose(written.samples, heard.samples, atol=1e-4)
