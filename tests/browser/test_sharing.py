"""The page as several people use it, each with a login of their own."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Humming, serving_here
from tests.browser.steps import complaint, open_tab, speak
from tests.core.humming import humming_studio
from webui.gate.credentials import Credentials
from webui.gate.middleware import around
from webui.server import _guard

pytestmark = pytest.mark.slow

REFERENCE = Path(__file__).parents[1] / "data" / "reference.ogg"


@pytest.fixture
def shared(tmp_path: Path, redis_url: str) -> Iterator[Humming]:
    studio = humming_studio(tmp_path, redis_url)
    credentials = Credentials.of(studio.settings, ["ann:secret", "bob:geheim"])
    guard = _guard(studio, credentials, private=False, pages=True)
    with serving_here(studio, private=False, behind=partial(around, guard=guard)) as app:
        yield app


def log_in(page: Page, name: str, password: str) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.click("button")


def test_cloning_is_confirmed_once_and_a_voice_is_its_owners(shared: Humming, open_page: Callable[..., Page]) -> None:
    enter = {"enter": lambda page: log_in(page, "ann", "secret")}
    page = open_page(shared.url, **enter)
    page.get_by_text("Clone a clip").click()
    page.set_input_files("#voice-panel input[type=file]", REFERENCE)
    page.fill("#script textarea", "Mine alone.")
    page.click("#speak")
    assert "agreed" in complaint(page)
    page.click("#agreed input")
    expect(page.locator("#agreed")).to_be_hidden()
    speak(page)
    page.get_by_placeholder("Name this voice").fill("Anna")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#voice-panel .e-notice", has_text="Anna")).to_be_visible()
    open_tab(page, "Voices")
    page.get_by_role("button", name="Anna").first.click()
    card = page.locator("#voice-card")
    expect(card.get_by_label("Others may use this voice")).to_be_visible()

    again = open_page(shared.url, **enter)
    again.get_by_text("Clone a clip").click()
    expect(again.locator("#agreed")).to_be_hidden()

    def offered() -> bool:
        other = open_page(shared.url, enter=lambda page: log_in(page, "bob", "geheim"))
        other.locator("#voice-panel input[role=listbox], #voice-panel input[aria-label='Voice']").first.click()
        expect(other.get_by_role("option").first).to_be_visible()
        return other.get_by_role("option", name="Anna").count() > 0

    assert not offered()
    card.get_by_label("Others may use this voice").click()
    card.get_by_role("button", name="Save", exact=True).click()
    expect(card.locator(".e-notice[data-level=good]")).to_contain_text("Anna")
    assert offered()


def test_whoever_logs_out_is_out(shared: Humming, open_page: Callable[..., Page]) -> None:
    page = open_page(shared.url, enter=lambda page: log_in(page, "ann", "secret"))
    page.get_by_role("button", name="Log out (ann)").click()
    expect(page.locator("input[name=password]")).to_be_visible()
    page.goto(shared.url)
    expect(page.locator("input[name=password]")).to_be_visible()
