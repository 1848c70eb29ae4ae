"""Who speaks: a profile's arrays, as something that can be asked for the style of an utterance.

Profiles of stock voices hold ``voice``, int32 [1], the voice's place among all names. Those of clones hold
``embedding``, float32 [256]; ``shift``, float32 [256], added to the mean voice's style; ``pitch``, float32 [1], log Hz;
``gain``, dB float32 [BANDS], the filter on what is said; ``pace``, float32 [1], a factor on Kokoro's own.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.audio import Floats
from core.engines.kokoro.phonemes import Accent, Script
from core.engines.kokoro.space import VoiceSpace
from core.engines.kokoro.timbre import equalised
from core.engines.kokoro.voices import MELODY, PROSODY, VoiceTables, accent_of, stock_voice

Arrays = Mapping[str, npt.NDArray[Any]]


class Speaker(Protocol):
    """A voice, ready to speak."""

    accent: Accent
    """The English that it speaks."""
    pace: float
    """How fast it speaks when nothing is asked, as a factor on Kokoro's own pace."""

    def style(self, phonemes: int, script: Script) -> Floats:
        """The style, float32 [256] and the caller's own, to say ``phonemes`` phonemes in ``script``."""
        ...

    def finish(self, samples: Floats) -> Floats:
        """What is rendered, float32 [n], as it leaves the engine."""
        ...


class Stock:
    """A stock voice; in a language that is not its own it keeps its timbre and borrows the melody."""

    pace = 1.0

    def __init__(self, tables: VoiceTables, name: str) -> None:
        self._tables = tables
        self._name = name
        self._voice = stock_voice(name)
        self.accent: Accent = accent_of(name)

    def style(self, phonemes: int, script: Script) -> Floats:
        style = self._tables.style(self._name, phonemes).copy()
        if self._voice and self._voice.language != script:
            style[PROSODY] = self._tables.style(MELODY[script, self._voice.gender], phonemes)[PROSODY]
        return style

    def finish(self, samples: Floats) -> Floats:
        return samples


class Clone:
    """A place among the voices. For Mandarin, which few of them speak, it borrows a melody at the speaker's pitch."""

    # An accent cannot be heard from an embedding.
    accent: Accent = "en-us"

    def __init__(self, tables: VoiceTables, space: VoiceSpace, arrays: Arrays) -> None:
        self._tables = tables
        self._space = space
        self._shift = arrays["shift"]
        self._pitch = float(arrays["pitch"][0])
        self._gain = arrays["gain"]
        self.pace = float(arrays["pace"][0])

    def style(self, phonemes: int, script: Script) -> Floats:
        mean = self._tables.mean(phonemes)
        style = np.asarray(mean + self._shift, dtype=np.float32)
        if script == "zh":
            melodies = [self._tables.style(MELODY["zh", gender], phonemes)[PROSODY] for gender in ("female", "male")]
            lifts = [self._space.lift(melody - mean[PROSODY], self._pitch) for melody in melodies]
            nearest = min((0, 1), key=lambda index: float(np.linalg.norm(lifts[index])))
            style[PROSODY] = melodies[nearest] + lifts[nearest]
        return style

    def finish(self, samples: Floats) -> Floats:
        return equalised(samples, self._gain)


def speaker_of(arrays: Arrays, tables: VoiceTables, space: VoiceSpace) -> Speaker:
    """The speaker that a profile's ``arrays`` describe."""
    if "voice" in arrays:
        return Stock(tables, tables.names[int(arrays["voice"][0])])
    return Clone(tables, space, arrays)
