from pathlib import Path

import numpy as np
import pytest

from core.desk.delivery.joining import LONGEST_S, Track, places
from core.desk.script import Slot
from core.errors import InvalidInput


def test_lines_follow_each_other_with_a_gap() -> None:
    found = places([1.0, 2.0, 0.5], [None, None, None], 0.4)
    assert [(place.start_s, place.end_s) for place in found] == [(0.0, 1.0), (1.4, 3.4), (3.8, 4.3)]
    assert not any(place.findings for place in found)


def test_lines_begin_with_their_slots_and_a_late_one_pushes_on() -> None:
    slots = [Slot(1.0, 2.0), Slot(2.0, 3.0), Slot(3.2, 4.0), Slot(9.0, 10.0)]
    found = places([1.0, 1.5, 0.5, 0.5], slots, 0.4)
    assert [place.start_s for place in found] == pytest.approx([1.0, 2.0, 3.5, 9.0])
    assert [[told.code for told in place.findings] for place in found] == [[], [], ["delivery.late"], []]
    assert "0.3 s after" in found[2].findings[0].sentence


def test_slots_are_kept_in_whatever_order_the_script_is() -> None:
    found = places([1.0, 1.0, 1.0, 1.0], [Slot(5.0, 6.0), None, Slot(0.0, 2.0), None], 0.5)
    assert [place.start_s for place in found] == [5.0, 6.5, 0.0, 1.5]


def test_what_would_last_too_long_is_told() -> None:
    assert places([], [], 0.0) == ()
    with pytest.raises(InvalidInput, match="in parts"):
        places([1.0], [Slot(LONGEST_S, LONGEST_S + 1)], 0.0)


def test_a_track_reads_like_an_array_and_has_silence_where_nothing_was_put(tmp_path: Path) -> None:
    with Track(tmp_path) as track:
        track.put(np.array([1, 2], np.float32), 3)
        track.put(np.array([3], np.float32), 0)
        track.put(np.zeros(0, np.float32), 100)
        assert len(track) == 5
        assert track[0:5].tolist() == [3, 0, 0, 1, 2]
        assert track[4:99].tolist() == [2]
        assert track[9:].tolist() == []
    assert not list(tmp_path.iterdir())
