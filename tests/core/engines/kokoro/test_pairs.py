import pytest

from core.engines.kokoro import phones
from core.engines.kokoro.marked import spoken_parts, to_phonemes
from core.engines.kokoro.phonemes import Accent, syllable
from core.text.markup.model import Notation
from core.text.markup.reader import nodes, read
from tests.core.engines.kokoro.pairs import ENGLISH, MANDARIN, PAIRS, Pair


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
