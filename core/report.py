"""What a request cost and what the cache saved: one shape for badges, ``--json`` and headers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.cache.cached import Cached
from core.cache.outcome import Outcome, Tier
from core.engines.base import Transcript
from core.finding import Finding

Json = dict[str, object]


@dataclass(frozen=True)
class Stage:
    """One step that went through the cache."""

    outcome: Outcome
    ms: float
    """What it took, in milliseconds."""
    tier: Tier | None = None
    """Where a hit was found."""
    saved_ms: float = 0.0
    """Engine time that did not have to be spent, in milliseconds."""

    @classmethod
    def of(cls, cached: Cached[Any]) -> "Stage":
        """The stage of one cache answer."""
        return cls(cached.outcome, cached.ms, cached.tier, cached.saved_ms)

    @classmethod
    def together(cls, stages: Sequence["Stage"]) -> "Stage":
        """Several as one; at least one is needed."""
        return cls(
            overall(stages), sum(stage.ms for stage in stages), stages[0].tier, sum(stage.saved_ms for stage in stages)
        )

    def as_json(self) -> Json:
        """Without the fields that have nothing to say."""
        shown: Json = {"outcome": self.outcome.value, "ms": round(self.ms, 1)}
        if self.tier is not None:
            shown["tier"] = self.tier.value
        if self.saved_ms:
            shown["saved_ms"] = round(self.saved_ms, 1)
        return shown


@dataclass(frozen=True)
class SegmentStage:
    """One spoken segment."""

    text: str
    stage: Stage
    duration_s: float
    """Its sound without the pause after it, in seconds."""

    def as_json(self) -> Json:
        """The segment's text and its stage."""
        return {"text": self.text, **self.stage.as_json(), "duration_s": round(self.duration_s, 3)}


def overall(stages: Sequence[Stage]) -> Outcome:
    """``hit`` when nothing had to be computed; else the worst thing that happened on the way."""
    outcomes = {stage.outcome for stage in stages}
    for outcome in (Outcome.OFFLINE, Outcome.MISS, Outcome.BYPASS, Outcome.COALESCED):
        if outcome in outcomes:
            return outcome
    return Outcome.HIT


@dataclass(frozen=True)
class SynthesisReport:
    """The stages of one synthesis."""

    engine: str
    sample_rate: int
    """Rate of the audio in hertz."""
    duration_s: float
    """Length of the audio in seconds."""
    speaker: Stage | None
    """How the profile was had; None where none was needed (a stock voice)."""
    segments: tuple[SegmentStage, ...]
    total_ms: float
    first_audio_ms: float
    """Until the first segment could be heard."""
    seed: int
    """The seed that was used; a random one is known from here."""
    similarity: float | None = None
    """How close the clone is to its reference (cosine of speaker embeddings), where the engine measures it."""
    findings: tuple[Finding, ...] = ()
    """What of the request was done otherwise than asked."""

    @property
    def stages(self) -> list[Stage]:
        """Every stage, the speaker's first."""
        speaker = [self.speaker] if self.speaker else []
        return speaker + [segment.stage for segment in self.segments]

    @property
    def outcome(self) -> Outcome:
        """What the cache did for the request as a whole."""
        return overall(self.stages)

    @property
    def saved_ms(self) -> float:
        """Engine time that the cache saved, in milliseconds."""
        return sum(stage.saved_ms for stage in self.stages)

    def as_log(self) -> Json:
        """The report as the log gives it: nothing of what was said."""
        return _as_log(self)

    def as_json(self) -> Json:
        """The report as the command line, HTTP and the page give it."""
        return {
            "engine": self.engine,
            "sample_rate": self.sample_rate,
            "duration_s": round(self.duration_s, 3),
            "speaker": self.speaker.as_json() if self.speaker else None,
            "segments": [segment.as_json() for segment in self.segments],
            "outcome": self.outcome.value,
            "total_ms": round(self.total_ms, 1),
            "first_audio_ms": round(self.first_audio_ms, 1),
            "saved_ms": round(self.saved_ms, 1),
            "seed": self.seed,
            "similarity": self.similarity,
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True)
class TranscriptReport:
    """One transcript and how it was had."""

    engine: str
    transcript: Transcript
    stage: Stage
    total_ms: float

    @property
    def outcome(self) -> Outcome:
        """What the cache did."""
        return self.stage.outcome

    @property
    def saved_ms(self) -> float:
        """Engine time that the cache saved, in milliseconds."""
        return self.stage.saved_ms

    def as_log(self) -> Json:
        """The report as the log gives it: nothing of what was said."""
        return _as_log(self)

    def as_json(self) -> Json:
        """The report as the command line, HTTP and the page give it."""
        transcript = self.transcript
        return {
            "engine": self.engine,
            "language": transcript.language,
            "text": transcript.text,
            "emotion": transcript.emotion,
            "events": list(transcript.events),
            "segments": [
                {"start_s": round(part.start_s, 2), "end_s": round(part.end_s, 2), "text": part.text}
                for part in transcript.segments
            ],
            "outcome": self.outcome.value,
            "tier": self.stage.tier.value if self.stage.tier else None,
            "total_ms": round(self.total_ms, 1),
            "saved_ms": round(self.saved_ms, 1),
        }


def _as_log(report: SynthesisReport | TranscriptReport) -> Json:
    figures = {"ms": round(report.total_ms, 1), "saved_ms": round(report.saved_ms, 1)}
    return {"engine": report.engine, "outcome": report.outcome.value, **figures}
