"""Small deterministic engines that count their calls, for tests of what happens around an engine."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.audio import AudioClip
from core.cache.cache import open_cache
from core.engines.availability import Availability, State
from core.engines.base import Capabilities, StockVoice, TimedText, Transcript, Utterance
from core.engines.registry import Registry
from core.errors import InvalidInput
from core.finding import Finding
from core.progress import Progress
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from core.speakers.profile import SpeakerProfile
from core.studio import Studio
from core.text.markup.model import Notation

RATE = 16_000


def hum(words: str, hertz: float = 140.0, seconds: float = 0.5) -> AudioClip:
    """A tone of its own for every text."""
    seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "little")
    t = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * (hertz + seed % 400) * t) * 0.3
    return AudioClip(wave.astype(np.float32), RATE)


class Loadable:
    """What an engine says of itself whose model is always here."""

    lane = ""
    loaded = False
    availability = Availability(State.READY, Finding("good", "engine.embedded"))

    def load(self) -> None:
        self.loaded = True

    def unload(self) -> None:
        self.loaded = False


class HummingEngine(Loadable):
    """Speaks by humming; ``failing`` makes the next calls raise."""

    name = "humming"
    capabilities = Capabilities(
        languages=("en", "zh"),
        cloning=True,
        instruction=True,
        emotion_vector=True,
        prosody_preview=True,
        notation=Notation.KOKORO,
        pinyin=True,
        arpabet=True,
        tags=("breath",),
        seed=True,
        speed=(0.5, 2.0),
    )
    sample_rate = RATE
    fingerprint = "humming/1"
    voices: tuple[StockVoice, ...] = (StockVoice("alto", "Alto", "en", "female"),)

    def __init__(self) -> None:
        self.spoken: list[Utterance] = []
        self.enrolled: list[str] = []
        self.failing: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def stock_profile(self, voice: str) -> SpeakerProfile:
        if voice != "alto":
            raise InvalidInput("request.voice", voice=voice)
        return SpeakerProfile(self.name, {"pitch": np.array([140.0], np.float32)})

    def enroll(self, clip: AudioClip, prompt_text: str, progress: Progress) -> SpeakerProfile:
        progress.update("enroll", 0.5)
        self.enrolled.append(clip.content_id)
        pitch = 100 + int(clip.content_id[:4], 16) % 200
        return SpeakerProfile(self.name, {"pitch": np.array([pitch], np.float32)}, {"similarity": "0.75"})

    def findings(self, utterance: Utterance) -> Sequence[Finding]:
        return (
            (Finding("note", "tag.pause", {"tag": "[breath]", "seconds": 0.4}),) if "[breath]" in utterance.text else ()
        )

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        self.gate.wait(10)
        if self.failing:
            raise self.failing
        self.spoken.append(utterance)
        clip = utterance.instruction.clip
        manner = f"{utterance.instruction}|{clip and clip.raw_digest}"
        words = f"{utterance.text}|{utterance.speed}|{utterance.seed}|{manner}"
        return hum(words, float(profile.arrays["pitch"][0]))


class ListeningEngine(Loadable):
    """Writes down the length of what it hears."""

    name = "listening"
    capabilities = Capabilities(languages=("en", "zh"))
    fingerprint = "listening/1"

    def __init__(self) -> None:
        self.heard: list[str] = []

    def transcribe(self, clip: AudioClip, *, language: str, itn: bool, progress: Progress) -> Transcript:
        progress.update("transcribe", 0.5)
        self.heard.append(clip.content_id)
        text = f"{len(clip.samples)} samples"
        return Transcript(text, "en" if language == "auto" else language, (TimedText(0.0, clip.duration_s, text),))


def humming_studio(folder: Path, redis_url: str, speaking: HummingEngine | None = None) -> Studio:
    """A studio of these two engines that keeps its voices in ``folder``."""
    speaking, listening = speaking or HummingEngine(), ListeningEngine()
    # On a busy machine Redis is late, too, and working without it would be right, but is not what is tested with this.
    settings = Settings(data_dir=folder, redis_url=redis_url, redis_timeout_s=10)
    return Studio(
        cache=open_cache(settings),
        synthesis=Registry({speaking.name: lambda: speaking}),
        recognition=Registry({listening.name: lambda: listening}),
        library=VoiceLibrary(folder / "voices"),
        settings=settings,
    )
