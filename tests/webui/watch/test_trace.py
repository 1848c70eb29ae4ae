"""Ids and the log: what each request leaves, and what it must not."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from core.request import AudioSource, StockSpeaker, SynthesisRequest, TranscriptionRequest
from core.studio import Studio
from tests.core.humming import HummingEngine, hum
from webui.api.app import build_api
from webui.watch.log import REQUEST_ID, PlainLines, set_up
from webui.watch.trace import Trace
from webui.work import result

SECRET = "Nobody else may read this."
SPEECH = "/v1/audio/speech"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict]]]:
    """What is logged, each line as it is parsed."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up("auto", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before, level


@pytest.fixture
def traced(studio: Studio) -> TestClient:
    return TestClient(Trace(build_api(studio)), raise_server_exceptions=False)


def test_a_request_leaves_one_line_without_what_was_said(traced: TestClient, lines: Callable[[], list[dict]]) -> None:
    answer = traced.post(f"{SPEECH}?key=hidden", json={"input": SECRET, "voice": "alto"})
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["request_id"] == answer.headers["x-request-id"]
    told = {name: line[name] for name in ("method", "route", "status", "outcome", "engine")}
    assert told == {"method": "POST", "route": SPEECH, "status": 200, "outcome": "offline", "engine": "humming"}
    assert line["ms"] > 0
    assert SECRET not in str(lines())
    assert "hidden" not in str(lines())


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-123:x", True), ("", False), ("a b", False), ("é", False), ("x" * 65, False), ("a\tb", False)],
)
def test_an_id_that_is_plain_is_kept(traced: TestClient, given: str, kept: bool) -> None:
    answer = traced.get("/health", headers={"X-Request-Id": given.encode()})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(("path", "status"), [(SPEECH, 400), ("/no/such/route", 404)])
def test_a_refusal_carries_the_id(traced: TestClient, lines: Callable[[], list[dict]], path: str, status: int) -> None:
    answer = traced.post(path, json={"input": "", "voice": "alto"})
    assert answer.status_code == status
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    line = lines()[-1]
    assert (line["status"], line["request_id"]) == (status, answer.headers["x-request-id"])
    assert "no/such" not in line["route"]


def test_what_breaks_is_found_by_its_id(
    traced: TestClient, studio: Studio, lines: Callable[[], list[dict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(studio, "synthesize", broken)
    answer = traced.post(SPEECH, json={"input": "Hello.", "voice": "alto"})
    assert answer.status_code == 500
    found = [line for line in lines() if line.get("request_id") == answer.json()["request_id"]]
    assert any("RuntimeError: broken" in line.get("exception", "") for line in found)


def test_threads_know_for_whom_they_work(traced: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    engine = studio.synthesis["humming"]
    assert isinstance(engine, HummingEngine)
    synthesize = engine.synthesize
    monkeypatch.setattr(engine, "synthesize", lambda *given: (seen.append(REQUEST_ID.get()), synthesize(*given))[1])
    traced.post(SPEECH, json={"input": "Hello.", "voice": "alto"}, headers={"X-Request-Id": "mine"})
    assert seen == ["mine"]


@pytest.mark.anyio
async def test_the_pages_work_has_an_id_of_its_own() -> None:
    async def never() -> None:
        raise AssertionError

    first, second = [await result(lambda _: REQUEST_ID.get(), never) for _ in range(2)]
    assert first.startswith("page-")
    assert second.startswith("page-")
    assert first != second


def test_what_the_page_has_done_is_told_too(studio: Studio, lines: Callable[[], list[dict]]) -> None:
    request = SynthesisRequest(SECRET, StockSpeaker("alto"), "humming")
    list(studio.stream(request))
    studio.transcribe(TranscriptionRequest(AudioSource.from_clip(hum(SECRET)), "listening"))
    told = {line["event"]: (line["engine"], line["outcome"]) for line in lines() if "outcome" in line}
    assert told == {"spoken": ("humming", "offline"), "transcribed": ("listening", "offline")}
    assert SECRET not in str(lines())


def test_people_read_a_line() -> None:
    record = logging.makeLogRecord(
        {"msg": "request", "levelno": logging.INFO, "created": 0, "status": 200, "engine": ""}
    )
    assert PlainLines().format(record) == "00:00:00 request  status=200"
