"""What axe-core has to say about every tab and everything that opens, in wide and narrow windows, light and dark."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.audio import AudioClip, Floats, encode
from core.loudness import prepare
from core.text.analysis import analyse
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from tests.browser.conftest import Humming, patience
from tests.browser.steps import PATIENCE_MS, open_tab, speak
from tests.core.speakers.test_reference import speechlike

pytestmark = pytest.mark.slow
AXE = Axe()
BAD = ("serious", "critical")
ALL = {"resultTypes": ["violations"]}
COLOURS = ALL | {"runOnly": ["color-contrast"]}
"""All that differs in the dark."""
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
"""What moves has colours of its own for a while."""
SCRIPT = "\n\n".join(
    f"{at + 1}\n00:00:{at * 3:02},000 --> 00:00:{at * 3 + 2:02},000\n{text}"
    for at, text in enumerate(("ANNA: The train is late.", "BEN: Then we have tea.", "ANNA: 银行的行长。"))
)


class Encoder:
    """Places a clip by its length."""

    def embed(self, clip: AudioClip) -> Floats:
        turn = clip.duration_s / 10
        return np.array([np.cos(turn), np.sin(turn), *np.cos(np.arange(254) * turn) / 20], np.float32)


@pytest.fixture(scope="module", autouse=True)
def ready() -> Iterator[None]:
    """Dictionaries and the meter of loudness, loaded as they are behind the first visitor's back; and patience."""
    prepare()
    analyse("准备 ready", Notation.ANY, Lexicon())
    with patience(PATIENCE_MS):
        yield


class Look:
    """Looks at a page, and remembers what is wrong with it."""

    def __init__(self, page: Page, looks: dict[str, Any]) -> None:
        """``looks`` has what is asked of the page in each theme."""
        self.page = page
        self.looks = looks
        self.wrong: list[str] = []
        page.add_style_tag(content=STILL)

    def __call__(self, place: str) -> None:
        for theme, rules in self.looks.items():
            self.page.evaluate("theme => encore.theme(theme)", theme)
            for found in AXE.run(self.page, options=rules).response["violations"]:
                if found["impact"] in BAD:
                    self.wrong += [f"{place}, {theme}: {_told(found, node)}" for node in found["nodes"]]

    def close(self) -> None:
        """Leave a menu or a dialog."""
        self.page.keyboard.press("Escape")


def _told(found: dict[str, Any], node: dict[str, Any]) -> str:
    why = "; ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
    return f"{found['id']} at {node['target']}: {why}"


@pytest.mark.parametrize(
    ("width", "height", "looks"),
    # Colours are the same at every width.
    [(1440, 900, {"dark": COLOURS, "light": ALL}), (390, 844, {"light": ALL})],
    ids=["wide", "narrow"],
)
def test_nothing_serious_is_found(
    several: Humming,
    open_page: Callable[..., Page],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    height: int,
    looks: dict[str, Any],
) -> None:
    monkeypatch.setattr("core.speakers.voiceprint.speaker_encoder", Encoder)
    page = open_page(several.url, width=width, height=height)
    clip = tmp_path / "my voice.flac"
    clip.write_bytes(encode(speechlike(8), "flac"))
    look = Look(page, looks)
    for tour in (clone, script, pronunciation, emotion, voices, transcribe, cache, engines):
        tour(page, look, clip)
    assert not look.wrong, "\n".join(look.wrong)


def clone(page: Page, look: Look, clip: Path) -> None:
    look("Clone, nothing yet")
    page.click("#speak")
    expect(page.locator("#script-panel .e-notice[data-level=error]")).to_be_visible()
    for text in ("One is first. Two is second.", "One is first. Two is [breath] another."):
        speak(page, text).locator("[data-act=compare]").click()
    expect(page.locator(".e-compare [data-pair]")).to_be_visible()
    page.locator(".e-take").first.locator("[data-act=play]").click()
    look("Clone, two takes compared")
    page.get_by_role("combobox", name="Voice", exact=True).click()
    expect(page.get_by_role("option").first).to_be_visible()
    look("Clone, a list open")
    look.close()
    page.get_by_text("Clone a clip").click()
    page.set_input_files("#voice-panel input[type=file]", clip)
    expect(page.locator("#voice-panel .e-clip")).to_be_visible()
    expect(page.locator("#voice-panel .e-notice").first).to_be_visible()
    look("Clone, a clip")
    page.get_by_placeholder("Name this voice").fill("Anna")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Voice", exact=True)).to_have_value("★ Anna")
    look("Clone, a saved voice")


def script(page: Page, look: Look, clip: Path) -> None:
    open_tab(page, "Script")
    look("Script, nothing yet")
    page.set_input_files(".e-deskbar input[type=file]", {"name": "a.srt", "mimeType": "", "buffer": SCRIPT.encode()})
    rows = page.locator(".e-cue")
    expect(rows).to_have_count(3)
    look("Script, not spoken yet")
    page.get_by_role("button", name="Check all").click()
    expect(page.locator(".e-verdict:not([hidden])")).to_have_count(3)
    expect(page.get_by_role("button", name="Render all")).to_be_visible()
    rows.nth(2).locator(".e-verdict").click()
    page.get_by_label("How many takes").fill("2")
    page.get_by_role("button", name="More takes").click()
    expect(page.locator(".e-kept")).to_have_count(3)
    page.locator(".e-diff").first.click()
    look("Script, a line with takes and a check")
    page.get_by_role("button", name="Blind A/B").click()
    look("Script, blind")
    page.get_by_role("button", name="Prefer B").click()
    look("Script, blind no more")
    page.get_by_role("tab", name="Cast").click()
    look("Script, the cast")
    if page.locator(".e-side-close").is_visible():
        page.locator(".e-side-close").click()
    page.get_by_label("Text of line 1", exact=True).fill("The train is early.")
    page.keyboard.press("Control+f")
    page.keyboard.type("tea")
    expect(page.locator("mark[data-kind=found]")).to_have_count(1)
    look("Script, find")
    look.close()
    page.locator(".e-deskbar [data-act=project-menu]").click()
    expect(page.get_by_role("menu")).to_be_visible()
    look("Script, the project's menu")
    look.close()
    rows.nth(0).locator(".e-more").click()
    look("Script, a line's menu")
    look.close()
    for name, opening in {
        "keys": lambda: page.keyboard.press("?"),
        "times": lambda: rows.nth(1).locator(".e-slot").click(),
        "delivery": lambda: page.get_by_role("button", name="Deliver").click(),
    }.items():
        rows.nth(0).focus()
        opening()
        expect(page.get_by_role("dialog")).to_be_visible()
        look(f"Script, the dialog for {name}")
        look.close()
        expect(page.get_by_role("dialog")).to_have_count(0)


def pronunciation(page: Page, look: Look, clip: Path) -> None:
    open_tab(page, "Pronunciation")
    page.fill("#marked-text textarea", "他是银行的行[长](chang2)，a [minute](M AY0 N UW1 T) detail [h][a]。")
    expect(page.locator(".e-unit[data-state=marked]").first).to_be_visible()
    page.locator(".e-unit", has_text=re.compile("^行")).last.click()
    expect(page.locator("#readings form")).to_be_visible()
    look("Pronunciation, readings")
    look.close()
    look("Pronunciation")


def emotion(page: Page, look: Look, clip: Path) -> None:
    open_tab(page, "Emotion")
    page.get_by_role("textbox", name="Line", exact=True).fill("We won the match.")
    for name in ("Happy", "Sichuan"):
        page.locator("#direction-panel").get_by_role("checkbox", name=name, exact=True).check(force=True)
        expect(page.get_by_role("article", name=name, exact=True)).to_be_visible()
    look("Emotion, not spoken yet")
    page.click("#audition-go")
    expect(page.locator(".e-trial:not(:has(.e-badge))")).to_have_count(0)
    look("Emotion, spoken")


def voices(page: Page, look: Look, clip: Path) -> None:
    open_tab(page, "Voices")
    look("Voices, none chosen")
    page.set_input_files("#voices-near input[type=file]", clip)
    expect(page.locator(".e-near li").first).to_be_visible()
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".e-map g").first).to_be_visible()
    page.get_by_role("button", name="Anna").first.click()
    card = page.locator("#voice-card")
    expect(card.get_by_label("Name")).to_have_value("Anna")
    card.get_by_role("button", name="Hear it").click()
    expect(card.locator(".e-badge").first).to_be_visible()
    look("Voices, one of them")


def transcribe(page: Page, look: Look, clip: Path) -> None:
    open_tab(page, "Transcribe")
    look("Transcribe, nothing yet")
    page.set_input_files("#scribe-panel input[type=file]", clip)
    expect(page.locator("#scribe-panel .e-clip")).to_have_count(1)
    page.click("#write-down")
    expect(page.locator("[data-transcript]")).to_have_count(1)
    look("Transcribe, written down")


def cache(page: Page, look: Look, clip: Path) -> None:
    open_tab(page, "Cache")
    row = page.locator(".e-entries tr").filter(has=page.get_by_role("button", name="Look")).first
    row.get_by_role("button", name="Look").click()
    expect(page.locator(".e-looked")).to_be_visible()
    look("Cache, an entry")
    page.get_by_role("button", name="Purge segments").click()
    look("Cache, sure?")


def engines(page: Page, look: Look, clip: Path) -> None:
    open_tab(page, "Engines")
    expect(page.get_by_role("article", name="whistling", exact=True)).to_be_visible()
    look("Engines")
