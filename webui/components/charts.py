"""Figures as drawings: the hit rate over time, and how long hits and misses take. Every one is told in words too."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from core.cache.outcome import Outcome
from core.cache.stats import Activity, Counts, Histogram, Minute, add
from webui.components.icons import icon
from webui.i18n import Texts
from webui.shelf import SHOWN

HEIGHT = 100
STEP = 10
"""Width of a minute; the drawing is stretched to the room there is, and its lines keep their widths."""
FASTEST_MS, SLOWEST_MS = 0.1, 100_000.0
"""Ends of the scale of times, which is logarithmic: hits and misses are orders of magnitude apart."""
TICKS_MS = (1.0, 100.0, 10_000.0)


@dataclass(frozen=True)
class _Point:
    """One minute."""

    ago: int
    counts: Counts


def hit_rate_chart(texts: Texts, minutes: Sequence[Minute], *, up: bool) -> str:
    """The hit rate minute by minute, with the number of requests behind it; a sentence while there is nothing."""
    points = [
        _Point(len(minutes) - 1 - place, add(row.counts for row in minute.activity if row.namespace in SHOWN))
        for place, minute in enumerate(minutes)
    ]
    total = add(point.counts for point in points)
    if not total.requests:
        return f'<p class="e-none">{escape(texts("cache.chart.empty" if up else "cache.chart.away"))}</p>'
    peak = max(point.counts.requests for point in points)
    summary = texts("cache.chart.summary", requests=f"{total.requests:,}", rate=f"{total.hit_rate:.0%}", peak=peak)
    told = [_told(texts, point) for point in points if point.counts.requests]
    ticks = "".join(f"<span>{escape(texts('cache.chart.ago', count=count))}</span>" for count in (60, 45, 30, 15))
    return (
        f'<figure class="e-chart"><div class="e-axis" aria-hidden="true"><span>100%</span><span>50%</span><span>0%'
        f"</span></div>{_drawing(texts, points, peak, ' '.join([summary, *told]))}"
        f'<div class="e-axis e-axis-requests" aria-hidden="true"><span>{peak:,}</span><span>0</span></div>'
        f'<div class="e-ticks" aria-hidden="true">{ticks}<span>{escape(texts("cache.chart.now"))}</span></div>'
        f'<figcaption><span class="e-legend"><i class="e-rate"></i>{escape(texts("cache.chart.rate"))}</span>'
        f'<span class="e-legend"><i></i>{escape(texts("cache.chart.requests"))}</span>'
        f"<span>{escape(summary)}</span></figcaption></figure>"
    )


def _drawing(texts: Texts, points: Sequence[_Point], peak: int, description: str) -> str:
    bars, line, before = "", "", False
    for place, point in enumerate(points):
        counts = point.counts
        if not counts.requests:
            before = False
            continue
        tall = HEIGHT * counts.requests / peak
        x, y = place * STEP + STEP / 2, HEIGHT * (1 - counts.hit_rate)
        bars += (
            f'<rect x="{place * STEP + 1.5:g}" y="{HEIGHT - tall:.1f}" width="{STEP - 3}" height="{tall:.1f}"></rect>'
            f'<rect class="e-over" x="{place * STEP}" y="0" width="{STEP}" height="{HEIGHT}">'
            f"<title>{escape(_told(texts, point))}</title></rect>"
        )
        line += f"{'L' if before else 'M'}{x:g} {y:.1f}" if before else f"M{x:g} {y:.1f}h0"
        before = True
    grid = "".join(f"M0 {HEIGHT * part:g}H{len(points) * STEP}" for part in (0, 0.5, 1))
    return (
        f'<svg viewBox="0 0 {len(points) * STEP} {HEIGHT}" preserveAspectRatio="none" role="img">'
        f"<title>{escape(texts('cache.chart.title'))}</title><desc>{escape(description)}</desc>"
        f'<path class="e-grid" d="{grid}"></path>{bars}<path class="e-line" d="{line}"></path></svg>'
    )


def _told(texts: Texts, point: _Point) -> str:
    return texts(
        "cache.chart.minute",
        count=point.ago,
        requests=f"{point.counts.requests:,}",
        rate=f"{point.counts.hit_rate:.0%}",
    )


def latency_chart(texts: Texts, activity: Iterable[Activity]) -> str:
    """How long requests took by outcome: half of them and all but a twentieth, on one logarithmic scale."""
    by_outcome = _by_outcome(activity)
    rows = "".join(_row(texts, outcome, by_outcome[outcome]) for outcome in Outcome if outcome in by_outcome)
    if not rows:
        return f'<p class="e-none">{escape(texts("cache.latency.empty"))}</p>'
    ticks = "".join(f'<i style="left:{_place(tick):.2%}">{escape(_round(texts, tick))}</i>' for tick in TICKS_MS)
    columns = ("outcome", "scale", "half", "most")
    head = "".join(f'<th scope="col">{escape(texts(f"cache.latency.{column}"))}</th>' for column in columns)
    return (
        f'<table class="e-times"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>'
        f'<tfoot aria-hidden="true"><tr><td></td><td><div class="e-scale">{ticks}</div></td><td></td><td></td></tr>'
        f"</tfoot></table>{_comparison(texts, by_outcome)}"
    )


def _by_outcome(activity: Iterable[Activity]) -> dict[Outcome, Histogram]:
    bins: dict[Outcome, Counter[int]] = {}
    for row in activity:
        if row.namespace in SHOWN:
            for outcome, histogram in row.latency.items():
                bins.setdefault(outcome, Counter()).update(histogram.bins)
    return {outcome: Histogram(found) for outcome, found in bins.items() if found.total()}


def _row(texts: Texts, outcome: Outcome, histogram: Histogram) -> str:
    half, most = histogram.percentile(0.5) or 0.0, histogram.percentile(0.95) or 0.0
    return (
        f'<tr data-outcome="{outcome.value}"><th scope="row">{icon(outcome.value)}'
        f"{escape(texts(f'outcome.{outcome.value}'))}</th>"
        f'<td><div class="e-span"><i style="width:{_place(most):.2%}"></i><b style="width:{_place(half):.2%}"></b>'
        f"</div></td><td>≤ {escape(_round(texts, half))}</td><td>≤ {escape(_round(texts, most))}</td></tr>"
    )


def _comparison(texts: Texts, by_outcome: dict[Outcome, Histogram]) -> str:
    hit, miss = by_outcome.get(Outcome.HIT), by_outcome.get(Outcome.MISS)
    if hit is None or miss is None:
        return ""
    times = (miss.percentile(0.5) or 0.0) / (hit.percentile(0.5) or 1.0)
    if times < 2:
        return ""
    rounded = f"{int(float(f'{times:.0e}')):,}"  # bins are no finer
    return f'<p class="e-say-so">{escape(texts("cache.latency.times", times=rounded))}</p>'


def _place(ms: float) -> float:
    """Where a time lies on the scale, in [0, 1]; never quite 0, so that there is something to see."""
    share = math.log(max(ms, FASTEST_MS) / FASTEST_MS) / math.log(SLOWEST_MS / FASTEST_MS)
    return min(1.0, max(0.01, share))


def _round(texts: Texts, ms: float) -> str:
    """A time in two digits or so, as bins are no finer."""
    value, unit = (ms, "unit.ms") if ms < 1000 else (ms / 1000, "unit.s")
    return texts(unit, value=f"{value:.2g}" if value < 100 else f"{value:.0f}")
