"""The one door into the core: the order of the steps, for the page, the shell and HTTP alike."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core import identity
from core.assembler import Assembler
from core.audio import AudioClip
from core.cache.cache import Cache, Part, open_cache
from core.cache.cached import Cached
from core.cache.key import Key, Namespace
from core.engines.base import (
    AveragesProfiles,
    EmotionProfiles,
    RecognitionEngine,
    StockVoice,
    SynthesisEngine,
    Transcript,
)
from core.engines.guard import guarded
from core.engines.keeper import Keeper
from core.engines.registry import Registry, recognition_engines, synthesis_engines
from core.errors import EncoreError, InvalidInput
from core.finding import Finding
from core.payloads import AUDIO, PROFILE, TRANSCRIPT
from core.planner import Plan, PlannedSegment, plan
from core.progress import Progress
from core.recall import Finished, Recall
from core.recipe import recipe_of
from core.report import SegmentStage, Stage, SynthesisReport, TranscriptReport
from core.request import (
    AudioSource,
    LibrarySpeaker,
    ReferenceSpeaker,
    Speaker,
    StockSpeaker,
    SynthesisRequest,
    TranscriptionRequest,
)
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from core.speakers.profile import SpeakerProfile
from core.speakers.reference import ReferenceCheck, check_reference
from core.speakers.saved import SavedClip
from core.text.lexicon import LexiconFile
from core.transcription import Transcriber, Written

REFERENCE_SLACK = 2
"""How many times as long as it may be a reference clip is decoded, so that it can be said how long it is."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SpeakerReady:
    """The voice is there; ``stage`` is None where none had to be made."""

    stage: Stage | None


@dataclass(frozen=True)
class SegmentReady:
    """A segment can be heard."""

    index: int
    """From 0."""
    total: int
    audio: AudioClip
    """The segment and the pause after it, at listening level."""
    stage: SegmentStage


@dataclass(frozen=True)
class Take:
    """The finished result of a synthesis request."""

    audio: AudioClip
    report: SynthesisReport


Event = SpeakerReady | SegmentReady | Take


class Studio:
    """Runs requests. Thread-safe; one per process."""

    def __init__(
        self,
        *,
        cache: Cache,
        synthesis: Registry[SynthesisEngine],
        recognition: Registry[RecognitionEngine],
        library: VoiceLibrary,
        settings: Settings,
    ) -> None:
        self.cache = cache
        self.synthesis = synthesis
        self.recognition = recognition
        self.library = library
        self.settings = settings
        self.lexicon = LexiconFile(settings.data_dir / "lexicon.csv")
        self.keeper = Keeper(synthesis, recognition, settings.idle_unload_s)
        self._recall = Recall(cache)
        self._transcriber = Transcriber(cache, recognition, self.keeper)

    def close(self) -> None:
        """Let go of the cache, and of the private server if this process started it."""
        self.keeper.close()
        self.cache.close()

    def as_reference(self, source: AudioSource) -> AudioSource:
        """``source`` for cloning: of what is much too long for that, no more is decoded than it takes to know."""
        return source.within(REFERENCE_SLACK * self.settings.reference_max_s)

    def check_reference(self, source: AudioSource) -> ReferenceCheck:
        """What can be said about a clip as a reference. Raises :class:`InvalidAudio` when it cannot serve as one."""
        clip = self.as_reference(source).clip
        return check_reference(clip, min_s=self.settings.reference_min_s, max_s=self.settings.reference_max_s)

    def speaker(self, ref: str, *, engine: str, prompt_text: str = "") -> Speaker:
        """What a person means by ``ref``: a file if there is one, else a saved or a stock voice of that name.

        Raises :class:`InvalidInput`.
        """
        if Path(ref).is_file():
            return ReferenceSpeaker(AudioSource.from_path(ref), prompt_text)
        speaker = self.voice(ref, engine=engine)
        if speaker is None:
            raise InvalidInput("reference.unknown", ref=ref)
        return speaker

    def voice(self, name: str, *, engine: str, viewer: str | None = None) -> Speaker | None:
        """The voice called ``name`` among those that ``viewer`` may use: a saved one, else a stock voice of ``engine``.

        ``saved:ID`` and ``stock:NAME`` name one and no other. Never a file. None if there is none.
        """
        kind, _, exact = name.partition(":")
        if kind != "stock":
            for saved in self.library.voices(viewer):
                named = saved.voice_id == exact if kind == "saved" else saved.name.casefold() == name.casefold()
                if named:
                    return LibrarySpeaker(saved.voice_id)
        stock = exact if kind == "stock" else name
        return StockSpeaker(stock) if any(stock == voice.name for voice in self.synthesis[engine].voices) else None

    def stock_voices(self, engine: str) -> Sequence[StockVoice]:
        """The voices that come with ``engine``: none without its model, which asking it to speak tells."""
        try:
            return self.synthesis[engine].voices
        except EncoreError:
            return ()

    def synthesize(self, request: SynthesisRequest, progress: Progress | None = None) -> Take:
        """The whole take at once. Raises :class:`EncoreError`."""
        recalled = self.recall(request)
        if recalled is not None:
            return recalled
        *_, take = self._begun(request, progress, heard=False)
        assert isinstance(take, Take)  # noqa: S101 — the last event by construction
        return take

    def recall(self, request: SynthesisRequest) -> Take | None:
        """The take of ``request`` if it was finished here lately, and all of it is still in this process's memory.

        Costs next to nothing and waits for nobody, so an event loop may call it. Raises :class:`InvalidInput`
        (``request.engine``, ``request.voice``).
        """
        recordings = self._recordings(request.speaker)
        with _Stopwatch() as watch:
            found = self._recall.find(request, self.synthesis[request.engine], recordings, self.lexicon.load())
        if found is None:
            return None
        return Take(found.audio, replace(found.report, total_ms=watch.ms, first_audio_ms=watch.ms))

    def stream(self, request: SynthesisRequest, progress: Progress | None = None) -> Iterator[Event]:
        """One :class:`SpeakerReady`, a :class:`SegmentReady` each in order, and the :class:`Take`.

        What is wrong with the request is raised here, before the first event; an engine's failure while iterating.
        """
        return self._begun(request, progress, heard=True)

    def transcribe(self, request: TranscriptionRequest, progress: Progress | None = None) -> TranscriptReport:
        """What the clip says. Raises :class:`EncoreError`."""
        return self._transcriber.one(request, progress or Progress())

    def transcribe_all(
        self, requests: Iterable[TranscriptionRequest], progress: Progress | None = None
    ) -> Iterator[Written]:
        """What each of several clips says, as soon as it is known: see :meth:`Transcriber.many`."""
        return self._transcriber.many(requests, progress or Progress())

    def look(self, key: Key) -> AudioClip | SpeakerProfile | Transcript | None:
        """What is stored under ``key``, as it came from the engine; None if nothing is, or a mere short cut."""
        match key.namespace:
            case Namespace.SEGMENT:
                clip = self.cache.get(key, AUDIO)
                return clip.value if clip else None
            case Namespace.SPEAKER:
                profile = self.cache.get(key, PROFILE)
                return profile.value if profile else None
            case Namespace.TRANSCRIPT:
                transcript = self.cache.get(key, TRANSCRIPT)
                return transcript.value if transcript else None
            case Namespace.ALIAS:
                return None

    def _begun(self, request: SynthesisRequest, progress: Progress | None, *, heard: bool) -> Iterator[Event]:
        """As :meth:`stream`; its segments are told only if they are to be ``heard`` one by one."""
        engine = self.synthesis[request.engine]
        lexicon = self.lexicon.load()
        planned = plan(request, engine.capabilities, lexicon, max_characters=self.settings.max_characters)
        recordings = self._recordings(request.speaker)

        def finished(audio: AudioClip, report: SynthesisReport, parts: Sequence[Part]) -> Take:
            self._recall.keep(request, engine, recordings, Finished(audio, report, tuple(parts), lexicon))
            log.info("spoken", extra=report.as_log())
            return Take(audio, report)

        return self._run(request.speaker, engine, planned, progress or Progress(), heard, finished)

    def _run(
        self,
        speaker: Speaker,
        engine: SynthesisEngine,
        planned: Plan,
        progress: Progress,
        heard: bool,
        finished: Callable[[AudioClip, SynthesisReport, Sequence[Part]], Take],
    ) -> Iterator[Event]:
        watch = _Stopwatch()
        assembler = Assembler(engine.sample_rate, planned.level_db)
        stages: list[SegmentStage] = []
        first_audio_ms = 0.0
        with watch:
            voice = self._voice(engine, speaker, progress)
        parts = list(voice.parts)
        yield SpeakerReady(voice.stage)
        for index, segment in enumerate(planned.segments):
            with watch:
                progress.update("synthesize", index / len(planned.segments))
                part, cached = self._segment(engine, voice, segment, planned.random_seed, progress)
                assembler.add(cached.value, segment.pause_s)
                audio = assembler.heard() if heard else None
            parts.append(part)
            stages.append(SegmentStage(segment.utterance.text, Stage.of(cached), cached.value.duration_s))
            first_audio_ms = first_audio_ms or watch.ms
            if audio is not None:
                yield SegmentReady(index, len(planned.segments), audio, stages[-1])
        with watch:
            take = assembler.finish()
        progress.update("synthesize", 1.0)
        similarity = voice.profile.facts.get("similarity")
        report = SynthesisReport(
            engine=engine.name,
            sample_rate=take.sample_rate,
            duration_s=take.duration_s,
            speaker=voice.stage,
            segments=tuple(stages),
            total_ms=watch.ms,
            first_audio_ms=first_audio_ms,
            seed=planned.seed,
            similarity=float(similarity) if similarity else None,
            findings=(*voice.findings, *_findings(engine, planned)),
        )
        yield finished(take, report, parts)

    def _voice(self, engine: SynthesisEngine, speaker: Speaker, progress: Progress) -> "_Voice":
        """The profile that speaks, enrolled if need be."""
        if isinstance(speaker, StockSpeaker):
            return _Voice(speaker, identity.stock_key(engine, speaker.voice), engine.stock_profile(speaker.voice), None)
        if isinstance(speaker, ReferenceSpeaker):
            key, cached = self._enrolled(engine, speaker, progress)
            return _Voice(speaker, key, cached.value, Stage.of(cached), (Part(key, cached.created),))
        references = self.library.references(speaker.voice_id)
        several = isinstance(engine, AveragesProfiles)
        enrolled = [
            self._enrolled(engine, reference, progress, permanent=True)
            for reference in (references if several else references[:1])
        ]
        keys, found = zip(*enrolled, strict=True)
        key, profile = keys[0], found[0].value
        if isinstance(engine, AveragesProfiles) and len(enrolled) > 1:
            key = identity.averaged_key(engine, keys)
            profile = guarded(engine.name, lambda: engine.average([each.value for each in found]))
        left_out = len(references) > len(enrolled)
        return _Voice(
            speaker,
            key,
            profile,
            Stage.together([Stage.of(each) for each in found]),
            tuple(Part(each, cached.created) for each, cached in enrolled),
            (Finding("note", "voice.one_clip", {"engine": engine.name}),) if left_out else (),
        )

    def _enrolled(
        self, engine: SynthesisEngine, reference: ReferenceSpeaker, progress: Progress, *, permanent: bool = False
    ) -> tuple[Key, Cached[SpeakerProfile]]:
        """The profile of the voice in one clip."""
        reference = replace(reference, audio=self.as_reference(reference.audio))

        def enroll() -> SpeakerProfile:
            self.check_reference(reference.audio)
            return engine.enroll(reference.audio.clip, reference.prompt_text, progress)

        key = identity.reference_key(engine, identity.content_id(reference.audio, self.cache), reference.prompt_text)
        return key, self.cache.get_or_compute(
            key,
            PROFILE,
            lambda: guarded(engine.name, enroll),
            engine=engine.name,
            permanent=permanent,
            checkpoint=progress.checkpoint,
            around=lambda: self.keeper.using(engine, progress),
        )

    def _recordings(self, speaker: Speaker) -> tuple[SavedClip, ...]:
        """What a saved voice consists of now: it may have been changed since. Raises :class:`InvalidInput`."""
        return self.library.voice(speaker.voice_id).clips if isinstance(speaker, LibrarySpeaker) else ()

    def _segment(
        self, engine: SynthesisEngine, voice: "_Voice", segment: PlannedSegment, bypass: bool, progress: Progress
    ) -> tuple[Part, Cached[AudioClip]]:
        """The segment, and what of it is remembered."""
        utterance, profile = segment.utterance, voice.profile
        clip = utterance.instruction.clip and self.as_reference(utterance.instruction.clip)
        emotion_clip = identity.content_id(clip, self.cache) if clip is not None else ""

        @contextmanager
        def turn() -> Iterator[None]:
            nonlocal profile
            # Before the turn: if the clip has to be enrolled, that is a turn of its own in the same lane.
            if clip is not None and isinstance(engine, EmotionProfiles):
                mood = self._voice(engine, ReferenceSpeaker(clip), progress).profile
                profile = guarded(engine.name, lambda: engine.with_emotion(profile, mood))
            with self.keeper.using(engine, progress):
                yield

        key = identity.segment_key(engine, voice.key, utterance, emotion_clip)
        recipe = recipe_of(utterance, voice.speaker, engine)
        cached = self.cache.get_or_compute(
            key,
            AUDIO,
            lambda: guarded(engine.name, lambda: engine.synthesize(utterance, profile)),
            engine=engine.name,
            recipe=recipe,
            bypass=bypass,
            checkpoint=progress.checkpoint,
            around=turn,
        )
        return Part(key, cached.created, recipe), cached


@dataclass(frozen=True)
class _Voice:
    """One request's speaker."""

    speaker: Speaker
    key: Key
    profile: SpeakerProfile
    stage: Stage | None
    parts: tuple[Part, ...] = ()
    """What is remembered of the profiles; nothing where none had to be made."""
    findings: tuple[Finding, ...] = ()


class _Stopwatch:
    """Adds up the time spent inside its ``with`` blocks, so that a slow listener does not count."""

    def __init__(self) -> None:
        self.ms = 0.0

    def __enter__(self) -> "_Stopwatch":
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.ms += (time.perf_counter() - self._started) * 1000


def _findings(engine: SynthesisEngine, planned: Plan) -> tuple[Finding, ...]:
    """What the engine does otherwise than asked in any segment, each thing once."""
    found = [finding for segment in planned.segments for finding in engine.findings(segment.utterance)]
    return tuple(finding for place, finding in enumerate(found) if finding not in found[:place])


def open_studio(settings: Settings, *, engine: str = "") -> Studio:
    """A studio with every engine there is, ``engine`` the default, on the cache that ``settings`` name.

    Raises :class:`InvalidInput` (``request.engine``).
    """
    synthesis = synthesis_engines(settings)
    return Studio(
        cache=open_cache(settings),
        synthesis=synthesis.preferring(engine) if engine else synthesis,
        recognition=recognition_engines(settings),
        library=VoiceLibrary(settings.data_dir / "voices"),
        settings=settings,
    )
