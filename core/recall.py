"""Takes that were finished lately, by what was asked for: the same again needs no planning and no putting together.

A take is recalled only while every value that it was made of is still in this process's memory, as it was then; so a
purge, here or on another node, reaches it, and so it never has to wait for anybody.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass, replace

from cachetools import LRUCache

from core.audio import AudioClip
from core.cache.cache import Cache, Part
from core.engines.base import SynthesisEngine
from core.report import SegmentStage, Stage, SynthesisReport
from core.request import AudioSource, ReferenceSpeaker, SynthesisRequest
from core.text.lexicon import Lexicon

LIMIT = 64 * 2**20
"""Bytes of sound that are remembered; what was unused for longest goes first."""


@dataclass(frozen=True)
class Finished:
    """A take, and what it was made of."""

    audio: AudioClip
    report: SynthesisReport
    parts: tuple[Part, ...]
    """Those of the profiles that had to be had, and each segment's."""
    lexicon: Lexicon
    """How words were read."""


class Recall:
    """Remembers what was finished. Thread-safe."""

    def __init__(self, cache: Cache, limit: int = LIMIT) -> None:
        """Takes of values in ``cache``; ``limit`` in bytes."""
        self._cache = cache
        self._finished: LRUCache[Hashable, Finished] = LRUCache(limit, getsizeof=_size)
        self._lock = threading.Lock()

    def keep(
        self, request: SynthesisRequest, engine: SynthesisEngine, recordings: Hashable, finished: Finished
    ) -> None:
        """Remember what came of ``request``, unless it is too long; ``recordings`` are those of a saved voice."""
        if request.seed is not None and _size(finished) <= self._finished.maxsize:
            with self._lock:
                self._finished[_asked(request, engine), recordings] = finished

    def find(
        self, request: SynthesisRequest, engine: SynthesisEngine, recordings: Hashable, lexicon: Lexicon
    ) -> Finished | None:
        """What comes of ``request``, each value counted as the hit that it is; None if something has changed."""
        with self._lock:
            finished = self._finished.get((_asked(request, engine), recordings))
        if finished is None or finished.lexicon is not lexicon:
            return None
        hits = self._cache.recall(finished.parts)
        if hits is None:
            return None
        stages = [Stage.of(hit) for hit in hits]
        report = finished.report
        voice, said = stages[: -len(report.segments)], stages[-len(report.segments) :]
        spoken = zip(report.segments, said, strict=True)
        report = replace(
            report,
            speaker=Stage.together(voice) if voice else None,
            segments=tuple(SegmentStage(was.text, stage, was.duration_s) for was, stage in spoken),
        )
        return replace(finished, report=report)


def _size(finished: Finished) -> int:
    return finished.audio.samples.nbytes


def _asked(request: SynthesisRequest, engine: SynthesisEngine) -> Hashable:
    """``request`` by content: clips are what they hold."""
    speaker, instruction = request.speaker, request.instruction
    return (
        engine.fingerprint,
        replace(
            request,
            speaker=replace(speaker, audio=_NO_CLIP) if isinstance(speaker, ReferenceSpeaker) else speaker,
            instruction=replace(instruction, clip=None),
        ),
        speaker.audio.raw_digest if isinstance(speaker, ReferenceSpeaker) else "",
        instruction.clip.raw_digest if instruction.clip else "",
    )


_NO_CLIP = AudioSource(b"")
