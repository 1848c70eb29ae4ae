"""The Cache tab's figures: notices on top, and a table by namespace and engine."""

import re
from dataclasses import replace

import pytest

from core.cache.key import Namespace
from core.cache.notices import Notice
from core.cache.stats import Activity, Counts, Footprint
from tests.core.humming import HummingEngine
from tests.webui.components.test_components import HOSTILE, STATS, Tags
from webui.components.cache_view import cache_view
from webui.components.header import header
from webui.i18n import Texts, texts

EN, ZH = texts("en"), texts("zh")


def rows(html: str) -> list[list[str]]:
    """The table's cells, as text."""
    body = re.search(r'e-table">.*<tbody>(.*?)</tbody>', html).group(1)
    cells = [re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr.*?</tr>", body)]
    return [[re.sub("<.*?>", "", cell) for cell in row] for row in cells]


@pytest.mark.parametrize(("words", "rate"), [(EN, "Only 12% of the requests"), (ZH, "只有 12% 命中")])
def test_notices_come_first(words: Texts, rate: str) -> None:
    noticed = replace(STATS, notices=[Notice("hit_rate", 0.12, 0.2), Notice("entries", 120_000, 100_000)])
    html = cache_view(words, noticed)
    assert html.index(rate) < html.index("120,000") < html.index("e-sums")
    assert "100,000" in html


def test_a_notice_of_a_newer_core_is_told_as_the_core_does() -> None:
    assert "The cache holds 5 entries" in cache_view(EN, replace(STATS, notices=[Notice("new", 5, 4)]))


def test_a_dot_calls_to_the_tab() -> None:
    assert 'data-attention="true"' in header(EN, HummingEngine(), redis=STATS.redis, attention=True)
    assert 'data-attention="false"' in header(EN, HummingEngine(), redis=STATS.redis)


def test_one_engine_stands_beside_its_namespace_and_several_below() -> None:
    one = rows(cache_view(EN, STATS))
    assert [row[0] for row in one] == ["Voices", "Segments kokoro", "Transcripts"]
    counts = Counts(misses=1, errors=2, damaged=3, offline=4, bytes_stored=2048)
    second = Activity(Namespace.SEGMENT, "cosyvoice", counts)
    both = rows(cache_view(EN, replace(STATS, activity=[*STATS.activity, second])))
    assert [row[0] for row in both] == ["Voices", "Segments", "kokoro", "cosyvoice", "Transcripts"]
    total, _, added = both[1:4]
    assert total[1:3] == ["5", "2.0 MB"]
    assert added[1:4] == ["", "", "2.0 kB"]
    assert added[-1] == "2 / 3"
    assert total[9] == "40%"
    assert added[8] == "0 / 4"


def test_what_is_not_exact_says_so() -> None:
    large = replace(STATS, footprint=[Footprint(each, 120_000, 2**30, exact=False) for each in Namespace])
    assert rows(cache_view(EN, large))[0][1:3] == ["about 120,000", "about 1.00 GB"]


def test_an_engine_s_name_is_no_markup() -> None:
    for names in ([HOSTILE], [HOSTILE, "kokoro"]):
        activity = [Activity(Namespace.SEGMENT, name, Counts(misses=1)) for name in names]
        html = cache_view(EN, replace(STATS, activity=activity))
        assert "<script" not in html
        assert Tags(html).open == []
