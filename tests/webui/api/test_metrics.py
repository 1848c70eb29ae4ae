"""What Prometheus is told, and that the dashboard asks for nothing else."""

import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from core.cache.stats import Histogram
from core.studio import Studio
from tests.core.humming import humming_studio
from webui.api.app import build_api
from webui.api.metrics import DIGITS, _buckets
from webui.watch.trace import Trace

LINE = {"input": "Hello there.", "voice": "alto", "response_format": "wav"}
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(client: TestClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(found: Samples, name: str, **labels: str) -> float:
    """The sum of what is called so and has these labels."""
    return sum(each for (kind, has), each in found.items() if kind == name and labels.items() <= dict(has).items())


@pytest.fixture
def shared(tmp_path: Path, redis_url: str) -> Iterator[Studio]:
    studio = humming_studio(tmp_path, redis_url)
    yield studio
    studio.close()


def test_a_miss_and_a_hit_are_told_apart_and_as_the_cache_tab_tells_them(shared: Studio) -> None:
    client = TestClient(Trace(build_api(shared)))
    before = samples(client)
    for _ in range(3):
        assert client.post("/v1/audio/speech", json=LINE).status_code == 200
    stats = shared.cache.stats()  # sends what has not been sent, as happens every second
    found = samples(client)
    about = {"namespace": "segment", "engine": "humming"}
    assert value(found, "encore_cache_requests_total", **about, outcome="miss") == 1
    assert value(found, "encore_cache_requests_total", **about, outcome="hit", tier="local") == 2
    assert value(found, "encore_cache_request_seconds_bucket", **about, outcome="hit", le="+Inf") == 2
    assert value(found, "encore_cache_saved_seconds_total", **about) == pytest.approx(stats.total.saved_ms / 1e3)
    assert value(found, "encore_cache_requests_total") == stats.total.requests

    def asked(name: str, **labels: str) -> float:
        return value(found, name, **labels) - value(before, name, **labels)

    speech = "/v1/audio/speech"
    assert asked("encore_http_requests_total", method="POST", route=speech, status="200") == 3
    assert asked("encore_http_request_seconds_count", route=speech, outcome="hit") == 2
    assert asked("encore_http_request_seconds_count", route=speech, outcome="miss") == 1
    assert found["encore_redis_up", frozenset()] == 1
    assert found["process_resident_memory_bytes", frozenset()] > 2**20
    assert value(found, "encore_engine_loaded", engine="humming", kind="synthesis") == 1


def test_without_redis_nothing_shared_is_told_and_the_rest_is(client: TestClient) -> None:
    client.post("/v1/audio/speech", json=LINE)
    found = samples(client)
    assert found["encore_redis_up", frozenset()] == 0
    assert found["encore_local_cache_entries", frozenset()] >= 1
    assert not [name for name, _ in found if name.startswith("encore_cache_")]


def test_bins_add_up() -> None:
    buckets = _buckets(Histogram({1: 2, DIGITS[0]: 3, DIGITS[5]: 4, 60: 5}))
    counts = [count for _, count in buckets]
    assert counts[0] == 5
    assert counts[5] == counts[-2] == 9
    assert buckets[-1] == ("+Inf", 14)
    assert counts == sorted(counts)
    assert float(buckets[0][0]) == 64e-6


def test_the_dashboard_asks_for_what_there_is(shared: Studio) -> None:
    client = TestClient(Trace(build_api(shared)))
    client.post("/v1/audio/speech", json=LINE)
    shared.cache.stats()
    told = {name for name, _ in samples(client)}
    dashboard = json.loads((resources.files("assets") / "grafana.json").read_text("utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    asked = {name for query in queries for name in re.findall(r"\b(?:encore|process|up)_\w+", query)}
    assert len(asked) >= 10
    assert asked <= told


def test_a_scrape_asks_redis_once(shared: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    attempt = shared.cache.link.attempt

    def counted(step):
        asked.append(step)
        return attempt(step)

    client = TestClient(build_api(shared))
    client.post("/v1/audio/speech", json=LINE)
    shared.cache.close()  # no more housekeeping
    monkeypatch.setattr(shared.cache.link, "attempt", counted)
    assert samples(client)
    assert len(asked) == 1
