"""What the cache holds and what it saved, as figures."""

from collections.abc import Iterable
from html import escape

from core.cache.key import Namespace
from core.cache.stats import CacheStats, Counts, add
from webui.components.badges import seconds
from webui.i18n import Texts

SHOWN = (Namespace.SPEAKER, Namespace.SEGMENT, Namespace.TRANSCRIPT)
"""Namespaces that hold results; aliases are a mere short cut."""
MEGABYTE = 2**20


def cache_view(texts: Texts, stats: CacheStats) -> str:
    """The big number, the figures around it and a table of namespaces."""
    total = add(row.counts for row in stats.activity if row.namespace in SHOWN)
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
    offline = (
        ""
        if redis.up
        else f'<div class="e-notice" data-level="warning">{escape(texts("cache.offline", reason=redis.reason))}</div>'
    )
    return (
        f'{offline}<div class="e-sums"><div class="e-big"><span>{escape(texts("cache.saved"))}</span>'
        f"<strong>{escape(seconds(texts, total.saved_ms) if total.saved_ms else '0 s')}</strong></div>"
        f"<dl>{tiles}</dl></div>{_share_bar(texts, total)}{_table(texts, stats)}"
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
    columns = ("entries", "memory", "local", "redis", "misses", "coalesced", "bypassed", "rate", "saved", "troubles")
    head = "".join(f"<th>{escape(texts(f'cache.column.{column}'))}</th>" for column in columns)
    rows = "".join(_row(texts, stats, namespace) for namespace in SHOWN)
    return (
        f'<div class="e-scroll"><table class="e-table"><thead><tr><th>{escape(texts("cache.column.namespace"))}</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(texts: Texts, stats: CacheStats, namespace: Namespace) -> str:
    counts = add(row.counts for row in stats.activity if row.namespace is namespace)
    held = next((row for row in stats.footprint if row.namespace is namespace), None)
    cells = (
        f"{held.entries:,}" if held else "0",
        size(held.bytes if held else 0),
        f"{counts.hits_local:,}",
        f"{counts.hits_redis:,}",
        f"{counts.misses:,}",
        f"{counts.coalesced:,}",
        f"{counts.bypassed + counts.offline:,}",
        f"{counts.hit_rate:.0%}" if counts.requests else "–",
        seconds(texts, counts.saved_ms) if counts.saved_ms else "–",
        f"{counts.errors + counts.damaged:,}",
    )
    name = escape(texts(f"namespace.{namespace.value}"))
    return f"<tr><th>{name}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def size(count: int) -> str:
    """Bytes as people read them."""
    if count < 1000:
        return f"{count} B"
    if count < MEGABYTE:
        return f"{count / 1024:.1f} kB"
    return f"{count / MEGABYTE:.1f} MB" if count < 1000 * MEGABYTE else f"{count / MEGABYTE / 1024:.2f} GB"
