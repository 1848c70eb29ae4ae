import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
import soundfile as sf

from core.audio import AudioClip, encode
from core.cache.key import Namespace, key_for
from core.cache.outcome import Outcome, Tier
from core.engines.averaging import averaged
from core.engines.registry import Registry
from core.errors import Cancelled, EngineFailed, InvalidAudio, InvalidInput, Unsupported
from core.progress import Progress
from core.request import (
    AudioSource,
    Instruction,
    LibrarySpeaker,
    ReferenceSpeaker,
    Speaker,
    StockSpeaker,
    SynthesisRequest,
    TranscriptionRequest,
)
from core.speakers.profile import SpeakerProfile
from core.studio import SegmentReady, SpeakerReady, Studio, Take
from tests.core.humming import HummingEngine, humming_studio
from tests.core.speakers.test_reference import speechlike

ALTO = StockSpeaker("alto")
THREE = "One is first. Two is second. Three is last."


@pytest.fixture
def studio(tmp_path, redis_url: str) -> Iterator[Studio]:
    studio = humming_studio(tmp_path, redis_url)
    yield studio
    studio.close()


@pytest.fixture
def engine(studio: Studio) -> HummingEngine:
    return studio.synthesis["humming"]


def request(text: str = THREE, speaker: Speaker = ALTO, **settings) -> SynthesisRequest:
    return SynthesisRequest(text=text, speaker=speaker, engine="humming", **settings)


def clone(clip: AudioClip, encoding: str = "wav") -> ReferenceSpeaker:
    return ReferenceSpeaker(AudioSource(encode(clip, encoding)))


def outcomes(take: Take) -> list[Outcome]:
    return [segment.stage.outcome for segment in take.report.segments]


def test_the_second_identical_request_does_no_engine_work(studio: Studio, engine: HummingEngine) -> None:
    first = studio.synthesize(request())
    second = studio.synthesize(request())
    assert outcomes(first) == [Outcome.MISS] * 3
    assert outcomes(second) == [Outcome.HIT] * 3
    assert second.report.outcome is Outcome.HIT
    assert second.report.saved_ms > 0
    assert len(engine.spoken) == 3
    np.testing.assert_array_equal(first.audio.samples, second.audio.samples)


def test_one_edited_sentence_is_one_computation(studio: Studio, engine: HummingEngine) -> None:
    studio.synthesize(request())
    edited = studio.synthesize(request("One is first. Two is changed. Three is last."))
    assert outcomes(edited) == [Outcome.HIT, Outcome.MISS, Outcome.HIT]
    assert engine.spoken[-1].text == "Two is changed."


@pytest.mark.parametrize("change", [{"speed": 1.5}, {"seed": 7}, {"language": "zh"}, {"text": THREE.replace(".", "!")}])
def test_what_changes_the_sound_misses(studio: Studio, change: dict) -> None:
    studio.synthesize(request())
    assert Outcome.HIT not in outcomes(studio.synthesize(replace(request(), **change)))


def test_a_random_seed_is_not_looked_up_but_can_be_locked(studio: Studio) -> None:
    random = studio.synthesize(request("Once.", seed=None))
    assert outcomes(random) == [Outcome.BYPASS]
    locked = studio.synthesize(request("Once.", seed=random.report.seed))
    assert outcomes(locked) == [Outcome.HIT]
    np.testing.assert_array_equal(locked.audio.samples, random.audio.samples)


def test_a_voice_is_enrolled_once_in_any_container_and_under_any_name(studio: Studio, engine: HummingEngine) -> None:
    samples = np.round(speechlike(6).samples * 32767).astype(np.int16)
    sources = []
    for container in ("WAV", "FLAC"):
        buffer = io.BytesIO()
        sf.write(buffer, samples, 16_000, format=container)
        sources.append(ReferenceSpeaker(AudioSource(buffer.getvalue(), f"a name.{container}")))
    first, second = (studio.synthesize(request("Hi there.", speaker)) for speaker in sources)
    assert first.report.speaker is not None
    assert first.report.speaker.outcome is Outcome.MISS
    assert second.report.speaker is not None
    assert second.report.speaker.outcome is Outcome.HIT
    assert outcomes(second) == [Outcome.HIT]
    assert second.report.similarity == 0.75
    assert len(engine.enrolled) == 1


def test_clips_that_begin_alike_are_different_voices(studio: Studio, engine: HummingEngine) -> None:
    clip = speechlike(6)
    other = clip.samples.copy()
    other[-1000:] *= 0.5
    studio.synthesize(request("Hi.", clone(clip)))
    studio.synthesize(request("Hi.", clone(AudioClip(other, clip.sample_rate))))
    assert len(set(engine.enrolled)) == 2


def test_a_bad_reference_ends_before_any_work(studio: Studio, engine: HummingEngine) -> None:
    silent = clone(AudioClip(np.zeros(48_000, np.float32), 16_000))
    for _ in range(2):
        with pytest.raises(InvalidAudio) as refused:
            studio.synthesize(request(speaker=silent))
        assert refused.value.code == "reference.silent"
    assert engine.enrolled == []
    assert engine.spoken == []


def test_segments_are_heard_as_they_are_ready(studio: Studio, engine: HummingEngine) -> None:
    events = studio.stream(request())
    assert isinstance(next(events), SpeakerReady)
    first = next(events)
    assert isinstance(first, SegmentReady)
    assert len(engine.spoken) == 1
    rest = list(events)
    assert isinstance(rest[-1], Take)
    heard = [first, *rest[:-1]]
    assert [event.index for event in heard] == [0, 1, 2]
    assert sum(len(event.audio.samples) for event in heard) == len(rest[-1].audio.samples)


def test_a_cancelled_request_stops_and_leaves_what_is_done(studio: Studio, engine: HummingEngine) -> None:
    progress = Progress()
    events = studio.stream(request(), progress)
    next(events), next(events)
    progress.cancel()
    with pytest.raises(Cancelled):
        list(events)
    assert len(engine.spoken) == 1
    assert outcomes(studio.synthesize(request())) == [Outcome.HIT, Outcome.MISS, Outcome.MISS]


def test_a_failing_engine_is_a_sentence_and_leaves_no_entry(studio: Studio, engine: HummingEngine) -> None:
    engine.failing = RuntimeError("cuDNN says no")
    with pytest.raises(EngineFailed):
        studio.synthesize(request("Once."))
    engine.failing = None
    assert outcomes(studio.synthesize(request("Once."))) == [Outcome.MISS]


def test_identical_concurrent_requests_are_computed_once(studio: Studio, engine: HummingEngine) -> None:
    engine.gate.clear()
    takes: list[Take] = []
    threads = [threading.Thread(target=lambda: takes.append(studio.synthesize(request("Once.")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    engine.gate.set()
    for thread in threads:
        thread.join()
    assert len(engine.spoken) == 1
    assert len({take.audio.content_id for take in takes}) == 1
    assert sorted(outcome for take in takes for outcome in outcomes(take)).count(Outcome.MISS) == 1


def test_a_saved_voice_speaks_and_shares_its_profile(studio: Studio, engine: HummingEngine) -> None:
    reference = clone(speechlike(6))
    studio.synthesize(request("Hi.", reference))
    saved = studio.library.save("Anna", reference)
    take = studio.synthesize(request("Hi.", LibrarySpeaker(saved.voice_id)))
    assert take.report.outcome is Outcome.HIT
    assert len(engine.enrolled) == 1


def test_a_saved_voice_that_is_gone_from_the_cache_is_made_again_from_its_clip(
    studio: Studio, engine: HummingEngine
) -> None:
    saved = studio.library.save("Anna", clone(speechlike(6)))
    first = studio.synthesize(request("Hi.", LibrarySpeaker(saved.voice_id)))
    studio.cache.purge()
    again = studio.synthesize(request("Hi.", LibrarySpeaker(saved.voice_id)))
    assert again.report.outcome is Outcome.MISS
    assert len(engine.enrolled) == 2
    np.testing.assert_array_equal(first.audio.samples, again.audio.samples)


def test_a_transcript_is_made_once(studio: Studio) -> None:
    source = AudioSource(encode(speechlike(3)))
    ask = TranscriptionRequest(source, "listening")
    first, second = studio.transcribe(ask), studio.transcribe(replace(ask, audio=AudioSource(source.data, "other")))
    assert first.stage.outcome is Outcome.MISS
    assert (second.stage.outcome, second.stage.tier) == (Outcome.HIT, Tier.LOCAL)
    assert second.transcript == first.transcript
    assert studio.transcribe(replace(ask, itn=False)).stage.outcome is Outcome.MISS
    assert len(studio.recognition["listening"].heard) == 2


def test_a_hit_needs_no_decoding(studio: Studio) -> None:
    data = encode(speechlike(3))
    studio.transcribe(TranscriptionRequest(AudioSource(data), "listening"))
    again = AudioSource(data)
    studio.transcribe(TranscriptionRequest(again, "listening"))
    assert "clip" not in again.__dict__


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (request(speaker=StockSpeaker("nobody")), InvalidInput),
        (request(speaker=LibrarySpeaker("../../etc")), InvalidInput),
        (replace(request(), engine="abacus"), InvalidInput),
        (request(language="tlh"), Unsupported),
        (request(speaker=ReferenceSpeaker(AudioSource(b"no sound"))), InvalidAudio),
    ],
)
def test_what_cannot_be_done_is_said(studio: Studio, ask: SynthesisRequest, kind: type) -> None:
    with pytest.raises(kind):
        studio.synthesize(ask)


def test_the_report_has_the_documented_shape(studio: Studio) -> None:
    studio.synthesize(request("Hi.", clone(speechlike(6))))
    shown = studio.synthesize(request("Hi. Bye.", clone(speechlike(6)))).report.as_json()
    assert shown["engine"] == "humming"
    assert shown["sample_rate"] == 16_000
    assert shown["outcome"] == "miss"
    assert shown["similarity"] == 0.75
    assert set(shown["speaker"]) == {"outcome", "tier", "ms", "saved_ms"}
    hit, miss = shown["segments"]
    assert (hit["text"], hit["outcome"], hit["tier"]) == ("Hi.", "hit", "local")
    assert (miss["text"], miss["outcome"]) == ("Bye.", "miss")
    assert "tier" not in miss


def test_without_redis_everything_still_works(tmp_path) -> None:
    studio = humming_studio(tmp_path, "redis://127.0.0.1:1/0")
    try:
        assert outcomes(studio.synthesize(request())) == [Outcome.OFFLINE] * 3
        assert outcomes(studio.synthesize(request())) == [Outcome.HIT] * 3
    finally:
        studio.close()


def test_what_is_stored_can_be_looked_at(studio: Studio) -> None:
    speaker = clone(speechlike(4.0))
    take = studio.synthesize(request("Hello.", speaker))
    text = studio.transcribe(TranscriptionRequest(speaker.audio, "listening"))
    (segment,) = studio.cache.entries(Namespace.SEGMENT)
    (profile,) = studio.cache.entries(Namespace.SPEAKER)
    (transcript,) = studio.cache.entries(Namespace.TRANSCRIPT)
    clip = studio.look(segment.key)
    assert isinstance(clip, AudioClip)
    assert clip.duration_s == pytest.approx(take.report.segments[0].duration_s)
    voice = studio.look(profile.key)
    assert isinstance(voice, SpeakerProfile)
    assert voice.facts["similarity"] == "0.75"
    assert studio.look(transcript.key) == text.transcript
    requests = studio.cache.stats().total.requests
    assert studio.look(key_for(Namespace.SEGMENT, {"nothing": "there"})) is None
    assert studio.look(studio.cache.entries(Namespace.ALIAS)[0].key) is None
    assert studio.cache.stats().total.requests == requests


def test_another_direction_is_another_take_and_the_same_one_a_hit(studio: Studio, engine: HummingEngine) -> None:
    directions = [Instruction(), Instruction("softly"), Instruction(presets=("happy",)), Instruction(vector=(0.5,) * 8)]
    first = [studio.synthesize(request(instruction=each)).report.outcome for each in directions]
    second = [studio.synthesize(request(instruction=each)).report.outcome for each in directions]
    assert first == [Outcome.MISS] * 4
    assert second == [Outcome.HIT] * 4
    assert len({utterance.instruction for utterance in engine.spoken}) == 4


def test_the_report_tells_each_thing_once_that_was_done_otherwise(studio: Studio) -> None:
    report = studio.synthesize(request("One.[breath] Two.[breath] Three.")).report
    assert [finding.code for finding in report.findings] == ["tag.pause"]
    assert report.as_json()["findings"] == [
        {"level": "note", "code": "tag.pause", "message": report.findings[0].sentence}
    ]


def test_the_lexicon_changes_what_is_said_and_leaves_the_rest_in_the_cache(
    studio: Studio, engine: HummingEngine
) -> None:
    text = "Koch came. Nobody saw."
    studio.synthesize(request(text))
    studio.lexicon.set("Koch", "K AA1 K")
    assert outcomes(studio.synthesize(request(text))) == [Outcome.MISS, Outcome.HIT]
    assert engine.spoken[-1].text == "[Koch](K AA1 K) came."
    studio.lexicon.remove("Koch")
    assert outcomes(studio.synthesize(request(text))) == [Outcome.HIT] * 2


class MoodyEngine(HummingEngine):
    """Takes on the mood of a clip, which is in that clip's profile."""

    capabilities = replace(HummingEngine.capabilities, emotion_audio=True)

    def with_emotion(self, profile: SpeakerProfile, emotion: SpeakerProfile) -> SpeakerProfile:
        return SpeakerProfile(self.name, {"pitch": profile.arrays["pitch"] + emotion.arrays["pitch"]})


def test_the_emotion_of_a_clip_is_enrolled_once(studio: Studio) -> None:
    moody = MoodyEngine()
    studio.synthesis = Registry({"humming": lambda: moody})
    clip = AudioSource(encode(speechlike(3.0), "wav"))
    sad = Instruction(clip=clip)
    take = studio.synthesize(request(instruction=sad))
    assert outcomes(take) == [Outcome.MISS] * 3
    assert moody.enrolled == [clip.clip.content_id]
    studio.synthesize(request("A fourth.", instruction=sad))
    assert len(moody.enrolled) == 1
    plain = studio.synthesize(request())
    assert not np.array_equal(plain.audio.samples, take.audio.samples)
    assert outcomes(studio.synthesize(request(instruction=sad))) == [Outcome.HIT] * 3
    assert len(moody.spoken) == 7


class MixingEngine(HummingEngine):
    """Speaks in the mean of several recordings."""

    def average(self, profiles: Sequence[SpeakerProfile]) -> SpeakerProfile:
        return averaged(profiles, lambda name, _: name == "pitch")


def recordings(*seconds: float) -> list[ReferenceSpeaker]:
    return [clone(speechlike(each)) for each in seconds]


def test_several_recordings_of_a_voice_are_enrolled_each_and_averaged(tmp_path, redis_url: str) -> None:
    engine = MixingEngine()
    studio = humming_studio(tmp_path, redis_url, engine)
    first, second, third = recordings(6.0, 7.0, 8.0)
    saved = studio.library.save("Ann", first, more=[second])
    line = request("One is first.", LibrarySpeaker(saved.voice_id))
    both = studio.synthesize(line)
    alone = studio.synthesize(replace(line, speaker=first))
    assert len(engine.enrolled) == 2
    assert outcomes(alone) == [Outcome.MISS]
    assert not np.array_equal(both.audio.samples, alone.audio.samples)
    again = studio.synthesize(line)
    assert again.report.outcome is Outcome.HIT
    assert again.report.speaker.saved_ms >= both.report.speaker.saved_ms
    studio.library.add_clip(saved.voice_id, third)
    longer = studio.synthesize(line)
    assert (outcomes(longer), longer.report.speaker.outcome, len(engine.enrolled)) == ([Outcome.MISS], Outcome.MISS, 3)
    studio.close()


def test_an_engine_that_cannot_average_speaks_as_the_first_recording_and_says_so(studio: Studio) -> None:
    first, second = recordings(6.0, 7.0)
    saved = studio.library.save("Ann", first, more=[second])
    line = request("One is first.", LibrarySpeaker(saved.voice_id))
    take = studio.synthesize(line)
    assert [finding.code for finding in take.report.findings] == ["voice.one_clip"]
    assert outcomes(studio.synthesize(replace(line, speaker=first))) == [Outcome.HIT]
    studio.library.remove_clip(saved.voice_id, "reference")
    changed = studio.synthesize(line)
    assert (outcomes(changed), changed.report.findings) == ([Outcome.MISS], ())
