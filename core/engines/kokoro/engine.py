"""The embedded engine: Kokoro-82M on the CPU, English, Mandarin and both in one sentence, with cloning."""

import functools
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.base import Capabilities, StockVoice, Utterance
from core.engines.kokoro import voices
from core.engines.kokoro.graph import SAMPLE_RATE, Graph, split_phonemes
from core.engines.kokoro.phonemes import Script, dominant_script, to_phonemes
from core.errors import InvalidInput, InvalidText
from core.models.manifest import manifest, model_path
from core.speakers.profile import SpeakerProfile
from core.text.verbalise import verbalise

VERSION = "1"
"""Raised when this code makes the same request sound different."""
_LIBRARIES = ("espeakng-loader", "jieba", "misaki", "phonemizer-fork", "pypinyin", "pyworld-prebuilt", "wetext")
"""What shapes the sound beside the weights and this code."""


@dataclass(frozen=True)
class _Loaded:
    graph: Graph
    tables: voices.VoiceTables


class KokoroEngine:
    """See :class:`core.engines.base.SynthesisEngine`.

    Its profiles hold ``blend``, float32 [voices], the weight of every stock voice in the order of their names; those of
    clones also hold what :mod:`core.engines.kokoro.enroll` documents.
    """

    name = "kokoro"
    sample_rate = SAMPLE_RATE
    capabilities = Capabilities(languages=("en", "zh"), seed=True, speed=(0.5, 2.0))

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @functools.cached_property
    def fingerprint(self) -> str:
        """``kokoro/<version>/<digest prefix>``, of the weights, the voices and the libraries that read text."""
        models = [manifest().models[name].digest for name in ("kokoro", "speaker-encoder")]
        libraries = [f"{library} {version(library)}" for library in _LIBRARIES]
        digest = hashlib.sha256("\n".join([*models, *libraries]).encode()).hexdigest()
        return f"{self.name}/{VERSION}/{digest[:12]}"

    @property
    def voices(self) -> Sequence[StockVoice]:
        """The English and Mandarin voices, best first in each language. Raises ``ModelMissing``."""
        return voices.stock_voices(model_path("kokoro"))

    def load(self) -> None:
        """Load the graph; idempotent. Raises ``ModelMissing``."""
        self._ready()

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                folder = model_path("kokoro")
                self._loaded = _Loaded(Graph(folder), voices.VoiceTables(folder))
            return self._loaded

    def stock_profile(self, voice: str) -> SpeakerProfile:
        """The profile of a stock voice. Raises ``InvalidInput`` (``request.voice``) and ``ModelMissing``."""
        names = voices.voice_names(model_path("kokoro"))
        if voice not in names or voices.stock_voice(voice) is None:
            raise InvalidInput("request.voice", voice=voice)
        blend = np.array([name == voice for name in names], dtype=np.float32)
        return SpeakerProfile(self.name, {"blend": blend}, {"voice": voice})

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``, at 24 kHz. Raises ``InvalidText`` if nothing in it can be said."""
        loaded = self._ready()
        language: Script = "zh" if utterance.language == "zh" else "en"
        text = verbalise(utterance.text, language)
        speaker = voices.Speaker(loaded.tables, profile.arrays["blend"])
        script = dominant_script(text, language)
        phonemes = loaded.graph.known(to_phonemes(text, speaker.accent))
        parts = [
            _trimmed(loaded.graph.render(part, speaker.style(len(part), script, utterance.seed), utterance.speed))
            for part in split_phonemes(phonemes)
            if any(phoneme.isalpha() for phoneme in part)
        ]
        if not parts:
            raise InvalidText("text.unspeakable")
        return AudioClip(_joined(parts, utterance.speed), SAMPLE_RATE)


_MARGIN_S = 0.03
"""Quiet that is left on both sides of an utterance, in seconds."""
_FADE_S = 0.01
_FLOOR = 10 ** (-45 / 20)
"""What counts as quiet, relative to the loudest block."""
_JOINT_S = 0.18
"""Pause between the parts of an utterance that was too long for one rendering, in seconds."""


def _trimmed(samples: Floats) -> Floats:
    """``samples`` with ``_MARGIN_S`` of quiet on both sides, faded in and out."""
    block = SAMPLE_RATE // 200
    level = np.sqrt(np.mean(samples[: len(samples) // block * block].reshape(-1, block) ** 2, axis=1))
    if not len(level) or not level.max():
        return samples
    loud = np.flatnonzero(level > level.max() * _FLOOR)
    margin = int(_MARGIN_S * SAMPLE_RATE)
    start, end = loud[0] * block - margin, (loud[-1] + 1) * block + margin
    padded = np.pad(samples, (max(0, -start), max(0, end - len(samples))))
    cut = padded[max(0, start) : max(0, start) + end - start].copy()
    fade = np.linspace(0.0, 1.0, int(_FADE_S * SAMPLE_RATE), dtype=np.float32)
    cut[: len(fade)] *= fade
    cut[-len(fade) :] *= fade[::-1]
    return cut


def _joined(parts: Sequence[Floats], speed: float) -> Floats:
    """The parts with pauses between them, turned down if they would clip."""
    pause = np.zeros(int(_JOINT_S / speed * SAMPLE_RATE), dtype=np.float32)
    pieces = [parts[0]]
    for part in parts[1:]:
        pieces += [pause, part]
    samples = np.concatenate(pieces)
    peak = float(np.abs(samples).max())
    return samples / peak * np.float32(0.99) if peak > 0.99 else samples
