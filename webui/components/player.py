"""The strip that a run is heard and seen in while it is being made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.cache.outcome import Outcome
from webui.components import notice
from webui.components.icons import icon
from webui.i18n import Texts
from webui.work import Step


@dataclass(frozen=True)
class LiveSegment:
    """A segment that can be heard already."""

    clip_id: str
    duration_s: float
    """With the pause after it, in seconds."""
    outcome: Outcome


def live_strip(
    texts: Texts,
    run_id: str,
    segments: Sequence[LiveSegment],
    *,
    total: int = 0,
    step: Step | None = None,
    done: bool = False,
) -> str:
    """The segments so far, for the page to play one after the other, and how far the work is.

    When ``done``, ``run_id`` is the id of the take that came of it, so that its waveform follows the sound.
    """
    clips = json.dumps([[segment.clip_id, round(segment.duration_s, 4)] for segment in segments])
    mean = sum(segment.duration_s for segment in segments) / len(segments) if segments else 1.0
    pieces = "".join(
        f'<span data-outcome="{segment.outcome.value}" style="flex:{segment.duration_s:.3f} 0 0"></span>'
        for segment in segments
    ) + f'<span class="e-pending" style="flex:{mean:.3f} 0 0"></span>' * max(0, total - len(segments))
    words = _words(texts, len(segments), total, step)
    # Once the segments are known, they are the progress bar.
    working = (
        "" if done else (f'<span role="status">{escape(words)}</span>' if total else notice.step(texts, words, step))
    )
    return (
        f'<section class="e-live" data-run="{escape(run_id)}" data-done="{str(done).lower()}" '
        f'data-clips="{escape(clips)}">'
        f'{working}<div class="e-rail">{pieces}</div>'
        f'<button data-act="stop" hidden title="{escape(texts("live.stop"))}">{icon("stock")}'
        f"{escape(texts('live.playing'))}</button></section>"
    )


def _words(texts: Texts, ready: int, total: int, step: Step | None) -> str:
    if step is not None and step.ahead:
        return texts("live.waiting", ahead=step.ahead)
    if total:
        return texts("live.segment", number=min(ready + 1, total), total=total)
    if step is not None and step.stage == "enroll":
        return texts("live.enroll", percent=f"{step.fraction:.0%}")
    return texts("live.preparing")
