"""Looks at a reference clip before any work is done with it, and says what it found."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.audio import AudioClip
from core.errors import InvalidAudio
from core.finding import Finding

SILENCE_DBFS = -55.0
"""Loudest frame of a clip that counts as silent."""
QUIET_DBFS = -36.0
NOISY_DB = 15.0
"""Distance from speech to background below which the background will be heard in the clone."""
CLIPPED_PERCENT = 0.1
SHORT_S = 5.0
NARROWBAND_HZ = 4_200.0
MIN_SPEECH_S = 0.8
_FRAME_S = 0.02


@dataclass(frozen=True)
class ReferenceCheck:
    """What a usable reference clip is like."""

    duration_s: float
    speech_s: float
    """Seconds of it that are speech."""
    snr_db: float
    """From the background to the voice, in decibels."""
    findings: tuple[Finding, ...]


def check_reference(clip: AudioClip, *, min_s: float, max_s: float) -> ReferenceCheck:
    """What can be said about ``clip`` as a reference. Raises :class:`InvalidAudio` when it cannot serve as one."""
    seconds = clip.duration_s
    if seconds < min_s:
        raise InvalidAudio("reference.too_short", seconds=seconds, minimum=min_s)
    if seconds > max_s:
        raise InvalidAudio("reference.too_long", seconds=seconds, maximum=max_s)
    levels = _frame_levels(clip)
    if levels.max() < SILENCE_DBFS:
        raise InvalidAudio("reference.silent")
    speech_s, background_db = _speech(clip, levels)
    if speech_s < MIN_SPEECH_S:
        raise InvalidAudio("reference.little_speech", seconds=speech_s, minimum=MIN_SPEECH_S)
    voice_db = float(np.percentile(levels, 90))
    snr_db = min(60.0, voice_db - background_db)
    findings = _findings(clip, voice_db=voice_db, snr_db=snr_db, speech_s=speech_s)
    return ReferenceCheck(seconds, speech_s, snr_db, findings)


def _findings(clip: AudioClip, *, voice_db: float, snr_db: float, speech_s: float) -> tuple[Finding, ...]:
    found: list[Finding] = []
    clipped = 100.0 * float(np.mean(np.abs(clip.samples) >= 0.999))
    bandwidth = _bandwidth(clip)
    if clipped > CLIPPED_PERCENT:
        found.append(Finding("warning", "reference.clipped", {"percent": clipped}))
    if snr_db < NOISY_DB:
        found.append(Finding("warning", "reference.noisy", {"decibels": snr_db}))
    if voice_db < QUIET_DBFS:
        found.append(Finding("warning", "reference.quiet", {"decibels": voice_db}))
    if bandwidth < NARROWBAND_HZ:
        found.append(Finding("note", "reference.narrowband", {"hertz": bandwidth}))
    if speech_s < SHORT_S:
        found.append(Finding("note", "reference.short", {"seconds": speech_s}))
    if not found:
        found.append(Finding("good", "reference.good", {"seconds": clip.duration_s, "decibels": snr_db}))
    return tuple(found)


def _frame_levels(clip: AudioClip) -> npt.NDArray[np.float64]:
    """RMS level of each 20 ms frame in dBFS, float64 [frames]."""
    size = max(1, round(_FRAME_S * clip.sample_rate))
    whole = len(clip.samples) // size * size
    frames = clip.samples[:whole].reshape(-1, size).astype(np.float64)
    power: npt.NDArray[np.float64] = (frames**2).mean(axis=1)
    decibels: npt.NDArray[np.float64] = 10 * np.log10(power + 1e-12)
    return decibels


def _speech(clip: AudioClip, levels: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Seconds of speech (Silero VAD) and the level of what lies between, in dBFS."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    wave = clip.resampled(16_000).samples
    peak = float(np.abs(wave).max())
    # The detector is trained on ordinary levels; a quiet recording is raised for it.
    spans = get_speech_timestamps(wave / peak * 0.7, VadOptions(speech_pad_ms=30, min_silence_duration_ms=150))
    speech_s = sum(span["end"] - span["start"] for span in spans) / 16_000
    voiced = np.zeros(len(levels), bool)
    for span in spans:
        start, end = (int(span[edge] / 16_000 / _FRAME_S) for edge in ("start", "end"))
        voiced[start : end + 1] = True
    between = levels[~voiced]
    # With no pause in it the quietest frames of the speech stand in for the background.
    background = float(np.median(between)) if len(between) >= 5 else float(np.percentile(levels, 3))
    return speech_s, background


def _bandwidth(clip: AudioClip) -> float:
    """Frequency below which 99.9 % of the clip's power lies above the floor, in hertz."""
    size = 1 << (int(clip.sample_rate * 0.064) - 1).bit_length()
    count = max(1, len(clip.samples) // size)
    padded = np.pad(clip.samples, (0, max(0, count * size - len(clip.samples))))[: count * size]
    power = (np.abs(np.fft.rfft(padded.reshape(count, size) * np.hanning(size), axis=1)) ** 2).mean(axis=0)
    decibels = 10 * np.log10(power + 1e-20)
    audible = np.flatnonzero(decibels > decibels.max() - 60)
    return float(audible[-1] * clip.sample_rate / size)
