"""How quick the Script tab is while a long script is rendered: ``python -m tests.benchmarks.desk [--lines 300 2000]``.

Opens the page in Chromium, imports a script, renders it, and meanwhile types, goes from line to line, scrolls, opens
the cast and looks for words, with real keys and clicks. How long each takes until it is painted is what the browser's
Event Timing says, by which INP is measured; below 16 ms it does not tell, and that counts as 16. Scrolling is no event
of that kind: it counts with the longest time between two frames. Then everything is rendered, and memory is compared
with what it was before.

The engine hums, in a server of its own, and takes ``--pace`` seconds for a line; ``--real`` speaks with Kokoro.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.error import URLError

from playwright.sync_api import CDPSession, Page, sync_playwright

from core.audio import AudioClip
from core.engines.base import Utterance
from core.speakers.profile import SpeakerProfile
from tests.benchmarks.load import rss_mb, server
from tests.browser.conftest import FLAGS, ROOT, chromium, free_port
from tests.browser.steps import open_tab
from tests.core.cache.valkey import Valkey
from tests.core.humming import HummingEngine, humming_studio

BAR_MS = 200.0
"""What an interaction may take."""
SPEAKERS = ("ANNA", "BEN", "CARL", "DORA")
PATIENCE_MS = 3_600_000
WATCH = """() => {
    window.timings = [];
    new PerformanceObserver(list => timings.push(...list.getEntries().map(entry => entry.duration)))
        .observe({type: "event", durationThreshold: 16});
    let last = performance.now();
    window.gap = 0;
    const frame = now => { gap = Math.max(gap, now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
}"""
SETTLED = """async () => {
    await new Promise(done => requestAnimationFrame(() => setTimeout(done, 80)));
    return {event: Math.max(16, ...timings.splice(0)), gap};
}"""


class PacedEngine(HummingEngine):
    """Takes its time."""

    pace_s = 0.0

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        time.sleep(self.pace_s)
        return super().synthesize(utterance, profile)


@dataclass
class Measured:
    """What a script of so many lines came to."""

    lines: int
    ms: dict[str, list[float]] = field(default_factory=dict)
    """How long each interaction took, by kind."""
    busy: float = 0.0
    """The share of one core that the page's main thread took meanwhile; the same whatever else the machine does."""
    import_s: float = 0.0
    render_s: float = 0.0
    heap_mb: list[float] = field(default_factory=list)
    """The page's, with nothing open, with the script, and when all is rendered."""
    nodes: list[int] = field(default_factory=list)
    server_mb: list[float] = field(default_factory=list)

    def add(self, kind: str, ms: float) -> None:
        """One interaction."""
        self.ms.setdefault(kind, []).append(ms)

    @property
    def slowest_ms(self) -> float:
        """The longest of all."""
        return max(max(each) for each in self.ms.values())


def table(lines: int) -> str:
    """A dialogue."""
    rows = (f"{SPEAKERS[at % 4]},Line number {at + 1} of a long evening; it goes on and on." for at in range(lines))
    return "speaker,text\n" + "\n".join(rows)


@contextmanager
def humming(folder: Path, pace_s: float) -> Iterator[tuple[int, int]]:
    """Port and process id of a server around the engine that hums."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.desk", "--serve", str(port), "--pace", str(pace_s)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        while not _answers(port):
            if process.poll() is not None:
                raise SystemExit((folder / "log").read_text())
            time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return True
    except (URLError, OSError):
        return False


def serve(port: int, pace_s: float) -> None:
    """The page around the engine that hums, until it is stopped."""
    import uvicorn

    from webui.app import build_app

    with tempfile.TemporaryDirectory(prefix="encore-") as name:
        redis = Valkey(Path(name)).start()
        engine = PacedEngine()
        engine.pace_s = pace_s
        studio = humming_studio(Path(name), redis.url, engine)
        try:
            uvicorn.run(build_app(studio), port=port, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        finally:
            studio.close()
            redis.stop()


def measure(page: Page, pid: int, lines: int, seconds: float) -> Measured:
    """Import a script, work on it while it is rendered, and see what is left of memory."""
    measured = Measured(lines)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    open_tab(page, "Script")
    page.locator(".e-invite").wait_for()
    page.evaluate(WATCH)
    _memory(measured, devtools, pid)
    began = time.monotonic()
    page.set_input_files(
        ".e-deskbar input[type=file]", {"name": "long.csv", "mimeType": "", "buffer": table(lines).encode()}
    )
    page.locator(".e-sums-line", has_text=f"of {lines} lines").wait_for(timeout=PATIENCE_MS)
    measured.import_s = time.monotonic() - began
    _memory(measured, devtools, pid)
    began = time.monotonic()
    page.get_by_role("button", name="Render all").click()
    page.locator(".e-cue .e-badge").first.wait_for(timeout=PATIENCE_MS)
    before, at = _told(devtools)["TaskDuration"], time.monotonic()
    while time.monotonic() - began < seconds and page.locator(".e-work").is_visible():
        work(page, measured)
    measured.busy = (_told(devtools)["TaskDuration"] - before) / (time.monotonic() - at)
    page.get_by_role("button", name="Render all").wait_for(timeout=PATIENCE_MS)
    measured.render_s = time.monotonic() - began
    _memory(measured, devtools, pid)
    return measured


def work(page: Page, measured: Measured) -> None:
    """What hands do, once each."""

    def timed(kind: str, do: Callable[[], object], *, by: str = "event") -> None:
        page.evaluate("() => { timings.splice(0); gap = 0; }")
        do()
        measured.add(kind, page.evaluate(SETTLED)[by])

    rows = page.locator(".e-cue")
    box = page.locator(".e-sheet").bounding_box()
    assert box is not None
    for at in (1, 3):
        timed("select a row", lambda at=at: page.mouse.click(box["x"] + 24, box["y"] + 30 + 64 * at))
    page.keyboard.press("Enter")
    for letter in "on.":
        timed("type a letter", lambda letter=letter: page.keyboard.type(letter))
    page.keyboard.press("Escape")
    for key in ("ArrowDown", "ArrowDown", "PageDown"):
        timed("go on by keys", lambda key=key: page.keyboard.press(key))
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for far in (700, 4000, -2500):
        timed("scroll", lambda far=far: (page.mouse.wheel(0, far), page.wait_for_timeout(120)), by="gap")
    timed("open the cast", page.get_by_role("tab", name="Cast").click)
    timed("open the line", page.get_by_role("tab", name="Line").click)
    rows.first.focus()
    timed("open find", lambda: page.keyboard.press("Control+f"))
    for letter in "er 12":
        timed("find as you type", lambda letter=letter: page.keyboard.type(letter))
    timed("next found", lambda: page.keyboard.press("Enter"))
    page.keyboard.press("Escape")


def _memory(measured: Measured, devtools: CDPSession, pid: int) -> None:
    devtools.send("HeapProfiler.collectGarbage")
    told = _told(devtools)
    measured.heap_mb.append(told["JSHeapUsedSize"] / 2**20)
    measured.nodes.append(int(told["Nodes"]))
    measured.server_mb.append(rss_mb(pid))


def _told(devtools: CDPSession) -> dict[str, float]:
    return {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}


def figures(ms: dict[str, list[float]]) -> Iterator[tuple[str, float, float, float, int]]:
    """Name, median, 95th percentile, longest, and count of each kind, in milliseconds; of all in the end."""
    everything = [each for some in ms.values() for each in some]
    for kind, some in [*ms.items(), ("all", everything)]:
        cuts = quantiles(some, n=100, method="inclusive") if len(some) > 1 else some * 99
        yield kind, cuts[49], cuts[94], max(some), len(some)


def main() -> int:
    """Print the figures; the exit status says whether every interaction was quick."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--lines", type=int, nargs="+", default=[300, 2000])
    arguments.add_argument("--seconds", type=float, default=30.0, help="how long is worked on the script")
    arguments.add_argument("--pace", type=float, default=0.05, help="seconds that the engine takes for a line")
    arguments.add_argument("--real", action="store_true", help="with Kokoro")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.serve:
        serve(options.serve, options.pace)
        return 0
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for lines in options.lines:
            with tempfile.TemporaryDirectory(prefix="encore-") as name:
                serving = server(Path(name)) if options.real else humming(Path(name), options.pace)
                with serving as (port, pid):
                    page = browser.new_page(locale="en-US", viewport={"width": 1440, "height": 900})
                    page.goto(f"http://127.0.0.1:{port}")
                    page.wait_for_selector("#script textarea:enabled")
                    found.append(measure(page, pid, lines, options.seconds))
                    page.close()
        browser.close()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    if options.json:
        print(json.dumps({"machine": machine, "scripts": [asdict(each) for each in found]}, indent=2))
    else:
        print(f"Measured on {machine}, load {os.getloadavg()[0]:.1f}.")
        for each in found:
            _print(each)
    return 0 if all(each.slowest_ms < BAR_MS for each in found) else 1


def _print(measured: Measured) -> None:
    print(f"\n{measured.lines} lines: imported in {measured.import_s:.1f} s, rendered in {measured.render_s:.0f} s")
    print(f"{'ms until painted':20}{'p50':>7}{'p95':>7}{'max':>7}{'n':>6}")
    for kind, median, most, longest, count in figures(measured.ms):
        print(f"{kind:20}{median:7.0f}{most:7.0f}{longest:7.0f}{count:6}")
    print(f"main thread at work {measured.busy:.0%} of the time")
    print("empty, imported, rendered:")
    print("  JS heap, MB      ", "  ".join(f"{each:.1f}" for each in measured.heap_mb))
    print("  nodes            ", "  ".join(str(each) for each in measured.nodes))
    print("  server's RSS, MB ", "  ".join(f"{each:.0f}" for each in measured.server_mb))


if __name__ == "__main__":
    sys.exit(main())
