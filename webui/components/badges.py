"""What the cache did, told three times: by colour, by shape and in words."""

from html import escape

from core.report import Stage
from webui.components.icons import icon
from webui.i18n import Texts


def seconds(texts: Texts, ms: float) -> str:
    """A duration as people read it: ``0.4 ms``, ``31 ms``, ``0.31 s``, ``42.0 s``, ``12.5 min``, ``3.1 h``."""
    if ms < 10:
        return texts("unit.ms", value=f"{ms:.1f}")
    if ms < 100:
        return texts("unit.ms", value=f"{ms:.0f}")
    if ms < 10_000:
        return texts("unit.s", value=f"{ms / 1000:.2f}")
    if ms < 120_000:
        return texts("unit.s", value=f"{ms / 1000:.1f}")
    if ms < 7_200_000:
        return texts("unit.min", value=f"{ms / 60_000:.1f}")
    return texts("unit.h", value=f"{ms / 3_600_000:.1f}")


def outcome_words(texts: Texts, stage: Stage) -> str:
    """``hit · redis`` or just ``miss``."""
    words = texts(f"outcome.{stage.outcome.value}")
    return f"{words} · {texts(f'tier.{stage.tier.value}')}" if stage.tier else words


def badge(texts: Texts, stage: Stage | None, *, label: str = "", title: str = "") -> str:
    """One stage's outcome with its tier and time; ``None`` is a stock voice, which needs no work."""
    if stage is None:
        return (
            f'<span class="e-badge" data-outcome="stock" title="{escape(title)}">{icon("stock")}'
            f"<b>{escape(label)}</b> {escape(texts('outcome.stock'))}</span>"
        )
    name = f"<b>{escape(label)}</b> " if label else ""
    return (
        f'<span class="e-badge" data-outcome="{stage.outcome.value}" data-ms="{stage.ms:.3f}" title="{escape(title)}">'
        f"{icon(stage.outcome.value)}{name}{escape(outcome_words(texts, stage))} "
        f"<i>{escape(seconds(texts, stage.ms))}</i></span>"
    )
