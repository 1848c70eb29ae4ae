"""What was finished lately is had again at once, as long as nothing that it depends on has changed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.audio import AudioClip, encode
from core.cache.key import Namespace
from core.cache.outcome import Outcome, Tier
from core.errors import InvalidInput
from core.recall import Recall
from core.request import AudioSource, Instruction, LibrarySpeaker, ReferenceSpeaker, StockSpeaker, SynthesisRequest
from core.studio import Studio, Take
from tests.core.humming import HummingEngine, humming_studio
from tests.core.speakers.test_reference import speechlike

LINE = SynthesisRequest("One is first. Two is second.", StockSpeaker("alto"), "humming")


@pytest.fixture
def studio(tmp_path: Path, redis_url: str) -> Iterator[Studio]:
    studio = humming_studio(tmp_path, redis_url)
    yield studio
    studio.close()


def recalled(studio: Studio, request: SynthesisRequest) -> Take:
    take = studio.recall(request)
    assert take is not None
    return take


def cloned(seconds: float = 6.0) -> ReferenceSpeaker:
    return ReferenceSpeaker(AudioSource(encode(speechlike(seconds))))


def test_what_was_finished_is_had_again_as_hits_that_count(studio: Studio) -> None:
    assert studio.recall(LINE) is None
    first = studio.synthesize(LINE)
    before = studio.cache.stats().total
    again = recalled(studio, LINE)
    after = studio.cache.stats().total
    assert again.audio is first.audio
    assert again.report.outcome is Outcome.HIT
    assert [part.stage.tier for part in again.report.segments] == [Tier.LOCAL] * 2
    assert [part.text for part in again.report.segments] == [part.text for part in first.report.segments]
    assert again.report.saved_ms > 0
    assert after.hits_local - before.hits_local == 2
    assert after.saved_ms > before.saved_ms
    assert studio.cache.popular(1)[0].requests == 2


def test_a_clip_is_known_by_what_it_holds(studio: Studio) -> None:
    first = studio.synthesize(replace(LINE, speaker=cloned()))
    again = recalled(studio, replace(LINE, speaker=cloned()))
    assert again.report.speaker is not None
    assert again.report.speaker.outcome is Outcome.HIT
    assert again.report.similarity == first.report.similarity
    assert studio.recall(replace(LINE, speaker=cloned(7.0))) is None


def test_so_is_the_clip_of_a_mood(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HummingEngine, "capabilities", replace(HummingEngine.capabilities, emotion_audio=True))

    def moody(seconds: float) -> SynthesisRequest:
        return replace(LINE, instruction=Instruction(clip=AudioSource(encode(speechlike(seconds)))))

    studio.synthesize(moody(5.0))
    assert recalled(studio, moody(5.0)).report.outcome is Outcome.HIT
    assert studio.recall(moody(4.0)) is None
    assert studio.recall(LINE) is None


@pytest.mark.parametrize("change", [{"text": "One."}, {"seed": 7}, {"seed": None}, {"speed": 1.5}, {"language": "zh"}])
def test_another_request_is_another_take(studio: Studio, change: dict) -> None:
    studio.synthesize(LINE)
    assert studio.recall(replace(LINE, **change)) is None


def test_a_random_seed_is_not_remembered(studio: Studio) -> None:
    studio.synthesize(replace(LINE, seed=None))
    assert studio.recall(replace(LINE, seed=None)) is None


@pytest.mark.parametrize("namespace", [Namespace.SEGMENT, Namespace.SPEAKER])
def test_what_was_purged_is_not_recalled(studio: Studio, namespace: Namespace) -> None:
    request = replace(LINE, speaker=cloned())
    studio.synthesize(request)
    before = studio.cache.stats().total.requests
    studio.cache.purge(namespace=namespace)
    assert studio.recall(request) is None
    assert studio.cache.stats().total.requests == before


def test_a_value_that_was_computed_again_is_another(studio: Studio) -> None:
    first = studio.synthesize(LINE)
    studio.cache.purge()
    second = studio.synthesize(LINE)
    assert recalled(studio, LINE).audio is second.audio
    assert second.audio is not first.audio


def test_a_changed_lexicon_is_heeded(studio: Studio) -> None:
    studio.synthesize(LINE)
    studio.lexicon.set("second", "S EH1 K")
    assert studio.recall(LINE) is None


def test_a_voice_that_was_deleted_speaks_no_more(studio: Studio) -> None:
    voice = studio.library.save("Ann", cloned())
    request = replace(LINE, speaker=LibrarySpeaker(voice.voice_id))
    studio.synthesize(request)
    recalled(studio, request)
    studio.library.delete(voice.voice_id)
    with pytest.raises(InvalidInput) as refused:
        studio.recall(request)
    assert refused.value.code == "request.voice"


def test_only_so_much_is_remembered(studio: Studio) -> None:
    studio._recall = Recall(studio.cache, limit=40_000)
    studio.synthesize(LINE)  # longer than that
    assert studio.recall(LINE) is None
    short = [replace(LINE, text=text) for text in ("One.", "Two.")]
    for request in short:
        studio.synthesize(request)
    assert studio.recall(short[0]) is None
    assert isinstance(recalled(studio, short[1]).audio, AudioClip)
