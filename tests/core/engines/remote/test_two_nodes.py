"""Two servers as people start them, and one of them dies at work."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from core.cache.cache import open_cache
from core.cache.outcome import Outcome
from core.engines.registry import Registry, synthesis_engines
from core.engines.remote.engine import RemoteEngine
from core.planner import plan
from core.request import StockSpeaker, SynthesisRequest
from core.settings import Settings, child_environment
from core.speakers.library import VoiceLibrary
from core.studio import Studio
from core.text.lexicon import Lexicon

ROOT = Path(__file__).parents[4]
PATIENCE_S = 240
"""Long enough for a machine that is busy with other things."""
NOBODY = "redis://127.0.0.1:1/0"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node(NamedTuple):
    url: str
    process: subprocess.Popen[str]
    log: Path


@contextmanager
def nodes(folder: Path, module: str, *options: str, **environment: str) -> Iterator[list[Node]]:
    """Two of ``encore serve --api-only``, on free ports."""
    with ExitStack() as stack:
        started = [_start(folder / name, module, options, environment) for name in ("one", "two")]
        for _, process, _ in started:
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
        deadline = time.monotonic() + PATIENCE_S
        for _, process, log in started:
            while "is ready on" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        yield started


def _start(folder: Path, module: str, options: Sequence[str], environment: Mapping[str, str]) -> Node:
    port = free_port()
    folder.mkdir()
    with (folder / "log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "serve", "--api-only", "--port", str(port), *options],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=child_environment(ENCORE_DATA_DIR=str(folder), REDIS_URL=NOBODY, **environment),
            text=True,
        )
    return Node(f"http://127.0.0.1:{port}", process, folder / "log")


@contextmanager
def studio_through(folder: Path, redis_url: str, *urls: str) -> Iterator[Studio]:
    """A studio whose only engine is the remote one."""
    settings = Settings(data_dir=folder, redis_url=redis_url, remote_urls=",".join(urls))
    engine = RemoteEngine(settings)
    studio = Studio(
        cache=open_cache(settings),
        synthesis=Registry({"remote": lambda: engine}),
        recognition=Registry({}),
        library=VoiceLibrary(folder / "voices"),
        settings=settings,
    )
    yield studio
    engine.unload()
    studio.close()


def test_a_node_dies_in_mid_run_and_nothing_is_lost(
    tmp_path: Path, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    requests = [
        SynthesisRequest(f"This is line number {number}.", StockSpeaker("alto"), "remote") for number in range(24)
    ]
    with nodes(tmp_path, "tests.core.engines.remote.node", HUM_S="0.4") as (survivor, doomed):
        with (
            studio_through(tmp_path / "here", redis_url, survivor.url, doomed.url) as studio,
            ThreadPoolExecutor(6) as threads,
        ):
            running = [threads.submit(studio.synthesize, request) for request in requests]
            for future in running[:6]:
                future.result(PATIENCE_S)
            doomed.process.kill()
            takes = [future.result(PATIENCE_S) for future in running]
            assert doomed.process.wait(10) == -signal.SIGKILL
            assert f"{doomed.url} is set aside" in caplog.text
            assert all(take.report.segments[0].stage.outcome is not Outcome.HIT for take in takes)
            again = [studio.synthesize(request) for request in requests]
            assert all(take.report.outcome is Outcome.HIT for take in again)
        # What the survivor says alone is what was said by both.
        with studio_through(tmp_path / "alone", NOBODY, survivor.url) as alone:
            for request, take in list(zip(requests, takes, strict=True))[::6]:
                assert np.array_equal(alone.synthesize(request).audio.samples, take.audio.samples)
        assert "Traceback" not in survivor.log.read_text()


@pytest.mark.slow
def test_kokoro_on_another_node_sounds_as_it_does_here(models: Path, tmp_path: Path, redis_url: str) -> None:
    with (
        nodes(tmp_path, "webui", "--engine", "kokoro") as (survivor, doomed),
        studio_through(tmp_path / "here", redis_url, survivor.url, doomed.url) as studio,
    ):
        engine = studio.synthesis["remote"]
        here = synthesis_engines(Settings(data_dir=tmp_path))["kokoro"]
        assert engine.fingerprint == f"remote/1/{here.fingerprint}"
        assert engine.capabilities.languages == here.capabilities.languages
        assert [voice.name for voice in engine.voices] == [voice.name for voice in here.voices]
        texts = [f"Line {number} of four." for number in ("one", "two", "three", "four")]
        requests = [SynthesisRequest(text, StockSpeaker("af_heart"), "remote") for text in texts]
        with ThreadPoolExecutor(2) as threads:
            running = [threads.submit(studio.synthesize, request) for request in requests]
            running[0].result(PATIENCE_S)
            doomed.process.kill()
            takes = [future.result(PATIENCE_S) for future in running]
        assert all(take.audio.duration_s > 0.5 for take in takes)
        profile = here.stock_profile("af_heart")
        (segment,) = plan(requests[0], here.capabilities, Lexicon(), max_characters=1000).segments
        expected = here.synthesize(segment.utterance, profile).samples
        got = engine.synthesize(segment.utterance, engine.stock_profile("af_heart")).samples
        assert len(got) == len(expected)
        assert np.corrcoef(got, expected)[0, 1] > 0.999
