"""What this process counts of the requests that it answers. ``/metrics`` tells it beside what the core counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
"""Figures of this process alone."""
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of the bins of latency: a hit lies at the lower end, a miss at the upper."""

REQUESTS = Counter(
    "encore_http_requests",
    "Requests answered by this process.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
LATENCY = Histogram(
    "encore_http_request_seconds",
    "Time from the first byte of a request to the last of its answer, by what the cache did for it.",
    ["route", "outcome"],
    buckets=SECONDS,
    registry=REGISTRY,
)
UNDER_WAY = Gauge("encore_http_requests_under_way", "Requests that this process is answering.", registry=REGISTRY)
