"""Where the time went, and the time that did not have to be spent."""

from html import escape

from core.report import Stage
from webui.components.badges import outcome_words, seconds
from webui.i18n import Texts


def latency_bar(texts: Texts, stages: list[tuple[str, Stage]], total_ms: float, saved_ms: float) -> str:
    """A stacked bar of what was spent, stage by stage, with what the cache saved behind it; the figures beside it."""
    whole = max(sum(stage.ms for _, stage in stages) + saved_ms, 1e-6)
    spent = "".join(
        f'<span data-outcome="{stage.outcome.value}" style="flex:{stage.ms / whole:.6f} 0 0" '
        f'title="{escape(_sentence(texts, name, stage))}"></span>'
        for name, stage in stages
    )
    saved = (
        f'<span class="e-saved" style="flex:{saved_ms / whole:.6f} 0 0" '
        f'title="{escape(texts("latency.saved", time=seconds(texts, saved_ms)))}"></span>'
        if saved_ms > 0
        else ""
    )
    note = f" <em>{escape(texts('latency.saved', time=seconds(texts, saved_ms)))}</em>" if saved_ms >= 0.5 else ""
    return (
        f'<div class="e-latency"><div class="e-bar" aria-hidden="true">{spent}{saved}</div>'
        f'<span class="e-figures" data-total-ms="{total_ms:.3f}" data-saved-ms="{saved_ms:.3f}">'
        f"<strong>{escape(seconds(texts, total_ms))}</strong>{note}</span></div>"
    )


def _sentence(texts: Texts, name: str, stage: Stage) -> str:
    return f"{name}: {outcome_words(texts, stage)}, {seconds(texts, stage.ms)}"
