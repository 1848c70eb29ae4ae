"""Several ``encore serve`` on one Redis are one studio."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served, serving
from tests.browser.steps import open_tab, outcomes, speak

pytestmark = pytest.mark.slow


@pytest.fixture
def nodes(models: Path, tmp_path: Path, redis_url: str) -> Iterator[list[Served]]:
    """Two servers with a data folder each and one Redis."""
    with ExitStack() as stack:
        folders = [tmp_path / "one", tmp_path / "other"]
        for folder in folders:
            folder.mkdir()
        yield [stack.enter_context(serving(folder, REDIS_URL=redis_url)) for folder in folders]


def test_what_one_node_computed_the_other_has(nodes: list[Served], open_page: Callable[..., Page]) -> None:
    here, there = (open_page(node.url) for node in nodes)
    assert outcomes(speak(here, "The lighthouse keeper waved.")) == ["miss"]
    take = speak(there, "The lighthouse keeper waved. He did.")
    assert outcomes(take) == ["hit", "miss"]
    assert "Redis" in take.locator(".e-badge").nth(2).inner_text()
    assert outcomes(speak(here, "He did.")) == ["hit"]
    for page in (here, there):
        open_tab(page, "Cache")
        segments = page.locator(".e-table tr", has_text="Segments").first
        expect(segments).to_contain_text("2", timeout=10_000)
