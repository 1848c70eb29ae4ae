"""The map of voices: a drawing whose points are buttons."""

from collections.abc import Mapping
from html import escape

from core.speakers.nearest import KnownVoice
from webui.components.icons import icon
from webui.components.voices import known_facts
from webui.i18n import Texts

WIDTH, HEIGHT, MARGIN = 400, 320, 26
LONGEST = 22
"""Characters of a name that are drawn."""


def voice_map(texts: Texts, places: Mapping[KnownVoice, tuple[float, float]], *, chosen: str) -> str:
    """Each voice where it lies; the saved ones are named, the others when they are pointed at."""
    if not places:
        return f'<p class="e-hint">{escape(texts("voices.map_hint"))}</p>'
    # What is drawn last lies on top.
    drawn = sorted(places.items(), key=lambda each: (each[0].own, each[0].value == chosen, each[0].label))
    values = [voice.value for voice, _ in drawn]
    reached = chosen if chosen in values else values[-1]
    points = "".join(_point(texts, voice, x, y, chosen, reached) for voice, (x, y) in drawn)
    legend = "".join(
        f"<span>{icon(drawing)}{escape(texts(key))}</span>"
        for drawing, key in (("voice", "voices.saved"), ("stock", "voices.stock"))
    )
    return (
        f'<svg class="e-map" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{escape(texts("voices.map"))}">'
        f'{points}</svg><p class="e-legend">{legend}<small>{escape(texts("voices.map_keys"))}</small></p>'
    )


def _point(texts: Texts, voice: KnownVoice, x: float, y: float, chosen: str, reached: str) -> str:
    left = MARGIN + x * (WIDTH - 2 * MARGIN)
    top = HEIGHT - MARGIN - y * (HEIGHT - 2 * MARGIN)
    side, anchor = (-9, "end") if x > 0.5 else (9, "start")
    label = voice.label if len(voice.label) <= LONGEST else f"{voice.label[: LONGEST - 1].rstrip()}…"
    shape = (
        f'<circle cx="{left:.1f}" cy="{top:.1f}" r="6"/>'
        if voice.own
        else f'<rect x="{left - 4:.1f}" y="{top - 4:.1f}" width="8" height="8" rx="1.5"/>'
    )
    words = ", ".join([voice.label, *known_facts(texts, voice)])
    return (
        f'<g role="button" data-act="open" data-voice="{escape(voice.value)}" data-own="{str(voice.own).lower()}" '
        f'aria-label="{escape(words)}" aria-pressed="{str(voice.value == chosen).lower()}" '
        f'tabindex="{0 if voice.value == reached else -1}" data-x="{left:.1f}" data-y="{top:.1f}">{shape}'
        f'<text x="{left + side:.1f}" y="{top + 4:.1f}" text-anchor="{anchor}">{escape(label)}</text></g>'
    )
