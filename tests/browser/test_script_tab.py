"""The Script tab as a producer uses it: a dialogue imported, spoken, changed, listened to and compared."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from core.loudness import prepare
from tests.browser.conftest import Humming
from tests.browser.steps import open_tab

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
TEXTS = ["The train is late.", "Then we have tea.", "Listen.", "I hear rain.", "I hear time.", "Time for tea."]
TABLE = "speaker,text,instruction\n" + "".join(
    f"{('ANNA', 'BEN')[at % 2]},{text},{'happy' if at == 1 else ''}\n" for at, text in enumerate(TEXTS)
)
RESPONSIVE_MS = 200


@pytest.fixture(scope="module", autouse=True)
def ready() -> None:
    """The meter of loudness, loaded as it is behind the first visitor's back."""
    prepare()


@pytest.fixture
def page(humming: Humming, open_page: OpenPage) -> Page:
    page = open_page(humming.url)
    open_tab(page, "Script")
    expect(page.get_by_role("heading", name="What should be said?")).to_be_visible()
    return page


def bring_in(page: Page, name: str, text: str) -> None:
    page.set_input_files(".e-deskbar input[type=file]", {"name": name, "mimeType": "", "buffer": text.encode()})


def lines(page: Page) -> Locator:
    return page.locator(".e-cue")


def text(page: Page, number: int) -> Locator:
    return page.get_by_label(f"Text of line {number}", exact=True)


def texts(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator(".e-cue textarea").all()]


def spoken(page: Page, count: int, whole: int | None = None) -> None:
    expect(page.locator(".e-sums-line")).to_contain_text(f"{count} of {whole or count} lines spoken")
    expect(page.get_by_role("button", name="Render all")).to_be_visible()


def outcomes(page: Page) -> list[str | None]:
    return [badge.get_attribute("data-outcome") for badge in page.locator(".e-cue .e-badge").all()]


def saved(page: Page) -> None:
    expect(page.locator(".e-autosave")).to_have_attribute("data-saving", "saved")


def test_a_dialogue_is_spoken_and_a_change_costs_only_what_changed(page: Page, humming: Humming) -> None:
    bring_in(page, "tea.csv", TABLE)
    expect(lines(page)).to_have_count(6)
    assert texts(page) == TEXTS
    expect(page.get_by_label("Title of the project")).to_have_value("tea")
    expect(lines(page).nth(1).get_by_label("Direction")).to_have_value("happy")
    page.get_by_role("button", name="Render all").click()
    spoken(page, 6)
    assert outcomes(page) == ["miss"] * 6

    # One line changed: 1 miss, and the rest hits.
    text(page, 3).fill("Listen to that.")
    expect(lines(page).nth(2)).to_contain_text("Edited")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".e-sums-line")).to_contain_text("hit 5miss 1")
    assert outcomes(page) == ["hit", "hit", "miss", "hit", "hit", "hit"]
    assert len(humming.engine.spoken) == 7

    # A step back is heard at once, since it was spoken before.
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(text(page, 3)).to_have_value("Listen.")
    expect(lines(page).nth(2)).not_to_contain_text("Edited")
    page.keyboard.press("Control+Shift+Z")
    expect(text(page, 3)).to_have_value("Listen to that.")

    # Another seed is another take; a seed that is kept stays.
    first = lines(page).nth(0)
    first.hover()
    first.get_by_role("button", name="New seed").click()
    expect(first.get_by_label("Seed", exact=True)).not_to_have_value("0")
    first.get_by_role("button", name="Keep this seed").click()
    expect(first.get_by_role("button", name="Keep this seed")).to_have_attribute("aria-pressed", "true")
    text(page, 1).click()
    page.keyboard.press("Control+Enter")
    expect(first.locator(".e-badge")).to_have_attribute("data-outcome", "miss")
    assert len(humming.engine.spoken) == 8
    saved(page)

    # Nothing is lost by a reload, and what the cache has is heard again.
    page.reload()
    open_tab(page, "Script")
    expect(text(page, 3)).to_have_value("Listen to that.")
    spoken(page, 6)
    assert len(humming.engine.spoken) == 8


def test_the_sums_say_what_they_count_and_what_was_saved_by_what(page: Page, humming: Humming) -> None:
    bring_in(page, "two.txt", "ANNA: One.\nANNA: Two.")
    told = page.locator(".e-sums-line")
    expect(told).to_contain_text("0 of 2 lines spoken")
    state = {"state": "done", "clip": "c", "duration_s": 1, "hits": 0, "misses": 1}

    def sums(*lines: tuple[dict[str, object], dict[str, object]]) -> str:
        """What is told of two lines, of which these are the stages of the voice and of the segment."""
        states = [state | {"voice": voice, "segments": [segment]} for voice, segment in lines]
        return str(
            page.evaluate(
                """states => {
                  const {project} = encore.desk.tab, sums = new encore.desk.Sums(project);
                  project.order.forEach((id, at) => project.states.set(id, states[at]));
                  sums.draw({rows: new Set(), parts: new Set(["all"])});
                  return sums.node.innerText;
                }""",
                states,
            )
        )

    learned, known, miss = {"outcome": "miss"}, {"outcome": "hit", "saved_ms": 25_000}, {"outcome": "miss"}
    first = sums((learned, miss), (known, miss))
    assert "Segments:" in first
    assert "saved" not in first  # the voice was learned here, and the second line did not save that anew
    assert "voices learned before: saved 25.0 s" in sums((known, miss), (known, miss))
    again = sums((known, miss), (known, {"outcome": "hit", "saved_ms": 1500}))
    assert re.search(r"(?<!: )saved 1\.50 s.*before: saved 25\.0 s", again, re.DOTALL)


def test_another_build_of_the_engine_is_told_above_the_lines(page: Page, humming: Humming) -> None:
    bring_in(page, "two.txt", "ANNA: One.\nANNA: Two.")
    page.get_by_role("button", name="Render all").click()
    spoken(page, 2)
    humming.engine.fingerprint = "humming/2"
    lines(page).first.get_by_label("Speed").fill("1.5")
    page.keyboard.press("Tab")
    note = page.locator(".e-main .e-notice", has_text="The engine")
    expect(note).to_contain_text("Lines to be rendered again: 1.")
    expect(lines(page).first).to_contain_text("To be rendered again")
    page.get_by_role("button", name="Deliver").click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"rendered first: 1\. That takes about \d"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Render all").click()
    spoken(page, 2)
    expect(note).to_have_count(0)


def test_a_script_is_pasted_found_in_and_replaced(page: Page, humming: Humming) -> None:
    page.get_by_label("Paste a script").fill("ANNA: Tea time.\nBEN: Timeless.\nANNA: What time?")
    page.get_by_role("button", name="Use this script").click()
    expect(lines(page)).to_have_count(3)
    expect(lines(page).nth(1).get_by_label("Speaker")).to_have_value("BEN")
    page.keyboard.press("Control+f")
    page.keyboard.type("time")
    expect(page.locator(".e-find .e-count")).to_have_text("3 found")
    page.get_by_role("button", name="Whole words").click()
    expect(page.locator(".e-find .e-count")).to_have_text("2 found")
    expect(page.locator("mark[data-kind=found]")).to_have_count(2)
    page.get_by_label("Replace with").fill("o'clock")
    page.get_by_role("button", name="Replace all").click()
    expect(text(page, 3)).to_have_value("What o'clock?")
    assert texts(page) == ["Tea o'clock.", "Timeless.", "What o'clock?"]
    page.keyboard.press("Escape")
    expect(page.locator(".e-find")).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(text(page, 1)).to_have_value("Tea time.")
    assert texts(page)[2] == "What time?"


def test_takes_are_made_compared_blind_and_handed_on(page: Page, humming: Humming) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bring_in(page, "one.txt", "Say it three ways.")
    text(page, 1).click()
    page.get_by_label("How many takes").fill("2")
    page.get_by_role("button", name="More takes").click()
    takes = page.locator(".e-kept")
    expect(takes).to_have_count(3)
    assert len({str(utterance.seed) for utterance in humming.engine.spoken}) == 3
    takes.nth(0).get_by_role("button", name="Star").click()
    expect(takes.nth(0).get_by_role("button", name="Starred")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Note on take 3").fill("warmer")
    page.keyboard.press("Enter")
    takes.nth(0).get_by_role("button", name="More to do with this take").click()
    page.get_by_role("menuitem", name="Copy as a command").click()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("encore clone stock:alto 'Say it three ways.'")
    assert "--seed" in command

    page.get_by_role("button", name="Blind A/B").click()
    letters = page.locator(".e-letters .e-kept")
    expect(letters).to_have_count(3)
    assert "seed" not in letters.nth(0).inner_text()
    with page.expect_response(lambda answer: "/audio/" in answer.url):
        letters.nth(1).get_by_role("button", name="Play B").click()
    expect(letters.nth(1)).to_have_attribute("data-playing", "")
    chosen = letters.nth(1).get_attribute("data-take-id")
    page.get_by_role("button", name="Prefer B").click()
    expect(letters.nth(1)).to_contain_text("seed")
    expect(page.locator(".e-blind")).to_contain_text(re.compile(r"B was take \d\. It is in the script now\."))
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".e-kept[data-chosen]")).to_have_attribute("data-take-id", chosen)

    # The link brings the line to another script.
    takes.nth(0).get_by_role("button", name="More to do with this take").click()
    page.get_by_role("menuitem", name="Copy as a link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    expect(text(page, 2)).to_have_value("Say it three ways.")
    assert "take=" not in page.url


def test_everything_can_be_done_with_the_keyboard(page: Page, humming: Humming) -> None:
    page.get_by_role("button", name="Start with an empty line").click()
    page.keyboard.type("One.")
    page.keyboard.press("Enter")
    page.keyboard.type("Two.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("And a half.")
    page.keyboard.press("Enter")
    page.keyboard.type("Three.")
    assert texts(page) == ["One.", "Two.\nAnd a half.", "Three."]
    page.keyboard.press("Escape")
    expect(lines(page).nth(2)).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(lines(page).nth(1).locator("textarea")).to_have_value("Three.")
    assert texts(page) == ["One.", "Three.", "Two.\nAnd a half."]
    expect(lines(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(lines(page).nth(0)).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(lines(page).nth(0).locator(".e-badge")).to_have_attribute("data-outcome", "miss")
    with page.expect_response(lambda answer: "/audio/" in answer.url):
        page.keyboard.press(" ")
    expect(lines(page).nth(0)).to_have_attribute("data-playing", "")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(lines(page)).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(lines(page)).to_have_count(3)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Render the line")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    saved(page)
    assert len(humming.engine.spoken) == 1


def test_a_check_marks_what_was_heard_otherwise_and_leads_to_pronunciation(page: Page, humming: Humming) -> None:
    bring_in(page, "bank.txt", "他是银行的行长。")
    page.get_by_role("button", name="Check all").click()
    verdict = lines(page).nth(0).locator(".e-verdict")
    expect(verdict).to_have_attribute("data-passed", "false")
    verdict.click()
    difference = page.locator(".e-diff").first
    difference.click()
    expect(page.locator(".e-diff-detail")).to_be_visible()
    expect(page.locator("#desk-line .e-take[data-playing]")).to_have_count(1)
    page.locator(".e-diff-detail").get_by_role("button", name="Open in Pronunciation").click()
    expect(page.locator("#marked-text textarea")).to_have_value("他是银行的行长。")
    expect(page.locator("#readings form")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".e-unit", has_text=re.compile("^长")).click()
    page.locator("#readings").get_by_label("cháng", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#marked-text textarea")).to_have_value("他是银行的行[长](chang2)。")
    page.get_by_role("button", name="Use in the script").click()
    expect(text(page, 1)).to_have_value("他是银行的行[长](chang2)。")
    expect(text(page, 1)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(text(page, 1)).to_have_value("他是银行的行长。")


def test_subtitles_keep_their_times(page: Page) -> None:
    bring_in(
        page, "film.srt", "1\n00:00:01,000 --> 00:00:03,500\nHello there.\n\n2\n00:00:04,000 --> 00:00:06,000\nBye.\n"
    )
    expect(lines(page).nth(0)).to_contain_text("0:01.0 – 0:03.5")
    lines(page).nth(1).get_by_role("button", name="0:04.0").click()
    page.get_by_label("To", exact=True).fill("0:07.25")
    page.get_by_role("button", name="OK").click()
    expect(lines(page).nth(1)).to_contain_text("0:04.0 – 0:07.3")


def test_a_long_script_stays_quick_while_it_is_spoken(page: Page, humming: Humming) -> None:
    bring_in(page, "long.txt", "\n".join(f"Line number {number} of a long evening." for number in range(1, 1001)))
    expect(page.locator(".e-sums-line")).to_contain_text("of 1000 lines")
    assert page.locator(".e-cue").count() < 120  # only what is near the window is drawn
    page.get_by_role("button", name="Render all").click()
    expect(page.locator(".e-cue .e-badge").first).to_be_visible()
    slowest = page.evaluate(
        """async () => {
            const field = document.querySelector(".e-cue textarea"), frame = () => new Promise(requestAnimationFrame);
            let slowest = 0;
            for (let at = 0; at < 12; at++) {
                const began = performance.now();
                field.focus();
                field.setRangeText("x", 0, 0, "end");
                field.dispatchEvent(new InputEvent("input", {bubbles: true}));
                document.querySelector(".e-sheet").scrollTop += at * 900;
                await frame(); await frame();
                slowest = Math.max(slowest, performance.now() - began);
            }
            return slowest;
        }"""
    )
    print(f"slowest of 12 interactions while rendering: {slowest:.0f} ms")
    assert page.locator(".e-cue").count() < 250
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.get_by_role("button", name="Render all")).to_be_visible()


def test_hostile_text_stays_text(page: Page) -> None:
    text_in = "<img src=x onerror=\"document.title='owned'\"> ${document.title='owned'} {count} <b>"
    bring_in(page, "<b>x.csv", f'speaker,text,instruction\n<i>E</i>,"{text_in.replace(chr(34), chr(34) * 2)}",\n')
    expect(lines(page)).to_have_count(1)
    text(page, 1).click()
    page.keyboard.press("Control+f")
    page.keyboard.type("img")
    expect(page.locator(".e-find .e-count")).to_have_text("1 found")
    assert page.title() == "Encore"
    assert page.locator(".e-script img, .e-script b:has-text('x')").count() == 0


def test_narrow_and_in_chinese_nothing_sticks_out(humming: Humming, open_page: OpenPage) -> None:
    page = open_page(humming.url, width=390, height=844, locale="zh-CN", has_touch=True)
    open_tab(page, "脚本")
    page.get_by_label("粘贴脚本").fill("安娜：" + "很长的一句话" * 20 + "\n本：Supercalifragilisticexpialidocious" * 2)
    page.get_by_role("button", name="使用这个脚本").click()
    expect(lines(page)).to_have_count(3)
    page.get_by_role("button", name="台词与角色").click()
    expect(page.get_by_role("tab", name="角色")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("encore.theme('dark')")
