"""The whole product, with the real models and its own Redis server: what a producer does in the first five minutes."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import jiwer
import pytest
from playwright.sync_api import Page, expect

from core.settings import child_environment
from tests.browser.conftest import ROOT, Served, free_port
from tests.browser.steps import PATIENCE_MS, complaint, open_tab, outcomes, speak, total_ms, write

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
REFERENCE_TEXT = "The river runs quietly behind the old mill. In spring the swallows come back to the barn."
SCRIPT = ["Good morning from the studio.", "The second chapter begins today.", "Please listen carefully."]


@pytest.fixture(scope="module")
def reference(served: Served, browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip to clone: a stock voice reading two sentences."""
    path = tmp_path_factory.mktemp("reference") / "reference.wav"
    page = browser.new_page(locale="en-US")
    page.goto(served.url)
    page.wait_for_selector(".e-header")
    take = speak(page, REFERENCE_TEXT)
    with page.expect_download() as download:
        take.locator("[download]").click()
    download.value.save_as(path)
    page.close()
    return path


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_clone_hear_repeat_edit_and_read_back(
    served: Served, open_page: OpenPage, reference: Path, tmp_path: Path
) -> None:
    page = open_page(served.url)
    page.get_by_text("Clone a clip").click()
    page.set_input_files("#voice-panel input[type=file]", reference)
    expect(page.locator("#voice-panel .e-clip")).to_contain_text("reference.wav")
    page.click("#agreed input")

    write(page, " ".join(SCRIPT))
    page.click("#speak")
    page.wait_for_function("live.playing", timeout=PATIENCE_MS)
    first = page.locator(".e-take", has=page.locator(".e-number:text-is('#1')"))
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#speak")).to_be_enabled()
    assert outcomes(first) == ["miss"] * 3
    assert first.locator(".e-badge").nth(1).get_attribute("data-outcome") == "miss"

    again = speak(page)
    assert outcomes(again) == ["hit"] * 3
    assert total_ms(first) >= 20 * total_ms(again)

    edited = speak(page, " ".join([SCRIPT[0], "The third chapter begins tomorrow.", SCRIPT[2]]))
    assert outcomes(edited) == ["hit", "miss", "hit"]

    take = tmp_path / "take.wav"
    with page.expect_download() as download:
        again.locator("[download]").click()
    download.value.save_as(take)
    open_tab(page, "Transcribe")
    page.set_input_files("#scribe-panel input[type=file]", take)
    expect(page.locator("#scribe-panel .e-clip")).to_contain_text("take.wav")
    page.click("#write-down")
    card = page.locator("[data-transcript]")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    heard, said = words(card.locator(".e-say").inner_text()), words(" ".join(SCRIPT))
    assert jiwer.wer(" ".join(said), " ".join(heard)) <= 0.15

    open_tab(page, "Cache")
    expect(page.locator(".e-big strong")).not_to_have_text("0 s")


def test_bad_input_is_a_sentence_in_either_language(served: Served, open_page: OpenPage, tmp_path: Path) -> None:
    notes = tmp_path / "notes.wav"
    notes.write_text("These are words, not sound.")
    page = open_page(served.url)
    write(page, "")
    page.click("#speak")
    assert "There is nothing to say" in complaint(page)
    page.locator("[data-language=zh]").click()
    expect(page.locator("#speak")).to_have_text("开始合成")
    page.get_by_text("克隆录音").click()
    page.set_input_files("#voice-panel input[type=file]", notes)
    assert "无法读取该音频文件" in complaint(page, "#voice-panel")


def test_a_port_that_is_taken_is_a_sentence(served: Served) -> None:
    port = served.url.rpartition(":")[2]
    tried = subprocess.run(
        [sys.executable, "-m", "webui", "serve", "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert tried.returncode == 1
    assert f"127.0.0.1:{port} cannot be listened on" in tried.stderr
    assert "Traceback" not in tried.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_with_a_listener_connected_and_the_cache_saved(
    models: Path, tmp_path: Path, how: signal.Signals
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "webui", "serve", "--port", str(port), "--auth", "ann:secret"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment(ENCORE_DATA_DIR=str(tmp_path), ENCORE_MODELS_DIR=str(models)),
    )
    assert "is ready on" in process.stdout.readline()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/audio/{'0' * 64}")
    with socket.create_connection(("127.0.0.1", port)) as listener:
        # The page's event stream, which by itself would stay open for good.
        listener.sendall(
            b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n\r\n"
        )
        assert b"200" in listener.recv(200)
        process.send_signal(how)
        started = time.monotonic()
        _, errors = process.communicate(timeout=20)
    assert time.monotonic() - started < 10
    assert process.returncode in (0, 130)
    assert "Traceback" not in errors
    assert list(tmp_path.rglob("dump.rdb"))


def test_a_polyphone_is_heard_as_it_is_chosen(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_tab(page, "Pronunciation")
    page.fill("#marked-text textarea", "他是行长")
    page.locator(".e-unit", has_text="长").click(timeout=PATIENCE_MS)
    readings, clips = page.locator("#readings"), []
    for reading, outcome in (("zhǎng", "miss"), ("cháng", "miss"), ("zhǎng", "hit")):
        readings.get_by_role("button", name=f"Hear {reading}").click()
        expect(readings.locator(".e-progress")).to_have_count(0, timeout=PATIENCE_MS)
        clip = readings.locator(f".e-clip:has([data-outcome={outcome}])")
        expect(clip).to_be_visible(timeout=PATIENCE_MS)
        if clips:
            expect(clip).not_to_have_attribute("data-clip", clips[-1], timeout=PATIENCE_MS)
        clips.append(clip.get_attribute("data-clip"))
    assert clips[0] == clips[2] != clips[1]
