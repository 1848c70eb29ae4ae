"""Many clips at once: looked up one by one, listened to together, computed once whoever asks."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.audio import AudioClip, encode
from core.cache.cache import Cache, open_cache
from core.cache.outcome import Outcome, Tier
from core.engines.base import Transcript
from core.engines.keeper import Keeper
from core.engines.registry import Registry
from core.errors import Cancelled, EncoreError, EngineFailed, InvalidAudio, InvalidInput, Unsupported
from core.progress import Progress
from core.report import TranscriptReport
from core.request import AudioSource, TranscriptionRequest
from core.settings import Settings
from core.transcription import Transcriber, Written
from tests.core.humming import ListeningEngine, hum


class RoomEngine(ListeningEngine):
    """Listens to a room full of clips at once, when it is let."""

    name = "room"
    fingerprint = "room/1"

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.started = threading.Event()
        self.go = threading.Event()
        self.go.set()
        self.failing: Exception | None = None

    def transcribe_batch(
        self, clips: Sequence[AudioClip], *, language: str, itn: bool, progress: Progress
    ) -> Sequence[Transcript]:
        self.batches.append(len(clips))
        self.started.set()
        while not self.go.wait(0.02):
            progress.checkpoint()
        if self.failing:
            raise self.failing
        return [self.transcribe(clip, language=language, itn=itn, progress=progress) for clip in clips]


class Node:
    """One process's way to write down."""

    def __init__(self, folder: Path, url: str) -> None:
        self.cache: Cache = open_cache(Settings(data_dir=folder, redis_url=url))
        self.room, self.listening = RoomEngine(), ListeningEngine()
        engines = Registry({"room": lambda: self.room, "listening": lambda: self.listening})
        self.transcriber = Transcriber(self.cache, engines, Keeper(Registry({}), engines))

    def all(self, requests: Iterable[TranscriptionRequest], progress: Progress | None = None) -> list[Written]:
        return sorted(self.transcriber.many(requests, progress or Progress()), key=lambda written: written.index)


@pytest.fixture
def open_node(tmp_path: Path, redis_url: str) -> Iterator[Callable[[], Node]]:
    nodes: list[Node] = []

    def open_one() -> Node:
        nodes.append(Node(tmp_path / str(len(nodes)), redis_url))
        return nodes[-1]

    yield open_one
    for node in nodes:
        node.cache.close()


@pytest.fixture
def node(open_node: Callable[[], Node]) -> Node:
    return open_node()


def ask(words: str, encoding: str = "wav", **settings: object) -> TranscriptionRequest:
    """A clip of its own for every ``words``."""
    source = AudioSource(encode(hum(words, seconds=0.2 + len(words) / 100), encoding), f"{words}.{encoding}")
    return replace(TranscriptionRequest(source, "room"), **settings)  # type: ignore[arg-type]


def outcomes(written: Sequence[Written]) -> list[Outcome]:
    assert all(isinstance(each.result, TranscriptReport) for each in written)
    return [each.result.stage.outcome for each in written]  # type: ignore[union-attr]


def test_only_the_misses_are_heard_and_in_one_batch(node: Node) -> None:
    known = [ask("one"), ask("two")]
    node.all(known)
    assert node.room.batches == [2]
    written = node.all([ask("three"), known[1], ask("four"), known[0], ask("five")])
    assert node.room.batches == [2, 3]
    assert outcomes(written) == [Outcome.MISS, Outcome.HIT, Outcome.MISS, Outcome.HIT, Outcome.MISS]
    assert [each.index for each in written] == [0, 1, 2, 3, 4]
    texts = [each.result.transcript.text for each in written if isinstance(each.result, TranscriptReport)]
    assert texts == [
        node.transcriber.one(each, Progress()).transcript.text
        for each in (ask("three"), known[1], ask("four"), known[0], ask("five"))
    ]
    assert node.room.batches == [2, 3]


def test_hits_come_before_anything_is_heard(node: Node) -> None:
    node.all([ask("one")])
    node.room.batches.clear()
    answers = node.transcriber.many([ask("two"), ask("one")], Progress())
    assert next(answers).index == 1
    assert node.room.batches == []
    assert next(answers).index == 0


def test_the_same_sound_twice_is_heard_once_in_whichever_file(node: Node) -> None:
    clip = ask("one")
    flac = replace(clip, audio=AudioSource.from_clip(clip.audio.clip, "copy.wav"))
    written = node.all([clip, flac, ask("two"), clip])
    assert node.room.batches == [2]
    assert outcomes(written) == [Outcome.MISS, Outcome.HIT, Outcome.MISS, Outcome.HIT]


def test_each_entry_bears_its_share_of_the_time(node: Node) -> None:
    long, short = ask("a long clip of a great many words"), ask("s")
    node.all([long, short])
    saved = [each.result.stage.saved_ms for each in node.all([long, short])]  # type: ignore[union-attr]
    seconds = [long.audio.clip.duration_s, short.audio.clip.duration_s]
    assert saved[0] / saved[1] == pytest.approx(seconds[0] / seconds[1], rel=0.01)
    total = next(engine for engine in node.cache.stats().activity if engine.engine == "room")
    assert sum(saved) == pytest.approx(total.counts.computed_ms, abs=0.01)


def test_a_clip_that_cannot_be_heard_does_not_stop_the_others(node: Node) -> None:
    broken = TranscriptionRequest(AudioSource(b"no sound", "broken.wav"), "room")
    written = node.all([ask("one"), broken, ask("two"), ask("one", engine="abacus"), ask("one", language="tlh")])
    kinds = [type(each.result) for each in written]
    assert kinds == [TranscriptReport, InvalidAudio, TranscriptReport, InvalidInput, Unsupported]
    assert node.room.batches == [2]


def test_what_is_asked_in_another_way_is_another_batch(node: Node) -> None:
    node.all([ask("one"), ask("two"), ask("one", language="zh"), ask("two", language="zh"), ask("one", itn=False)])
    assert node.room.batches == [2, 2, 1]


def test_long_lists_are_heard_in_several_batches(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.transcription.MOST_CLIPS", 3)
    drawn: list[int] = []

    def requests() -> Iterator[TranscriptionRequest]:
        for number in range(7):
            drawn.append(number)
            yield ask(f"clip {number}")

    answers = node.transcriber.many(requests(), Progress())
    next(answers)
    assert len(drawn) <= 4  # the rest is not even read
    list(answers)
    assert node.room.batches == [3, 3, 1]
    monkeypatch.setattr("core.transcription.MOST_SECONDS", 0.3)
    node.all([ask(f"another {number}") for number in range(4)])
    assert node.room.batches[3:] == [2, 2]


def test_an_engine_that_hears_one_at_a_time_is_asked_so(node: Node) -> None:
    clips = [ask(words, engine="listening") for words in ("one", "two", "one")]
    assert outcomes(node.all(clips)) == [Outcome.MISS, Outcome.MISS, Outcome.HIT]
    assert len(node.listening.heard) == 2


def test_a_failing_engine_fails_the_batch_and_leaves_nothing_behind(node: Node) -> None:
    node.room.failing = RuntimeError("cuDNN says no")
    assert [type(each.result) for each in node.all([ask("one"), ask("two")])] == [EngineFailed] * 2
    node.room.failing = None
    assert outcomes(node.all([ask("one"), ask("two")])) == [Outcome.MISS] * 2
    unclaimed(node)


def unclaimed(node: Node) -> None:
    assert not node.cache._flights._flights
    assert not node.cache._locks._held


def test_a_cancel_gives_everything_back(node: Node) -> None:
    node.room.go.clear()
    progress = Progress()
    raised: list[EncoreError] = []

    def run() -> None:
        try:
            node.all([ask("one"), ask("two")], progress)
        except EncoreError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert node.room.started.wait(5)
    progress.cancel()
    thread.join(5)
    assert [type(error) for error in raised] == [Cancelled]
    unclaimed(node)
    node.room.go.set()
    assert outcomes(node.all([ask("one"), ask("two")])) == [Outcome.MISS] * 2


def test_who_stops_reading_gives_everything_back(node: Node) -> None:
    node.all([ask("one")])
    answers = node.transcriber.many([ask("two"), ask("one"), ask("three")], Progress())
    assert next(answers).index == 1
    assert len(node.cache._locks._held) == 1
    answers.close()
    unclaimed(node)


@pytest.mark.parametrize("shared", [True, False], ids=["one process", "two nodes"])
def test_batches_that_overlap_compute_each_clip_once_and_never_wait_for_each_other(
    shared: bool, open_node: Callable[[], Node]
) -> None:
    first = open_node()
    second = first if shared else open_node()
    first.room.go.clear()
    second.room.go.clear()
    clips = [ask("one"), ask("two"), ask("three")]
    orders = {0: (first, [clips[0], clips[1], ask("mine")]), 1: (second, [ask("yours"), clips[2], clips[1], clips[0]])}
    answers: dict[int, list[Written]] = {}

    def run(number: int) -> None:
        node, asked = orders[number]
        answers[number] = node.all(asked)

    threads = [threading.Thread(target=run, args=(number,)) for number in orders]
    threads[0].start()
    assert first.room.started.wait(5)
    second.room.started.clear()
    threads[1].start()
    assert second.room.started.wait(5)
    first.room.go.set()
    second.room.go.set()
    for thread in threads:
        thread.join(10)
    assert outcomes(answers[0]) == [Outcome.MISS] * 3
    assert outcomes(answers[1])[:2] == [Outcome.MISS] * 2
    assert all(outcome in (Outcome.COALESCED, Outcome.HIT) for outcome in outcomes(answers[1])[2:])
    heard = first.room.heard + ([] if shared else second.room.heard)
    assert len(heard) == len(set(heard)) == 5
    for node in (first, second):
        unclaimed(node)


def test_somebody_who_asks_for_one_clip_waits_for_the_batch_it_is_in(open_node: Callable[[], Node]) -> None:
    first, second = open_node(), open_node()
    first.room.go.clear()
    batch = threading.Thread(target=lambda: first.all([ask("one"), ask("two")]))
    batch.start()
    assert first.room.started.wait(5)
    reports: list[TranscriptReport] = []
    waiter = threading.Thread(target=lambda: reports.append(second.transcriber.one(ask("two"), Progress())))
    waiter.start()
    waiter.join(0.3)
    assert not reports
    first.room.go.set()
    waiter.join(5)
    batch.join(5)
    assert reports[0].stage.outcome is Outcome.COALESCED
    assert second.room.heard == []


def test_without_redis_batches_work_and_are_kept_here(tmp_path: Path) -> None:
    node = Node(tmp_path, "redis://127.0.0.1:1/0")
    try:
        assert outcomes(node.all([ask("one"), ask("two"), ask("one")])) == [
            Outcome.OFFLINE,
            Outcome.OFFLINE,
            Outcome.HIT,
        ]
        again = node.all([ask("one"), ask("three")])
        assert outcomes(again) == [Outcome.HIT, Outcome.OFFLINE]
        assert again[0].result.stage.tier is Tier.LOCAL  # type: ignore[union-attr]
        assert node.room.batches == [2, 1]
    finally:
        node.cache.close()
