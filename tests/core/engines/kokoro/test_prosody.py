import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio import Floats
from core.engines.base import Utterance
from core.engines.kokoro.engine import KokoroEngine
from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.prosody import RATES, coloured, hurried, paced, rate
from core.engines.kokoro.psola import repitched, track_pitch
from core.engines.kokoro.timbre import equalised, tilt
from core.request import Instruction
from core.text.cues import NEUTRAL, Prosody
from core.text.presets import presets
from tests.benchmarks.prosody import EXPECTED, PARTS, measure, met

FORMANTS = (700, 1100, 2500)


def vowel(seconds: float = 1.2, hertz: float = 140.0) -> Floats:
    """A voice on one vowel whose pitch swings by 3 semitones both ways."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = hertz * 2 ** (3 / 12 * np.sin(2 * np.pi * 1.7 * time))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    wave = sum(
        np.sin(number * phase) / number * (1 + 4 * sum(np.exp(-(((number * hertz - f) / 150) ** 2)) for f in FORMANTS))
        for number in range(1, 30)
    )
    return (0.2 * wave / np.abs(wave).max()).astype(np.float32)


def melody(samples: Floats) -> tuple[float, float]:
    """Median and standard deviation of log F0, semitones, away from the hard edges."""
    pitch = track_pitch(samples)[5:-5]
    semitones = 12 * np.log2(pitch[pitch > 0])
    return float(np.median(semitones)), float(np.std(semitones))


def hiss(seconds: float = 0.5) -> Floats:
    return np.random.default_rng(0).normal(0, 0.05, int(seconds * SAMPLE_RATE)).astype(np.float32)


@pytest.mark.parametrize("hertz", [100.0, 220.0])
@pytest.mark.parametrize(("semitones", "spread"), [(2.5, 1.4), (-2.5, 0.6), (4.0, 1.0), (0.0, 0.5)])
def test_pitch_goes_where_it_is_sent(hertz: float, semitones: float, spread: float) -> None:
    before = vowel(hertz=hertz)
    after = repitched(before, semitones, spread)
    assert len(after) == len(before)
    (middle, reach), (new_middle, new_reach) = melody(before), melody(after)
    assert new_middle - middle == pytest.approx(semitones, abs=0.3)
    assert new_reach / reach == pytest.approx(spread, rel=0.1)


def test_where_no_pitch_moves_nothing_changes() -> None:
    speech = np.concatenate([vowel(), hiss()])
    np.testing.assert_allclose(repitched(speech, 0.0, 1.0)[:-60], speech[:-60], atol=1e-6)
    moved = repitched(speech, 3.0, 1.3)
    np.testing.assert_allclose(moved[-6000:-60], speech[-6000:-60], atol=1e-6)


@pytest.mark.parametrize("length", [0, 1, 100, 1199, 1200, 5000])
def test_silence_and_scraps_survive(length: int) -> None:
    for samples in (np.zeros(length, np.float32), hiss()[:length], vowel()[:length]):
        changed = paced(coloured(samples, Prosody(pitch_st=3, range=1.5, tilt_db=3, pause=2), "en"), 2.0)
        assert changed.dtype == np.float32
        assert np.isfinite(changed).all()
        assert len(changed) >= len(samples)


def test_no_direction_touches_nothing() -> None:
    samples = vowel()
    assert coloured(samples, NEUTRAL, "en") is samples
    assert paced(samples, NEUTRAL.pause) is samples
    assert rate(1.3, NEUTRAL) == 1.3
    assert not hurried(2.0, NEUTRAL)


def test_mandarin_keeps_more_of_its_tones() -> None:
    samples = vowel()
    flat = Prosody(range=0.5)
    assert melody(coloured(samples, flat, "en"))[1] < 0.9 * melody(coloured(samples, flat, "zh"))[1]


@pytest.mark.parametrize("factor", [0.5, 1.5, 2.0])
def test_pauses_are_scaled_and_sounds_are_not(factor: float) -> None:
    tone, gap = vowel(0.5), np.zeros(int(0.3 * SAMPLE_RATE), np.float32)
    stop = np.zeros(int(0.06 * SAMPLE_RATE), np.float32)
    changed = paced(np.concatenate([tone, gap, tone, stop, tone]), factor)
    expected = 3 * len(tone) + len(stop) + factor * len(gap)
    assert len(changed) == pytest.approx(expected, abs=0.03 * SAMPLE_RATE)
    np.testing.assert_array_equal(changed[-len(tone) :], tone)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 0.4)), max_size=6), st.floats(0.4, 2.5))
def test_any_rhythm_can_be_paced(rhythm: list[tuple[bool, float]], factor: float) -> None:
    pieces = [hiss(0.4)[: int(length * SAMPLE_RATE)] * loud for loud, length in rhythm]
    samples = np.concatenate([np.zeros(0, np.float32), *pieces])
    assert np.isfinite(paced(samples, factor)).all()


def test_tilt_is_what_4_khz_gains_on_500_hz() -> None:
    noise = hiss(2.0)
    before, after = (np.abs(np.fft.rfft(samples)) for samples in (noise, equalised(noise, tilt(3.0))))
    hertz = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE)
    gains = [
        20 * np.log10(after[band].mean() / before[band].mean())
        for band in ((hertz > low) & (hertz < high) for low, high in ((3800, 4200), (480, 520)))
    ]
    assert gains[0] - gains[1] == pytest.approx(3.0, abs=0.3)


def test_what_is_too_fast_is_told() -> None:
    (finding,) = hurried(2.0, Prosody(rate=1.5))
    assert finding.details == {"asked": 3.0, "done": RATES[1]}
    assert rate(2.0, Prosody(rate=1.5)) == RATES[1]
    assert rate(0.5, Prosody(rate=0.6)) == RATES[0]


def test_the_engine_tells_what_it_cannot_follow() -> None:
    engine = KokoroEngine()
    assert engine.capabilities.prosody_preview
    asked = Utterance("Good morning.", "en", instruction=Instruction("happily, 用四川话"))
    assert [finding.code for finding in engine.findings(asked)] == ["direction.dialect"]
    assert not engine.findings(Utterance("Good morning.", "en"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("voice", "text", "directions"),
    [
        ("am_michael", "I opened the door, and there was nobody in the room.", ("happy", "sad", "fast")),
        ("zf_xiaoyi", "我打开门，发现房间里没有人。", ("angry", "soft")),
    ],
)
def test_directions_are_heard(engine: KokoroEngine, voice: str, text: str, directions: tuple[str, ...]) -> None:
    profile = engine.stock_profile(voice)
    language = "zh" if voice.startswith("z") else "en"

    def say(words: str):
        return engine.synthesize(Utterance(text, language, instruction=Instruction(words)), profile)

    plain = say("")
    neutral = measure(plain)
    for direction in directions:
        moved = measure(say(presets()[direction].instruction)).against(neutral)
        for part, sign in zip(PARTS, EXPECTED[direction], strict=True):
            # The level is the assembler's.
            if sign != "." and part != "level":
                assert met(part, moved[part], sign), (direction, part, moved)
    if language == "en":
        assert say("用四川话，像机器人一样").content_id == plain.content_id
