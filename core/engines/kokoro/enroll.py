"""From a reference clip to a clone: find its place among Kokoro's voices, listen to it, learn, look again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.listening import listen
from core.engines.kokoro.pace import pace
from core.engines.kokoro.space import PHRASES, SYLLABLES, VoiceSpace
from core.engines.kokoro.timbre import Doubles, equalised, gain_between
from core.progress import Progress
from core.speakers.encoder import SpeakerEncoder, similarity

ROUNDS = 2
"""How many candidates are listened to."""

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
    pace: float
    """How much faster than Kokoro's it speaks, a factor."""
    similarity: float
    """Cosine of its embedding to the reference's."""


@dataclass(frozen=True, eq=False)
class _Candidate:
    place: Doubles
    said: Floats
    """Both phrases."""
    gain: Floats
    """dB [BANDS], to the reference's spectrum."""
    spoken_s: float
    """Both phrases, without pauses."""
    cost: float


def enroll(
    clip: AudioClip, space: VoiceSpace, render: Render, encoder: SpeakerEncoder, progress: Progress
) -> Enrolment:
    """The clone of the voice in ``clip``. Raises ``Cancelled``."""
    steps = 4 + 2 * ROUNDS * len(PHRASES)
    done = 0

    def step() -> None:
        nonlocal done
        progress.update("enroll", done / steps)
        done += 1

    step()
    embedding = encoder.embed(clip)
    step()
    reference = listen(clip, encoder)
    candidates: list[_Candidate] = []
    starts: tuple[Doubles, ...] = ()
    for _ in range(ROUNDS):
        place = space.nearest(reference.sounds, starts)
        said, heard = [], []
        for phrase in PHRASES:
            step()
            said.append(render(phrase, space.shift(place)))
            step()
            heard.append(listen(AudioClip(said[-1], SAMPLE_RATE), encoder))
        sounds = [each.sounds for each in heard]
        cost, _ = space.cost(np.mean(sounds, axis=0, dtype=np.float64), reference.sounds)
        gain = np.mean([gain_between(each.spectrum, reference.spectrum) for each in heard], axis=0)
        spoken_s = sum(each.counted[1] for each in heard)
        candidates.append(_Candidate(place, np.concatenate(said), gain, spoken_s, cost))
        space = space.learned(place, sounds)
        best = min(candidates, key=lambda candidate: candidate.cost)
        starts = (best.place, place)
    step()
    finished = encoder.embed(AudioClip(equalised(best.said, best.gain), SAMPLE_RATE))
    tempo = pace(reference.counted, (sum(SYLLABLES), best.spoken_s))
    progress.update("enroll", 1.0)
    shift, alike = space.shift(best.place), similarity(finished, embedding)
    return Enrolment(embedding, shift, reference.pitch, best.gain, tempo, alike)
