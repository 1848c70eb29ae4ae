import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk import slots
from core.desk.script import Slot


@pytest.mark.parametrize(
    ("speed", "duration_s", "fastest", "expected"),
    [
        (1.0, 2.2, 2.0, 1.1),
        (1.0, 2.21, 2.0, 1.15),
        (0.9, 2.1, 2.0, 0.95),
        (1.0, 9.0, 2.0, slots.FASTEST),
        (1.0, 9.0, 1.22, 1.2),
        (1.0, 9.0, 1.0, None),
        (1.4, 2.5, 2.0, None),
        (1.5, 2.5, 2.0, None),
    ],
)
def test_a_line_that_is_late_is_spoken_faster(
    speed: float, duration_s: float, fastest: float, expected: float | None
) -> None:
    assert slots.faster(speed, duration_s, Slot(1.0, 3.0), fastest) == expected


@given(st.floats(0.5, 2.0), st.floats(0.1, 60.0), st.floats(0.05, 60.0), st.floats(1.0, 4.0))
def test_a_faster_speed_is_one_that_fits_or_the_fastest(
    speed: float, duration_s: float, length_s: float, fastest: float
) -> None:
    slot = Slot(0.0, length_s)
    chosen = slots.faster(speed, duration_s, slot, fastest)
    if chosen is not None:
        assert speed < chosen <= min(fastest, slots.FASTEST) + 1e-9
        assert round(chosen / slots.STEP, 6).is_integer()
        assert slots.fits(duration_s * speed / chosen, slot) or chosen + slots.STEP > min(fastest, slots.FASTEST) - 1e-9


def test_what_is_told_of_a_slot() -> None:
    slot = Slot(0.0, 2.0)
    assert slots.findings(1.0, 1.0, 1.5, slot) == ()
    assert [found.code for found in slots.findings(1.0, 1.1, 2.0, slot)] == ["desk.slot_faster"]
    faster, late = slots.findings(1.0, 1.4, 2.5, slot)
    assert late.level == "warning"
    assert "0.5 s longer" in late.sentence
    assert "1.4 times" in faster.sentence
