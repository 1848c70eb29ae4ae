"""The Cache tab's drawings: right, legible without them, and with nothing of a user's that could be markup."""

import re
from xml.etree import ElementTree

import pytest

from core.cache.key import Namespace
from core.cache.outcome import Outcome
from core.cache.stats import Activity, Counts, Histogram, Minute
from webui.components.charts import hit_rate_chart, latency_chart
from webui.i18n import Texts, texts

EN, ZH = texts("en"), texts("zh")


def minutes(*counts: Counts | None) -> list[Minute]:
    """One each, oldest first; None for a quiet one."""
    return [
        Minute(place * 60, [Activity(Namespace.SEGMENT, "kokoro", each)] if each else [])
        for place, each in enumerate(counts)
    ]


HOUR = minutes(*[None] * 56, Counts(hits_local=1, misses=3), Counts(hits_redis=8, misses=2), None, Counts(hits_local=2))


def line(html: str) -> str:
    return re.search(r'class="e-line" d="([^"]*)"', html).group(1)


def test_each_minute_with_requests_has_a_bar_and_a_point() -> None:
    html = hit_rate_chart(EN, HOUR, up=True)
    assert len(re.findall(r"<rect (?!class)", html)) == 3
    assert line(html) == "M565 75.0h0L575 20.0M595 0.0h0"  # a quiet minute is a gap
    assert re.findall(r'<rect x[^>]* height="([\d.]+)"', html) == ["40.0", "100.0", "20.0"]


@pytest.mark.parametrize("words", [EN, ZH])
def test_the_curve_is_told_in_words(words: Texts) -> None:
    drawing = ElementTree.fromstring(re.search("<svg.*</svg>", hit_rate_chart(words, HOUR, up=True)).group())
    assert drawing.get("role") == "img"
    assert drawing.find("title").text == words("cache.chart.title")
    told = drawing.find("desc").text
    assert words("cache.chart.summary", requests=16, rate="69%", peak=10) in told
    assert words("cache.chart.minute", count=3, requests=4, rate="25%") in told


def test_what_is_no_result_does_not_count() -> None:
    aliases = [Minute(0, [Activity(Namespace.ALIAS, "decode", Counts(hits_local=9))])]
    assert "Nothing was asked for" in hit_rate_chart(EN, aliases, up=True)


@pytest.mark.parametrize(("up", "said"), [(True, "Nothing was asked for"), (False, "out of reach")])
def test_without_a_curve_it_says_why(up: bool, said: str) -> None:
    html = hit_rate_chart(EN, [], up=up)
    assert said in html
    assert "<svg" not in html


def times(**outcomes: dict[int, int]) -> list[Activity]:
    latency = {Outcome(name): Histogram(bins) for name, bins in outcomes.items()}
    return [Activity(Namespace.SEGMENT, "kokoro", Counts(), latency)]


def test_hits_and_misses_are_set_against_each_other() -> None:
    html = latency_chart(EN, times(hit={10: 90, 13: 10}, miss={21: 5}))
    hit, miss = re.findall(r'<tr data-outcome="(?:hit|miss)">.*?</tr>', html)
    assert "≤ 1 ms" in hit
    assert "≤ 8.2 ms" in hit
    assert "≤ 2.1 s" in miss
    widths = [float(width) for row in (hit, miss) for width in re.findall(r"<b style=\"width:([\d.]+)%", row)]
    assert widths == pytest.approx([16.84, 72.03], abs=0.1)
    assert "about 2,000 times" in html


def test_engines_and_namespaces_add_up() -> None:
    rows = [*times(hit={10: 1}), Activity(Namespace.SPEAKER, "x", Counts(), {Outcome.HIT: Histogram({15: 9})})]
    assert "≤ 33 ms" in latency_chart(EN, rows)


def test_no_comparison_without_both() -> None:
    assert "times as fast" not in latency_chart(EN, times(hit={10: 1}))
    assert "after the first request" in latency_chart(EN, [])
    assert "after the first request" in latency_chart(EN, times(hit={}))
