import numpy as np
import pytest

from core.engines.base import Utterance
from core.engines.kokoro import phones
from core.engines.kokoro.engine import KokoroEngine
from core.engines.kokoro.marked import spoken_parts, to_phonemes
from core.engines.kokoro.phonemes import Accent, syllable
from core.text.markup.model import Notation
from core.text.markup.reader import nodes, read
from tests.benchmarks.listener import Listener
from tests.benchmarks.pairs import VOICES, judge
from tests.core.engines.kokoro.pairs import ENGLISH, MANDARIN, PAIRS, Pair

SURE = {("行", "hang2"), ("倒", "dao3"), ("record", "R EH1 K ER0 D")}
"""Told apart by sounds, by tone and by stress, far beyond what two takes of one reading differ in."""


def phonemes(text: str, language: str, accent: Accent) -> str:
    (part,) = spoken_parts(nodes(read(text, Notation.KOKORO)), language)
    return to_phonemes(part.marked, accent)


def test_there_are_enough() -> None:
    assert len({pair.base for pair in MANDARIN}) >= 30
    assert len({pair.base for pair in ENGLISH}) >= 20
    assert sum(pair.tone_only for pair in MANDARIN) >= 10


@pytest.mark.parametrize("accent", ["en-us", "en-gb"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.base}-{pair.second}")
def test_a_pair_differs_in_what_is_marked_and_nowhere_else(pair: Pair, accent: Accent) -> None:
    first, second = (phonemes(pair.marked(reading), pair.language, accent) for reading in pair.readings)
    assert first != second
    unit, other = (
        syllable(reading) if pair.language == "zh" else phones.word(tuple(reading.split()), accent)
        for reading in pair.readings
    )
    places = [at for at in range(len(first)) if first.startswith(unit, at)]
    assert any(first[:at] + other + first[at + len(unit) :] == second for at in places)


@pytest.mark.slow
def test_the_difference_can_be_heard(engine: KokoroEngine) -> None:
    listener = Listener()
    sure = [pair for pair in PAIRS if (pair.base, pair.first) in SURE]
    judged = [judge(pair, engine, listener) for pair in sure]
    assert [row.verdict for row in judged] == ["yes"] * len(SURE), judged


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "language"),
    [("[好](hao4)", "zh"), ("[的](de5)", "zh"), ("[](shi2)", "zh"), ("[minute](M AY0 N UW1 T)", "en")],
)
def test_a_lone_word_is_neither_clipped_nor_silent(engine: KokoroEngine, word: str, language: str) -> None:
    clip = engine.synthesize(Utterance(word, language), engine.stock_profile(VOICES[language]))
    loud = np.abs(clip.samples) > 0.02
    assert 0.2 < clip.duration_s < 0.9
    assert loud.sum() > 0.08 * clip.sample_rate
    assert 0.2 < np.abs(clip.samples).max() < 1
    assert not loud[:240].any()
    assert not loud[-240:].any()
