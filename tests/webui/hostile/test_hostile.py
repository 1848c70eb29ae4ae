"""Every hostile input gets what the table says, and nothing else comes of it."""

from collections.abc import Iterator

import pytest

from tests.webui.hostile.row import Row
from tests.webui.hostile.table import PAGE, ROWS, page
from tests.webui.hostile.trial import GROWN, Trial, trial


@pytest.fixture(scope="module")
def attacked() -> Iterator[Trial]:
    with trial() as attacked:
        yield attacked


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row)[:60])
def test_it_gets_what_it_should(attacked: Trial, row: Row) -> None:
    assert attacked.of(row) == row.wanted


def test_nothing_is_left_of_it(attacked: Trial) -> None:
    attacked.aftermath()


def test_the_page_tells_what_they_get() -> None:
    wanted = page(ROWS, {row: row.wanted for row in ROWS}, grown=GROWN)
    assert PAGE.read_text("utf-8") == wanted, "run python -m tests.webui.hostile"
