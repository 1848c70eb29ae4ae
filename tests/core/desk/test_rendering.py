import threading
from dataclasses import replace

import pytest

from core.cache.outcome import Outcome
from core.desk.rendering import (
    NoEngine,
    RenderQueue,
    instruction_of,
    instruction_text,
    only_cached,
    request_of,
    speak,
)
from core.desk.script import Line, Project, Script, Slot
from core.errors import InvalidInput
from core.request import AudioSource, Instruction, LibrarySpeaker, ReferenceSpeaker, Speaker, StockSpeaker, voice_name
from core.studio import Studio
from tests.core.desk.conftest import PacedEngine
from tests.core.humming import hum


def project(*lines: Line, **cast: str) -> Project:
    cast = {"" if name == "nobody" else name: voice for name, voice in cast.items()}
    return Project(script=Script(lines, cast, "humming"))


def speaker(studio: Studio, line: Line, viewer: str | None = None, **cast: str) -> Speaker:
    return request_of(project(line, **cast), line, studio, viewer).speaker


def save(studio: Studio, name: str, owner: str = "") -> str:
    return studio.library.save(name, ReferenceSpeaker(AudioSource.from_clip(hum(name, seconds=2))), owner).voice_id


def test_the_voice_is_the_one_that_is_cast(studio: Studio) -> None:
    anna = save(studio, "Anna")
    line = Line("1", "Hello.", "ANNA")
    assert speaker(studio, line, ANNA="stock:alto") == StockSpeaker("alto")
    assert speaker(studio, line, nobody="stock:alto") == LibrarySpeaker(anna)  # she is called so
    assert speaker(studio, Line("1", "Hello.", "BOB"), nobody=f"saved:{anna}") == LibrarySpeaker(anna)
    assert speaker(studio, Line("1", "Hello.", "BOB")) == StockSpeaker("alto")
    assert speaker(studio, Line("1", "你好。", "BOB")) == StockSpeaker("di")
    assert speaker(studio, Line("1", "Hello."), nobody="stock:di") == StockSpeaker("di")


@pytest.mark.parametrize("voice", ["stock:nobody", "saved:0123456789abcdef"])
def test_a_voice_that_is_not_here_is_told(studio: Studio, voice: str) -> None:
    with pytest.raises(InvalidInput, match="no voice called"):
        speaker(studio, Line("1", "Hello.", "ANNA"), ANNA=voice)


def test_nobody_speaks_in_a_voice_that_is_somebody_elses(studio: Studio) -> None:
    voice = f"saved:{save(studio, 'Anna', owner='ann')}"
    line = Line("1", "Hello.", "ANNA")
    assert isinstance(speaker(studio, line, "ann", ANNA=voice), LibrarySpeaker)
    with pytest.raises(InvalidInput, match="no voice called"):
        speaker(studio, line, "bob", ANNA=voice)
    assert speaker(studio, line, "bob") == StockSpeaker("alto")  # by her name neither


def test_a_cast_names_what_speaks(studio: Studio) -> None:
    for voice in (StockSpeaker("alto"), LibrarySpeaker(save(studio, "Anna"))):
        assert studio.voice(voice_name(voice), engine="humming") == voice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Instruction()),
        ("happy", Instruction(presets=("happy",))),
        ("Happy, 伤心", Instruction(presets=("happy", "sad"))),
        ("sad=0.6", Instruction(vector=(0, 0, 0.6, 0, 0, 0, 0, 0))),
        ("happy but tired", Instruction(text="happy but tired")),
        ("happy, as at a birthday", Instruction(text="happy, as at a birthday")),
        ("e = mc2", Instruction(text="e = mc2")),
    ],
)
def test_an_instruction_is_a_preset_an_emotion_or_words(text: str, expected: Instruction) -> None:
    assert instruction_of(text) == expected


def test_an_emotion_has_a_value_that_it_can_have() -> None:
    with pytest.raises(InvalidInput, match="from 0 to 1"):
        instruction_of("sad=6")


def test_a_line_without_a_slot_is_spoken_as_it_is(studio: Studio, engine: PacedEngine) -> None:
    line = Line("1", "Good morning.", seed=7, speed=1.1)
    spoken = speak(studio, project(line), line, None)
    assert (spoken.speed, spoken.take.report.seed, spoken.findings) == (1.1, 7, ())
    assert len(engine.spoken) == 1


def test_a_line_is_spoken_faster_to_fit_its_slot_and_the_same_every_time(studio: Studio, engine: PacedEngine) -> None:
    line = Line("1", "Twenty characters so", slot=Slot(10.0, 11.7))
    first, again = (speak(studio, project(line), line, None) for _ in range(2))
    assert first.speed == again.speed == 1.2
    assert first.take.audio.duration_s <= 1.7
    assert [found.code for found in first.findings] == ["desk.slot_faster"]
    assert first.take.audio.content_id == again.take.audio.content_id
    assert again.take.report.outcome is Outcome.HIT
    assert len(engine.spoken) == 2


def test_a_line_that_cannot_fit_is_told(studio: Studio, engine: PacedEngine) -> None:
    line = Line("1", "Twenty characters so", slot=Slot(0.0, 1.0))
    spoken = speak(studio, project(line), line, None)
    assert spoken.speed == 1.4
    assert [(found.level, found.code) for found in spoken.findings] == [
        ("note", "desk.slot_faster"),
        ("warning", "desk.slot_overrun"),
    ]
    assert len(engine.spoken) == 2  # nothing was left to try


def test_what_is_there_needs_no_engine(studio: Studio, engine: PacedEngine) -> None:
    line = Line("1", "First this. Then that.", slot=Slot(0.0, 1.9))
    script = project(line)
    assert only_cached(studio, script, line, None) is None
    assert engine.spoken == []
    spoken = speak(studio, script, line, None)
    calls = len(engine.spoken)
    found = only_cached(studio, script, line, None)
    assert found is not None
    assert found.take.audio.content_id == spoken.take.audio.content_id
    changed = replace(line, text="First this. Then another.")
    assert only_cached(studio, script, changed, None) is None
    assert len(engine.spoken) == calls
    assert studio.cache.activity() is not None
    assert not any(row.counts.errors for row in studio.cache.activity() or ())


def test_a_voice_that_was_not_enrolled_is_left_so(studio: Studio, engine: PacedEngine) -> None:
    line = Line("1", "Hello.", "ANNA")
    script = project(line, ANNA=f"saved:{save(studio, 'Anna')}")
    assert only_cached(studio, script, line, None) is None
    assert engine.enrolled == []


def test_who_wants_what_is_there_does_not_wait_for_who_computes_it(studio: Studio, engine: PacedEngine) -> None:
    line = Line("1", "Hello.")
    script = project(line)
    engine.gate.clear()
    working = threading.Thread(target=speak, args=(studio, script, line, None))
    working.start()
    try:
        while not studio.keeper.status()[0].working:
            pass
        assert only_cached(studio, script, line, None) is None
    finally:
        engine.gate.set()
        working.join()
    assert only_cached(studio, script, line, None) is not None


def test_who_computes_is_not_troubled_by_who_would_not(studio: Studio) -> None:
    """Both come at once, and one of them flies for both."""
    lines = [Line(str(number), f"Line number {number}.") for number in range(20)]
    script = project(*lines)
    failed: list[BaseException] = []

    def compute() -> None:
        try:
            for line in lines:
                speak(studio, script, line, None)
        except BaseException as error:
            failed.append(error)

    working = threading.Thread(target=compute)
    working.start()
    while working.is_alive():
        for line in reversed(lines):
            only_cached(studio, script, line, None)
    working.join()
    assert failed == []
    assert all(only_cached(studio, script, line, None) for line in lines)


def test_no_engine_means_none() -> None:
    NoEngine().update("synthesize", 0.5)
    for ask in (NoEngine().need_engine, NoEngine().checkpoint, lambda: NoEngine().queue(1)):
        with pytest.raises(Exception, match="Cancelled"):
            ask()


def test_a_queue_gives_first_what_is_preferred() -> None:
    queue = RenderQueue()
    queue.add("abc")
    queue.add("cde")
    assert queue.waiting == tuple("abcde")
    assert queue.next() == "a"
    queue.prefer(["d", "x", "a", "c"])
    assert queue.waiting == tuple("dcbe")
    queue.remove("be")
    assert queue.cancel() == ("d", "c")
    assert queue.next() is None


@pytest.mark.parametrize("text", ["", "happy", "happy, fast", "sad=0.6", "happy=0.3, calm=1", "softly, with a smile"])
def test_a_direction_is_written_as_it_is_read(text: str) -> None:
    assert instruction_text(instruction_of(text)) == text


def test_a_line_holds_a_direction_of_one_kind() -> None:
    assert instruction_text(Instruction(vector=(0.5, *[0.0] * 7), strength=0.5)) == "happy=0.25"
    for several in (Instruction("softly", ("happy",)), Instruction(clip=AudioSource(b"", "clip.wav"))):
        with pytest.raises(InvalidInput, match="one kind"):
            instruction_text(several)
