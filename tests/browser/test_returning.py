"""What Clone held is there again when its page is loaded again, in the same browser and in no other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.audio import encode
from tests.browser.conftest import Humming
from tests.browser.steps import outcomes, speak, write
from tests.core.speakers.test_reference import speechlike

pytestmark = pytest.mark.slow
AFTER_MS = 500
"""Gradio still closes its stream when an answer is here, and complains if the page is left in the midst of that."""


def held(page: Page, what: str) -> None:
    """Wait until the browser was told: a page that is left before that knows nothing of it."""
    page.wait_for_function(f"JSON.parse(sessionStorage['encore-held']).{what}")
    page.wait_for_timeout(AFTER_MS)


def test_a_reload_loses_nothing(humming: Humming, open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page(humming.url)
    clip = tmp_path / "anna.flac"
    clip.write_bytes(encode(speechlike(4), "flac"))
    speak(page, "From the list.")
    page.get_by_text("Clone a clip").click()
    page.set_input_files("#voice-panel input[type=file]", clip)
    expect(page.locator("#voice-panel .e-clip")).to_contain_text("anna.flac")
    speak(page, "From a clip. In two.")
    page.get_by_label("Seed", exact=True).fill("41")
    page.locator(".e-take").nth(1).locator("[data-act=pin]").click()
    expect(page.locator(".e-take").nth(1)).to_have_attribute("data-pinned", "true")
    write(page, "Not spoken yet")
    page.wait_for_function("JSON.parse(sessionStorage['encore-typed']).text === 'Not spoken yet'")
    expect(page.locator(".e-count")).to_contain_text("14")  # and nothing is on its way any more
    held(page, "takes[1].pinned")
    spoken = len(humming.engine.spoken)

    page.reload()
    expect(page.locator(".e-take")).to_have_count(2)
    expect(page.locator("#script textarea")).to_have_value("Not spoken yet")
    expect(page.get_by_label("Seed", exact=True)).to_have_value("41")
    expect(page.locator("#voice-panel .e-clip")).to_contain_text("anna.flac")
    assert outcomes(page.locator(".e-take").first) == ["hit", "hit"]
    expect(page.locator(".e-take").nth(1)).to_have_attribute("data-pinned", "true")
    page.locator(".e-take").first.locator("[data-act=play]").click()
    page.wait_for_function("deck.playing")
    assert len(humming.engine.spoken) == spoken
    page.locator(".e-take").first.locator("[data-act=delete]").click()
    expect(page.locator(".e-take")).to_have_count(1)
    held(page, "takes.length === 1")
    page.reload()
    expect(page.locator(".e-take")).to_have_count(1)

    other = open_page(humming.url)
    expect(other.locator(".e-empty").first).to_be_visible()
    expect(other.locator("#script textarea")).to_have_value("")
