"""A take in the making: the studio's events, with their sound where the page can hear it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from core.progress import Progress
from core.request import SynthesisRequest
from core.sound import encode_take
from core.studio import SegmentReady, Studio, Take
from webui.api.audio import Clip, ClipStore
from webui.components.player import LiveSegment, live_strip
from webui.i18n import Texts
from webui.work import Step


@dataclass(frozen=True)
class Finished:
    """A take whose sound can be had."""

    take: Take
    clip: Clip


@dataclass
class Run:
    """What is known so far of a take in the making."""

    run_id: str = field(default_factory=lambda: secrets.token_hex(6))
    expected: int = 0
    """How many segments it will have, as far as the text tells."""
    segments: list[LiveSegment] = field(default_factory=list)
    step: Step | None = None
    finished: Finished | None = None

    def add(self, item: LiveSegment | Step | Finished) -> None:
        """Take in what has come."""
        match item:
            case Step():
                self.step = item
            case LiveSegment():
                self.segments.append(item)
            case Finished():
                self.finished = item

    @property
    def starts_s(self) -> list[float]:
        """Where each segment begins, in seconds."""
        return list(accumulate((segment.duration_s for segment in self.segments[:-1]), initial=0.0))

    def strip(self, texts: Texts, take_id: str | None = None) -> str:
        """How it is heard and seen; ``take_id`` once it is a take."""
        speaking = self.step is not None and self.step.stage == "synthesize"
        total = max(self.expected, len(self.segments)) if speaking else 0
        return live_strip(texts, take_id or self.run_id, self.segments, total=total, step=self.step, done=bool(take_id))


def spoken(
    studio: Studio, clips: ClipStore, request: SynthesisRequest, progress: Progress
) -> Iterator[LiveSegment | Finished]:
    """The studio's events with their sound in ``clips``; runs beside the event loop. Raises what the studio does."""
    for event in studio.stream(request, progress):
        if isinstance(event, SegmentReady):
            clip = clips.put(encode_take(event.audio))
            yield LiveSegment(clip.clip_id, event.audio.duration_s, event.stage.stage.outcome)
        elif isinstance(event, Take):
            yield Finished(event, clips.put(encode_take(event.audio)))
