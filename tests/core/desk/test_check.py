from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.audio import AudioClip
from core.desk.check import TakeCheck, check
from core.engines.base import TimedText, Transcript
from core.progress import Progress
from core.request import AudioSource
from core.studio import Studio
from tests.core.humming import ListeningEngine, hum, humming_studio

RATE = 16_000


class Scribe(ListeningEngine):
    """Hears whatever it is told to."""

    writes = ""

    def transcribe(self, clip: AudioClip, *, language: str, itn: bool, progress: Progress) -> Transcript:
        self.heard.append(language)
        return Transcript(self.writes, language, (TimedText(0.0, clip.duration_s, self.writes),))


@pytest.fixture
def studio(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("tests.core.humming.ListeningEngine", Scribe)
    studio = humming_studio(tmp_path, redis_url)
    yield studio
    studio.close()


def checked(studio: Studio, text: str, heard: str, clip: AudioClip | None = None, **options: object) -> TakeCheck:
    studio.recognition["listening"].writes = heard
    return check(studio, clip or hum(text + heard, seconds=2.0), text, **options)


def codes(found: TakeCheck) -> list[str]:
    return [finding.code for finding in found.findings]


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


def test_a_take_that_says_what_is_written_passes(studio: Studio) -> None:
    found = checked(studio, "Hello there.", "hello there")
    assert found.passed
    assert (found.differences, found.error_rate, found.findings) == ((), 0.0, ())
    assert found.loudness is not None
    assert found.peak == pytest.approx(20 * np.log10(0.3), abs=0.2)


def test_words_that_were_not_heard_fail_it(studio: Studio) -> None:
    found = checked(studio, "Hello there my friend.", "hello")
    assert not found.passed
    assert codes(found) == ["check.words"]
    assert found.as_json()["diffs"][0]["said"] == "there my friend"


def test_one_word_among_many_is_a_note_and_a_misread_polyphone_is_not(studio: Studio) -> None:
    assert checked(studio, "一二三四五六七八九十猫", "一二三四五六七八九十毛").passed
    found = checked(studio, "这一家银行的行长今天没有来上班", "这一家银行的形长今天没有来上班")
    assert codes(found) == ["check.reading"]
    assert not found.passed


def test_the_transcript_is_cached_and_asked_for_in_the_language_of_the_line(studio: Studio) -> None:
    clip = hum("x")
    for _ in range(2):
        checked(studio, "你好", "你好", clip)
    assert studio.recognition["listening"].heard == ["zh"]


def test_times_leave_out_the_silence(studio: Studio) -> None:
    spoken = hum("x", seconds=2.0).samples
    clip = AudioClip(np.concatenate([silence(1.5), spoken, silence(2.0), spoken, silence(1.2)]), RATE)
    found = checked(studio, "one two three six", "one two three four", clip)
    assert found.differences[0].at_s == pytest.approx(6.5, abs=0.1)
    assert (found.lead_s, found.trail_s) == (pytest.approx(1.5, abs=0.02), pytest.approx(1.2, abs=0.02))
    assert codes(found) == ["check.few_words", "check.lead", "check.trail"]


def test_clipping_and_silence_are_told(studio: Studio) -> None:
    loud = np.clip(hum("x", seconds=1.0).samples * 10, -1, 1)
    found = checked(studio, "one", "one", AudioClip(loud, RATE))
    assert codes(found) == ["check.clipped"]
    assert found.clipped > 1000
    nothing = checked(studio, "one", "", AudioClip(silence(1.0), RATE))
    assert (nothing.loudness, nothing.lead_s, nothing.trail_s) == (None, 1.0, 0.0)
    assert nothing.peak <= -100


def test_another_voice_than_the_reference_fails_it(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    class Encoder:
        def embed(self, clip: AudioClip) -> np.ndarray:
            return np.eye(256, dtype=np.float32)[len(clip.samples) % 2]

    monkeypatch.setattr("core.speakers.voiceprint.speaker_encoder", Encoder)
    one, other = hum("x", seconds=1.0), hum("y", seconds=1.0)
    same = checked(studio, "one", "one", one, reference=AudioSource.from_clip(other))
    assert same.passed
    assert same.similarity == pytest.approx(1.0)
    odd = AudioSource.from_clip(replace(other, samples=other.samples[1:]))
    assert codes(checked(studio, "one", "one", one, reference=odd)) == ["check.unlike"]
