"""Whether a take is what its line asks for: transcribed back and compared, and measured."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.audio import AudioClip
from core.desk.delivery.loudness import measure
from core.desk.diff import Comparison, Difference, Heard, compare
from core.desk.sounds import heard_sounds, sounds_of
from core.engines.base import TimedText, Transcript
from core.finding import Finding
from core.progress import Progress
from core.request import AUTO, AudioSource, TranscriptionRequest
from core.speakers.encoder import similarity
from core.speakers.voiceprint import voiceprint
from core.studio import Studio
from core.text.identity import language_of

MOST_ERRORS = 0.1
"""The share of syllables and words that may be heard otherwise; the recogniser itself mishears about half as many. One
may in any line, since short ones are misheard easily."""
LEAST_SIMILARITY = 0.5
"""To the reference: half way between what two speakers have and what two clips of one speaker have."""
MOST_CLIPPED = 3
"""Samples at full scale; a single one is a peak that was brought there."""
LONGEST_SILENCE_S = 1.0
"""Before or after the words, in seconds."""
CLIPPING = 0.999
_FRAME_S = 0.01
_AUDIBLE_DB = -40.0
"""Against the loudest frame."""
_SILENT_DBFS = -70.0


@dataclass(frozen=True)
class TakeCheck:
    """What is known of a take after listening to it."""

    heard: str
    """Its transcript."""
    differences: tuple[Difference, ...]
    error_rate: float
    """Wrong, dropped and added syllables and words, for each that the line has."""
    similarity: float | None
    """Of the voice to its reference, the cosine of speaker embeddings; None without a reference."""
    loudness: float | None
    """Integrated, in LUFS; None where all is silence."""
    peak: float
    """True peak, in dBTP."""
    clipped: int
    """Samples at full scale."""
    lead_s: float
    """Silence before the words, in seconds."""
    trail_s: float
    findings: tuple[Finding, ...]
    """Why it failed (warnings), and what else is worth knowing."""

    @property
    def passed(self) -> bool:
        """Whether nothing has to be mended."""
        return not any(finding.level == "warning" for finding in self.findings)

    def as_json(self) -> dict[str, object]:
        """The check for programs."""
        return {
            "passed": self.passed,
            "heard": self.heard,
            "error_rate": round(self.error_rate, 4),
            "diffs": [difference.as_json() for difference in self.differences],
            "similarity": _rounded(self.similarity),
            "loudness": _rounded(self.loudness),
            "peak": round(self.peak, 2),
            "clipped": self.clipped,
            "lead_s": round(self.lead_s, 3),
            "trail_s": round(self.trail_s, 3),
            "findings": [finding.as_json() for finding in self.findings],
        }


def check(
    studio: Studio,
    audio: AudioClip,
    text: str,
    language: str = AUTO,
    *,
    reference: AudioSource | None = None,
    recogniser: str = "",
    progress: Progress | None = None,
) -> TakeCheck:
    """Listen to ``audio``, which ought to say ``text`` in the voice of ``reference``.

    The transcript comes out of the cache if it is there. ``recogniser`` is the engine that listens; empty for the
    first of all. Raises as :meth:`Studio.transcribe`.
    """
    progress = progress or Progress()
    language = language_of(text) if language == AUTO else language
    engine = recogniser or studio.recognition.names[0]
    known = language in studio.recognition[engine].capabilities.languages
    source = AudioSource.from_clip(audio)
    # Numbers as they were said: written in digits, nobody knows how.
    request = TranscriptionRequest(source, engine, language if known else AUTO, itn=False)
    transcript = studio.transcribe(request, progress).transcript
    audible = _audible(audio)
    heard = list(_timed(transcript, audio.duration_s, audible))
    comparison = compare(text, sounds_of(text, language, studio.lexicon.load()), heard, audio.duration_s)
    alike = None
    if reference is not None:
        mine, theirs = (voiceprint(each, studio.cache, progress) for each in (source, studio.as_reference(reference)))
        alike = similarity(mine, theirs)
    measured = measure([audio.samples], audio.sample_rate)
    clipped = int(np.count_nonzero(np.abs(audio.samples) >= CLIPPING))
    lead_s, trail_s = _silences(audible, audio.duration_s)
    return TakeCheck(
        heard=transcript.text,
        differences=comparison.differences,
        error_rate=comparison.error_rate,
        similarity=alike,
        loudness=measured.loudness,
        peak=measured.peak,
        clipped=clipped,
        lead_s=lead_s,
        trail_s=trail_s,
        findings=tuple(_findings(comparison, alike, clipped, lead_s, trail_s)),
    )


def _findings(
    comparison: Comparison, alike: float | None, clipped: int, lead_s: float, trail_s: float
) -> Iterator[Finding]:
    told = [difference for difference in comparison.differences if difference.polyphone]
    for difference in told:
        details = {"character": difference.said, "reading": difference.reading, "read_as": difference.read_as}
        if difference.kind == "doubtful":
            yield Finding("warning", "check.doubtful", details | {"heard": difference.heard})
        else:
            yield Finding("warning", "check.reading", details)
    if comparison.errors > 1 and comparison.error_rate > MOST_ERRORS:
        yield Finding("warning", "check.words", {"percent": 100 * comparison.error_rate})
    elif len(comparison.differences) > len(told):
        yield Finding("note", "check.few_words", {"count": len(comparison.differences) - len(told)})
    if alike is not None and alike < LEAST_SIMILARITY:
        yield Finding("warning", "check.unlike", {"similarity": alike})
    if clipped > MOST_CLIPPED:
        yield Finding("warning", "check.clipped", {"count": clipped})
    if lead_s > LONGEST_SILENCE_S:
        yield Finding("note", "check.lead", {"seconds": lead_s})
    if trail_s > LONGEST_SILENCE_S:
        yield Finding("note", "check.trail", {"seconds": trail_s})


def _timed(transcript: Transcript, duration_s: float, audible: npt.NDArray[np.bool_]) -> Iterator[Heard]:
    """What was heard, and when: the time of a segment in which there is sound is shared out among its syllables."""
    parts = transcript.segments or (TimedText(0.0, duration_s, transcript.text),)
    for part in parts:
        sounds = heard_sounds(part.text, transcript.language)
        begin, end = (min(len(audible), round(edge / _FRAME_S)) for edge in (part.start_s, part.end_s))
        frames = begin + np.flatnonzero(audible[begin:end])
        lengths = np.array([1 if sound.syllable else 1 + len(sound.text) // 3 for sound in sounds], dtype=float)
        shares = (np.cumsum(lengths) - lengths) / max(1.0, lengths.sum())
        for sound, share in zip(sounds, shares, strict=True):
            at = frames[int(share * len(frames))] * _FRAME_S if len(frames) else part.start_s
            yield Heard(sound, float(at))


def _audible(clip: AudioClip) -> npt.NDArray[np.bool_]:
    """Which of a clip's 10 ms can be heard beside its loudest, bool [frames]."""
    size = max(1, round(_FRAME_S * clip.sample_rate))
    padded = np.pad(clip.samples, (0, -len(clip.samples) % size)).reshape(-1, size).astype(np.float64)
    levels = 10 * np.log10((padded**2).mean(axis=1) + 1e-12)
    return np.asarray(levels > max(_SILENT_DBFS, float(levels.max(initial=-math.inf)) + _AUDIBLE_DB))


def _silences(audible: npt.NDArray[np.bool_], duration_s: float) -> tuple[float, float]:
    """Seconds of silence before the first sound and after the last; all of it before where there is none."""
    heard = np.flatnonzero(audible)
    if not len(heard):
        return duration_s, 0.0
    return float(heard[0] * _FRAME_S), max(0.0, float(duration_s - (heard[-1] + 1) * _FRAME_S))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
