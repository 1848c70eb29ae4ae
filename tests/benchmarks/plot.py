"""Draws what :mod:`tests.benchmarks.cache` measured: every request's latency by share of repeats."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

Seconds = Mapping[str, Mapping[int, Mapping[str, Sequence[float]]]]
"""By kind of work, percent of repeats, and way ("encore", "no cache")."""
COLOURS = {"no cache": "#a8640a", "encore": "#157a4c"}


def draw(seconds: Seconds, path: Path) -> None:
    """A panel for each kind of work: a dot for each request, a bar at the median, on a logarithmic scale."""
    figure, panels = plt.subplots(1, len(seconds), figsize=(10, 3.6), sharey=True, layout="constrained")
    for panel, (kind, shares) in zip(panels, seconds.items(), strict=True):
        for place, ways in enumerate(shares.values()):
            for offset, (way, colour) in zip((-0.17, 0.17), COLOURS.items(), strict=True):
                values = [value * 1e3 for value in ways[way]]
                x = place + offset
                spread = [x + 0.1 * ((number * 0.618) % 1 - 0.5) for number in range(len(values))]
                panel.scatter(spread, values, s=9, color=colour, alpha=0.55, linewidths=0)
                panel.hlines(sorted(values)[len(values) // 2], x - 0.13, x + 0.13, color=colour, linewidth=2.5)
        panel.set_xticks(range(len(shares)), [f"{share} %" for share in shares])
        panel.set(title=kind, yscale="log", xlabel="share of requests that were made before")
        panel.grid(axis="y", alpha=0.25)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("latency of each request, ms")
    for way, colour in COLOURS.items():
        panels[-1].scatter([], [], color=colour, label=way)
    panels[-1].legend(frameon=False, loc="center right")
    figure.savefig(path, dpi=110)
