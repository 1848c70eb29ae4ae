"""The embedded engine: Kokoro-82M on the CPU, English, Mandarin and both in one sentence, with cloning."""

import functools
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from core.audio import AudioClip, Floats
from core.engines.availability import Availability, of_models
from core.engines.base import Capabilities, StockVoice, Utterance
from core.engines.kokoro.averaging import average
from core.engines.kokoro.enroll import enroll
from core.engines.kokoro.graph import SAMPLE_RATE, Graph, finished, split_phonemes
from core.engines.kokoro.marked import PAUSES_S, spoken_parts, to_phonemes
from core.engines.kokoro.phonemes import Script, dominant_script
from core.engines.kokoro.prosody import coloured, hurried, paced, rate
from core.engines.kokoro.space import ASSET, VoiceSpace, voice_space
from core.engines.kokoro.speaker import speaker_of
from core.engines.kokoro.voices import PROSODY, VoiceTables, stock_voice, stock_voices, voice_names
from core.errors import InvalidInput, InvalidText
from core.finding import Finding
from core.models.manifest import manifest, model_path
from core.progress import Progress
from core.speakers.encoder import speaker_encoder
from core.speakers.profile import SpeakerProfile
from core.text.cues import interpret
from core.text.directions import ASSET as CUES
from core.text.markup.model import Notation, Tag, Text
from core.text.markup.reader import nodes, read

VERSION = "3"
"""Raised when this code makes the same request sound different."""
_MODELS = ("kokoro", "speaker-encoder")
_LIBRARIES = (
    "cn2an",
    "espeakng-loader",
    "jieba",
    "misaki",
    "num2words",
    "phonemizer-fork",
    "pypinyin",
    "pyworld-prebuilt",
)
"""What shapes the sound beside the weights and this code."""


@dataclass(frozen=True)
class _Loaded:
    graph: Graph
    tables: VoiceTables
    space: VoiceSpace


class KokoroEngine:
    """See :class:`core.engines.base.SynthesisEngine`; its profiles are :mod:`core.engines.kokoro.speaker`'s."""

    name = "kokoro"
    lane = "kokoro"  # one run uses all cores; ten at once are no faster, and take ten times the memory
    sample_rate = SAMPLE_RATE
    capabilities = Capabilities(
        languages=("en", "zh"),
        cloning=True,
        instruction=True,
        emotion_vector=True,
        prosody_preview=True,
        notation=Notation.KOKORO,
        pinyin=True,
        arpabet=True,
        tags=tuple(PAUSES_S),
        seed=True,
        speed=(0.5, 2.0),
    )

    def __init__(self, threads: int = 0) -> None:
        """``threads`` for one inference; 0 takes the number of cores."""
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @property
    def availability(self) -> Availability:
        """Whether its models are here; costs a look at a few files."""
        return of_models(*_MODELS)

    @property
    def loaded(self) -> bool:
        """Whether the model takes memory now."""
        return self._loaded is not None

    @functools.cached_property
    def fingerprint(self) -> str:
        """``kokoro/<version>/<digest prefix>``, of weights, voices, directions and the libraries that read text."""
        models = [manifest().models[name].digest for name in _MODELS]
        libraries = [f"{library} {version(library)}" for library in _LIBRARIES]
        tables = [hashlib.sha256((files("assets") / name).read_bytes()).hexdigest() for name in (ASSET, CUES)]
        digest = hashlib.sha256("\n".join([*models, *libraries, *tables]).encode()).hexdigest()
        return f"{self.name}/{VERSION}/{digest[:12]}"

    @functools.cached_property
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

    def unload(self) -> None:
        """Let go of the graph; whoever speaks with it finishes."""
        with self._lock:
            self._loaded = None

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self.availability.check()
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
            phonemes = loaded.graph.known(to_phonemes((Text(text),), "en-us"))
            return _trimmed(loaded.graph.render(phonemes, loaded.tables.mean(len(phonemes)) + shift, 1.0))

        clone = enroll(clip, loaded.space, render, speaker_encoder(), progress)
        arrays = {
            "embedding": clone.embedding,
            "shift": clone.shift,
            "pitch": np.array([clone.pitch], dtype=np.float32),
            "gain": clone.gain,
            "pace": np.array([clone.pace], dtype=np.float32),
        }
        facts = {
            "similarity": f"{clone.similarity:.2f}",
            "pitch": f"{np.exp(clone.pitch):.0f} Hz",
            "pace": f"{clone.pace:.2f}",
        }
        return SpeakerProfile(self.name, arrays, facts)

    def average(self, profiles: Sequence[SpeakerProfile]) -> SpeakerProfile:
        """The clone between those of several recordings."""
        return average(profiles)

    def findings(self, utterance: Utterance) -> Sequence[Finding]:
        """What of ``utterance`` comes out otherwise than asked."""
        tags = [mark.node.name for mark in read(utterance.text, Notation.KOKORO) if isinstance(mark.node, Tag)]
        pauses = [
            Finding("note", "tag.pause", {"tag": f"[{tag}]", "seconds": PAUSES_S[tag]})
            for tag in dict.fromkeys(tags)
            if tag in PAUSES_S
        ]
        direction = interpret(utterance.instruction)
        return [*pauses, *direction.unfollowed, *hurried(utterance.speed, direction.prosody)]

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``, at 24 kHz. Raises ``InvalidText`` if nothing in it can be said."""
        loaded = self._ready()
        language: Script = "zh" if utterance.language == "zh" else "en"
        parts = spoken_parts(nodes(read(utterance.text, Notation.KOKORO)), language)
        script = dominant_script(" ".join(part.plain for part in parts), language)
        speaker = speaker_of(profile.arrays, loaded.tables, loaded.space)
        prosody = interpret(utterance.instruction).prosody
        speed = rate(utterance.speed * speaker.pace, prosody)
        pieces: list[Floats] = []
        said = False
        for part in parts:
            phonemes = finished(loaded.graph.known(to_phonemes(part.marked, speaker.accent)))
            strings = [string for string in split_phonemes(phonemes) if any(map(str.isalpha, string))]
            for index, string in enumerate(strings):
                style = speaker.style(len(string), script)
                style[PROSODY] += loaded.tables.another_take(len(string), utterance.seed)
                if index:
                    pieces.append(_silence(_JOINT_S / speed * prosody.pause))
                spoken = coloured(loaded.graph.render(string, style, speed), prosody, script)
                pieces.append(_trimmed(paced(speaker.finish(spoken), prosody.pause)))
                said = True
            pieces.append(_silence(part.pause_s / speed * prosody.pause - 2 * _MARGIN_S))
        if not said:
            raise InvalidText("text.unspeakable")
        return AudioClip(_unclipped(np.concatenate(pieces)), SAMPLE_RATE)


_MARGIN_S = 0.03
"""Quiet that is left on both sides of an utterance, in seconds."""
_FADE_S = 0.01
_FLOOR = 10 ** (-45 / 20)
"""What counts as quiet, relative to the loudest block."""
_CLICK = 10 ** (-26 / 20)
_CLICK_GAP_S = 0.15
_JOINT_S = 0.18
"""Pause between the parts of an utterance that was too long for one rendering, in seconds."""


def _trimmed(samples: Floats) -> Floats:
    """``samples`` with ``_MARGIN_S`` of quiet on both sides, faded in and out."""
    block = SAMPLE_RATE // 200
    level = np.sqrt(np.mean(samples[: len(samples) // block * block].reshape(-1, block) ** 2, axis=1))
    if not len(level) or not level.max():
        return samples
    loud = _without_clicks(np.flatnonzero(level > level.max() * _FLOOR), level)
    margin = int(_MARGIN_S * SAMPLE_RATE)
    start, end = loud[0] * block - margin, (loud[-1] + 1) * block + margin
    padded = np.pad(samples, (max(0, -start), max(0, end - len(samples))))
    cut = padded[max(0, start) : max(0, start) + end - start].copy()
    fade = np.linspace(0.0, 1.0, int(_FADE_S * SAMPLE_RATE), dtype=np.float32)
    cut[: len(fade)] *= fade
    cut[-len(fade) :] *= fade[::-1]
    return cut


def _without_clicks(loud: npt.NDArray[np.intp], level: Floats) -> npt.NDArray[np.intp]:
    """The blocks that are ``loud`` without what is faint and far from the rest at either end.

    Around a lone syllable the graph leaves a click there now and then.
    """
    stretches = np.split(loud, np.flatnonzero(np.diff(loud) > _CLICK_GAP_S * 200) + 1)
    kept = [at for at, blocks in enumerate(stretches) if level[blocks].max() > level.max() * _CLICK]
    return np.concatenate(stretches[kept[0] : kept[-1] + 1])


def _silence(seconds: float) -> Floats:
    return np.zeros(max(0, int(seconds * SAMPLE_RATE)), dtype=np.float32)


def _unclipped(samples: Floats) -> Floats:
    """``samples`` turned down if they would clip."""
    peak = float(np.abs(samples).max())
    return samples / peak * np.float32(0.99) if peak > 0.99 else samples
