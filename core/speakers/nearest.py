""" "Sounds like": the voices of the library and of an engine, and which of them are nearest to a clip."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from core import identity
from core.audio import Floats
from core.errors import EncoreError
from core.progress import Progress
from core.request import AudioSource, LibrarySpeaker, Speaker, StockSpeaker, SynthesisRequest, voice_name
from core.speakers.vectors import VectorSet
from core.speakers.voiceprint import fingerprint, mean, stock_voiceprint, voiceprint
from core.studio import Studio

LINES: Mapping[str, str] = {
    "en": "The birch canoe slid on the smooth planks, and the box was thrown beside the parked truck.",
    "zh": "今天的天气很好，我们一起去公园散步，顺便买一些新鲜的水果。",
}
"""What a voice says to be heard, by language; where none is listed, the first."""
COUNT = 8
"""So many of the nearest are told."""


@dataclass(frozen=True)
class KnownVoice:
    """A voice that can be chosen."""

    speaker: StockSpeaker | LibrarySpeaker
    label: str
    language: str
    """ISO 639 code; empty if nobody said."""
    own: bool
    """Whether it is a saved one."""
    gender: str = ""
    """``female`` or ``male``; empty if nobody said."""

    @property
    def value(self) -> str:
        """``saved:ID`` or ``stock:NAME``."""
        return voice_name(self.speaker)


@dataclass(frozen=True)
class Neighbour:
    """A voice that sounds like a clip."""

    voice: KnownVoice
    similarity: float
    """Cosine of the speaker embeddings: about 0.3 for two speakers, 0.86 for one."""


def preview_line(language: str) -> str:
    """What a voice of ``language`` is heard with."""
    return LINES.get(language, next(iter(LINES.values())))


class VoiceSpace:
    """Where voices lie among each other. Thread-safe."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        digest = sha256(fingerprint().encode()).hexdigest()[:16]
        self._vectors = VectorSet(f"encore:voices:v1:{digest}", studio.cache.link)

    def voices(self, engine: str, viewer: str | None) -> list[KnownVoice]:
        """The saved voices that ``viewer`` may use, and those of the engine called ``engine``."""
        saved = [
            KnownVoice(LibrarySpeaker(voice.voice_id), voice.name, voice.language, own=True)
            for voice in self._studio.library.voices(viewer)
        ]
        return saved + [
            KnownVoice(StockSpeaker(each.name), each.label, each.language, own=False, gender=each.gender)
            for each in self._studio.stock_voices(engine)
        ]

    def place(self, voice: KnownVoice, engine: str, progress: Progress) -> Floats:
        """The voiceprint of ``voice``, float32 [256] of length 1; the engine is asked to speak if it has to be.

        Raises :class:`EncoreError`.
        """
        studio, speaker = self._studio, voice.speaker
        if isinstance(speaker, LibrarySpeaker):
            heard = [
                voiceprint(studio.as_reference(each.audio), studio.cache, progress, permanent=True)
                for each in studio.library.references(speaker.voice_id)
            ]
            return mean(heard)
        line = preview_line(voice.language)
        request = SynthesisRequest(line, speaker, engine)
        key = identity.stock_key(studio.synthesis[engine], speaker.voice)
        return stock_voiceprint(key, line, lambda: studio.synthesize(request, progress).audio, studio.cache, progress)

    def places(self, engine: str, viewer: str | None, progress: Progress) -> dict[KnownVoice, Floats]:
        """The voiceprints of all voices; those that cannot be had are left out. Raises :class:`Cancelled`."""
        voices = self.voices(engine, viewer)
        found = {}
        for done, voice in enumerate(voices):
            progress.update("voices", done / len(voices))
            place = self._tried(voice, engine, progress)
            if place is not None:
                found[voice] = place
        progress.update("voices", 1.0)
        return found

    def nearest(
        self, source: AudioSource, engine: str, viewer: str | None, progress: Progress, count: int = COUNT
    ) -> list[Neighbour]:
        """The voices that sound most like ``source``, nearest first. Raises :class:`EncoreError`."""
        studio = self._studio
        point = voiceprint(studio.as_reference(source), studio.cache, progress)
        voices = {self._name(voice, engine): voice for voice in self.voices(engine, viewer)}
        done = 0

        def place(name: str) -> Floats | None:
            nonlocal done
            progress.update("voices", done / len(voices))
            done = min(done + 1, len(voices))
            return self._tried(voices[name], engine, progress)

        found = self._vectors.nearest(point, list(voices), place, count)
        progress.update("voices", 1.0)
        return [Neighbour(voices[name], similarity) for name, similarity in found]

    def _tried(self, voice: KnownVoice, engine: str, progress: Progress) -> Floats | None:
        try:
            return self.place(voice, engine, progress)
        except EncoreError:
            progress.checkpoint()
            return None

    def _name(self, voice: KnownVoice, engine: str) -> str:
        """What determines where a voice lies: its recordings, or the engine that has it."""
        speaker: Speaker = voice.speaker
        if isinstance(speaker, LibrarySpeaker):
            clips = self._studio.library.voice(speaker.voice_id).clips
            return ":".join((speaker.voice_id, *(clip.file for clip in clips)))
        assert isinstance(speaker, StockSpeaker)  # noqa: S101 — there is no other kind
        return identity.stock_key(self._studio.synthesis[engine], speaker.voice).digest
