"""How Kokoro renders a :class:`Prosody`: the rate in its graph, the rest on what it has said.

The pitch could be moved inside Kokoro too, along the axes of its style that :mod:`core.engines.kokoro.space` measured.
Asked there for 3 semitones, six sentences of four voices moved by 1.7 to 4.1, and how far the melody reaches did not
follow at all. PSOLA comes within 0.3 semitones and 5 % of the reach, costs no more likeness than WORLD's resynthesis
(0.94 to 0.96 against 0.92 to 0.94 of the speaker embedding, for 2.5 semitones), and was understood as well as the
untouched sentences.
"""

from itertools import pairwise

import numpy as np

from core.audio import Floats
from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.phonemes import Script
from core.engines.kokoro.psola import repitched
from core.engines.kokoro.timbre import equalised, tilt
from core.finding import Finding
from core.text.cues import Prosody

RATES = (0.4, 2.5)
"""Slowest and fastest that Kokoro speaks, speed and direction together."""
_TONE_SHARE = 0.7
"""How much of a change of range Mandarin takes, where melody tells words apart."""
_PAUSE_S = 0.12
"""Quiet that lasts as long is a pause; less is the closure of a stop."""
_LONGEST_S = 1.2
"""No pause is made longer than this."""
_QUIET = 10 ** (-40 / 20)
"""What counts as quiet, relative to the loudest block."""
_BLOCK = SAMPLE_RATE // 200
_FADE = SAMPLE_RATE // 200


def rate(speed: float, prosody: Prosody) -> float:
    """What the graph divides the durations by."""
    return min(max(speed * prosody.rate, RATES[0]), RATES[1])


def hurried(speed: float, prosody: Prosody) -> tuple[Finding, ...]:
    """What is told where a direction on top of the ``speed`` asks for more, or less, than ``RATES``."""
    asked, done = speed * prosody.rate, rate(speed, prosody)
    return () if asked == done else (Finding("warning", "direction.rate", {"asked": asked, "done": done}),)


def coloured(samples: Floats, prosody: Prosody, script: Script) -> Floats:
    """``samples``, float32 [n], said with ``prosody``'s pitch, range and tilt; untouched where it has none.

    The level is not applied: a take's loudness is set when it is put together.
    """
    spread = prosody.range**_TONE_SHARE if script == "zh" else prosody.range
    if prosody.pitch_st or spread != 1.0:
        samples = repitched(samples, prosody.pitch_st, spread)
    if prosody.tilt_db:
        samples = equalised(samples, tilt(prosody.tilt_db))
    return samples


def paced(samples: Floats, pause: float) -> Floats:
    """``samples``, float32 [n], with the pauses between its sounds ``pause`` times as long."""
    if pause == 1.0:
        return samples
    level = np.sqrt(np.mean(samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK) ** 2, axis=1))
    if not len(level):
        return samples
    loud = np.flatnonzero(level > level.max() * _QUIET)
    pieces: list[Floats] = []
    kept = 0
    for before, after in pairwise(loud):
        start, end = (before + 1) * _BLOCK, after * _BLOCK
        quiet = end - start
        if quiet < _PAUSE_S * SAMPLE_RATE:
            continue
        wanted = int(min(quiet * pause, max(quiet, _LONGEST_S * SAMPLE_RATE)))
        # What is cut out or put in lies in the middle, away from what dies down and what begins.
        half = min(quiet, wanted) // 2
        pieces += [_ending(samples[kept : start + half]), np.zeros(max(0, wanted - quiet), np.float32)]
        kept = end - half
    return np.concatenate([*pieces, samples[kept:]]) if pieces else samples


def _ending(samples: Floats) -> Floats:
    """``samples`` faded out."""
    ended = samples.copy()
    ended[-_FADE:] *= np.linspace(1.0, 0.0, len(ended[-_FADE:]), dtype=np.float32)
    return ended
