"""The Cache tab as people use it: the hour, the latency, and single entries to hear, read and purge."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Humming
from tests.browser.steps import open_tab, outcomes, speak

pytestmark = pytest.mark.slow
WORDS = "One is first. Two is second. Three is last."


@pytest.fixture
def page(humming: Humming, open_page) -> Page:
    return open_page(humming.url)


def kind(page: Page, name: str) -> None:
    page.locator(".e-kinds").get_by_role("button", name=name).click()


def test_the_hour_and_the_latency_are_told(page: Page) -> None:
    open_tab(page, "Cache")
    expect(page.locator("#cache-panel")).to_contain_text("Nothing was asked for in the last hour")
    open_tab(page, "Clone")
    speak(page, WORDS)
    speak(page)
    open_tab(page, "Cache")
    drawing = page.get_by_role("img", name="Hit rate, last hour")
    expect(drawing).to_be_visible()
    # At the hour's end; a minute earlier if one has passed since.
    expect(drawing.locator(".e-line")).to_have_attribute("d", re.compile(r"^M5[89]5 "))
    expect(page.locator(".e-times tr[data-outcome=hit]")).to_contain_text("≤")
    expect(page.locator(".e-times tr[data-outcome=miss]")).to_contain_text("≤")


def test_an_entry_is_heard_and_purged_by_itself(page: Page, humming: Humming) -> None:
    speak(page, WORDS)
    open_tab(page, "Cache")
    row = page.locator(".e-entries tr", has_text="Two is second.")
    row.get_by_role("button", name="Look").click()
    looked = page.locator(".e-looked")
    expect(looked).to_contain_text("0.50 s at 16,000 Hz")
    with page.expect_response(lambda answer: "/audio/" in answer.url) as heard:
        looked.locator(".e-play").click()
    assert heard.value.status in (200, 206)
    row.locator("summary").click()
    row.get_by_role("button", name="Keep").click()
    expect(row.get_by_role("button", name="Keep")).to_be_hidden()
    row.locator("summary").click()
    row.get_by_role("button", name="Purge").click()
    expect(page.locator("#shelf-panel .e-notice")).to_contain_text("1")
    expect(row).to_have_count(0)
    expect(page.locator(".e-entries tbody tr")).to_have_count(2)
    open_tab(page, "Clone")
    assert outcomes(speak(page)) == ["hit", "miss", "hit"]


def test_all_kinds_are_listed_in_both_languages(page: Page) -> None:
    speak(page, WORDS)
    open_tab(page, "Cache")
    kind(page, "Voices")
    expect(page.locator("#shelf-panel")).to_contain_text("Nothing of this kind is stored.")
    kind(page, "Segments")
    expect(page.locator(".e-entries tbody tr")).to_have_count(3)
    page.locator("[data-language=zh]").click()
    expect(page.locator(".e-kinds [aria-pressed=true]")).to_have_text("语音片段")
    expect(page.locator("#cache-panel")).to_contain_text("最近一小时命中率")


def test_nothing_is_scrolled_sideways_on_a_phone(humming: Humming, open_page) -> None:
    page = open_page(humming.url, width=390, height=844)
    speak(page, WORDS)
    open_tab(page, "Cache")
    page.locator(".e-entries tbody tr").first.get_by_role("button", name="Look").click()
    expect(page.locator(".e-looked")).to_be_visible()
    for part in page.locator("#cache-panel, #shelf-panel, .e-scroll").all():
        assert part.evaluate("part => part.scrollWidth <= part.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 1000, "height": 700})
    page.set_viewport_size({"width": 390, "height": 844})  # as a phone that is turned: the open tab stays in sight
    expect(page.get_by_role("tab", name="Cache")).to_be_in_viewport(ratio=1)
