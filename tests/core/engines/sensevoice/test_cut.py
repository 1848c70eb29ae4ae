from itertools import pairwise

import numpy as np
import pytest

from core.audio import Floats, decode
from core.engines.sensevoice.cut import LONGEST_S, RATE, cut
from tests.core.speakers.test_reference import REFERENCE


@pytest.fixture(scope="module")
def speech() -> Floats:
    return decode(REFERENCE.read_bytes()).resampled(RATE).samples


def test_a_short_recording_stays_whole() -> None:
    (piece,) = cut(np.zeros(int(LONGEST_S * RATE), np.float32))
    assert (piece.start, piece.end) == (0, LONGEST_S * RATE)


def test_a_long_one_is_cut_in_its_pauses(speech: Floats) -> None:
    pause = np.zeros(2 * RATE, np.float32)
    wave = np.concatenate([speech, pause] * 13)  # over 120 s, so that it is searched in two stretches
    pieces = list(cut(wave))
    assert all(0 < piece.seconds <= LONGEST_S for piece in pieces)
    assert all(before.end <= after.start for before, after in pairwise(pieces))
    covered = np.zeros(len(wave), bool)
    for piece in pieces:
        covered[piece.start : piece.end] = True
    assert np.abs(wave[~covered]).max() < 0.3 * np.abs(wave).max()
    assert (wave[covered] ** 2).sum() > 0.99 * (wave**2).sum()
    assert len(pieces) >= 10  # two of the sentences with their pause are more than is put together


def test_speech_without_a_pause_is_cut_nevertheless(speech: Floats) -> None:
    pieces = list(cut(np.tile(speech, 12)))
    assert all(piece.seconds <= LONGEST_S for piece in pieces)
    assert sum(piece.seconds for piece in pieces) > 95


def test_of_a_long_recording_without_speech_the_beginning_is_heard() -> None:
    (piece,) = cut(np.zeros(40 * RATE, np.float32))
    assert (piece.start, piece.end) == (0, LONGEST_S * RATE)
