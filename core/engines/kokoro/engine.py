"""The embedded engine: Kokoro-82M on the CPU, English, Mandarin and both in one sentence, with cloning."""

import functools
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.base import Capabilities, StockVoice, Utterance
from core.engines.kokoro.enroll import enroll
from core.engines.kokoro.graph import SAMPLE_RATE, Graph, split_phonemes
from core.engines.kokoro.phonemes import Script, dominant_script, to_phonemes
from core.engines.kokoro.space import ASSET, VoiceSpace, voice_space
from core.engines.kokoro.speaker import speaker_of
from core.engines.kokoro.voices import PROSODY, VoiceTables, stock_voice, stock_voices, voice_names
from core.errors import InvalidInput, InvalidText
from core.finding import Finding
from core.models.manifest import manifest, model_path
from core.progress import Progress
from core.speakers.encoder import speaker_encoder
from core.speakers.profile import SpeakerProfile
from core.text.verbalise import verbalise

VERSION = "1"
"""Raised when this code makes the same request sound different."""
_LIBRARIES = ("espeakng-loader", "jieba", "misaki", "phonemizer-fork", "pypinyin", "pyworld-prebuilt", "wetext")
"""What shapes the sound beside the weights and this code."""


@dataclass(frozen=True)
class _Loaded:
    graph: Graph
    tables: VoiceTables
    space: VoiceSpace


class KokoroEngine:
    """See :class:`core.engines.base.SynthesisEngine`; its profiles are :mod:`core.engines.kokoro.speaker`'s."""

    name = "kokoro"
    sample_rate = SAMPLE_RATE
    capabilities = Capabilities(languages=("en", "zh"), cloning=True, seed=True, speed=(0.5, 2.0))

    def __init__(self, threads: int = 0) -> None:
        """``threads`` for one inference; 0 takes the number of cores."""
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @functools.cached_property
    def fingerprint(self) -> str:
        """``kokoro/<version>/<digest prefix>``, of weights, voices and the libraries that read text."""
        models = [manifest().models[name].digest for name in ("kokoro", "speaker-encoder")]
        libraries = [f"{library} {version(library)}" for library in _LIBRARIES]
        space = hashlib.sha256((files("assets") / ASSET).read_bytes()).hexdigest()
        digest = hashlib.sha256("\n".join([*models, *libraries, space]).encode()).hexdigest()
        return f"{self.name}/{VERSION}/{digest[:12]}"

    @property
    def voices(self) -> Sequence[StockVoice]:
        """The English and Mandarin voices, best first in each language. Raises ``ModelMissing``."""
        return stock_voices(model_path("kokoro"))

    @functools.cached_property
    def _voice_names(self) -> Sequence[str]:
        """Looked up once: every hit of a stock voice comes by here."""
        return voice_names(model_path("kokoro"))

    def load(self) -> None:
        """Load the graph; idempotent. Raises ``ModelMissing``."""
        self._ready()

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                folder = model_path("kokoro")
                self._loaded = _Loaded(Graph(folder, self._threads), VoiceTables(folder), voice_space())
            return self._loaded

    def stock_profile(self, voice: str) -> SpeakerProfile:
        """The profile of a stock voice. Raises ``InvalidInput`` (``request.voice``) and ``ModelMissing``."""
        names = self._voice_names
        if voice not in names or stock_voice(voice) is None:
            raise InvalidInput("request.voice", voice=voice)
        return SpeakerProfile(self.name, {"voice": np.array([names.index(voice)], dtype=np.int32)}, {"voice": voice})

    def enroll(self, clip: AudioClip, prompt_text: str, progress: Progress) -> SpeakerProfile:  # noqa: ARG002
        """The voice in ``clip``; ``prompt_text`` is not needed. Raises ``Cancelled`` and ``ModelMissing``."""
        loaded = self._ready()

        def render(text: str, shift: Floats) -> Floats:
            phonemes = loaded.graph.known(to_phonemes(text, "en-us"))
            return _trimmed(loaded.graph.render(phonemes, loaded.tables.mean(len(phonemes)) + shift, 1.0))

        clone = enroll(clip, loaded.space, render, speaker_encoder(), progress)
        arrays = {
            "embedding": clone.embedding,
            "shift": clone.shift,
            "pitch": np.array([clone.pitch], dtype=np.float32),
            "gain": clone.gain,
        }
        facts = {"similarity": f"{clone.similarity:.2f}", "pitch": f"{np.exp(clone.pitch):.0f} Hz"}
        return SpeakerProfile(self.name, arrays, facts)

    def findings(self, utterance: Utterance) -> Sequence[Finding]:  # noqa: ARG002
        """What of ``utterance`` comes out otherwise than asked."""
        return ()

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``, at 24 kHz. Raises ``InvalidText`` if nothing in it can be said."""
        loaded = self._ready()
        language: Script = "zh" if utterance.language == "zh" else "en"
        text = verbalise(utterance.text, language)
        script = dominant_script(text, language)
        speaker = speaker_of(profile.arrays, loaded.tables, loaded.space)
        phonemes = loaded.graph.known(to_phonemes(text, speaker.accent))
        parts = []
        for part in split_phonemes(phonemes):
            if not any(phoneme.isalpha() for phoneme in part):
                continue
            style = speaker.style(len(part), script)
            style[PROSODY] += loaded.tables.another_take(len(part), utterance.seed)
            parts.append(_trimmed(speaker.finish(loaded.graph.render(part, style, utterance.speed))))
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
