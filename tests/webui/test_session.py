"""What an open page remembers."""

import numpy as np
import pytest

from core.audio import AudioClip
from core.cache.outcome import Outcome
from core.report import SegmentStage, Stage, SynthesisReport
from tests.core.humming import hum
from webui.form import Form
from webui.session import BARS, MAX_TAKES, Session, TakeCard, waveform

FORM = Form("humming", "Hi.", False, "stock:alto", None, "", "auto", 1.0)


def report(*stages: Stage, speaker: Stage | None = None) -> SynthesisReport:
    segments = tuple(SegmentStage(f"Segment {number}.", stage, 1.0) for number, stage in enumerate(stages))
    return SynthesisReport("humming", 16_000, float(len(stages)), speaker, segments, 1000.0, 500.0, 7)


def add(session: Session, **facts: object) -> TakeCard:
    given = {
        "clip_id": "c",
        "voice": "Alto",
        "form": FORM,
        "report": report(Stage(Outcome.MISS, 9.0)),
        "starts_s": [0.0],
    }
    return session.add_take(hum("hi"), **(given | facts))


def test_takes_are_numbered_and_the_newest_is_first() -> None:
    session = Session()
    first, second = add(session), add(session)
    assert session.takes == [second, first]
    assert (first.number, second.number) == (1, 2)
    assert session.take(first.take_id) is first
    assert session.take("other") is None


def test_the_oldest_take_goes_unless_it_is_pinned() -> None:
    session = Session()
    first, second = add(session), add(session)
    session.pin(first.take_id)
    for _ in range(MAX_TAKES):
        add(session)
    assert len(session.takes) == MAX_TAKES
    assert session.take(first.take_id) is not None
    assert session.take(second.take_id) is None


def test_when_all_are_pinned_the_oldest_goes() -> None:
    session = Session()
    pinned = [add(session) for _ in range(MAX_TAKES)]
    for take in pinned:
        session.pin(take.take_id)
    newest = add(session)
    assert len(session.takes) == MAX_TAKES
    assert session.takes[0] is newest
    assert session.take(pinned[0].take_id) is None


def test_pinning_twice_lets_go() -> None:
    session = Session()
    take, other = add(session), add(session)
    session.pin(take.take_id)
    assert (session.take(take.take_id).pinned, session.take(other.take_id).pinned) == (True, False)
    session.pin(take.take_id)
    assert not session.take(take.take_id).pinned


def test_pages_do_not_see_each_other() -> None:
    one, other = Session(), Session()
    add(one)
    assert other.takes == []
    assert add(other).number == 1


def test_cancel_stops_one_kind_or_all() -> None:
    session, stopped = Session(), []
    session.started("clone", lambda: stopped.append("clone"))
    session.started("transcribe", lambda: stopped.append("transcribe"))
    session.cancel("clone")
    assert stopped == ["clone"]
    session.cancel()
    assert stopped == ["clone", "clone", "transcribe"]


@pytest.mark.parametrize("samples", [1, BARS - 1, BARS, 5000, 48_001])
def test_the_waveform_has_its_bars_for_any_length(samples: int) -> None:
    ramp = AudioClip(np.linspace(0.1, 0.5, samples, dtype=np.float32), 16_000)
    bars = waveform(ramp)
    assert len(bars) == BARS
    assert max(bars) == 1.0
    assert min(bars) >= 0.0


def test_silence_is_a_flat_waveform() -> None:
    assert waveform(AudioClip(np.zeros(1000, np.float32), 16_000)) == [0.0] * BARS
