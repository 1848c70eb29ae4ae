"""``GET /metrics`` for Prometheus.

``encore_cache_…`` is what all nodes together know, from the counters in Redis that the Cache tab reads: every node
tells the same, so take one, or the maximum. Everything else is of the process that is asked, and adds up.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from core import __version__
from core.cache.stats import Activity, Histogram
from core.studio import Studio
from webui.api.errors import OpenAIRoute
from webui.api.schemas import FAILURES
from webui.watch.counters import REGISTRY

DIGITS = range(6, 28)
"""The bins that are told: of 64 microseconds, which a hit in memory may need, to two minutes."""
BY = ["namespace", "engine"]


def metrics_routes(studio: Studio) -> APIRouter:
    """The route on ``studio``."""
    routes = APIRouter(tags=["Encore"], route_class=OpenAIRoute)
    registry = CollectorRegistry()
    registry.register(Nodes(studio))
    registry.register(Node(studio))
    ProcessCollector(registry=registry)

    @routes.get(
        "/metrics",
        summary="Figures for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "All."}, **FAILURES},
    )
    def metrics() -> Response:
        """Figures of this process, and `encore_cache_…` of all that share its Redis."""
        return Response(generate_latest(REGISTRY) + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes


class Nodes(Collector):
    """What all nodes count together; nothing while Redis is down, since a part would look like a fall."""

    def __init__(self, studio: Studio) -> None:
        self._cache = studio.cache

    def collect(self) -> Iterable[Metric]:
        """The figures. Redis is asked once, for one hash, within the bound of any request."""
        yield from _activity(self._cache.activity() or ())


def _activity(rows: Sequence[Activity]) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "encore_cache_requests", "Values that were asked for, by what the cache did.", labels=[*BY, "outcome", "tier"]
    )
    errors = CounterMetricFamily("encore_cache_errors", "Computations that failed.", labels=BY)
    damaged = CounterMetricFamily("encore_cache_damaged", "Damaged entries that were deleted.", labels=BY)
    stored = CounterMetricFamily("encore_cache_stored_bytes", "Bytes written to Redis.", labels=BY)
    spent = CounterMetricFamily("encore_cache_engine_seconds", "Engine time that was spent.", labels=BY)
    saved = CounterMetricFamily("encore_cache_saved_seconds", "Engine time that the cache saved.", labels=BY)
    latency = HistogramMetricFamily(
        "encore_cache_request_seconds", "Time from asking to the value, by what the cache did.", labels=[*BY, "outcome"]
    )
    for row in rows:
        about, counts = [row.namespace.value, row.engine], row.counts
        outcomes = {
            ("hit", "local"): counts.hits_local,
            ("hit", "redis"): counts.hits_redis,
            ("miss", ""): counts.misses,
            ("coalesced", ""): counts.coalesced,
            ("bypass", ""): counts.bypassed,
            ("offline", ""): counts.offline,
        }
        for (outcome, tier), count in outcomes.items():
            requests.add_metric([*about, outcome, tier], count)
        errors.add_metric(about, counts.errors)
        damaged.add_metric(about, counts.damaged)
        stored.add_metric(about, counts.bytes_stored)
        spent.add_metric(about, counts.computed_ms / 1e3)
        saved.add_metric(about, counts.saved_ms / 1e3)
        for kind, histogram in row.latency.items():
            latency.add_metric([*about, kind.value], _buckets(histogram), sum_value=None)
    yield from (requests, errors, damaged, stored, spent, saved, latency)


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Upper bounds in seconds with how many took no longer."""
    first = sum(count for digits, count in histogram.bins.items() if digits < DIGITS[0])
    counted = accumulate((histogram.bins.get(digits, 0) for digits in DIGITS), initial=first)
    next(counted)
    bounds = [(str((1 << digits) / 1e6), float(count)) for digits, count in zip(DIGITS, counted, strict=True)]
    return [*bounds, ("+Inf", float(sum(histogram.bins.values())))]


class Node(Collector):
    """How this process is."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def collect(self) -> Iterable[Metric]:
        """The figures; nobody is asked for them."""
        studio = self._studio
        local = studio.cache.local_size
        yield GaugeMetricFamily("encore_redis_up", "Whether Redis can be used.", studio.cache.redis_state.up)
        yield GaugeMetricFamily("encore_local_cache_bytes", "Size of the cache in this process.", local.bytes)
        yield GaugeMetricFamily("encore_local_cache_limit_bytes", "What it may grow to.", local.limit)
        yield GaugeMetricFamily("encore_local_cache_entries", "Entries of the cache in this process.", local.entries)
        yield GaugeMetricFamily("encore_queue_length", "Requests that wait for an engine.", studio.keeper.waiting)
        loaded, working, waiting = (
            GaugeMetricFamily(f"encore_engine_{name}", about, labels=["engine", "kind"])
            for name, about in (
                ("loaded", "Whether an engine's model is in memory."),
                ("working", "Requests that an engine works for."),
                ("waiting", "Requests that wait for an engine."),
            )
        )
        for status in studio.keeper.status():
            about = [status.name, status.kind]
            loaded.add_metric(about, status.loaded)
            working.add_metric(about, status.working)
            waiting.add_metric(about, status.waiting)
        yield from (loaded, working, waiting)
        version = GaugeMetricFamily("encore_build_info", "The version that runs.", labels=["version"])
        version.add_metric([__version__], 1)
        yield version
