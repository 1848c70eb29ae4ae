"""What the cache holds and what it saved, as figures."""

from collections.abc import Iterable, Sequence
from html import escape

from core.cache.key import Namespace
from core.cache.notices import WINDOW, Notice
from core.cache.stats import Activity, CacheStats, Counts, Footprint, Minute, add
from webui.components.badges import seconds
from webui.components.charts import hit_rate_chart, latency_chart
from webui.components.measures import about, size
from webui.components.notice import notice
from webui.i18n import Texts
from webui.shelf import SHOWN


def cache_view(texts: Texts, stats: CacheStats, minutes: Sequence[Minute] = ()) -> str:
    """What to look at, the big number with the figures around it, the charts of ``minutes``, and the table."""
    total = add(row.counts for row in stats.activity if row.namespace in SHOWN)
    chart = hit_rate_chart(texts, minutes, up=stats.redis.up)
    latency = latency_chart(texts, stats.activity)
    return (
        f"{_notices(texts, stats)}{_sums(texts, stats, total)}{_share_bar(texts, total)}"
        f'<div class="e-charts"><section>{_heading(texts, "cache.chart.title")}{chart}</section>'
        f"<section>{_heading(texts, 'cache.latency.title')}{latency}</section></div>"
        f"{_heading(texts, 'cache.table')}{_table(texts, stats)}"
    )


def _heading(texts: Texts, key: str) -> str:
    return f'<h3 class="e-heading">{escape(texts(key))}</h3>'


def _notices(texts: Texts, stats: CacheStats) -> str:
    offline = "" if stats.redis.up else notice("warning", texts("cache.offline", reason=stats.redis.reason))
    return offline + "".join(notice("warning", _noticed(texts, each)) for each in stats.notices)


def _noticed(texts: Texts, each: Notice) -> str:
    shown = "{:.0%}" if each.code == "hit_rate" else "{:,.0f}"
    sentence = texts.maybe(f"cache.notice.{each.code}", "")
    if not sentence:  # one that this page does not know yet
        return str(each)
    return sentence.format(value=shown.format(each.value), limit=shown.format(each.limit), minutes=WINDOW)


def _sums(texts: Texts, stats: CacheStats, total: Counts) -> str:
    redis = stats.redis
    memory = size(redis.memory) + (f" / {size(redis.memory_limit)}" if redis.memory_limit else "")
    figures = (
        ("cache.hit_rate", f"{total.hit_rate:.0%}"),
        ("cache.requests", f"{total.requests:,}"),
        ("cache.computed", seconds(texts, total.computed_ms)),
        ("cache.redis_memory", memory if redis.up else texts("status.redis_down")),
        ("cache.local_memory", f"{size(stats.local.bytes)} / {size(stats.local.limit)}"),
    )
    tiles = "".join(f"<div><dt>{escape(texts(key))}</dt><dd>{escape(value)}</dd></div>" for key, value in figures)
    saved = seconds(texts, total.saved_ms) if total.saved_ms else texts("unit.s", value=0)
    return (
        f'<div class="e-sums"><div class="e-big"><span>{escape(texts("cache.saved"))}</span>'
        f"<strong>{escape(saved)}</strong></div><dl>{tiles}</dl></div>"
    )


def _share_bar(texts: Texts, total: Counts) -> str:
    """How requests ended, in proportion, each told in words too."""
    parts = [(outcome, count) for outcome, count in _outcomes(total) if count]
    pieces = "".join(f'<span data-outcome="{outcome}" style="flex:{count} 0 0"></span>' for outcome, count in parts)
    words = "".join(
        f'<span class="e-badge" data-outcome="{outcome}"><b>{escape(texts(f"outcome.{outcome}"))}</b> {count:,}</span>'
        for outcome, count in parts
    )
    return (
        f'<div class="e-shares"><div class="e-bar">{pieces}</div><div class="e-badges">{words}</div></div>'
        if parts
        else ""
    )


def _outcomes(counts: Counts) -> Iterable[tuple[str, int]]:
    return (
        ("hit", counts.hits),
        ("coalesced", counts.coalesced),
        ("miss", counts.misses),
        ("bypass", counts.bypassed),
        ("offline", counts.offline),
    )


def _table(texts: Texts, stats: CacheStats) -> str:
    """A row for each namespace and, where several engines are at work in it, one for each of those."""
    columns = ("entries", "memory", *_figures(texts, Counts()))
    head = "".join(f'<th scope="col">{escape(texts(f"cache.column.{column}"))}</th>' for column in columns)
    rows = "".join(_rows(texts, stats, namespace) for namespace in SHOWN)
    return (
        f'<div class="e-scroll"><table class="e-table"><thead><tr><th scope="col">'
        f"{escape(texts('cache.column.namespace'))}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _rows(texts: Texts, stats: CacheStats, namespace: Namespace) -> str:
    engines = [row for row in stats.activity if row.namespace is namespace]
    held = next((part for part in stats.footprint if part.namespace is namespace), Footprint(namespace, 0, 0))
    figures = {
        "entries": about(texts, f"{held.entries:,}", exact=held.exact),
        "memory": about(texts, size(held.bytes), exact=held.exact),
        **_figures(texts, add(row.counts for row in engines)),
    }
    name = escape(texts(f"namespace.{namespace.value}"))
    if len(engines) == 1:
        name += f" <small>{escape(engines[0].engine)}</small>"
    whole = _row(texts, name, figures)
    return whole + ("".join(_engine_row(texts, row) for row in engines) if len(engines) > 1 else "")


def _engine_row(texts: Texts, row: Activity) -> str:
    figures = {"entries": "", "memory": "", **_figures(texts, row.counts)}
    return _row(texts, f"<small>{escape(row.engine)}</small>", figures, kind=' class="e-engine"')


def _figures(texts: Texts, counts: Counts) -> dict[str, str]:
    """What happened, by column."""
    return {
        "written": size(counts.bytes_stored),
        "local": f"{counts.hits_local:,}",
        "redis": f"{counts.hits_redis:,}",
        "coalesced": f"{counts.coalesced:,}",
        "misses": f"{counts.misses:,}",
        "bypassed": f"{counts.bypassed:,} / {counts.offline:,}",
        "rate": f"{counts.hit_rate:.0%}" if counts.requests else "–",
        "spent": seconds(texts, counts.computed_ms) if counts.computed_ms else "–",
        "saved": seconds(texts, counts.saved_ms) if counts.saved_ms else "–",
        "troubles": f"{counts.errors:,} / {counts.damaged:,}",
    }


def _row(texts: Texts, name: str, figures: dict[str, str], kind: str = "") -> str:
    cells = "".join(
        f'<td data-column="{column}" data-label="{escape(texts(f"cache.column.{column}"))}">{escape(text)}</td>'
        for column, text in figures.items()
    )
    return f'<tr{kind}><th scope="row">{name}</th>{cells}</tr>'
