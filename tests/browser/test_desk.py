"""The producer's desk as a whole, with the real models: a dialogue comes in as a table and leaves as a delivery."""

import io
import json
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from playwright.sync_api import Locator, Page, expect

from core.audio import AudioClip, decode
from core.desk.importing import read_script
from core.settings import child_environment
from tests.browser.conftest import ROOT, Served, patience
from tests.browser.steps import PATIENCE_MS, open_tab

pytestmark = pytest.mark.slow
LINES = (
    ("ANNA", "The first train leaves at six. Do not be late."),
    ("ANNA", "I will bring the tickets."),
    ("LIN", "这一行字写错了。"),
    ("ANNA", "Then we read it once more."),
    ("LIN", "好，我们现在开始吧。"),
    ("ANNA", "Where is the map?"),
    ("ANNA", "It is on the table."),
    ("ANNA", "Thank you very much."),
    ("ANNA", "The window is still open."),
    ("ANNA", "Please close the door."),
    ("ANNA", "We have to go now."),
    ("ANNA", "Good night, everybody."),
)
"""The analysis reads 行 in the third line as xíng, "to walk", where it has to be háng, "a line"."""
MARKED = "这一[行](hang2)字写错了。"
TABLE = "speaker,text\n" + "".join(f"{speaker},{text}\n" for speaker, text in LINES)
LOUDNESS = -16.0


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    with patience(PATIENCE_MS):
        yield


def line(page: Page, number: int) -> Locator:
    return page.locator(".e-cue").nth(number - 1)


def text(page: Page, number: int) -> Locator:
    return page.get_by_label(f"Text of line {number}", exact=True)


def render(page: Page, hits: int, misses: int) -> None:
    """Render all: so many segments were there already, and so many were not."""
    page.get_by_role("button", name="Render all").click()
    rendered(page)
    told = re.compile(rf"hit {hits}\D*miss {misses}(?!\d)" if misses else rf"hit {hits}(?!.*miss)")
    expect(page.locator(".e-sums-line")).to_have_text(told)


def rendered(page: Page) -> None:
    expect(page.locator(".e-sums-line")).to_contain_text(f"{len(LINES)} of {len(LINES)} lines spoken")
    expect(page.get_by_role("button", name="Render all")).to_be_visible()


def test_a_dialogue_is_imported_spoken_mended_and_delivered(
    served: Served, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(served.url)
    open_tab(page, "Script")
    page.set_input_files(".e-deskbar input[type=file]", {"name": "Trip.csv", "mimeType": "", "buffer": TABLE.encode()})
    expect(page.locator(".e-cue")).to_have_count(len(LINES))
    page.get_by_label("Voice of ANNA").select_option("stock:af_heart")
    page.get_by_label("Voice of LIN").select_option("stock:zf_xiaoyi")
    render(page, 0, 13)

    # One sentence of one line is another: only that is spoken.
    text(page, 1).fill("The first train leaves at six. Do not miss it.")
    render(page, 12, 1)

    # Another seed is another take of that line, and of no other.
    line(page, 8).hover()
    line(page, 8).get_by_role("button", name="New seed").click()
    expect(line(page, 8).get_by_label("Seed", exact=True)).not_to_have_value("0")
    render(page, 12, 1)

    # Takes are compared without knowing which is which, and the preferred one is in the script.
    text(page, 12).click()
    page.get_by_label("How many takes").fill("2")
    page.get_by_role("button", name="More takes").click()
    expect(page.locator(".e-kept")).to_have_count(3)
    page.get_by_role("button", name="Blind A/B").click()
    letters = page.locator(".e-letters .e-kept")
    expect(letters).to_have_count(3)
    for letter in ("A", "B"):
        with page.expect_response(lambda answer: "/audio/" in answer.url and answer.ok):
            page.get_by_role("button", name=f"Play {letter}").click()
    preferred = letters.nth(1).get_attribute("data-take-id")
    page.get_by_role("button", name="Prefer B").click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".e-kept[data-chosen]")).to_have_attribute("data-take-id", preferred)

    mend_reading(page)
    render(page, 13, 0)
    data = deliver(page, tmp_path)
    verify(data, served)


def mend_reading(page: Page) -> None:
    """Listen to everything; what is misread is found, marked, spoken anew, and then right."""
    page.get_by_role("button", name="Check all").click()
    expect(page.locator(".e-verdict:not([hidden])")).to_have_count(len(LINES), timeout=4 * PATIENCE_MS)
    rendered(page)
    verdict = line(page, 3).locator(".e-verdict")
    expect(verdict).to_have_attribute("data-passed", "false")
    verdict.click()
    page.locator(".e-diff", has_text="行").click()
    expect(page.locator("#desk-line .e-take[data-playing]")).to_have_count(1)
    page.get_by_role("button", name="Open in Pronunciation").click()
    readings = page.locator("#readings")
    expect(readings.get_by_role("radio", name="xíng")).to_be_checked()
    readings.get_by_label("háng", exact=True).check()
    readings.get_by_role("button", name="Apply").click()
    expect(page.locator("#marked-text textarea")).to_have_value(MARKED)
    page.get_by_role("button", name="Use in the script").click()
    expect(text(page, 3)).to_have_value(MARKED)
    page.keyboard.press("Control+Enter")
    expect(line(page, 3).locator(".e-badge")).to_have_attribute("data-outcome", "miss")
    page.locator(".e-check").get_by_role("button", name="Check").click()
    expect(verdict).to_have_attribute("data-passed", "true")


def deliver(page: Page, folder: Path) -> bytes:
    """Everything in one file, as loud as streaming wants it."""
    page.get_by_role("button", name="Deliver").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(f"{LOUDNESS:.0f}".replace("-", "−")).click()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Make the files").click()
    assert download.value.suggested_filename == "Trip.zip"
    download.value.save_as(folder / "Trip.zip")
    return (folder / "Trip.zip").read_bytes()


def verify(data: bytes, served: Served) -> None:
    """All files are there, as loud as was asked for, at the times that are told; and one can be made again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    sounds = [told["file"] for told in manifest["lines"]] + [manifest["joined"]]
    names = [sound["name"] for sound in sounds]
    assert sorted(files) == sorted([*names, "Trip.srt", "Trip.vtt", "manifest.json", "manifest.csv"])
    assert len(names) == len(LINES) + 1
    for name in names:
        clip = decode(files[name])
        assert loudness(clip) == pytest.approx(LOUDNESS, abs=1.0), name

    joined = decode(files["Trip.wav"])
    heard = np.flatnonzero(np.abs(joined.samples) > 0.005 * np.abs(joined.samples).max()) / joined.sample_rate
    cues = read_script("Trip.srt", files["Trip.srt"]).lines
    assert [cue.text for cue in cues][1:4] == [LINES[1][1], LINES[2][1], LINES[3][1]]
    for cue in cues:
        inside = heard[(heard > cue.slot.start_s - 0.2) & (heard < cue.slot.end_s + 0.2)]
        print(f"{cue.text:50} {inside.min() - cue.slot.start_s:+.3f} {inside.max() - cue.slot.end_s:+.3f}")
        assert inside.min() == pytest.approx(cue.slot.start_s, abs=0.05), cue.text
        assert inside.max() == pytest.approx(cue.slot.end_s, abs=0.05), cue.text

    told = manifest["lines"][2]
    assert told["text"] == MARKED
    command = shlex.split(told["command"])
    assert command[0] == "encore"
    folder = served.log.parent
    subprocess.run(
        [sys.executable, "-m", "webui", *command[1:-1], folder / "again.wav"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        env=child_environment(ENCORE_DATA_DIR=str(folder / "other")),
    )
    again, delivered = decode((folder / "again.wav").read_bytes()), decode(files[told["file"]["name"]])
    assert len(again.samples) == len(delivered.samples)
    assert np.corrcoef(again.samples, delivered.samples)[0, 1] > 0.999


def loudness(clip: AudioClip) -> float:
    return float(pyloudnorm.Meter(clip.sample_rate).integrated_loudness(clip.samples.astype(np.float64)))
