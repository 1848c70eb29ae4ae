import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.audio import Floats
from core.engines.edges import Edges

RATE = 8_000


def _joined(pieces: list[Floats]) -> Floats:
    edges = Edges(RATE)
    return np.concatenate([*(edges.add(piece) for piece in pieces), edges.finish()])


def _sound(before: int, after: int) -> Floats:
    tone = np.full(2_000, 0.5, np.float32)
    return np.concatenate([np.zeros(before, np.float32), tone, np.zeros(after, np.float32)])


def test_silence_goes_but_for_a_margin() -> None:
    assert 2_000 + 240 < len(_joined([_sound(3_000, 3_000)])) <= 2_000 + 2 * 320
    assert len(_joined([_sound(0, 0)])) == 2_000


def test_silence_inside_stays() -> None:
    both = np.concatenate([_sound(0, 4_000), _sound(0, 0)])
    assert np.array_equal(_joined([both]), both)


def test_of_silence_nothing_is_left() -> None:
    assert len(_joined([np.zeros(5_000, np.float32)])) == 0


@given(before=st.integers(0, 2_000), after=st.integers(0, 2_000), cuts=st.lists(st.integers(0, 6_000), max_size=6))
def test_where_it_is_cut_does_not_matter(before: int, after: int, cuts: list[int]) -> None:
    sound = _sound(before, after)
    assert np.array_equal(_joined(np.split(sound, sorted(min(cut, len(sound)) for cut in cuts))), _joined([sound]))
