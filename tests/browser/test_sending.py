"""The tabs as one tool: what was made on one goes on in another."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Humming
from tests.browser.steps import speak

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]


def test_a_take_goes_into_the_script_and_its_line_to_emotion_and_back(humming: Humming, open_page: OpenPage) -> None:
    page = open_page(humming.url)
    speak(page, "Time for tea.").get_by_role("button", name="Use in the script").click()
    line = page.locator(".e-cue")
    expect(line).to_be_visible()
    expect(line.locator("textarea")).to_have_value("Time for tea.")
    expect(line.locator(".e-badge")).to_have_attribute("data-outcome", "hit")
    assert len(humming.engine.spoken) == 1

    line.get_by_role("button", name="More to do with this line").click()
    page.get_by_role("menuitem", name="Open in Emotion").click()
    expect(page.locator("#line textarea")).to_have_value("Time for tea.")
    page.locator("#chips-emotion").get_by_text("Happy", exact=True).click()
    page.locator(".e-trial[data-name=happy]").get_by_role("button", name="Use in the script").click()
    expect(line.get_by_label("Direction")).to_have_value("happy")

    # The tab that was open is open again, whoever opened it.
    page.reload()
    expect(page.get_by_role("tab", name="Script")).to_have_attribute("aria-selected", "true")
    expect(line.get_by_label("Direction")).to_have_value("happy")
