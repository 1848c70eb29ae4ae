from dataclasses import replace
from pathlib import Path

import pytest

from core.archive import packed, unpacked
from core.audio import encode
from core.desk.editing import add_take, cast, set_line
from core.desk.portable import MOST_VOICES, pack, unpack
from core.desk.projects import write_project
from core.desk.script import Project
from core.errors import InvalidInput
from core.request import AudioSource, ReferenceSpeaker
from core.speakers.library import VoiceLibrary
from tests.core.desk.made import project, take
from tests.core.speakers.test_reference import speechlike


@pytest.fixture(scope="module")
def recording() -> ReferenceSpeaker:
    return ReferenceSpeaker(AudioSource(encode(speechlike(6.0), "flac")), "words")


@pytest.fixture
def here(tmp_path: Path) -> VoiceLibrary:
    return VoiceLibrary(tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> VoiceLibrary:
    return VoiceLibrary(tmp_path / "there")


def spoken_by(voice_id: str) -> Project:
    """A project in which a saved voice, and a stock voice, speak."""
    both = cast(cast(project("One", "Two"), "Anna", f"saved:{voice_id}"), "Ben", "stock:am_adam")
    return add_take(both, replace(take(), voice=f"saved:{voice_id}"))


def test_a_project_is_opened_elsewhere_with_the_voices_that_speak_in_it(
    here: VoiceLibrary, there: VoiceLibrary, recording: ReferenceSpeaker
) -> None:
    saved = here.save("Anna", recording, "ann")
    here.save("Never cast", recording, "ann")
    given = spoken_by(saved.voice_id)
    data = pack(given, here, "ann")
    assert pack(given, here, "ann") == data

    arrived = unpack(data, there, "bob")
    [voice] = there.voices("bob")
    assert (voice.name, voice.owner, voice.voice_id == saved.voice_id) == ("Anna", "bob", False)
    assert there.reference(voice.voice_id).audio.data == recording.audio.data
    assert arrived.project == spoken_by(voice.voice_id)
    assert arrived.findings == ()
    assert unpack(data, there, "bob").project == arrived.project
    assert len(there.voices("bob")) == 1


def test_a_voice_that_is_found_by_its_name_comes_along(
    here: VoiceLibrary, there: VoiceLibrary, recording: ReferenceSpeaker
) -> None:
    here.save("Anna", recording)
    there.save("Anna", ReferenceSpeaker(recording.audio, "other words"))
    arrived = unpack(pack(set_line(project("One"), "a", speaker="ANNA"), here), there)
    voice_id = arrived.project.script.cast["ANNA"].removeprefix("saved:")
    assert there.voice(voice_id).name == "Anna (2)"


def test_what_is_somebody_elses_stays_behind_and_that_is_told(
    here: VoiceLibrary, there: VoiceLibrary, recording: ReferenceSpeaker
) -> None:
    saved = here.save("Anna", recording, "ann")
    here.update(saved.voice_id, "ann", published=True)
    data = pack(spoken_by(saved.voice_id), here, "bob")
    assert list(unpacked(data, most_files=9, most_bytes=10**6)) == ["project.json"]
    arrived = unpack(data, there, "bob")
    assert arrived.project == spoken_by(saved.voice_id)
    assert [(one.code, one.details["roles"]) for one in arrived.findings] == [("desk.voices_missing", "Anna")]
    assert unpack(data, here, "bob").findings == ()


def test_a_damaged_voice_costs_nothing_but_itself(here: VoiceLibrary) -> None:
    voice_id = "0" * 16
    files = {"project.json": write_project(spoken_by(voice_id)), f"voices/{voice_id}.encorevoice": b"PK"}
    arrived = unpack(packed(files), here)
    assert arrived.project == spoken_by(voice_id)
    assert [one.code for one in arrived.findings] == ["desk.voice_damaged", "desk.voices_missing"]
    assert here.voices() == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "desk.file"),
        (b"not a zip", "desk.file"),
        (packed({"other.json": b"{}"}), "desk.file"),
        (packed({"project.json": b"{}"}), "desk.no_project"),
        (packed({"project.json": b'{"version": 9}'}), "desk.newer"),
        (packed({"project.json": b"{}", **{f"voices/{n}": b"" for n in range(MOST_VOICES + 1)}}), "desk.file"),
        (packed({"project.json": write_project(project())})[:-30], "desk.file"),
    ],
)
def test_what_is_no_project_is_refused(here: VoiceLibrary, data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        unpack(data, here)
    assert refused.value.code == code


def test_files_that_are_or_unpack_to_too_much_are_refused(
    here: VoiceLibrary, there: VoiceLibrary, recording: ReferenceSpeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Zeros behind the sound, packed twice: small on the way, and large again only in the voice's own file.
    swollen = ReferenceSpeaker(AudioSource(encode(recording.audio.clip, "wav") + bytes(2 * 2**20)))
    data = pack(spoken_by(here.save("Anna", swollen).voice_id), here)
    for most, code in ((2**20, "desk.file_large"), (len(data) - 1, "desk.file_large"), (len(data), "desk.file")):
        monkeypatch.setattr("core.desk.portable.MOST_BYTES", most)
        with pytest.raises(InvalidInput) as refused:
            unpack(data, there)
        assert refused.value.code == code
    with pytest.raises(InvalidInput):
        pack(spoken_by(here.voices()[0].voice_id), here)
    assert there.voices() == []


def test_names_in_a_file_are_no_paths(here: VoiceLibrary, tmp_path: Path) -> None:
    files = {"project.json": write_project(project("One")), "../../evil": b"x", "voices/../../evil.encorevoice": b"x"}
    before = sorted(tmp_path.rglob("*"))
    assert unpack(packed(files), here).project == project("One")
    assert sorted(tmp_path.rglob("*")) == before
