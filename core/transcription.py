"""Clips to words: one by one, or many at once where the engine gains by that."""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from core import identity
from core.audio import AudioClip
from core.cache.arrivals import Claim
from core.cache.cache import Cache
from core.cache.cached import Cached
from core.engines.base import BatchRecognition, RecognitionEngine, Transcript
from core.engines.guard import guarded
from core.engines.keeper import Keeper
from core.engines.registry import Registry
from core.errors import Cancelled, EncoreError
from core.payloads import TRANSCRIPT
from core.planner import check_language
from core.progress import Progress
from core.report import Stage, TranscriptReport
from core.request import TranscriptionRequest

MOST_CLIPS = 64
"""Most clips that wait for one another."""
MOST_SECONDS = 600.0
"""About the most audio that is kept decoded for one batch."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    """What became of one of many clips."""

    index: int
    """Which of the requests it was, from 0."""
    result: TranscriptReport | EncoreError


@dataclass(frozen=True)
class _Claimed:
    """A clip that this process is to listen to."""

    index: int
    request: TranscriptionRequest
    claim: Claim[Transcript]
    clip: AudioClip
    started: float


@dataclass
class _Batch:
    """Clips that are listened to together, and those that somebody else listens to meanwhile."""

    claimed: list[_Claimed] = field(default_factory=list)
    elsewhere: list[tuple[int, TranscriptionRequest]] = field(default_factory=list)

    def goes_with(self, request: TranscriptionRequest) -> bool:
        """Whether ``request`` is asked of the same engine in the same way, and there is room."""
        waiting = [item.request for item in self.claimed] + [asked for _, asked in self.elsewhere]
        return not waiting or (
            (waiting[0].engine, waiting[0].language, waiting[0].itn) == (request.engine, request.language, request.itn)
            and len(waiting) < MOST_CLIPS
            and sum(item.clip.duration_s for item in self.claimed) < MOST_SECONDS
        )


class Transcriber:
    """Runs transcription requests through the cache. Thread-safe."""

    def __init__(self, cache: Cache, engines: Registry[RecognitionEngine], keeper: Keeper) -> None:
        self._cache = cache
        self._engines = engines
        self._keeper = keeper

    def one(self, request: TranscriptionRequest, progress: Progress) -> TranscriptReport:
        """What one clip says. Raises :class:`EncoreError`."""
        started = time.perf_counter()
        engine = self._engine(request)

        def compute() -> Transcript:
            clip = request.audio.clip
            return engine.transcribe(clip, language=request.language, itn=request.itn, progress=progress)

        content = identity.content_id(request.audio, self._cache)
        cached = self._cache.get_or_compute(
            identity.transcript_key(engine, content, request),
            TRANSCRIPT,
            lambda: guarded(engine.name, compute),
            engine=engine.name,
            checkpoint=progress.checkpoint,
            around=lambda: self._keeper.using(engine, progress),
        )
        return _report(request, cached, started)

    def many(self, requests: Iterable[TranscriptionRequest], progress: Progress) -> Iterator[Written]:
        """What each clip says as soon as it is known, in any order; a failure of one does not stop the others.

        What is stored comes at once, clip by clip. The rest is claimed, so that nobody else computes it, and listened
        to in one batch; the same sound twice is computed once. Only then is waited for what others were at: nobody
        waits while he holds a claim, so two batches that overlap cannot wait for each other.
        Raises :class:`Cancelled`; claims that are left then, or when nobody reads on, are given up.
        """
        batch = _Batch()
        try:
            for index, asked in enumerate(requests):
                progress.checkpoint()
                # A copy, which takes what was decoded with it when it is done with.
                request = replace(asked, audio=replace(asked.audio))
                if not batch.goes_with(request):
                    ended, batch = batch, _Batch()
                    yield from self._finish(ended, progress)
                written = self._begin(index, request, batch, progress)
                if written is not None:
                    yield written
            yield from self._finish(batch, progress)
        finally:
            for item in batch.claimed:
                item.claim.give_up(Cancelled())

    def _begin(self, index: int, request: TranscriptionRequest, batch: _Batch, progress: Progress) -> Written | None:
        """What came of a request that needs no company; None if it was put into ``batch``."""
        started = time.perf_counter()
        try:
            engine = self._engine(request)
            if not isinstance(engine, BatchRecognition):
                return Written(index, self.one(request, progress))
            content = identity.content_id(request.audio, self._cache)
            key = identity.transcript_key(engine, content, request)
            found = self._cache.claim(key, TRANSCRIPT, engine=engine.name)
            if isinstance(found, Cached):
                return Written(index, _report(request, found, started))
            if found is None:
                batch.elsewhere.append((index, request))
                return None
            try:
                clip = request.audio.clip
            except BaseException as error:
                found.give_up(error if isinstance(error, Exception) else Cancelled())
                raise
            batch.claimed.append(_Claimed(index, request, found, clip, started))
            return None
        except Cancelled:
            raise
        except EncoreError as error:
            return Written(index, error)

    def _finish(self, batch: _Batch, progress: Progress) -> Iterator[Written]:
        """Listen to what was claimed, then wait for the rest."""
        try:
            if batch.claimed:
                yield from self._listen(batch.claimed, progress)
        finally:
            for item in batch.claimed:
                item.claim.give_up(Cancelled())
        for index, request in batch.elsewhere:
            try:
                written = Written(index, self.one(request, progress))
            except Cancelled:
                raise
            except EncoreError as error:
                written = Written(index, error)
            yield written

    def _listen(self, claimed: list[_Claimed], progress: Progress) -> Iterator[Written]:
        first = claimed[0].request
        engine = self._engines[first.engine]
        assert isinstance(engine, BatchRecognition)  # noqa: S101 — what is claimed is for engines that take batches
        clips = [item.clip for item in claimed]
        try:
            with self._keeper.using(engine, progress):
                begun = time.perf_counter()
                transcripts = guarded(
                    first.engine,
                    lambda: engine.transcribe_batch(clips, language=first.language, itn=first.itn, progress=progress),
                )
                seconds = time.perf_counter() - begun
        except Cancelled:
            raise
        except EncoreError as error:
            for item in claimed:
                item.claim.give_up(error)
            yield from (Written(item.index, error) for item in claimed)
            return
        # Each entry's share of the time, so that a later hit tells what it saves by itself.
        rate = seconds * 1e3 / max(sum(clip.duration_s for clip in clips), 1e-3)
        done = [
            (item, item.claim.fulfil(transcript, rate * item.clip.duration_s))
            for item, transcript in zip(claimed, transcripts, strict=True)
        ]
        yield from (Written(item.index, _report(item.request, cached, item.started)) for item, cached in done)

    def _engine(self, request: TranscriptionRequest) -> RecognitionEngine:
        """The engine that is asked for, which knows the language."""
        engine = self._engines[request.engine]
        check_language(request.language, request.engine, engine.capabilities)
        return engine


def _report(request: TranscriptionRequest, cached: Cached[Transcript], started: float) -> TranscriptReport:
    ms = (time.perf_counter() - started) * 1e3
    report = TranscriptReport(request.engine, cached.value, Stage.of(cached), ms)
    log.info("transcribed", extra=report.as_log())
    return report
