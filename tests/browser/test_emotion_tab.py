"""The Emotion tab as people use it: a direction put together, ways of saying a line side by side, the best to Clone."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.engines.base import Capabilities
from tests.browser.conftest import Humming, Served
from tests.browser.steps import PATIENCE_MS, open_tab, outcomes, speak, write
from tests.core.humming import HummingEngine

pytestmark = pytest.mark.slow
LINE = "We won the match."


@pytest.fixture
def page(humming: Humming, open_page) -> Page:
    return open_page(humming.url)


def tick(page: Page, *names: str) -> None:
    for name in names:
        page.locator("#direction-panel").get_by_role("checkbox", name=name, exact=True).check(force=True)
        expect(card(page, name)).to_be_visible()


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def audition(page: Page) -> list[str]:
    """Press once; what came of each card, in order."""
    cards = page.locator(".e-trial")
    # What is drawn anew has lost the mark.
    cards.evaluate_all("cards => cards.forEach(card => card.dataset.old = '')")
    page.click("#audition-go")
    waiting = page.locator(".e-trial:is([data-old], :not(:has(.e-badge, .e-notice[data-level=error])))")
    expect(waiting).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("#audition-go")).to_be_enabled(timeout=PATIENCE_MS)
    return [each.get_attribute("data-outcome") for each in cards.all()]


def test_four_presets_twice_and_the_best_to_clone(page: Page, humming: Humming) -> None:
    write(page, LINE)
    open_tab(page, "Emotion")
    expect(page.get_by_label("Line", exact=True)).to_have_value(LINE)
    expect(page.locator("#direction-panel .e-notice")).to_contain_text("Prosody preview")
    tick(page, "Happy", "Sad", "Sichuan", "Loud")
    page.get_by_role("checkbox", name="All together").uncheck()
    expect(page.locator(".e-trial .e-who")).to_have_text(["Neutral", "Happy", "Sad", "Sichuan", "Loud"])
    assert audition(page) == ["miss"] * 5
    told = [spoken.instruction.text for spoken in humming.engine.spoken]
    assert told[0] == ""
    assert [key for text in told[1:] for key in ("开心", "伤心", "四川", "loud") if key in text] == [
        "开心",
        "伤心",
        "四川",
        "loud",
    ]
    assert audition(page) == ["hit"] * 5
    assert len(humming.engine.spoken) == 5
    expect(card(page, "Sichuan").locator(".e-notice")).to_contain_text("cannot be followed")
    expect(card(page, "Happy").locator(".e-moves")).to_contain_text("higher")

    card(page, "Happy").get_by_role("button", name="Keep").click()
    expect(card(page, "Happy").get_by_role("button", name="Kept")).to_be_disabled()
    card(page, "Sad").get_by_role("button", name="Use in Clone").click()
    expect(page.locator("#script textarea")).to_be_visible()
    expect(page.locator(".e-choice .token")).to_have_text(["Sad"])
    take = speak(page)
    assert outcomes(take) == ["hit"]
    expect(take.locator(".e-in-mood")).to_have_text("Sad")
    expect(page.locator("#takes-panel .e-number")).to_have_text(["#2", "#1"])
    page.locator("#takes-panel .e-take", has_text="#1").locator("[data-act=reuse]").click()
    expect(page.locator(".e-choice .token")).to_have_text(["Happy"])
    assert outcomes(speak(page)) == ["hit"]


def test_words_and_a_mix_are_told_as_they_change_and_go_to_clone(page: Page, humming: Humming) -> None:
    open_tab(page, "Emotion")
    page.get_by_label("Line", exact=True).fill(LINE)
    page.get_by_label("In your own words", exact=True).fill("slowly, like a pirate")
    together = card(page, "All together")
    expect(together.locator(".e-moves")).to_contain_text("slower")
    expect(together.locator(".e-notice")).to_contain_text("pirate")
    outline = page.locator(".e-radar polygon")
    page.get_by_label("range slider for surprised").fill("0.5")
    expect(outline).to_have_attribute("points", re.compile(r"-50\.0,0\.0"))
    expect(together.locator(".e-parts")).to_contain_text("surprised 50")
    axis = page.locator(".e-radar > circle").last.bounding_box()
    page.mouse.click(axis["x"] + axis["width"] / 2, axis["y"] + axis["height"] * 0.1)
    expect(page.get_by_label("range slider for happy")).to_have_value("0.8")
    expect(together.locator(".e-parts")).to_contain_text("happy 80, surprised 50")
    assert audition(page) == ["miss", "miss"]

    together.get_by_role("button", name="Use in Clone").click()
    chip = page.locator("#script-panel .e-mood")
    expect(chip).to_have_text("happy 80, surprised 50")
    expect(page.locator("#script textarea")).to_have_value(LINE)
    assert outcomes(speak(page)) == ["hit"]
    chip.get_by_role("button").click()
    expect(chip).to_have_count(0)
    take = speak(page)
    assert outcomes(take) == ["miss"]
    assert humming.engine.spoken[-1].instruction.vector == ()
    expect(take.locator(".e-in-mood")).to_have_text("“slowly, like a pirate”")


def test_one_that_fails_says_so_and_cancel_leaves_the_rest_a_plan(
    page: Page, humming: Humming, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(page, LINE)
    open_tab(page, "Emotion")
    tick(page, "Happy", "Sad")
    page.get_by_role("checkbox", name="All together").uncheck()
    expect(page.locator(".e-trial")).to_have_count(3)
    speak_it = humming.engine.synthesize

    def moody(utterance, profile):
        if "开心" in utterance.instruction.text:
            raise RuntimeError("inner secret")
        return speak_it(utterance, profile)

    monkeypatch.setattr(humming.engine, "synthesize", moody)
    assert audition(page) == ["miss", None, "miss"]
    expect(card(page, "Happy").locator(".e-notice[data-level=error]")).to_contain_text("could not do this")
    assert "inner secret" not in page.content()

    humming.engine.gate.clear()
    page.get_by_label("Line", exact=True).fill("Another line.")
    expect(page.locator(".e-trial .e-badge")).to_have_count(0)
    page.click("#audition-go")
    expect(card(page, "Neutral").locator(".e-progress")).to_be_visible()
    expect(card(page, "Sad")).to_contain_text("next in line")
    page.keyboard.press("Escape")
    expect(page.locator("#audition-panel .e-notice")).to_have_text("Cancelled.")
    expect(page.locator("#audition-go")).to_be_enabled()
    expect(card(page, "Sad")).not_to_contain_text("next in line")


def test_digits_play_the_takes_one_at_a_time(page: Page) -> None:
    write(page, "One is first. Two is second. Three is third. Four is last.")
    open_tab(page, "Emotion")
    tick(page, "Happy")
    audition(page)
    for key, name in (("2", "Happy"), ("1", "Neutral")):
        page.keyboard.press(key)
        expect(page.locator(".e-trial[data-playing]")).to_have_count(1)
        expect(card(page, name)).to_have_attribute("data-playing", "")
    page.keyboard.press("1")
    expect(page.locator(".e-trial[data-playing]")).to_have_count(0)
    page.get_by_label("Line", exact=True).press("2")
    expect(page.locator(".e-trial[data-playing]")).to_have_count(0)


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Humming:
    """The app around an engine that cannot be directed."""
    able = HummingEngine.capabilities
    monkeypatch.setattr(HummingEngine, "capabilities", Capabilities(able.languages, seed=True, speed=able.speed))
    return request.getfixturevalue("humming")


def test_what_the_engine_cannot_do_is_off_with_the_reason_in_either_language(mute: Humming, open_page) -> None:
    page = open_page(mute.url)
    expect(page.get_by_label("Direction (ready-made")).to_be_disabled()
    expect(page.locator(".e-choice")).to_contain_text("This engine takes no directions.")
    page.locator("[data-language=zh]").click()
    open_tab(page, "情感")
    panel = page.locator("#direction-panel")
    expect(panel.get_by_role("checkbox", name="开心")).to_be_disabled()
    expect(panel.get_by_label("用自己的话说")).to_be_disabled()
    expect(panel.get_by_label("range slider for 高兴")).to_be_disabled()
    for reason in ("不支持这一类", "不接受文字指令", "不接受情感配比", "不能参照录音的情感"):
        expect(panel).to_contain_text(reason)
    expect(panel.locator(".e-notice")).to_have_count(0)


def test_the_words_of_the_mood_are_the_direction(page: Page, humming: Humming) -> None:
    mood = page.get_by_label("Direction (ready-made")
    mood.fill("tell it like a secret")
    page.locator("#script textarea").fill("Hello [breath] there.")
    expect(page.locator(".e-choice .token")).to_have_text(["tell it like a secret"])
    expect(page.locator(".e-count")).to_have_text("Characters: 13 · segments: 1")
    take = speak(page)
    assert humming.engine.spoken[-1].instruction.text == "tell it like a secret"
    expect(take.locator(".e-notice")).to_contain_text("pause")
    page.locator("[data-language=zh]").click()
    expect(take.locator(".e-notice")).to_contain_text("停顿")
    expect(page.locator(".e-count")).to_have_text("13 字 · 1 段")
    page.locator("#script textarea").fill("Hello [braeth] there.")
    expect(page.locator("#script-panel .e-notice")).to_contain_text("braeth")


def test_the_count_tells_what_stands_there_however_late_the_page_is_drawn(humming: Humming, browser: Browser) -> None:
    context = browser.new_context(locale="en-US")
    page, held = context.new_page(), []
    late = True
    page.route("**/queue/data*", lambda route: held.append(route) if late else route.continue_())
    page.goto(humming.url)
    page.wait_for_selector("#script textarea:enabled")
    write(page, LINE)
    expect(page.locator(".e-count")).to_contain_text("17")
    late = False
    for route in held:
        route.continue_()
    page.wait_for_selector(".e-header")
    expect(page.locator(".e-count")).to_have_text("Characters: 17 · segments: 1")
    context.close()


def test_nothing_is_scrolled_sideways_on_a_phone(humming: Humming, open_page) -> None:
    page = open_page(humming.url, width=390, height=844)
    write(page, LINE)
    open_tab(page, "Emotion")
    tick(page, "Happy", "Shanghai")
    audition(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for part in page.locator("#direction-panel, #audition-panel, .e-trial").all():
        assert part.evaluate("part => part.scrollWidth <= part.clientWidth")


def test_moods_are_heard_with_the_real_engine(served: Served, open_page) -> None:
    page = open_page(served.url)
    write(page, LINE)
    open_tab(page, "Emotion")
    tick(page, "Sad")
    assert audition(page) == ["miss", "miss"]
    assert audition(page) == ["hit", "hit"]
    lengths = [float(card(page, name).get_attribute("data-duration")) for name in ("Neutral", "Sad")]
    assert lengths[1] > lengths[0]
    card(page, "Sad").get_by_role("button", name="Use in Clone").click()
    assert outcomes(speak(page)) == ["hit"]
