import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.kokoro.pace import PACES, counted, pace
from core.engines.kokoro.timbre import analyse
from tests.core.engines.kokoro.vowels import vowel


def _syllables(a_second: float, seconds: int, pause_s: float = 0.0) -> AudioClip:
    """A vowel that swells ``a_second`` times a second, a pause, and the same again."""
    voice = np.tile(vowel(150.0, 1.2).samples, seconds)
    swelling = 0.02 + 0.98 * np.sin(np.pi * a_second * np.arange(len(voice)) / 24_000) ** 2
    said = (voice * swelling).astype(np.float32)
    return AudioClip(np.concatenate([said, np.zeros(int(pause_s * 24_000), np.float32), said]), 24_000)


@pytest.mark.parametrize("a_second", [3, 5])
@pytest.mark.parametrize("pause_s", [0.0, 0.8])
def test_syllables_are_counted_and_pauses_take_no_time(a_second: int, pause_s: float) -> None:
    syllables, spoken_s = counted(analyse(_syllables(a_second, 2, pause_s)))
    assert syllables == pytest.approx(4 * a_second, abs=2)
    assert spoken_s == pytest.approx(4, abs=0.4)


def test_a_slow_reader_is_cloned_slowly_within_reason() -> None:
    assert pace((9, 3.0), (20, 5.0)) == pytest.approx(0.75)
    assert pace((1, 3.0), (20, 5.0)) == PACES[0]
    assert pace((90, 3.0), (20, 5.0)) == PACES[1]


def test_without_a_syllable_nothing_is_known_of_the_pace() -> None:
    assert pace(counted(analyse(AudioClip(np.zeros(24_000, np.float32), 24_000))), (20, 5.0)) == 1.0
