"""Who works on which engine, and when its model is let go."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.audio import AudioClip, encode
from core.cache.outcome import Outcome
from core.engines.base import Transcript, Utterance
from core.engines.keeper import EngineStatus, Keeper
from core.engines.registry import Registry
from core.engines.sensevoice.engine import SenseVoiceEngine
from core.errors import Cancelled, EngineFailed, InvalidInput
from core.progress import Progress
from core.request import AudioSource, Instruction, StockSpeaker, SynthesisRequest
from core.settings import Settings
from core.speakers.profile import SpeakerProfile
from core.studio import Studio
from tests.core.engines.sensevoice.tiny import build, clip
from tests.core.humming import HummingEngine, ListeningEngine, humming_studio
from tests.core.speakers.test_reference import speechlike

PATIENCE_S = 10


class OnGpu(HummingEngine):
    """Speaks for one at a time, and takes on the mood of a clip."""

    lane = "cuda:0"
    capabilities = replace(HummingEngine.capabilities, emotion_audio=True)

    def __init__(self, name: str = "humming") -> None:
        super().__init__()
        self.name = name
        self.loads = 0
        self.speaking = threading.Event()
        self.at_once: list[int] = []
        self._busy = 0

    def load(self) -> None:
        self.loads += not self.loaded
        super().load()

    def with_emotion(self, profile: SpeakerProfile, emotion: SpeakerProfile) -> SpeakerProfile:
        return SpeakerProfile(self.name, {"pitch": profile.arrays["pitch"] + emotion.arrays["pitch"]})

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        self._busy += 1
        self.at_once.append(self._busy)
        self.speaking.set()
        try:
            return super().synthesize(utterance, profile)
        finally:
            self._busy -= 1


def keeper_of(*engines: HummingEngine, idle_s: float = 0.0) -> Keeper:
    listening = ListeningEngine()
    return Keeper(
        Registry({engine.name: lambda engine=engine: engine for engine in engines}),  # type: ignore[misc]
        Registry({listening.name: lambda: listening}),
        idle_s,
    )


def status(keeper: Keeper, name: str = "humming") -> EngineStatus:
    return next(each for each in keeper.status() if each.name == name)


def until(true: Callable[[], bool]) -> bool:
    """Whether it comes ``true`` in time."""
    pause = threading.Event()
    return any(true() or pause.wait(0.02) for _ in range(PATIENCE_S * 50))


@pytest.fixture
def engine() -> OnGpu:
    return OnGpu()


@pytest.fixture
def studio(tmp_path: Path, redis_url: str, engine: OnGpu) -> Iterator[Studio]:
    studio = humming_studio(tmp_path, redis_url, engine)
    yield studio
    engine.gate.set()
    studio.close()


def line(text: str) -> SynthesisRequest:
    return SynthesisRequest(text, StockSpeaker("alto"), "humming")


def test_the_status_tells_what_is_going_on_and_loads_nothing(engine: OnGpu) -> None:
    keeper = keeper_of(engine)
    assert [(each.name, each.kind) for each in keeper.status()] == [
        ("humming", "synthesis"),
        ("listening", "recognition"),
    ]
    before = status(keeper)
    assert (before.loaded, before.working, before.waiting, before.idle_s) == (False, 0, 0, None)
    assert before.availability.ready
    with keeper.using(engine, Progress()):
        during = status(keeper)
    after = status(keeper)
    assert (during.loaded, during.working, during.idle_s) == (True, 1, 0.0)
    assert (after.loaded, after.working) == (True, 0)
    assert after.idle_s is not None
    assert after.idle_s > 0


def test_engines_of_one_lane_take_turns(engine: OnGpu) -> None:
    other = OnGpu("other")
    keeper = keeper_of(engine, other)
    heard: list[int] = []

    def wait() -> None:
        with keeper.using(other, Progress(queue_listener=heard.append)):
            pass

    with keeper.using(engine, Progress()):
        waiter = threading.Thread(target=wait)
        waiter.start()
        assert until(lambda: keeper.waiting == 1)
        assert (status(keeper, "other").waiting, status(keeper).waiting) == (1, 0)
        assert not other.loaded  # nor does it take memory before its turn
    waiter.join(PATIENCE_S)
    assert (heard, other.loaded, keeper.waiting) == ([1, 0], True, 0)


def test_a_model_is_let_go_only_after_the_work_and_new_work_loads_it_again(engine: OnGpu) -> None:
    keeper = keeper_of(engine)
    with keeper.using(engine, Progress()):
        letting_go = threading.Thread(target=keeper.unload, args=("humming", "synthesis"))
        letting_go.start()
        letting_go.join(0.1)
        assert letting_go.is_alive()
        assert engine.loaded
    letting_go.join(PATIENCE_S)
    assert not engine.loaded
    keeper.load("humming", "synthesis")
    assert (engine.loaded, engine.loads) == (True, 2)
    with pytest.raises(InvalidInput):
        keeper.unload("abacus", "synthesis")


def test_what_is_idle_is_let_go_and_what_works_is_not(engine: OnGpu) -> None:
    busy = OnGpu("busy")
    busy.lane = ""
    keeper = keeper_of(engine, busy, idle_s=0.1)
    try:
        with keeper.using(busy, Progress()):
            keeper.load("humming", "synthesis")
            assert until(lambda: not engine.loaded)
            assert busy.loaded
        assert until(lambda: not busy.loaded)
        with keeper.using(engine, Progress()):
            assert engine.loads == 2
    finally:
        keeper.close()


def test_a_real_engine_that_was_let_go_is_loaded_by_the_next_use(tmp_path: Path) -> None:
    hearing = SenseVoiceEngine(Settings(sensevoice_model=str(build(tmp_path / "model")), data_dir=tmp_path))
    keeper = Keeper(Registry({}), Registry({"sensevoice": lambda: hearing}), idle_s=0.1)

    def heard() -> Transcript:
        with keeper.using(hearing, Progress()):
            assert hearing.loaded
            return hearing.transcribe(clip("boats"), language="en", itn=True, progress=Progress())

    try:
        first = heard()
        assert first.text == "boats"
        assert until(lambda: not hearing.loaded)
        assert heard() == first
    finally:
        keeper.close()


def test_an_engine_that_cannot_be_loaded_is_a_sentence_and_gives_up_its_turn(
    engine: OnGpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(engine)

    def broken() -> None:
        raise RuntimeError("no kernel image")

    monkeypatch.setattr(engine, "load", broken)
    with pytest.raises(EngineFailed), keeper.using(engine, Progress()):
        pass
    assert (status(keeper).working, keeper.waiting) == (0, 0)


def test_requests_queue_for_one_gpu_and_the_wait_is_told_and_not_counted(studio: Studio, engine: OnGpu) -> None:
    engine.gate.clear()
    first = threading.Thread(target=studio.synthesize, args=(line("First."),))
    first.start()
    assert engine.speaking.wait(PATIENCE_S)
    heard: list[int] = []
    reports = []

    def ask(text: str) -> None:
        reports.append(studio.synthesize(line(text), Progress(queue_listener=heard.append)).report)

    second = threading.Thread(target=ask, args=("Second.",))
    second.start()
    assert until(lambda: studio.keeper.waiting == 1)
    second.join(0.5)
    engine.gate.set()
    first.join(PATIENCE_S)
    second.join(PATIENCE_S)
    assert heard == [1, 0]
    assert engine.at_once == [1, 1]
    saved = studio.synthesize(line("Second.")).report.saved_ms
    assert saved < 0.5 * reports[0].total_ms  # the wait was most of it


def test_a_cancel_in_the_queue_is_at_once_and_hands_the_work_to_who_still_wants_it(
    studio: Studio, engine: OnGpu
) -> None:
    engine.gate.clear()
    first = threading.Thread(target=studio.synthesize, args=(line("First."),))
    first.start()
    assert engine.speaking.wait(PATIENCE_S)
    leaving, left, outcomes = Progress(), [], []

    def leave() -> None:
        try:
            studio.synthesize(line("Same."), leaving)
        except Cancelled as error:
            left.append(error)

    def stay() -> None:
        outcomes.append(studio.synthesize(line("Same.")).report.outcome)

    leaver = threading.Thread(target=leave)
    leaver.start()
    assert until(lambda: studio.keeper.waiting == 1)
    stayer = threading.Thread(target=stay)
    stayer.start()
    leaving.cancel()
    leaver.join(PATIENCE_S)
    assert len(left) == 1
    assert until(lambda: studio.keeper.waiting == 1)
    engine.gate.set()
    for thread in (first, stayer):
        thread.join(PATIENCE_S)
    assert outcomes == [Outcome.MISS]
    assert [each.text for each in engine.spoken] == ["First.", "Same."]


def test_a_mood_that_has_to_be_enrolled_first_takes_a_turn_of_its_own(studio: Studio, engine: OnGpu) -> None:
    sad = Instruction(clip=AudioSource(encode(speechlike(3.0), "wav")))
    takes: list[object] = []
    asking = threading.Thread(target=lambda: takes.append(studio.synthesize(replace(line("Hi."), instruction=sad))))
    asking.daemon = True
    asking.start()
    asking.join(PATIENCE_S)
    assert len(takes) == 1
    assert len(engine.enrolled) == 1
