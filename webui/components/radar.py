"""An emotion vector as a shape: eight axes, and the outline that the page draws on them as the sliders move."""

import math
from html import escape

from core.request import EMOTIONS
from webui.i18n import Texts

RADIUS = 100
"""Length of an axis in the drawing's units."""
RINGS = (0.25, 0.5, 0.75, 1.0)


def radar(texts: Texts) -> str:
    """The axes with their names; the outline is the page's, which knows the values first. Sliders say all in words."""
    ends = [_end(axis) for axis in range(len(EMOTIONS))]
    rings = "".join(f'<circle r="{RADIUS * ring:g}"/>' for ring in RINGS)
    axes = "".join(f'<line class="e-axis-line" x2="{x:.1f}" y2="{y:.1f}"/>' for x, y in ends)
    names = "".join(
        f'<text x="{x * 1.12:.1f}" y="{y * 1.12 + 4:.1f}" text-anchor="{_anchor(x)}">'
        f"{escape(texts(f'mood.emotion.{name}'))}</text>"
        for name, (x, y) in zip(EMOTIONS, ends, strict=True)
    )
    knobs = '<circle r="4"/>' * len(ends)
    return (
        f'<svg class="e-radar" viewBox="-175 -125 350 250" aria-hidden="true">{rings}{axes}'
        f'<polygon points="0,0"/><g class="e-knobs">{knobs}</g>{names}</svg>'
    )


def _end(axis: int) -> tuple[float, float]:
    """Where an axis ends; the first one points up, the others follow clockwise."""
    angle = 2 * math.pi * axis / len(EMOTIONS)
    return RADIUS * math.sin(angle), -RADIUS * math.cos(angle)


def _anchor(x: float) -> str:
    return "middle" if abs(x) < 1 else "start" if x > 0 else "end"
