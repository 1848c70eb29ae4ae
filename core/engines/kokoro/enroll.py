"""From a reference clip to a clone: find its place among Kokoro's voices, listen to it, correct, listen again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.space import VoiceSpace
from core.engines.kokoro.timbre import Doubles, analyse, equalised, gain_between
from core.progress import Progress
from core.speakers.encoder import SpeakerEncoder, similarity

PHRASES = (
    "The quiet garden was full of bright yellow flowers.",
    "Show me how you fix the old machine by yourself.",
)
"""What a candidate says to be judged: two phrases, since one alone would be overfitted."""
ROUNDS = 3
"""How many candidates are listened to."""
_UNVOICED_PITCH = 5.0
"""Log Hz that a clip without a vowel is taken to have (148 Hz)."""

Render = Callable[[str, Floats], Floats]
"""Says a text with the mean voice's style moved by a shift, float32 [256]; gives samples at 24 kHz."""


@dataclass(frozen=True, eq=False)
class Enrolment:
    """A clone, and how well it came out."""

    embedding: Floats
    """Of the reference, [256]."""
    shift: Floats
    """[256], added to the mean voice's style."""
    pitch: float
    """The reference's, log Hz."""
    gain: Floats
    """dB [BANDS]."""
    similarity: float
    """Cosine of its embedding to the reference's."""


@dataclass(frozen=True, eq=False)
class _Heard:
    sounds: Floats
    """Embedding without the filter, and log Hz: [257]."""
    gain: Floats
    similarity: float


def enroll(
    clip: AudioClip, space: VoiceSpace, render: Render, encoder: SpeakerEncoder, progress: Progress
) -> Enrolment:
    """The clone of the voice in ``clip``. Raises ``Cancelled``."""
    steps = 2 + ROUNDS * (len(PHRASES) + 1)
    done = 0

    def step() -> None:
        nonlocal done
        progress.update("enroll", done / steps)
        done += 1

    step()
    embedding = encoder.embed(clip)
    step()
    reference = analyse(clip)
    pitch = reference.median_pitch or _UNVOICED_PITCH
    wanted = np.append(embedding, np.float32(pitch))
    error = np.zeros_like(wanted)
    candidates: list[tuple[float, Floats, Floats]] = []
    for _ in range(ROUNDS):
        place = space.place(wanted, error)
        shift = space.shift(place)
        said = []
        for phrase in PHRASES:
            step()
            said.append(render(phrase, shift))
        step()
        heard = _listen(said, embedding, reference.spectrum, encoder)
        candidates.append((heard.similarity, shift, heard.gain))
        error = heard.sounds - space.sounds(place)
    best = max(candidates, key=lambda candidate: candidate[0])
    progress.update("enroll", 1.0)
    return Enrolment(embedding, best[1], pitch, best[2], best[0])


def _listen(said: list[Floats], embedding: Floats, spectrum: Doubles, encoder: SpeakerEncoder) -> _Heard:
    """How a candidate sounds, and how like the reference once its spectrum is brought to the reference's."""
    whole = np.concatenate(said)
    analysis = analyse(AudioClip(whole, SAMPLE_RATE))
    gain = gain_between(analysis.spectrum, spectrum)
    plain = encoder.embed(AudioClip(whole, SAMPLE_RATE))
    finished = encoder.embed(AudioClip(equalised(whole, gain), SAMPLE_RATE))
    pitch = np.float32(analysis.median_pitch or _UNVOICED_PITCH)
    return _Heard(np.append(plain, pitch), gain, similarity(finished, embedding))
