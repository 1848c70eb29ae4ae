"""What the studio relies on in every engine.

Each engine's ``test_contract.py`` derives a class of tests from :class:`SynthesisContract` or
:class:`RecognitionContract` and gives it a fixture ``subject``: the engine on a real model, the tiny one of random
weights that its authors' code speaks with, or a live server.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.base import (
    BatchRecognition,
    Capabilities,
    Engine,
    RecognitionEngine,
    Streaming,
    StreamingSynthesis,
    SynthesisEngine,
    Transcript,
    Utterance,
)
from core.errors import Cancelled, EncoreError, EngineUnavailable, InvalidInput, ModelMissing, Unsupported
from core.payloads import PROFILE, TRANSCRIPT
from core.planner import check_language, plan
from core.progress import Progress
from core.request import AudioSource, Instruction, StockSpeaker, SynthesisRequest
from core.speakers.profile import SpeakerProfile
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from tests.core.engines.cosyvoice.tiny import voice

E = TypeVar("E", bound=Engine)
T = TypeVar("T")


@dataclass(frozen=True)
class Subject(Generic[E]):
    """An engine under test."""

    engine: E
    fresh: Callable[[], E]
    """Another one on the same model, not loaded yet."""
    absent: Callable[[Path], E]
    """One whose model is looked for in a folder in which nothing is."""
    opens: str
    """What is called to load the model, as ``module.name``."""
    made: dict[Any, Any] = field(default_factory=dict)
    """What the engine gave before, so that no test needs it made again."""


@dataclass(frozen=True)
class Speaking(Subject[SynthesisEngine]):
    """One that speaks."""

    profile: SpeakerProfile = field(kw_only=True)
    """A voice for most tests."""
    enrolled: SpeakerProfile = field(kw_only=True)
    """The voice of a clip."""


@dataclass(frozen=True)
class Listening(Subject[RecognitionEngine]):
    """One that writes down."""

    clips: Sequence[AudioClip] = field(kw_only=True)
    """Two that say different things in English."""


def together(work: Callable[[int], T], count: int) -> list[T]:
    """What ``work`` gives for each number below ``count``, in as many threads that begin at once."""
    results: dict[int, T] = {}
    start = threading.Barrier(count)

    def run(number: int) -> None:
        start.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(count)]


class EngineContract:
    """What holds for all engines; :meth:`work` is how one is put to work, in one of two ways."""

    def work(self, subject: Any, engine: Any, way: int) -> object:
        """What ``engine`` makes of it, to be compared."""
        raise NotImplementedError

    def usual(self, subject: Any, way: int) -> object:
        """What the engine that all tests share makes of it."""
        if way not in subject.made:
            subject.made[way] = self.work(subject, subject.engine, way)
        return subject.made[way]

    def test_asking_what_it_is_loads_nothing(self, subject: Subject[Engine], openings: list[None]) -> None:
        engine = subject.fresh()
        assert engine.availability.ready
        assert engine.availability.finding.sentence
        assert engine.capabilities.languages
        assert engine.capabilities == subject.engine.capabilities
        assert engine.fingerprint.startswith(engine.name)
        assert engine.fingerprint == subject.engine.fingerprint
        assert isinstance(engine.lane, str)
        # Who has no model of his own can only ask those who have.
        assert engine.name == "remote" or (not engine.loaded and not openings)

    def test_it_is_loaded_once_whoever_asks_and_again_after_it_was_let_go(
        self, subject: Subject[Engine], openings: list[None]
    ) -> None:
        expected = self.usual(subject, 0)
        openings.clear()
        engine = subject.fresh()
        together(lambda _: engine.load(), 6)
        engine.load()
        assert (engine.loaded, len(openings)) == (True, 1)
        fingerprint = engine.fingerprint
        engine.unload()
        engine.unload()
        assert not engine.loaded
        assert self.work(subject, engine, 0) == expected
        assert (engine.loaded, len(openings), engine.fingerprint) == (True, 2, fingerprint)
        engine.unload()

    def test_asked_from_several_threads_it_gives_what_it_gives_one_after_another(
        self, subject: Subject[Engine]
    ) -> None:
        alone = [self.usual(subject, way) for way in (0, 1)]
        assert alone[0] != alone[1]
        assert together(lambda number: self.work(subject, subject.engine, number % 2), 4) == alone * 2

    def test_what_is_not_here_is_told_beforehand_and_when_it_is_asked_for(
        self, subject: Subject[Engine], nothing_here: Path
    ) -> None:
        engine = subject.absent(nothing_here)
        availability = engine.availability
        assert not availability.ready
        for ask in (engine.load, lambda: self.work(subject, engine, 0)):
            with pytest.raises((ModelMissing, EngineUnavailable)) as refused:
                ask()
            assert str(refused.value) == availability.finding.sentence
        assert not engine.loaded


@dataclass(frozen=True)
class Control:
    """Something that a request can ask for: two requests that differ in nothing else."""

    name: str
    declared: Callable[[Capabilities], bool]
    plain: SynthesisRequest
    asked: SynthesisRequest


HI = SynthesisRequest("Hi.", StockSpeaker("any"), language="en")
MARKED = replace(HI, notation=Notation.COSYVOICE)
CONTROLS = (
    Control("direction", lambda can: can.instruction, HI, replace(HI, instruction=Instruction("a little faster"))),
    Control(
        "emotion vector",
        lambda can: can.emotion_vector,
        HI,
        replace(HI, instruction=Instruction(vector=(0.9, *[0.0] * 7))),
    ),
    Control(
        "emotion clip",
        lambda can: can.emotion_audio,
        HI,
        replace(HI, instruction=Instruction(clip=AudioSource.from_clip(voice(1.2, 260.0)))),
    ),
    Control("slower", lambda can: can.speed[0] < 1, HI, replace(HI, speed=0.5)),
    Control("faster", lambda can: can.speed[1] > 1, HI, replace(HI, speed=2.0)),
    Control(
        "pinyin",
        lambda can: can.pinyin,
        replace(MARKED, text="她好干净", language="zh"),
        replace(MARKED, text="她[h][ào]干净", language="zh"),
    ),
    Control(
        "arpabet",
        lambda can: can.arpabet,
        replace(MARKED, text="a minute detail"),
        replace(MARKED, text="a [M][AY0][N][UW1][T] detail"),
    ),
    Control(
        "tag", lambda can: "breath" in can.tags, replace(MARKED, text="Hi you."), replace(MARKED, text="Hi[breath]you.")
    ),
)


class SynthesisContract(EngineContract):
    """What holds for all engines that speak."""

    def work(self, subject: Speaking, engine: SynthesisEngine, way: int) -> object:
        return engine.synthesize(Utterance(("Hi.", "Hello there.")[way], "en"), subject.profile).content_id

    def said(self, subject: Speaking, request: SynthesisRequest) -> Sequence[AudioClip]:
        """The segments of ``request`` as they are planned for the engine. Raises :class:`InvalidInput`."""
        engine = subject.engine
        request = replace(request, engine=engine.name)
        planned = plan(request, engine.capabilities, Lexicon(), max_characters=100)
        if request not in subject.made:
            subject.made[request] = [engine.synthesize(each.utterance, subject.profile) for each in planned.segments]
        clips: Sequence[AudioClip] = subject.made[request]
        return clips

    def test_what_it_gives_is_sound(self, subject: Speaking) -> None:
        (clip,) = self.said(subject, HI)
        assert clip.sample_rate == subject.engine.sample_rate
        assert clip.samples.dtype == np.float32
        assert clip.samples.ndim == 1
        assert np.isfinite(clip.samples).all()
        assert 0 < np.abs(clip.samples).max() <= 1

    @pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
    def test_it_does_what_it_declares_and_the_rest_is_refused(self, subject: Speaking, control: Control) -> None:
        if not control.declared(subject.engine.capabilities):
            with pytest.raises(InvalidInput):
                self.said(subject, control.asked)
            return
        plain, asked = (
            [clip.content_id for clip in self.said(subject, each)] for each in (control.plain, control.asked)
        )
        assert plain != asked

    def test_it_speaks_the_languages_that_it_declares_and_no_other(self, subject: Speaking) -> None:
        capabilities = subject.engine.capabilities
        for language in capabilities.languages:
            check_language(language, subject.engine.name, capabilities)
        with pytest.raises(Unsupported):
            self.said(subject, replace(HI, language="tlh"))

    def test_a_seed_is_a_take(self, subject: Speaking) -> None:
        if not subject.engine.capabilities.seed:
            pytest.skip("it declares no seed")
        first, again, other = (
            subject.engine.synthesize(Utterance("Hi.", "en", seed=seed), subject.profile).content_id
            for seed in (3, 3, 4)
        )
        assert first == again
        assert first != other

    def test_a_profile_comes_back_from_the_cache_bit_by_bit_and_speaks_as_before(self, subject: Speaking) -> None:
        kept = subject.enrolled
        back = PROFILE.decode(PROFILE.encode(kept))
        assert (back.engine, dict(back.facts)) == (subject.engine.name, dict(kept.facts))
        assert [(name, array.dtype, array.shape, array.tobytes()) for name, array in sorted(back.arrays.items())] == [
            (name, array.dtype, array.shape, array.tobytes()) for name, array in sorted(kept.arrays.items())
        ]
        hi = Utterance("Hi.", "en")
        assert subject.engine.synthesize(hi, back).content_id == subject.engine.synthesize(hi, kept).content_id

    def test_its_own_voices_are_known_and_others_refused(self, subject: Speaking) -> None:
        engine = subject.engine
        for known in engine.voices:
            assert known.language in engine.capabilities.languages
            assert engine.stock_profile(known.name).engine == engine.name
        with pytest.raises(InvalidInput) as refused:
            engine.stock_profile("nobody at all")
        assert refused.value.code == "request.voice"

    def test_what_cannot_be_said_is_an_error_of_ours_and_leaves_it_usable(self, subject: Speaking) -> None:
        with pytest.raises(EncoreError):
            subject.engine.synthesize(Utterance("…", "en"), subject.profile)
        assert self.work(subject, subject.engine, 0) == self.usual(subject, 0)

    def test_enrolling_can_be_called_off(self, subject: Speaking) -> None:
        progress = Progress()
        progress.cancel()
        with pytest.raises(Cancelled):
            subject.engine.enroll(voice(), "hello there", progress)

    def test_it_streams_as_it_declares(self, subject: Speaking) -> None:
        engine, declared = subject.engine, subject.engine.capabilities.streaming
        if declared is Streaming.NONE:
            pytest.skip("it declares no streaming")
        assert isinstance(engine, StreamingSynthesis)
        line = Utterance("In several pieces.", "en")
        chunks, again = (list(engine.stream(line, subject.profile)) for _ in range(2))
        assert {chunk.sample_rate for chunk in chunks} == {engine.sample_rate}
        joined = np.concatenate([chunk.samples for chunk in chunks])
        np.testing.assert_array_equal(joined, np.concatenate([chunk.samples for chunk in again]))
        whole = engine.synthesize(line, subject.profile).samples
        if declared is Streaming.SAME:
            np.testing.assert_array_equal(joined, whole)
        else:  # the same words, with other samples
            assert len(joined) == pytest.approx(len(whole), rel=0.1)


class RecognitionContract(EngineContract):
    """What holds for all engines that write down."""

    def work(self, subject: Listening, engine: RecognitionEngine, way: int) -> Transcript:
        return engine.transcribe(subject.clips[way], language="en", itn=True, progress=Progress())

    def test_a_transcript_is_words_and_when_they_were_said(self, subject: Listening) -> None:
        said = self.usual(subject, 0)
        assert isinstance(said, Transcript)
        assert said.language == "en"
        assert said.text
        assert said.segments
        end = subject.clips[0].duration_s + 0.5
        assert all(0 <= part.start_s < part.end_s <= end for part in said.segments)
        assert TRANSCRIPT.decode(TRANSCRIPT.encode(said)) == said

    def test_it_knows_the_languages_that_it_declares_and_no_other(self, subject: Listening) -> None:
        engine = subject.engine
        found = engine.transcribe(subject.clips[0], language="auto", itn=True, progress=Progress())
        assert found.language in engine.capabilities.languages
        with pytest.raises(Unsupported):
            check_language("tlh", engine.name, engine.capabilities)

    def test_silence_says_nothing_in_whichever_language(self, subject: Listening) -> None:
        silent = AudioClip(np.zeros(16_000, np.float32), 16_000)
        said = subject.engine.transcribe(silent, language="auto", itn=True, progress=Progress())
        assert (said.text, said.segments) == ("", ())
        assert said.language in subject.engine.capabilities.languages
        for language in ("zh", "ja"):
            told = subject.engine.transcribe(silent, language=language, itn=True, progress=Progress())
            assert told.language == language

    def test_it_tells_how_far_it_is_and_can_be_called_off(self, subject: Listening) -> None:
        told: list[tuple[str, float]] = []
        progress = Progress(lambda stage, fraction: told.append((stage, fraction)))
        subject.engine.transcribe(subject.clips[0], language="en", itn=True, progress=progress)
        assert {stage for stage, _ in told} == {"transcribe"}
        assert told == sorted(told)
        progress.cancel()
        with pytest.raises(Cancelled):
            subject.engine.transcribe(subject.clips[0], language="en", itn=True, progress=progress)
        assert self.work(subject, subject.engine, 0) == self.usual(subject, 0)

    def test_many_at_once_say_what_each_says_alone(self, subject: Listening) -> None:
        if not isinstance(subject.engine, BatchRecognition):
            pytest.skip("it takes one at a time")
        alone = [self.usual(subject, way) for way in (0, 1)]
        batch = subject.engine.transcribe_batch(subject.clips, language="en", itn=True, progress=Progress())
        assert list(batch) == alone
