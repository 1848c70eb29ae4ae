"""Changing the engine while people work: what they typed stays, what is offered follows, what gave way comes back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.audio import encode
from tests.browser.conftest import Humming, serving_here
from tests.browser.steps import PATIENCE_MS, open_tab, outcomes, speak, write
from tests.core.speakers.test_reference import speechlike
from tests.webui.several import several_studio

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
LINE = "One is first. Two is second."


@pytest.fixture
def page(several: Humming, open_page: OpenPage) -> Page:
    return open_page(several.url)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).locator("visible=true").click()
    page.get_by_role("option", name=option).click()


def engine(page: Page, name: str) -> None:
    choose(page, "Engine", name)
    expect(page.locator(".e-header [data-act=engines]")).to_contain_text(name)


def language(page: Page):
    return page.locator("#script-panel").get_by_role("combobox", name="Language", exact=True)


def speed(page: Page):
    return page.locator("#script-panel").get_by_label("number input for Speed")


def test_what_was_typed_stays_and_what_gave_way_comes_back(page: Page) -> None:
    write(page, LINE)
    mood = page.get_by_label("Direction (ready-made")
    for entry in ("Happy", "tell it softly"):
        mood.fill(entry)
        mood.press("Enter")
    mood.press("Escape")
    choose(page, "Language", "Chinese")
    speed(page).fill("2")
    page.get_by_label("Seed", exact=True).fill("7")
    page.get_by_label("Seed", exact=True).blur()
    tokens = page.locator("#script-panel .e-choice .token")
    expect(tokens).to_have_count(2)

    engine(page, "whistling")
    told = page.locator("#voice-panel .e-notice[data-level=note]")
    for word in ("×1.2", "“tell it softly”", "Chinese"):
        expect(told).to_contain_text(word)
    expect(page.locator("#script textarea")).to_have_value(LINE)
    expect(tokens).to_have_text(["Happy"])
    expect(language(page)).to_have_value("Detect")
    expect(speed(page)).to_have_value("1.2")
    expect(page.get_by_label("Seed", exact=True)).to_have_value("7")
    expect(page.get_by_label("Seed", exact=True)).to_be_disabled()
    expect(page.locator("#script-panel")).to_contain_text("This engine always speaks the same way.")
    language(page).click()
    expect(page.get_by_role("option", name="German")).to_be_visible()
    page.keyboard.press("Escape")
    take = speak(page)
    assert outcomes(take) == ["miss"] * 2

    engine(page, "humming")
    expect(told).to_have_count(0)
    expect(tokens).to_have_text(["Happy", "tell it softly"])
    expect(language(page)).to_have_value("Chinese")
    expect(speed(page)).to_have_value("2")
    expect(page.get_by_label("Seed", exact=True)).to_be_enabled()
    other = speak(page)
    assert outcomes(other) == ["miss"] * 2
    expect(other).to_contain_text("humming")

    write(page, "Something else.")
    take.locator("[data-act=reuse]").click()
    expect(page.locator(".e-header [data-act=engines]")).to_contain_text("whistling")
    expect(page.locator("#script textarea")).to_have_value(LINE)
    expect(speed(page)).to_have_value("1.2")
    assert outcomes(speak(page)) == ["hit"] * 2


def test_an_engine_without_voices_asks_for_a_clip_and_one_that_is_missing_is_not_taken(
    page: Page, several: Humming, tmp_path: Path
) -> None:
    choose(page, "Engine", "absent — not set up")
    told = page.locator("#voice-panel .e-notice")
    expect(told).to_contain_text("ENCORE_INDEXTTS_MODEL")
    expect(page.get_by_role("combobox", name="Engine", exact=True).first).to_have_value("humming")
    assert outcomes(speak(page, "Still here.")) == ["miss"]

    engine(page, "cloning")
    expect(told).to_contain_text("no voices of its own")
    clip = tmp_path / "mine.wav"
    clip.write_bytes(encode(speechlike(5)))
    page.set_input_files("#voice-panel input[type=file]", clip)
    expect(page.locator("#voice-panel .e-clip")).to_contain_text("mine.wav")
    speak(page, "In my voice.")
    assert len(several.studio.synthesis["cloning"].enrolled) == 1
    engine(page, "whistling")
    expect(page.locator("#voice-panel .e-clip")).to_contain_text("mine.wav")
    expect(page.get_by_label("What the clip says", exact=True)).to_be_visible()
    page.locator("#voice-panel").get_by_text("Voices", exact=True).click()
    expect(page.get_by_role("combobox", name="Voice", exact=True)).to_have_value("Alto · German, female")


def test_the_other_tabs_follow(page: Page) -> None:
    open_tab(page, "Pronunciation")
    page.fill("#marked-text textarea", "她[好](hao4)干净")
    expect(page.locator(".e-unit[data-state=marked]")).to_have_count(1)
    open_tab(page, "Emotion")
    page.get_by_label("In your own words", exact=True).fill("slowly")
    page.get_by_role("checkbox", name="Sichuan").check(force=True)
    expect(page.get_by_role("article", name="Sichuan")).to_be_visible()
    open_tab(page, "Clone")
    page.get_by_role("combobox", name="Engine", exact=True).first.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".e-header [data-act=engines]")).to_contain_text("whistling")

    open_tab(page, "Pronunciation")
    expect(page.locator("#marked-text textarea")).to_have_value("她[h][ào]干净")
    expect(page.locator("#text-panel")).to_contain_text("does not follow marks on English words")
    open_tab(page, "Emotion")
    panel = page.locator("#direction-panel")
    words = panel.locator("#direction textarea, #direction input")
    expect(words).to_be_disabled()
    expect(words).to_have_value("slowly")
    expect(panel.get_by_role("checkbox", name="Sichuan")).to_be_disabled()
    expect(panel.locator(".e-notice")).to_have_count(0)
    expect(page.locator(".e-trial .e-who")).to_have_text(["Neutral"])
    page.locator("[data-language=zh]").click()
    expect(panel).to_contain_text("不接受文字指令")
    expect(words).to_have_value("slowly")


def test_who_writes_down_is_chosen_too(page: Page) -> None:
    open_tab(page, "Transcribe")
    panel = page.locator("#scribe-panel")
    choose(page, "Engine", "french")
    choose(page, "Language spoken", "French")
    choose(page, "Engine", "listening")
    expect(panel.locator(".e-notice")).to_contain_text("does not know French")
    expect(panel.get_by_role("combobox", name="Language spoken")).to_have_value("Detect")
    choose(page, "Engine", "french")
    expect(panel.get_by_role("combobox", name="Language spoken")).to_have_value("French")


def test_engines_are_shown_loaded_used_and_let_go(page: Page, several: Humming) -> None:
    page.locator(".e-header [data-act=engines]").click()
    card = page.get_by_role("article", name="whistling", exact=True)
    expect(card).to_contain_text("English, German")
    card.get_by_role("button", name="Load", exact=True).click()
    expect(card).to_have_attribute("data-state", "loaded")
    assert several.studio.synthesis["whistling"].loaded
    card.get_by_role("button", name="Use").click()
    expect(card).to_contain_text("in use here")
    expect(page.locator(".e-header [data-act=engines]")).to_contain_text("loaded")
    card.get_by_role("button", name="Unload").click()
    expect(page.locator("#engines-panel .e-notice")).to_contain_text("whistling is unloaded")
    assert not several.studio.synthesis["whistling"].loaded
    absent = page.get_by_role("article", name="absent")
    expect(absent.get_by_role("button", name="ENCORE_INDEXTTS_MODEL")).to_be_visible()
    expect(absent.get_by_role("button", name="Load")).to_have_count(0)
    open_tab(page, "Clone")
    expect(page.get_by_role("combobox", name="Voice", exact=True)).to_have_value("Alto · German, female")
    several.engine.gate.clear()
    engine(page, "humming")
    write(page, "Hold on.")
    page.click("#speak")
    open_tab(page, "Engines")
    expect(page.get_by_role("article", name="humming")).to_contain_text("working for 1")
    several.engine.gate.set()
    expect(page.get_by_role("article", name="humming")).to_contain_text("idle for", timeout=PATIENCE_MS)


def test_strangers_see_no_paths_and_let_nothing_go(tmp_path: Path, redis_url: str, open_page: OpenPage) -> None:
    with serving_here(several_studio(tmp_path, redis_url), private=False) as app:
        page = open_page(app.url, width=390, height=844)
        choose(page, "Engine", "absent — not set up")
        expect(page.locator("#voice-panel .e-notice")).to_contain_text("cannot be used on this server yet")
        open_tab(page, "Engines")
        expect(page.get_by_role("article", name="humming")).to_contain_text("in use here")
        expect(page.locator("#engines-panel").get_by_role("button", name="Load")).to_have_count(0)
        assert "/home/me" not in page.content()
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_one_engine_alone_leaves_nothing_to_choose(humming: Humming, open_page: OpenPage) -> None:
    page = open_page(humming.url)
    expect(page.get_by_role("combobox", name="Voice", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Engine", exact=True)).to_have_count(0)
