import json
from pathlib import Path

import numpy as np
import pytest

from core.audio import AudioClip
from core.errors import InvalidInput, Refused
from core.request import AudioSource, ReferenceSpeaker
from core.speakers.library import VoiceLibrary


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
    library.publish(bobs.voice_id, True, "bob")
    assert library.voice(bobs.voice_id, "ann").published
    for voice in (bobs, house):
        with pytest.raises(Refused):
            library.delete(voice.voice_id, "ann")
        with pytest.raises(Refused):
            library.publish(voice.voice_id, True, "ann")
    library.publish(bobs.voice_id, False, "bob")
    assert [voice.name for voice in library.voices("ann")] == ["A", "H"]
    library.delete(anns.voice_id, "ann")
    assert [voice.name for voice in library.voices("ann")] == ["H"]


def test_another_owner_may_use_the_same_name_and_gets_the_own_voice(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    theirs = library.save("Narrator", reference(), "ann")
    mine = library.save("Narrator", reference(), "bob")
    library.publish(theirs.voice_id, True, "ann")
    assert [voice.voice_id for voice in library.voices("bob")] == [mine.voice_id, theirs.voice_id]
    assert [voice.voice_id for voice in library.voices("ann")] == [theirs.voice_id]


def test_voices_of_older_versions_are_the_houses(tmp_path: Path) -> None:
    library = VoiceLibrary(tmp_path)
    saved = library.save("Anna", reference())
    file = tmp_path / saved.voice_id / "voice.json"
    old = {name: value for name, value in json.loads(file.read_text()).items() if name not in ("owner", "published")}
    file.write_text(json.dumps(old))
    assert [voice.name for voice in library.voices("bob")] == ["Anna"]
