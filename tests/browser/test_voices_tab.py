"""The Voices tab: a library is built, put into words, heard, compared, mapped, taken along and loaded again."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.audio import AudioClip, Floats, encode
from tests.browser.conftest import Humming
from tests.browser.steps import complaint, open_tab, outcomes, speak
from tests.core.speakers.test_reference import speechlike

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]


class Encoder:
    """Places a clip by its length."""

    def embed(self, clip: AudioClip) -> Floats:
        turn = clip.duration_s / 10
        return np.array([np.cos(turn), np.sin(turn), *[0.0] * 254], np.float32)


@pytest.fixture
def page(humming: Humming, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr("core.speakers.voiceprint.speaker_encoder", Encoder)
    page = open_page(humming.url)
    open_tab(page, "Voices")
    return page


def recording(folder: Path, name: str, seconds: float) -> Path:
    path = folder / f"{name}.flac"
    path.write_bytes(encode(speechlike(seconds), "flac"))
    return path


def add(page: Page, path: Path) -> None:
    page.set_input_files("#voices-panel input[type=file]", path)
    expect(page.locator("#voices-panel .e-notice[data-level=good]")).to_contain_text(path.stem)


def test_a_library_is_built_searched_and_spoken_with(page: Page, humming: Humming, tmp_path: Path) -> None:
    for name, seconds in (("Anna", 6.0), ("Berta", 7.0), ("Carl", 12.0)):
        add(page, recording(tmp_path, name, seconds))
    card = page.locator("#voice-card")
    page.get_by_role("button", name="Anna").first.click()
    expect(card.get_by_label("Name")).to_have_value("Anna")
    card.get_by_label("Tags").fill("warm, low")
    card.get_by_label("Notes").fill("<b>slow</b>")
    card.get_by_role("button", name="Save", exact=True).click()
    expect(card.locator(".e-notice[data-level=good]")).to_contain_text("Anna")
    (anna, *_) = humming.studio.library.voices()
    assert (anna.tags, anna.notes) == (("warm", "low"), "<b>slow</b>")
    assert "2" in anna.consent

    page.set_input_files("#voice-card input[type=file]", recording(tmp_path, "more", 8.0))
    expect(card.locator(".e-recording")).to_have_count(2)
    card.locator("[data-act=write]").nth(1).click()
    expect(card.get_by_label("What it says", exact=True).nth(1)).to_have_value("128000 samples")
    card.get_by_label("What it says", exact=True).first.fill("By hand.")
    card.get_by_label("What it says", exact=True).first.blur()
    page.wait_for_timeout(300)
    assert [clip.prompt_text for clip in humming.studio.library.voices()[0].clips] == ["By hand.", "128000 samples"]

    card.get_by_role("button", name="Hear it").click()
    expect(card.locator(".e-badge").first).to_have_attribute("data-outcome", "miss")
    expect(card.locator(".e-notice")).to_contain_text("humming cannot speak in the mean")
    card.locator("[data-act=remove]").first.click()
    expect(card.locator(".e-recording")).to_have_count(1)

    page.get_by_placeholder("Search").fill("warm an")
    expect(page.locator("#voices-panel .e-voice")).to_have_count(1)
    page.get_by_placeholder("Search").fill("")
    expect(page.locator("#voices-panel .e-voice")).to_have_count(4)
    card.get_by_role("button", name="Use in Clone").click()
    expect(page.get_by_label("Voice", exact=True)).to_have_value("★ Anna")
    assert outcomes(speak(page, "Hello.")) == ["miss"]


def test_what_sounds_like_a_clip_and_the_map_lead_to_voices(page: Page, tmp_path: Path) -> None:
    for name, seconds in (("Anna", 6.0), ("Berta", 7.0), ("Carl", 12.0)):
        add(page, recording(tmp_path, name, seconds))
    page.set_input_files("#voices-near input[type=file]", recording(tmp_path, "who", 7.2))
    near = page.locator(".e-near li")
    expect(near).to_have_count(4)
    expect(near.first).to_contain_text("Berta")
    near.first.get_by_role("button").click()
    expect(page.locator("#voice-card h2")).to_have_text("Berta")

    page.get_by_role("button", name="Draw").click()
    points = page.locator(".e-map g")
    expect(points).to_have_count(4)
    berta = page.locator(".e-map g[aria-pressed=true]")
    berta.focus()
    seen = set()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        seen.add(page.evaluate("document.activeElement.dataset.voice"))
    assert len(seen) > 1
    chosen = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    expect(page.locator("#voice-card h2")).to_have_text(chosen.split(",")[0])
    expect(page.locator(".e-map g:focus")).to_have_count(1)


def test_a_voice_is_taken_along_deleted_and_loaded_again(page: Page, humming: Humming, tmp_path: Path) -> None:
    add(page, recording(tmp_path, "Anna", 6.0))
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a file").click()
    assert download.value.suggested_filename == "Anna.encorevoice"
    file = tmp_path / "Anna.encorevoice"
    download.value.save_as(file)
    page.get_by_role("button", name="Delete this voice").click()
    page.get_by_role("button", name="Delete this voice").last.click()
    expect(page.locator("#voices-panel")).to_contain_text("No voice is saved yet")
    assert humming.studio.library.voices() == []
    add(page, file)
    assert [voice.name for voice in humming.studio.library.voices()] == ["Anna"]
    broken = tmp_path / "broken.encorevoice"
    broken.write_bytes(file.read_bytes()[:500])
    page.set_input_files("#voices-panel input[type=file]", broken)
    assert "no voice that Encore saved" in complaint(page, "#voices-panel")
