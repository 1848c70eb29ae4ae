"""The Pronunciation tab as people use it: a polyphone changed and heard, the lexicon, and the way to Clone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.loudness import prepare
from core.text.analysis import analyse
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from tests.browser.conftest import Humming, patience
from tests.browser.steps import PATIENCE_MS, open_tab

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
LINE = "他是银行的行长。"


@pytest.fixture(scope="module", autouse=True)
def ready() -> Iterator[None]:
    """Dictionaries and the meter of loudness, loaded as they are behind the first visitor's back; and patience."""
    prepare()
    analyse("准备 ready", Notation.ANY, Lexicon())
    with patience(PATIENCE_MS):
        yield


@pytest.fixture
def page(humming: Humming, open_page: OpenPage) -> Page:
    page = open_page(humming.url)
    open_tab(page, "Pronunciation")
    return page


def annotate(page: Page, text: str) -> None:
    page.fill("#marked-text textarea", text)
    expect(page.locator(".e-annotation")).to_contain_text(text[-1])


def unit(page: Page, letters: str) -> Locator:
    return page.locator(".e-unit", has_text=re.compile(f"^{letters}"))


def written(page: Page) -> Locator:
    return page.locator("#marked-text textarea")


def test_a_polyphone_is_changed_by_a_click_and_heard(page: Page, humming: Humming) -> None:
    annotate(page, LINE)
    expect(unit(page, "长")).to_contain_text("zhǎng")
    unit(page, "长").click()
    readings = page.locator("#readings")
    expect(readings.get_by_role("radio", name="zhǎng")).to_be_focused()
    with page.expect_response(lambda answer: "/audio/" in answer.url):
        readings.get_by_role("button", name="Hear cháng").click()
    expect(readings.locator(".e-badge")).to_have_attribute("data-outcome", "miss")
    readings.get_by_role("button", name="Hear cháng").click()
    expect(readings.locator(".e-badge")).to_have_attribute("data-outcome", "hit")
    assert [utterance.text for utterance in humming.engine.spoken] == ["行[长](chang2)"]
    readings.get_by_label("cháng", exact=True).check()
    readings.get_by_role("button", name="Apply").click()
    expect(written(page)).to_have_value("他是银行的行[长](chang2)。")
    expect(unit(page, "长")).to_have_attribute("data-state", "marked")

    page.get_by_role("button", name="Use in Clone").click()
    expect(page.locator("#script textarea")).to_have_value("他是银行的行[长](chang2)。")
    expect(page.locator("#script")).to_be_visible()


def test_everything_can_be_done_with_the_keyboard(page: Page, humming: Humming) -> None:
    annotate(page, LINE)
    unit(page, "他").focus()
    page.keyboard.press("ArrowRight")
    expect(unit(page, "是")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(unit(page, "的")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="de")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#readings")).to_be_hidden()
    expect(unit(page, "的")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="de")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    expect(page.locator("#readings .e-badge")).to_be_visible()
    page.keyboard.press("Enter")
    expect(written(page)).to_have_value(re.compile(r"\[的\]\(d[ie]\d\)"))
    expect(unit(page, "的")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(written(page)).to_have_value(LINE)
    page.keyboard.press("Control+Shift+Z")
    expect(written(page)).not_to_have_value(LINE)
    page.get_by_role("button", name="Undo").click()
    expect(written(page)).to_have_value(LINE)


def test_a_typed_reading_in_another_notation(page: Page) -> None:
    annotate(page, "A minute, 她好干净。")
    page.get_by_label("Marks written as").click()
    page.get_by_role("option", name="CosyVoice").click()
    unit(page, "minute").click()
    page.get_by_label("Another reading").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("#readings .e-notice")).to_contain_text("nonsense")
    page.get_by_label("Another reading").fill("M AY0 N UW1 T")
    page.keyboard.press("Enter")
    expect(written(page)).to_have_value("A [M][AY0][N][UW1][T], 她好干净。")
    unit(page, "好").click()
    page.get_by_label("Another reading").fill("hào")
    page.get_by_role("button", name="Apply").click()
    expect(written(page)).to_have_value("A [M][AY0][N][UW1][T], 她[h][ào]干净。")
    page.get_by_label("Marks written as").click()
    page.get_by_role("option", name="IndexTTS-2 HAO4").click()
    expect(page.locator("#text-panel .e-notice")).to_contain_text("3 “M AY0 N UW1 T”")
    expect(page.get_by_label("Marks written as")).to_have_value(re.compile("CosyVoice"))


def test_a_broken_mark_is_listed_found_and_mended(page: Page) -> None:
    page.fill("#marked-text textarea", "她😀[好](hoa4)干净")
    problem = page.locator(".e-problems li")
    expect(problem).to_contain_text("hoa4")
    problem.get_by_role("button", name="Show it in the text").click()
    selected = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert written(page).evaluate(selected) == "[好](hoa4)"
    problem.get_by_role("button", name="hao4").click()
    expect(written(page)).to_have_value("她😀[好](hao4)干净")
    expect(page.locator(".e-problems li")).to_have_count(0)


def test_the_lexicon_is_kept_applied_taken_out_and_brought_in(page: Page, tmp_path: Path) -> None:
    annotate(page, LINE)
    unit(page, "长").click()
    page.locator("#readings").get_by_label("cháng", exact=True).check()
    page.get_by_role("button", name="Always in “行长”").click()
    expect(unit(page, "长")).to_have_attribute("data-state", "lexicon")
    expect(written(page)).to_have_value(LINE)
    page.get_by_label("Word", exact=True).fill("Koch")
    page.get_by_label("Reading", exact=True).fill("K AA1 K")
    page.keyboard.press("Enter")
    expect(page.locator(".e-lexicon li")).to_have_count(2)
    page.get_by_role("button", name="Hear Koch").click()
    expect(page.locator("#lexicon-panel .e-badge")).to_have_attribute("data-outcome", "miss")

    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    table = tmp_path / "words.csv"
    download.value.save_as(table)
    assert table.read_text("utf-8-sig").splitlines() == ["word,reading", "Koch,K AA1 K", "行长,hang2 chang2"]
    for word in ("Koch", "行长"):
        page.get_by_role("button", name=f"Remove {word}").click()
    expect(page.locator(".e-lexicon li")).to_have_count(0)
    expect(unit(page, "长")).not_to_have_attribute("data-state", "lexicon")
    page.set_input_files("#lexicon-panel input[type=file]", table)
    expect(page.locator(".e-lexicon li")).to_have_count(2)
    expect(unit(page, "长")).to_have_attribute("data-state", "lexicon")
    table.write_bytes("word,reading\n重庆,chong2 qing4\n".encode("gb18030"))
    page.set_input_files("#lexicon-panel input[type=file]", table)
    expect(page.locator(".e-lexicon li")).to_have_count(3)


def test_the_line_is_heard_and_a_second_time_is_a_hit(page: Page) -> None:
    annotate(page, "她[好](hao4)干净。")
    for outcome in ("miss", "hit"):
        with page.expect_response(lambda answer: "/gradio_api/queue/join" in answer.url):
            page.keyboard.press("Control+Enter")
        expect(page.locator("#text-panel .e-badge")).to_have_attribute("data-outcome", outcome)


def test_hostile_text_stays_text(page: Page) -> None:
    text = "<img src=x onerror=\"document.title='owned'\"> ${document.title='owned'} {{constructor}} '[x]' 长<b>"
    page.fill("#marked-text textarea", text)
    unit(page, "长").click()
    expect(page.locator("#readings form")).to_be_visible()
    assert page.title() == "Encore"
    assert page.locator(".e-annotation img").count() == 0


def test_narrow_and_in_chinese_nothing_sticks_out(humming: Humming, open_page: OpenPage) -> None:
    page = open_page(humming.url, width=390, height=844, locale="zh-CN")
    open_tab(page, "发音")
    annotate(page, LINE + "Supercalifragilisticexpialidocious" * 3)
    unit(page, "长").click()
    readings = page.locator("#readings")
    expect(readings.get_by_role("button", name="应用")).to_be_in_viewport()
    expect(unit(page, "长")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
