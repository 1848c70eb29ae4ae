import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.archive import packed, unpacked
from core.audio import encode
from core.cache.outcome import Outcome
from core.errors import InvalidAudio, InvalidInput, Refused
from core.request import AudioSource, LibrarySpeaker, ReferenceSpeaker, SynthesisRequest
from core.speakers import bundle
from core.speakers.bundle import MadeProfile, VoiceBundle
from core.speakers.profile import SpeakerProfile
from core.studio import Studio
from tests.core.humming import humming_studio
from tests.core.speakers.test_reference import speechlike


@pytest.fixture
def studio(tmp_path: Path, redis_url: str) -> Iterator[Studio]:
    studio = humming_studio(tmp_path / "one", redis_url)
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def recordings() -> list[ReferenceSpeaker]:
    return [ReferenceSpeaker(AudioSource(encode(speechlike(each), "flac")), f"{each} s") for each in (6.0, 7.0)]


def packed_voice(studio: Studio, voice_id: str, viewer: str | None = None) -> bytes:
    voice = bundle.bundle_of(studio.library, voice_id, viewer)
    return bundle.pack(replace(voice, profiles=tuple(bundle.profiles_of(studio, voice.recordings))))


def spoken(studio: Studio, voice_id: str) -> Outcome:
    line = SynthesisRequest("Hello there.", LibrarySpeaker(voice_id), "humming")
    return studio.synthesize(line).report.speaker.outcome


def test_a_voice_is_loaded_by_another_encore_with_its_profile(
    studio: Studio, recordings: list[ReferenceSpeaker], tmp_path: Path
) -> None:
    first, second = recordings
    fields = {"language": "zh", "tags": ("warm",), "notes": "Slow.", "consent": "Ann, 2026-11-22"}
    saved = studio.library.save("Ann", first, more=[second], **fields)
    assert spoken(studio, saved.voice_id) is Outcome.MISS
    data = packed_voice(studio, saved.voice_id)
    bare = bundle.bundle_of(studio.library, saved.voice_id)
    assert bundle.pack(bare) == bundle.pack(bare)

    studio.cache.purge()
    other = humming_studio(tmp_path / "two", studio.settings.redis_url)
    found = bundle.unpack(data)
    added = bundle.add(other.library, found, "bob")
    assert bundle.keep_profiles(other, found) == 1
    assert (added.name, added.owner, {name: getattr(added, name) for name in fields}) == ("Ann", "bob", fields)
    assert [(each.audio.data, each.prompt_text) for each in other.library.references(added.voice_id)] == [
        (each.audio.data, each.prompt_text) for each in recordings
    ]
    assert spoken(other, added.voice_id) is Outcome.HIT
    assert bundle.keep_profiles(other, found) == 0
    other.close()


def test_what_is_here_already_is_not_doubled_and_another_voice_of_the_name_gets_a_number(
    studio: Studio, recordings: list[ReferenceSpeaker]
) -> None:
    first, second = recordings
    saved = studio.library.save("Ann", first, "ann")
    found = bundle.unpack(packed_voice(studio, saved.voice_id, "ann"))
    assert bundle.add(studio.library, found, "ann") == saved
    assert bundle.add(studio.library, found, "bob").owner == "bob"
    again = replace(found, recordings=(second,))
    assert bundle.add(studio.library, again, "ann").name == "Ann (2)"
    assert bundle.add(studio.library, replace(again, recordings=(first, second)), "ann").name == "Ann (3)"


def test_nobody_takes_along_a_voice_of_somebody_else(studio: Studio, recordings: list[ReferenceSpeaker]) -> None:
    saved = studio.library.save("Ann", recordings[0], "ann", published=True)
    with pytest.raises(Refused):
        bundle.bundle_of(studio.library, saved.voice_id, "bob")


def test_a_profile_of_another_engine_is_left_alone(studio: Studio, recordings: list[ReferenceSpeaker]) -> None:
    profile = SpeakerProfile("humming", {"pitch": np.array([140.0], np.float32)})
    made = [MadeProfile("humming/0", 0, profile, 1.0), MadeProfile("humming/1", 0, replace(profile, engine="x"), 1.0)]
    voice = VoiceBundle("Ann", (recordings[0],), profiles=tuple(made))
    assert bundle.keep_profiles(studio, bundle.unpack(bundle.pack(voice))) == 0


def changed(data: bytes, **about: object) -> bytes:
    files = unpacked(data, most_files=99, most_bytes=bundle.MOST_BYTES)
    told = json.loads(files["voice.json"])
    return packed({**files, "voice.json": json.dumps({**told, **about}).encode()})


PROFILE = {"file": "profiles/0.safetensors", "fingerprint": "humming/1", "recording": 0, "compute_ms": 1.0}


@pytest.mark.parametrize(
    "about",
    [
        {"format": "another"},
        {"version": 2},
        {"name": 7},
        {"recordings": []},
        {"recordings": [{"file": "../../etc/passwd"}]},
        {"recordings": [{"file": "recordings/0"}] * 9},
        {"tags": "warm"},
        {"profiles": [{**PROFILE, "file": "voice.json"}]},
        {"profiles": [{**PROFILE, "recording": -1}]},
        {"profiles": [{**PROFILE, "compute_ms": 1e99}]},
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(recordings: list[ReferenceSpeaker], about: dict) -> None:
    data = bundle.pack(VoiceBundle("Ann", (recordings[0],)))
    with pytest.raises(InvalidInput) as refused:
        bundle.unpack(changed(data, **about))
    assert refused.value.code == "voice.file"


@pytest.mark.parametrize("data", [b"", b"PK\3\4 broken", packed({"other.json": b"{}"}), packed({"voice.json": b"["})])
def test_what_is_no_voice_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        bundle.unpack(data)
    assert refused.value.code == "voice.file"


@pytest.mark.parametrize("sound", [b"no sound", encode(speechlike(0.3))])
def test_a_recording_that_cannot_be_cloned_is_refused(sound: bytes) -> None:
    with pytest.raises(InvalidAudio):
        bundle.unpack(bundle.pack(VoiceBundle("Ann", (ReferenceSpeaker(AudioSource(sound)),))))


@pytest.mark.parametrize(
    ("arrays", "facts"),
    [
        ({"pitch": np.array([np.nan], np.float32)}, {}),
        ({"pitch": np.ones(1, np.float32)}, {"similarity": "much"}),
        ({"pitch": np.ones(1, np.float32)}, {"similarity": ["0.5"]}),
    ],
)
def test_a_profile_that_would_break_its_user_is_refused(
    recordings: list[ReferenceSpeaker], arrays: dict, facts: dict
) -> None:
    made = MadeProfile("humming/1", 0, SpeakerProfile("humming", arrays, facts), 1.0)
    with pytest.raises(InvalidInput) as refused:
        bundle.unpack(bundle.pack(VoiceBundle("Ann", (recordings[0],), profiles=(made,))))
    assert refused.value.code == "voice.file"


def test_a_file_is_not_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 10)
    with pytest.raises(InvalidInput) as refused:
        bundle.unpack(bytes(11))
    assert refused.value.code == "voice.file_large"
