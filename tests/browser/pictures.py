"""Pictures of every tab for the documentation, wide and narrow: ``python -m tests.browser.pictures [FOLDER]``.

Everything on them was made by the embedded engines, on a data folder of its own: ``--data`` names one to keep, so that
the next time most of it is in its cache.
"""

import argparse
import io
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import FLAGS, ROOT, chromium, serving
from tests.browser.steps import PATIENCE_MS, open_tab, speak

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
QUALITY = 82
MOST_BYTES = 150_000
LONG_MS = 3 * PATIENCE_MS
"""The map hears every voice."""
STORY = "The lighthouse had been dark for eleven years. On the first night of winter, its lamp began to turn."
EDITED = "The lighthouse had been dark for eleven years. On the last night of winter, its lamp began to turn."
SCENE = """speaker,text,instruction
NARRATOR,The harbour was empty. Only one boat was still tied to the pier.,
MARA,Did you see the light?,
TOM,There is no light. There has not been one since I was a boy.,calm
MARA,"Then what is that, up there?",surprised
NARRATOR,He looked up.,
TOM,That is not possible.,
LIN,你们也看到了？,
LIN,这一行字是谁写的？,
MARA,"We should go, before the tide turns.",afraid
NARRATOR,Nobody moved.,
"""
CAST = {"NARRATOR": "stock:bm_george", "MARA": "stock:af_heart", "TOM": "stock:am_michael", "LIN": "stock:zf_xiaoyi"}
MARKED = "他是银行的行长，正在重新数钱。That is a [minute](M AY0 N UW1 T) detail."
SAVED = {"Narrator": "bm_george", "Mara": "af_bella"}
"""Voices of the library, and who lends them."""


def main() -> None:
    """Make them."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "pictures")
    arguments.add_argument("--data", type=Path, help="a folder to keep what was computed in")
    arguments.add_argument("--tabs", nargs="+", default=[tab.__name__ for tab in TABS], help="of these only")
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=LONG_MS)
    with tempfile.TemporaryDirectory(prefix="encore-") as name, sync_playwright() as playwright:
        work = options.data or Path(name)
        work.mkdir(parents=True, exist_ok=True)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with serving(work) as served:
            page = browser.new_page(locale="en-US", color_scheme="light")
            page.set_default_timeout(LONG_MS)
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(served.url)
            page.wait_for_selector("#script textarea:enabled")
            clips = {name: clip(served.url, name, voice, work) for name, voice in SAVED.items()}
            for tab in TABS:
                if tab.__name__ in options.tabs:
                    photograph(page, options.folder, tab, clips)
        browser.close()


def photograph(page: Page, folder: Path, tab: Callable[[Page, dict[str, Path]], None], clips: dict[str, Path]) -> None:
    """Fill a tab, and take its picture in every size."""
    name = tab.__name__
    open_tab(page, name.capitalize())
    tab(page, clips)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
        # Gradio measures a text when it is typed, and not when the window changes.
        page.locator("#script textarea").dispatch_event("input")
        page.wait_for_timeout(1000)
        path = folder / f"{name}-{size}.webp"
        Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, quality=QUALITY, method=6)
        assert path.stat().st_size <= MOST_BYTES, path
        print(f"{path.name:28} {path.stat().st_size / 1000:.0f} kB")
    page.set_viewport_size({"width": 1440, "height": 900})


def clip(url: str, name: str, voice: str, folder: Path) -> Path:
    """A recording to clone."""
    text = "The river runs quietly behind the old mill. In spring the swallows come back to the barn."
    body = f'{{"input": "{text}", "voice": "{voice}", "response_format": "flac"}}'.encode()
    request = urllib.request.Request(f"{url}/v1/audio/speech", body, {"Content-Type": "application/json"})
    path = folder / f"{name}.flac"
    with urllib.request.urlopen(request, timeout=PATIENCE_MS / 1000) as answer:
        path.write_bytes(answer.read())
    return path


def clone(page: Page, clips: dict[str, Path]) -> None:
    speak(page, STORY)
    speak(page, EDITED)
    take = speak(page)
    take.locator("[data-act=play]").click()
    page.wait_for_timeout(2500)
    take.locator("[data-act=play]").click()


def script(page: Page, clips: dict[str, Path]) -> None:
    page.set_input_files(
        ".e-deskbar input[type=file]", {"name": "The lamp.csv", "mimeType": "", "buffer": SCENE.encode()}
    )
    for role, voice in CAST.items():
        page.get_by_label(f"Voice of {role}").select_option(voice)
    page.get_by_role("button", name="Check all").click()
    lines = page.locator(".e-cue")
    expect(page.locator(".e-verdict:not([hidden])")).to_have_count(lines.count())
    expect(page.get_by_role("button", name="Render all")).to_be_visible()
    page.get_by_label("Text of line 5", exact=True).fill("He looked up, slowly.")
    page.get_by_role("button", name="Render all").click()
    expect(page.locator(".e-sums-line")).to_contain_text("miss 1")
    page.get_by_label("Text of line 2", exact=True).click()
    page.get_by_label("How many takes").fill("1")
    page.get_by_role("button", name="More takes").click()
    expect(page.locator(".e-kept")).to_have_count(2)


def pronunciation(page: Page, clips: dict[str, Path]) -> None:
    page.fill("#marked-text textarea", MARKED)
    page.locator(".e-unit", has_text="行").nth(1).click()
    expect(page.locator("#readings form")).to_be_visible()


def emotion(page: Page, clips: dict[str, Path]) -> None:
    page.get_by_role("textbox", name="Line", exact=True).fill("Then what is that, up there?")
    for name in ("Happy", "Sad", "Loud"):
        page.locator("#direction-panel").get_by_role("checkbox", name=name, exact=True).check(force=True)
    page.click("#audition-go")
    expect(page.locator(".e-trial:not(:has(.e-badge))")).to_have_count(0)


def voices(page: Page, clips: dict[str, Path]) -> None:
    for name, path in clips.items():
        if not page.get_by_role("button", name=name).count():
            page.set_input_files("#voices-panel input[type=file]", path)
            expect(page.locator("#voices-panel .e-notice[data-level=good]")).to_contain_text(name)
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".e-map g").first).to_be_visible()
    page.set_input_files("#voices-near input[type=file]", clips["Mara"])
    expect(page.locator(".e-near li").first).to_be_visible()
    page.get_by_role("button", name="Narrator").first.click()
    card = page.locator("#voice-card")
    expect(card.get_by_label("Name")).to_have_value("Narrator")
    card.get_by_label("Tags").fill("warm, calm")
    card.get_by_role("button", name="Save", exact=True).click()
    expect(card.locator(".e-notice[data-level=good]")).to_be_visible()


def transcribe(page: Page, clips: dict[str, Path]) -> None:
    page.set_input_files("#scribe-panel input[type=file]", list(clips.values()))
    expect(page.locator("#scribe-panel .e-clip")).to_have_count(len(clips))
    page.click("#write-down")
    expect(page.locator("[data-transcript]")).to_have_count(len(clips))


def cache(page: Page, clips: dict[str, Path]) -> None:
    row = page.locator(".e-entries tr").filter(has=page.get_by_role("button", name="Look")).first
    row.get_by_role("button", name="Look").click()
    expect(page.locator(".e-looked")).to_be_visible()


def engines(page: Page, clips: dict[str, Path]) -> None:
    expect(page.get_by_role("article", name="Kokoro")).to_be_visible()


TABS = (clone, script, pronunciation, emotion, voices, transcribe, cache, engines)

if __name__ == "__main__":
    main()
