"""What the cache saves and what it costs: ``python -m tests.benchmarks.cache [--json] [--plot FILE] [--requests N]``.

Three ways are compared on the same payloads in one run: no cache; the usual recipe (key from the first 1,024 bytes and
MD5, pickled value, plain GET and SETEX); and Encore. Times mean little, ratios much.
"""

import argparse
import hashlib
import json
import os
import pickle
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from redis import Redis

from core.audio import AudioClip, encode
from core.cache.cache import Cache
from core.cache.cached import Cached
from core.cache.key import Namespace, key_for
from core.cache.outcome import Outcome
from core.engines.registry import recognition_engines, synthesis_engines
from core.identity import content_id
from core.payloads import AUDIO, TEXT
from core.request import AudioSource, ReferenceSpeaker, StockSpeaker, SynthesisRequest, TranscriptionRequest
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from core.studio import Studio
from tests.benchmarks.plot import draw
from tests.core.cache.valkey import Valkey

VOICE = "af_heart"
RATE = 24_000
NAMES = ("Anna", "Boris", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Iris", "Jonas")
DEEDS = ("walked to the river", "wrote a long letter", "played the old piano", "painted the kitchen wall")
SENTENCES = [f"{name} {deed} on a quiet morning." for deed in DEEDS for name in NAMES]
SPEEDUPS = {
    "transcription": {0: 0.98, 50: 1.95, 80: 4.7, 100: 200.0},
    "synthesis": {0: 0.98, 50: 1.95, 80: 4.7, 100: 300.0},
}


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    limit: float
    """The least that is promised, or the most where ``most``."""
    most: bool = False
    unit: str = "×"

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return self.value <= self.limit if self.most else self.value >= self.limit


class NoCache:
    """Computes, always."""

    def get_or_compute(self, key: Any, codec: Any, compute: Callable[[], Any], **_: Any) -> Cached[Any]:
        started = time.perf_counter()
        value = compute()
        return Cached(value, Outcome.MISS, None, (time.perf_counter() - started) * 1e3, 0.0, time.time())

    def get(self, key: Any, codec: Any) -> None:
        return None

    def recall(self, parts: Any) -> None:
        return None

    def close(self) -> None:
        pass


class UsualRecipe:
    """What one finds everywhere, written as it is found."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def get_or_compute(self, data: bytes, more: str, compute: Callable[[], Any]) -> Any:
        name = "usual:" + hashlib.md5(data[:1024]).hexdigest() + more
        stored = self._client.get(name)
        if stored is not None:
            return pickle.loads(stored)  # type: ignore[arg-type]
        value = compute()
        self._client.set(name, pickle.dumps(value), ex=3600)
        return value


class Bench:
    """The studio with and without a cache, on the same loaded engines."""

    def __init__(self, folder: Path, url: str, requests: int) -> None:
        self.url = url
        self.folder = folder
        self.requests = requests
        self.settings = Settings(data_dir=folder / "data")
        self.cache = self.node()
        parts = {
            "synthesis": synthesis_engines(self.settings),
            "recognition": recognition_engines(self.settings),
            "library": VoiceLibrary(folder / "voices"),
            "settings": self.settings,
        }
        self.plain = Studio(cache=NoCache(), **parts)  # type: ignore[arg-type]
        self.cached = Studio(cache=self.cache, **parts)  # type: ignore[arg-type]
        self.clips = [self.speak(self.plain, sentence) for sentence in SENTENCES[: requests + 1]]
        self.transcribe(self.plain, self.clips[-1])  # loads the engine

    def node(self, **settings: Any) -> Cache:
        node = Cache(Settings(data_dir=self.folder / "data", **settings), self.url)
        node.settle(5)
        return node

    def speak(self, studio: Studio, text: str) -> bytes:
        return encode(studio.synthesize(SynthesisRequest(text, StockSpeaker(VOICE))).audio)

    def transcribe(self, studio: Studio, data: bytes) -> str:
        report = studio.transcribe(TranscriptionRequest(AudioSource(data)))
        return report.transcript.text


def timed(work: Callable[..., Any], *arguments: Any) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def streams(bench: Bench) -> tuple[list[Figure], dict[str, dict[int, dict[str, list[float]]]]]:
    """Throughput by share of repeats, and every request's seconds for a plot."""
    figures = []
    plots: dict[str, dict[int, dict[str, list[float]]]] = {}
    kinds: dict[str, tuple[Callable[[Studio, Any], Any], Sequence[Any]]] = {
        "transcription": (bench.transcribe, bench.clips[: bench.requests]),
        "synthesis": (bench.speak, SENTENCES[: bench.requests]),
    }
    for kind, (ask, items) in kinds.items():
        plots[kind] = {}
        measured: dict[int, tuple[list[float], list[float], list[float]]] = {}
        for share in SPEEDUPS[kind]:
            plain: list[float] = []
            misses: list[float] = []
            if share < 100:
                # Every item is a miss once, and beside it without a cache, so that both meet the same weather.
                bench.cache.purge()
                for number, item in enumerate(items):
                    ways = [(plain, bench.plain), (misses, bench.cached)]
                    for times, studio in ways if number % 2 else reversed(ways):
                        times.append(timed(ask, studio, item))
            else:
                plain = measured[80][0]
            repeats = round(100 / (100 - share)) - 1 if share < 100 else 1
            measured[share] = plain, misses, [timed(ask, bench.cached, item) for _ in range(repeats) for item in items]
        # A miss counts by the median of what it takes against its fellow, over all mixes: one that met a busy machine
        # would outweigh whatever the cache adds.
        pairs = [pair for plain, misses, _ in measured.values() for pair in zip(plain, misses, strict=False)]
        slower = median(miss / fellow for fellow, miss in pairs)
        for share, (plain, misses, hits) in measured.items():
            asked = (len(misses) + len(hits)) / len(items)
            gain = asked * sum(plain) / (slower * sum(plain) * bool(misses) + sum(hits))
            figures.append(Figure(f"{kind}, {share} % repeats, against no cache", gain, SPEEDUPS[kind][share]))
            plots[kind][share] = {"encore": misses + hits, "no cache": plain * round(asked)}
    return figures, plots


def speaker(bench: Bench) -> Figure:
    """A profile that is stored, against enrolling."""
    data = encode(AudioClip(np.concatenate([AudioSource(clip).clip.samples for clip in bench.clips[:3]]), RATE))

    def enroll(studio: Studio) -> float:
        request = SynthesisRequest("Yes.", ReferenceSpeaker(AudioSource(data)))
        events = studio.stream(request)
        return timed(next, events)

    miss = enroll(bench.cached)
    hit = median(enroll(bench.cached) for _ in range(20))
    return Figure("speaker profile, hit against enrolment", miss / hit, 500.0)


def edit(bench: Bench) -> Figure:
    """One sentence of ten changed."""
    bench.cache.purge()
    script = SENTENCES[:10]
    bench.speak(bench.cached, " ".join(script))
    changed = " ".join([*script[:4], "Nobody had expected any of it.", *script[5:]])
    plain = timed(bench.speak, bench.plain, changed)
    return Figure(
        "one sentence of ten edited, against no cache", plain / timed(bench.speak, bench.cached, changed), 8.0
    )


def hits(bench: Bench, rounds: int = 9) -> list[Figure]:
    """A hit's time against the usual recipe's: a 10 s reference is the key, a 10 s clip the value.

    The median of several rounds, each with connections of its own: where a connection's buffers happen to lie moves a
    round by a tenth for as long as it lasts.
    """
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 10 * RATE).astype(np.float32)
    data, answer = encode(AudioClip(noise[::-1].copy(), RATE)), AudioClip(noise, RATE)
    each = [hit_seconds(bench, data, answer) for _ in range(rounds)]
    cold, warm = (median(times[way] / times["usual"] for times in each) for way in ("cold", "warm"))
    return [
        Figure("hit, cold process, against the usual recipe's", cold, 1.25, most=True),
        Figure("hit, warm process, against the usual recipe's", warm, 1.0, most=True),
        Figure("hit, cold process", median(times["cold"] for times in each) * 1e3, float("inf"), most=True, unit="ms"),
        Figure("the usual recipe's hit", median(times["usual"] for times in each) * 1e3, float("inf"), True, "ms"),
    ]


def hit_seconds(bench: Bench, data: bytes, answer: AudioClip, repeats: int = 250) -> dict[str, float]:
    """Seconds of a hit by the usual recipe, by a node without a local tier and by one with it, in turns."""
    usual = UsualRecipe(Redis.from_url(bench.url))
    cold, warm = bench.node(local_cache_mb=0), bench.node()

    def encore(node: Cache) -> AudioClip:
        key = key_for(Namespace.SEGMENT, {"reference": content_id(AudioSource(data), node), "text": "Yes."})
        return node.get_or_compute(key, AUDIO, lambda: answer, engine="bench").value

    ways: dict[str, Callable[[], Any]] = {
        "usual": lambda: usual.get_or_compute(data, "Yes.", lambda: (answer.samples, RATE)),
        "cold": lambda: encore(cold),
        "warm": lambda: encore(warm),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    order = list(ways)
    for _ in range(repeats):
        random.shuffle(order)  # each leaves the machine's caches in some state for the next
        for way in order:
            seconds[way].append(timed(ways[way]))
    cold.close()
    warm.close()
    # The tenth percentile: a hit takes well under a millisecond, and what a busy machine adds to it is not the cache's.
    return {way: sorted(times)[len(times) // 10] for way, times in seconds.items()}


def crowd(bench: Bench) -> list[Figure]:
    """32 identical requests at once, in one process and over four."""
    runs: list[int] = []

    def compute() -> str:
        runs.append(1)
        time.sleep(1)
        return "said"

    key = key_for(Namespace.TRANSCRIPT, {"crowd": time.time()})
    threads = [
        threading.Thread(target=bench.cache.get_or_compute, args=(key, TEXT, compute), kwargs={"engine": "bench"})
        for _ in range(32)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    command = [sys.executable, "-m", "tests.core.cache.node", bench.url, str(bench.folder), f"{time.time()}", "1", "8"]
    nodes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for node in nodes:
        assert node.stdout is not None
        node.stdout.readline()
    for node in nodes:
        assert node.stdin is not None
        node.stdin.write("\n")
        node.stdin.flush()
    for node in nodes:
        node.communicate()
    lines = (bench.folder / "runs").read_text().splitlines()
    return [
        Figure("32 identical requests, 1 process: engine runs", len(runs), 1, most=True, unit=""),
        Figure("32 identical requests, 4 processes: engine runs", len(lines), 1, most=True, unit=""),
    ]


def wrong(bench: Bench) -> list[Figure]:
    """Random requests for clips that share their first 4 KiB."""
    rng = np.random.default_rng(1)
    head = rng.uniform(-0.5, 0.5, RATE // 4).astype(np.float32)
    clips = [
        encode(AudioClip(np.concatenate([head, rng.uniform(-0.5, 0.5, RATE // 4).astype(np.float32)]), RATE))
        for _ in range(50)
    ]
    assert len({clip[:4096] for clip in clips}) == 1
    usual = UsualRecipe(Redis.from_url(bench.url))
    pick = random.Random(2)
    served = {"usual": 0, "encore": 0}
    for _ in range(10_000):
        data = pick.choice(clips)
        right = hashlib.sha256(data).hexdigest()
        served["usual"] += usual.get_or_compute(data, "wrong", lambda right=right: right) != right  # type: ignore[misc]
        key = key_for(Namespace.TRANSCRIPT, {"audio": content_id(AudioSource(data), bench.cache)})
        found = bench.cache.get_or_compute(key, TEXT, lambda right=right: right, engine="bench")  # type: ignore[misc]
        served["encore"] += found.value != right
    return [
        Figure("wrong results of 10,000, Encore", served["encore"], 0, most=True, unit=""),
        Figure("wrong results of 10,000, the usual recipe", served["usual"], float("inf"), most=True, unit=""),
    ]


def main() -> int:
    """Print the table; the exit status says whether every promise was kept."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="figures, and every request's seconds for a plot")
    arguments.add_argument("--plot", type=Path, help="also draw the latencies to this file")
    arguments.add_argument("--requests", type=int, default=20, help="requests in each stream, at most 39")
    options = arguments.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    with tempfile.TemporaryDirectory(prefix="encore-") as name:
        (Path(name) / "redis").mkdir()
        server = Valkey(Path(name) / "redis").start()
        try:
            bench = Bench(Path(name), server.url, min(options.requests, 39))
            figures, plots = streams(bench)
            figures += [speaker(bench), edit(bench), *hits(bench), *crowd(bench), *wrong(bench)]
            bench.cache.close()
        finally:
            server.stop()
    if options.plot:
        draw(plots, options.plot)
    if options.json:
        lines = [asdict(figure) | {"kept": figure.kept} for figure in figures]
        print(json.dumps({"machine": machine, "figures": lines, "seconds": plots}, indent=2))
    else:
        print(f"Measured on {machine}.\n\n| figure | measured | promised |\n|---|---|---|")
        for figure in figures:
            bound = (
                "–" if figure.limit == float("inf") else f"{'≤' if figure.most else '≥'} {figure.limit:g}{figure.unit}"
            )
            print(f"| {figure.what} | {figure.value:,.2f} {figure.unit} {'' if figure.kept else '✗'} | {bound} |")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
