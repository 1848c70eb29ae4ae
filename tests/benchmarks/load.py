"""Many at once: ``python -m tests.benchmarks.load [--users N] [--seconds S] [--json]``.

Starts ``encore serve`` on an empty data folder and asks it over HTTP, each user over one connection that stays open,
one request after another: some for sentences that were spoken before, some for new ones, and some for a static answer
of the same bytes, ``GET /audio/{id}``, which is what a hit is measured by. First hits and static answers have the
server to themselves for a while, then all come together.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from tests.browser.conftest import free_port

VOICE = "af_heart"
KNOWN = [f"{name} wrote a long letter." for name in ("Anna", "Boris", "Clara", "David", "Emma", "Felix")]
"""What was spoken before; short, so that it is spoken soon."""
MISSING = 0.2
"""Share of the users who ask for what nobody asked for before."""
ALONE_S = 10.0
"""How long hits, and static answers, have the server to themselves, in seconds."""
ROUNDS = 5
LATENCY, THROUGHPUT = 3.0, 1 / 3
"""What a hit's time may be, and its throughput has to be, in those of a static answer."""
DELIBERATE = (429, 503)


@dataclass
class Tally:
    """What one kind of request got."""

    ms: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    """What should not have come, by kind."""
    refused: int = 0
    """Deliberately, with a time to come back."""

    def add(self, other: "Tally") -> None:
        """What ``other`` got, too."""
        self.ms += other.ms
        self.wrong += other.wrong
        self.refused += other.refused

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many of 100 were answered."""
        return quantiles(self.ms, n=100, method="inclusive")[percent - 1] if len(self.ms) > 1 else sum(self.ms)


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection that stays open. Hand-made: a whole client would take more of the machine than the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> Answer:
        """The answer to ``request``."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
        body = await self._reader.readexactly(int(headers["content-length"]))
        return Answer(int(head[0].split()[1]), headers, body)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


@dataclass(frozen=True)
class Question:
    """A request, and what has to come."""

    request: bytes
    outcome: str = ""
    """What the cache has to do for it."""
    body: bytes | None = None


def said(text: str, encoding: str) -> bytes:
    body = json.dumps({"input": text, "voice": VOICE, "response_format": encoding}).encode()
    head = "POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def static(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


async def user(port: int, questions: Iterator[Question], tally: Tally, until: float) -> None:
    """Ask one question after another; what ends after ``until`` counts for the time that it took all the same."""
    async with connected(port) as connection:
        while time.perf_counter() < until:
            question = next(questions)
            started = time.perf_counter()
            answer = await connection.ask(question.request)
            took_ms = (time.perf_counter() - started) * 1e3
            if answer.status in DELIBERATE and "retry-after" in answer.headers:
                tally.refused += 1
                await asyncio.sleep(1)
            elif answer.status != 200:
                tally.wrong[f"status {answer.status}"] += 1
            elif question.body is not None and answer.body != question.body:
                tally.wrong["other bytes"] += 1
            elif answer.headers.get("x-encore-outcome", "") != question.outcome:
                tally.wrong[f"outcome {answer.headers.get('x-encore-outcome', '')}"] += 1
            else:
                tally.ms.append(took_ms)


def endless(questions: Sequence[Question]) -> Iterator[Question]:
    pick = random.Random(1)
    while True:
        yield pick.choice(questions)


def unheard(encoding: str) -> Iterator[Question]:
    number = 0
    while True:
        number += 1
        yield Question(said(f"Take number {number}.", encoding), "miss")


async def crowd(port: int, seconds: float, users: Sequence[tuple[int, Iterator[Question]]]) -> list[Tally]:
    """So many users of each kind for ``seconds``."""
    until = time.perf_counter() + seconds
    tallies = [Tally() for _ in users]
    everybody = [
        user(port, questions, tally, until)
        for tally, (count, questions) in zip(tallies, users, strict=True)
        for _ in range(count)
    ]
    await asyncio.gather(*everybody)
    return tallies


async def known(port: int, encoding: str) -> tuple[list[Question], list[Question]]:
    """Speak :data:`KNOWN`; how to ask for it again, and for the same bytes as a file."""
    hits, files = [], []
    async with connected(port) as connection:
        for text in KNOWN:
            answer = await connection.ask(said(text, encoding))
            assert answer.status == 200, answer
            hits.append(Question(said(text, encoding), "hit", answer.body))
            files.append(Question(static(answer.headers["x-encore-audio"]), "", answer.body))
    return hits, files


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, int]]:
    """Port and process id of ``encore serve``."""
    port = free_port()
    command = [sys.executable, "-m", "webui", "serve", "--port", str(port), "--preload"]
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment | {"ENCORE_DATA_DIR": str(folder / "data")}, stdout=log, stderr=log
        )
    try:
        while b"is ready on" not in (folder / "log").read_bytes():
            if process.poll() is not None:
                raise SystemExit((folder / "log").read_text())
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def rss_mb(pid: int) -> float:
    """What a process holds in memory, in MiB."""
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)])) / 1024


def figures(hits: Tally, files: Tally, seconds: float) -> dict[str, float]:
    """How hits compare with static answers, by equally many users."""
    return {
        "hit_p50_ms": hits.percentile(50),
        "hit_p95_ms": hits.percentile(95),
        "static_p50_ms": files.percentile(50),
        "static_p95_ms": files.percentile(95),
        "hits_per_s": len(hits.ms) / seconds,
        "static_per_s": len(files.ms) / seconds,
        "p50_ratio": hits.percentile(50) / files.percentile(50),
        "throughput_ratio": len(hits.ms) / max(1, len(files.ms)),
    }


async def measure(port: int, pid: int, users: int, seconds: float, encoding: str) -> dict[str, object]:
    """All figures."""
    hits, files = await known(port, encoding)
    missing = max(1, round(users * MISSING))
    half = max(1, (users - missing) // 2)
    await crowd(port, 1.0, [(half, endless(hits))])
    start_mb = rss_mb(pid)
    alone_s = min(ALONE_S, seconds / 2)
    alone_hits, alone_files = Tally(), Tally()
    for _ in range(ROUNDS):  # by turns, so that a machine that has other things to do is unfair to neither
        for tally, questions in ((alone_hits, hits), (alone_files, files)):
            tally.add(*await crowd(port, alone_s / ROUNDS, [(half, endless(questions))]))
    tallies = await crowd(port, seconds, [(half, endless(hits)), (half, endless(files)), (missing, unheard(encoding))])
    found, got, missed = tallies
    everything = [alone_hits, alone_files, *tallies]
    return {
        "users": {"hits": half, "static": half, "misses": missing},
        "seconds": seconds,
        "encoding": encoding,
        "bytes": sum(len(file.body or b"") for file in files) / len(files),
        "alone": figures(alone_hits, alone_files, alone_s),
        "together": figures(found, got, seconds),
        "misses": {"count": len(missed.ms), "p50_ms": missed.percentile(50), "p95_ms": missed.percentile(95)},
        "rss_mb": {"start": start_mb, "end": rss_mb(pid)},
        "requests": sum(len(tally.ms) for tally in everything),
        "refused": sum(tally.refused for tally in everything),
        "wrong": dict(sum((tally.wrong for tally in everything), Counter())),
    }


def kept(measured: dict) -> dict[str, bool]:
    """What was promised, and whether it was kept."""
    promises = {"nothing wrong": not measured["wrong"]}
    for name in ("alone", "together"):
        phase = measured[name]
        promises[f"hit p50 at most 3× static's, {name}"] = phase["p50_ratio"] <= LATENCY
        promises[f"hit throughput at least a third of static answers', {name}"] = (
            phase["throughput_ratio"] >= THROUGHPUT
        )
    return promises


def main() -> int:
    """Print the figures; the exit status says whether every promise was kept."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--users", type=int, default=50)
    arguments.add_argument("--seconds", type=float, default=180.0)
    arguments.add_argument("--format", default="mp3", help="of the sound: mp3, wav, flac, opus or pcm")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="encore-") as name, server(Path(name)) as (port, pid):
        measured = asyncio.run(measure(port, pid, options.users, options.seconds, options.format))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    promises = kept(measured)
    if options.json:
        print(json.dumps({"machine": machine, **measured, "kept": promises}, indent=2))
    else:
        print(f"Measured on {machine}.")
        for name, value in measured.items():
            print(f"{name:10} {_shown(value)}")
        for promise, was_kept in promises.items():
            print(f"{'kept' if was_kept else 'NOT KEPT':10} {promise}")
    return 0 if all(promises.values()) else 1


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name} {_shown(part)}" for name, part in value.items()) or "–"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
