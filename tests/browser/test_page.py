"""Everything the page offers, with engines that hum."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.audio import decode, encode
from core.engines.base import StockVoice
from tests.browser.conftest import Humming
from tests.browser.steps import complaint, open_tab, outcomes, speak, write
from tests.core.speakers.test_reference import speechlike

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
THREE = "One is first. Two is second. Three is last."


@pytest.fixture
def page(humming: Humming, open_page: OpenPage) -> Page:
    return open_page(humming.url)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "my voice.flac"
    path.write_bytes(encode(speechlike(8), "flac"))
    return path


def test_a_repeat_is_a_hit_and_an_edit_one_miss(page: Page, humming: Humming) -> None:
    assert outcomes(speak(page, THREE)) == ["miss"] * 3
    assert outcomes(speak(page)) == ["hit"] * 3
    assert outcomes(speak(page, "One is first. Two is changed. Three is last.")) == ["hit", "miss", "hit"]
    assert len(humming.engine.spoken) == 4
    assert page.locator(".e-take").count() == 3


def test_ctrl_enter_speaks(page: Page) -> None:
    write(page, "Hello.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".e-take")).to_be_visible()


def test_the_first_segment_sounds_while_the_others_are_made(page: Page, humming: Humming) -> None:
    speak(page, "One.")
    page.wait_for_function("!live.playing")
    humming.engine.gate.clear()
    write(page, "One. Two.")
    page.click("#speak")
    page.wait_for_function("live.playing")
    assert page.locator(".e-live .e-pending").count() == 1
    humming.engine.gate.set()
    expect(page.locator(".e-take")).to_have_count(2)


def test_cancel_returns_at_once(page: Page, humming: Humming) -> None:
    humming.engine.gate.clear()
    write(page, "One. Two.")
    page.click("#speak")
    expect(page.locator("#cancel")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.locator("#speak")).to_be_enabled(timeout=3000)
    expect(page.locator("#script-panel .e-notice")).to_have_text("Cancelled.")
    humming.engine.gate.set()
    assert page.locator(".e-take").count() == 0


def test_a_voice_is_chosen_by_typing(humming: Humming, open_page: OpenPage) -> None:
    humming.engine.voices = (*humming.engine.voices, StockVoice("bass", "Bass", "en", "male"))
    page = open_page(humming.url)
    voice = page.get_by_label("Voice", exact=True)
    expect(voice).to_have_value("Alto · English, female")
    voice.click()
    page.keyboard.type("Bass")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(voice).to_have_value("Bass · English, male")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "There is nothing to say"), (" \n ", "There is nothing to say"), ("😀 … !!!", "can be spoken")],
)
def test_nothing_to_say(page: Page, text: str, sentence: str) -> None:
    write(page, text)
    page.click("#speak")
    assert sentence in complaint(page)


def test_an_engine_that_breaks_is_a_sentence(page: Page, humming: Humming) -> None:
    humming.engine.failing = RuntimeError("inner secret")
    write(page, "Hello.")
    page.click("#speak")
    assert "could not do this" in complaint(page)
    assert "inner secret" not in page.content()
    humming.engine.failing = None
    speak(page)
    expect(page.locator("#script-panel .e-notice")).to_have_count(0)


def test_hostile_text_stays_text(page: Page) -> None:
    text = "<img src=x onerror=\"document.title='owned'\"> ${document.title='owned'} {{constructor}} <script>1</script>"
    take = speak(page, text)
    assert take.locator(".e-say").inner_text() == text
    assert page.title() == "Encore"


def test_clone_from_a_clip_and_keep_the_voice(page: Page, humming: Humming, clip: Path) -> None:
    page.get_by_text("Clone a clip").click()
    page.click("#speak")
    assert "Choose a voice" in complaint(page)
    page.set_input_files("#voice-panel input[type=file]", clip)
    expect(page.locator("#voice-panel .e-clip")).to_contain_text("my voice.flac")
    expect(page.locator("#voice-panel .e-notice").first).to_be_visible()
    take = speak(page, "Hello.")
    assert take.locator(".e-badge").nth(1).get_attribute("data-outcome") == "miss"
    expect(take).to_contain_text("similarity 0.75")
    assert speak(page).locator(".e-badge").nth(1).get_attribute("data-outcome") == "hit"

    page.get_by_text("Fill in by listening").click()
    expect(page.get_by_label("What the clip says")).to_have_value(re.compile("samples"))
    page.get_by_placeholder("Name this voice").fill("Narrator")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Voice", exact=True)).to_have_value("★ Narrator")
    assert outcomes(speak(page)) == ["hit"]
    assert len(humming.engine.enrolled) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"plain words", "could not be read as audio"), (b"", "empty"), (encode(speechlike(31)), "at most 30 s")],
    ids=["text", "empty", "long"],
)
def test_a_clip_that_cannot_be_a_reference(page: Page, tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(data)
    page.get_by_text("Clone a clip").click()
    page.set_input_files("#voice-panel input[type=file]", path)
    assert sentence in complaint(page, "#voice-panel")


def test_a_recording_arrives(page: Page) -> None:
    open_tab(page, "Transcribe")
    page.locator("#scribe-panel [data-act=record]").click()
    page.wait_for_timeout(1200)
    page.locator("#scribe-panel [data-act=record]").click()
    expect(page.locator("#scribe-panel .e-clip")).to_contain_text("webm")
    page.click("#write-down")
    expect(page.locator("[data-transcript]")).to_contain_text("samples")


def test_takes_can_be_played_sought_compared_pinned_and_thrown_away(page: Page) -> None:
    first, second = speak(page, "One. And one more."), speak(page, "Two. And two more.")
    first.locator("[data-act=play]").click()
    expect(first).to_have_attribute("data-playing", "")
    first.locator("[data-act=play]").click()
    expect(first).not_to_have_attribute("data-playing", "")
    box = second.locator(".e-wave").bounding_box()
    second.locator(".e-wave").click(position={"x": box["width"] / 2, "y": 10})
    page.wait_for_function("deck.share > 0.4")

    first.locator("[data-act=compare]").click()
    second.locator("[data-act=compare]").click()
    expect(page.locator(".e-compare [data-pair]")).to_be_visible()
    page.locator(".e-compare [data-side='1']").click()
    expect(second).to_have_attribute("data-playing", "")
    page.evaluate("deck.current.pause()")
    page.evaluate("deck.current.currentTime = deck.current.duration / 2")
    page.keyboard.press("x")
    expect(first).to_have_attribute("data-playing", "")
    assert page.evaluate("deck.share") >= 0.45

    first.locator("[data-act=pin]").click()
    expect(first).to_have_attribute("data-pinned", "true")
    second.locator("[data-act=delete]").click()
    expect(page.locator(".e-take")).to_have_count(1)


def test_a_take_downloads_as_wav(page: Page) -> None:
    take = speak(page, "One. Two.")
    with page.expect_download() as download:
        take.locator("[download]").click()
    assert download.value.suggested_filename == "encore-1.wav"
    assert decode(Path(download.value.path()).read_bytes()).duration_s > 0.5


def test_settings_come_back_with_their_seed(page: Page) -> None:
    page.get_by_label("Random each time").check()
    take = speak(page, "Once upon a time.")
    seed = re.search(r"seed (\d+)", take.inner_text()).group(1)
    assert outcomes(take) == ["bypass"]
    write(page, "Something else.")
    page.wait_for_timeout(300)
    take.locator("[data-act=reuse]").click()
    expect(page.locator("#script textarea")).to_have_value("Once upon a time.")
    expect(page.get_by_label("Seed", exact=True)).to_have_value(seed)
    assert outcomes(speak(page)) == ["hit"]


def test_transcripts_of_many_files(page: Page, clip: Path, tmp_path: Path) -> None:
    words = tmp_path / "notes.txt"
    words.write_text("no sound")
    open_tab(page, "Transcribe")
    page.click("#write-down")
    assert "nothing to transcribe" in complaint(page, "#scribe-panel")
    page.set_input_files("#scribe-panel input[type=file]", [clip, words])
    expect(page.locator("#scribe-panel .e-clip")).to_have_count(2)
    page.click("#write-down")
    assert "notes.txt — This file could not be read" in complaint(page, "#scribe-panel")
    card = page.locator("[data-transcript]")
    expect(card).to_have_count(1)
    text = card.locator(".e-say").inner_text()
    for form, check in {"srt": "-->", "vtt": "WEBVTT", "text": text, "json": '"engine": "listening"'}.items():
        with page.expect_download() as download:
            card.locator(f"[data-act={form}]").click()
        content = Path(download.value.path()).read_text("utf-8")
        assert check in content
    assert json.loads(content)["text"] == text

    card.locator("[data-act=refer]").click()
    expect(page.locator("#voice-panel .e-clip")).to_contain_text("my voice.flac")
    expect(page.get_by_label("What the clip says")).to_have_value(text)
    open_tab(page, "Transcribe")
    card.locator("[data-act=send]").click()
    expect(page.locator("#script textarea")).to_have_value(text)


def test_the_cache_is_told_and_emptied(page: Page, humming: Humming) -> None:
    speak(page, THREE)
    speak(page)
    open_tab(page, "Cache")
    row = page.locator(".e-table tbody tr", has_text="Segments")
    expect(row.locator("td").first).to_have_text("3")
    page.get_by_role("button", name="Purge segments").click()
    page.get_by_role("button", name="Purge", exact=True).locator("visible=true").click()
    expect(page.locator("#cache-panel .e-notice")).to_contain_text("3")
    expect(row.locator("td").first).to_have_text("0")
    open_tab(page, "Clone")
    assert outcomes(speak(page)) == ["miss"] * 3


def test_the_language_can_be_switched_and_is_remembered(page: Page) -> None:
    take = speak(page, "Hello there.")
    page.locator("[data-language=zh]").click()
    expect(page.locator("#speak")).to_have_text("开始合成")
    expect(take).to_contain_text("未命中")
    write(page, "")
    page.click("#speak")
    assert "请输入文字" in complaint(page)
    page.reload()
    expect(page.locator("#speak")).to_have_text("开始合成")
    page.locator("[data-language=en]").click()
    expect(page.locator("#speak")).to_have_text("Render")


def test_the_browser_says_the_language_to_start_in(humming: Humming, open_page: OpenPage) -> None:
    page = open_page(humming.url, locale="zh-CN")
    expect(page.locator("#speak")).to_have_text("开始合成")
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_light_and_dark(humming: Humming, open_page: OpenPage) -> None:
    page = open_page(humming.url, color_scheme="dark")
    assert page.evaluate("document.body.classList.contains('dark')")
    page.locator("[data-act=theme]").click()
    assert not page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.wait_for_selector(".e-header")
    assert not page.evaluate("document.body.classList.contains('dark')")


def test_pages_do_not_see_each_others_takes(humming: Humming, open_page: OpenPage) -> None:
    one, other = open_page(humming.url), open_page(humming.url)
    speak(one, "Mine.")
    speak(other, "Yours.")
    assert "Mine" not in other.content()
    assert "Yours" not in one.content()


@pytest.mark.parametrize("width", [390, 800, 1180, 1440])
def test_nothing_sticks_out(humming: Humming, open_page: OpenPage, width: int) -> None:
    page = open_page(humming.url, width=width, height=844)
    speak(page, "A sentence of some length, with a Wordwithoutanyspaceinitthatgoesonandonandonandonandon. And more.")
    for tab in ("Clone", "Transcribe", "Cache"):
        open_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_hundred_thousand_characters_are_counted_and_one_more_is_too_many(page: Page) -> None:
    write(page, "Word. " * 17_000)
    page.click("#speak")
    assert "102,000 characters" in complaint(page)
