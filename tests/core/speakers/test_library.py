import json
from pathlib import Path

import numpy as np
import pytest

from core.audio import AudioClip
from core.errors import InvalidInput, Refused
from core.request import AudioSource, ReferenceSpeaker
from core.speakers.library import VoiceLibrary
from core.speakers.saved import tags_in


def reference() -> ReferenceSpeaker:
    return ReferenceSpeaker(AudioSource.from_clip(AudioClip(np.ones(2400, np.float32) / 4, 24_000)), "words")


def test_a_saved_voice_is_found_again_with_the_same_sound(tmp_path: Path) -> None:
    given = reference()
    saved = VoiceLibrary(tmp_path).save("  Anna  B ", given)
    again = VoiceLibrary(tmp_path)
    assert [voice.name for voice in again.voices()] == ["Anna B"]
    found = again.reference(saved.voice_id)
    assert found.prompt_text == "words"
    assert found.audio.clip.content_id == given.audio.clip.content_id


def test_a_deleted_voice_is_gone(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    saved = library.save("Anna", reference())
    library.delete(saved.voice_id)
    assert library.voices() == []
    with pytest.raises(InvalidInput):
        library.reference(saved.voice_id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        VoiceLibrary(tmp_path).save(name, reference())
    assert refused.value.code == "voice.name"


def test_a_name_is_given_once(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    library.save("Anna", reference())
    with pytest.raises(InvalidInput) as refused:
        library.save("ANNA", reference())
    assert refused.value.code == "voice.exists"


@pytest.mark.parametrize("voice_id", ["..", "../../etc", "", "0" * 15, "g" * 16, "0" * 16])
def test_an_id_never_leaves_the_folder(tmp_path: Path, voice_id: str) -> None:
    (tmp_path / "voice.json").write_text("{}")
    library = VoiceLibrary(tmp_path / "voices")
    for use in (library.reference, library.delete):
        with pytest.raises(InvalidInput):
            use(voice_id)


def test_a_damaged_voice_is_passed_over(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    saved = library.save("Anna", reference())
    (tmp_path / saved.voice_id / "voice.json").write_text("{")
    assert library.voices() == []


def test_a_voice_is_its_owners_until_it_is_published(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    house, anns, bobs = (
        library.save(name, reference(), owner) for name, owner in [("H", ""), ("A", "ann"), ("B", "bob")]
    )
    assert [voice.name for voice in library.voices("ann")] == ["A", "H"]
    assert [voice.name for voice in library.voices("")] == ["H"]
    assert [voice.name for voice in library.voices()] == ["A", "B", "H"]
    with pytest.raises(InvalidInput):
        library.voice(bobs.voice_id, "ann")
    library.update(bobs.voice_id, "bob", published=True)
    assert library.voice(bobs.voice_id, "ann").published
    for voice in (bobs, house):
        with pytest.raises(Refused):
            library.delete(voice.voice_id, "ann")
        with pytest.raises(Refused):
            library.update(voice.voice_id, "ann", published=True)
    library.update(bobs.voice_id, "bob", published=False)
    assert [voice.name for voice in library.voices("ann")] == ["A", "H"]
    library.delete(anns.voice_id, "ann")
    assert [voice.name for voice in library.voices("ann")] == ["H"]


def test_another_owner_may_use_the_same_name_and_gets_the_own_voice(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    theirs = library.save("Narrator", reference(), "ann")
    mine = library.save("Narrator", reference(), "bob")
    library.update(theirs.voice_id, "ann", published=True)
    assert [voice.voice_id for voice in library.voices("bob")] == [mine.voice_id, theirs.voice_id]
    assert [voice.voice_id for voice in library.voices("ann")] == [theirs.voice_id]


def test_voices_of_older_versions_are_the_houses_and_have_one_recording(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    saved = library.save("Anna", reference())
    old = {"voice_id": saved.voice_id, "name": "Anna", "prompt_text": "words", "created_s": 1.5}
    (tmp_path / saved.voice_id / "voice.json").write_text(json.dumps(old))
    assert [voice.name for voice in library.voices("bob")] == ["Anna"]
    assert library.reference(saved.voice_id).prompt_text == "words"
    assert library.update(saved.voice_id, tags=("warm",)).clips == saved.clips


def test_what_is_known_of_a_voice_is_kept_tidy_and_changed(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    fields = {"language": "zh", "tags": ["warm", " low  voice ", "Warm", ""], "notes": " slow ", "consent": "She, 2026"}
    saved = library.save("Anna", reference(), **fields)
    assert (saved.tags, saved.notes, saved.consent) == (("warm", "low voice"), "slow", "She, 2026")
    changed = library.update(saved.voice_id, name=" Ann\na ", language="")
    assert (changed.name, changed.language, changed.tags) == ("Ann a", "", saved.tags)
    assert VoiceLibrary(tmp_path).voice(saved.voice_id) == changed
    with pytest.raises(TypeError):
        library.update(saved.voice_id, owner="bob")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "voice.name"),
        ({"name": "Berta"}, "voice.exists"),
        ({"language": "English"}, "voice.language"),
        ({"tags": ["x" * 31]}, "voice.tags"),
        ({"tags": [str(number) for number in range(13)]}, "voice.tags"),
        ({"notes": "x" * 2001}, "voice.long_notes"),
        ({"consent": "x" * 501}, "voice.long_consent"),
    ],
)
def test_what_cannot_be_known_of_a_voice_is_refused_and_changes_nothing(
    tmp_path: Path, fields: dict, code: str
) -> None:
    library = VoiceLibrary(tmp_path)
    library.save("Berta", reference())
    saved = library.save("Anna", reference())
    with pytest.raises(InvalidInput) as refused:
        library.update(saved.voice_id, **fields)
    assert refused.value.code == code
    assert library.voice(saved.voice_id) == saved
    assert library.update(saved.voice_id, name="anna").name == "anna"


def test_recordings_come_and_go_and_say_what_they_say(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    saved = library.save("Anna", reference(), more=[ReferenceSpeaker(AudioSource(b"second"), "two")])
    added = library.add_clip(saved.voice_id, ReferenceSpeaker(AudioSource(b"third")))
    library.set_prompt_text(saved.voice_id, added.clips[2].file, " three ")
    assert [each.prompt_text for each in library.references(saved.voice_id)] == ["words", "two", "three"]
    library.remove_clip(saved.voice_id, "reference")
    assert library.reference(saved.voice_id).audio.data == b"second"
    assert not (tmp_path / saved.voice_id / "reference").exists()
    library.remove_clip(saved.voice_id, added.clips[2].file)
    for use in (library.remove_clip, lambda voice_id, file: library.set_prompt_text(voice_id, file, "x")):
        with pytest.raises(InvalidInput):
            use(saved.voice_id, "reference")
    with pytest.raises(InvalidInput) as refused:
        library.remove_clip(saved.voice_id, library.voice(saved.voice_id).clips[0].file)
    assert refused.value.code == "voice.clips"


def test_a_voice_has_so_many_recordings_and_none_outside_its_folder(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    saved = library.save("Anna", reference(), more=[reference()] * 7)
    with pytest.raises(InvalidInput) as refused:
        library.add_clip(saved.voice_id, reference())
    assert refused.value.code == "voice.clips"
    assert len(list((tmp_path / saved.voice_id).iterdir())) == 9
    file = tmp_path / saved.voice_id / "voice.json"
    file.write_text(file.read_text().replace('"file":"reference"', '"file":"../../secret"'))
    assert library.voices() == []


def test_only_the_owner_changes_what_is_known(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    saved = library.save("Anna", reference(), "ann", published=True)
    for change in (
        lambda: library.update(saved.voice_id, "bob", notes="x"),
        lambda: library.add_clip(saved.voice_id, reference(), "bob"),
        lambda: library.remove_clip(saved.voice_id, "reference", "bob"),
        lambda: library.set_prompt_text(saved.voice_id, "reference", "x", "bob"),
    ):
        with pytest.raises(Refused):
            change()


def test_a_voice_is_found_by_its_name_its_tags_and_its_language(tmp_path: Path) -> None:
    voice = VoiceLibrary(tmp_path).save("Anna", reference(), tags=["low voice"], language="zh")
    assert voice.matches("")
    assert voice.matches("ANN low")
    assert voice.matches("zh")
    assert not voice.matches("anna high")


def test_tags_are_read_from_a_line() -> None:
    assert tags_in("warm, low  voice，男声、warm;") == ("warm", "low voice", "男声")
