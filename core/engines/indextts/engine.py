"""The engine: voices of reference clips, emotions by clip, by name and in words, marks of pronunciation."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from core.audio import AudioClip
from core.engines.availability import Availability, State
from core.engines.base import Capabilities, StockVoice, Utterance
from core.engines.edges import Edges
from core.engines.guard import in_one_line, is_out_of_memory
from core.engines.indextts.code import LIBRARY, Code
from core.engines.indextts.files import NAME, ModelFiles
from core.engines.indextts.upstream import EMOTION, Options, Upstream
from core.engines.pytorch import lane_of, told
from core.errors import (
    EncoreError,
    EngineFailed,
    InvalidAudio,
    InvalidInput,
    InvalidText,
    ModelMissing,
    Unsupported,
)
from core.finding import Finding
from core.models.digest import digest_of
from core.progress import Progress
from core.settings import Settings
from core.speakers.profile import SpeakerProfile
from core.text.markup.model import Arpabet, Kana, Notation, Pinyin, Text
from core.text.markup.reader import read
from core.text.verbalise import is_speakable

SAMPLE_RATE = 22_050
SHORTEST_S = 0.2
"""Less has no features."""
_LANGUAGES = {"2": ("zh", "en"), "2.5": ("zh", "en", "ja", "es", "ar")}
"""Those that the authors name; version 2.5's code takes any word for a language."""
_DIRECTED = "directed_emo_cond"
"""Another clip's emotion in a profile that is to take it on."""
REVISION = 1
"""Raised when what this package does with the same weights changes the sound."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class IndexTTSEngine:
    """See :class:`core.engines.base.SynthesisEngine`; its profiles are :meth:`.upstream.Upstream.profile`'s.

    Thread-safe: one call at a time. A profile that was made once is all that it needs of the clip, in any process.
    """

    name = NAME
    sample_rate = SAMPLE_RATE

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = Options(settings.device, settings.indextts_fp16)
        self._working = threading.Lock()
        self._upstream: Upstream | None = None
        self._fingerprint: str | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the model that is there can do; version 2.5's where none is."""
        files = ModelFiles.of(self._settings)
        newer = files.version == "2.5"
        reads = files.emotion_reader is not None and Code.of(self._settings, files.version).package != LIBRARY
        return Capabilities(
            languages=_LANGUAGES[files.version],
            cloning=True,
            instruction=reads,
            emotion_vector=True,
            emotion_audio=True,
            notation=Notation.INDEXTTS25 if newer else Notation.INDEXTTS2,
            pinyin=True,
            arpabet=newer,
            seed=True,
            speed=(0.5, 2.0) if newer else (1.0, 1.0),
        )

    @property
    def availability(self) -> Availability:
        """Whether it can be used here; costs a look at a few names."""
        model = ModelFiles.of(self._settings)
        files = model.availability
        if files.state is State.NOT_CONFIGURED:
            return files
        code = Code.of(self._settings, model.version).availability
        return files if code.ready else code

    @property
    def lane(self) -> str:
        """The device that it works on: a GPU speaks for one at a time."""
        return lane_of(self._settings.device)

    @property
    def fingerprint(self) -> str:
        """Weights, code, options that shape the sound, and this package's revision. Raises as :meth:`load`."""
        if self._fingerprint is None:
            files = self._here()
            try:
                weights = digest_of(files.sounding, self._settings.data_dir / "digests.json")
                code = Code.of(self._settings, files.version).digest
            except OSError as error:
                raise ModelMissing("file.unreadable", path=files.folder, reason=error.strerror or error) from error
            options = "+".join(self._options.named) or "plain"
            self._fingerprint = f"{NAME}{files.version}/{REVISION}/{code[:12]}/{weights[:16]}/{options}"
        return self._fingerprint

    @property
    def voices(self) -> Sequence[StockVoice]:
        """None: it speaks in voices that it was given."""
        return ()

    @property
    def loaded(self) -> bool:
        """Whether the model takes memory now."""
        return self._upstream is not None

    def load(self) -> None:
        """Load the model, once. Raises :class:`ModelMissing`, :class:`EngineUnavailable`, or :class:`EngineFailed`
        (``indextts.broken``, ``engine.memory``)."""
        with self._working:
            self._loaded()

    def unload(self) -> None:
        """Free the model's memory; the next use loads what its files are then."""
        with self._working:
            if self._upstream is not None:
                self._upstream.close()
            self._upstream = None
            self._fingerprint = None

    def stock_profile(self, voice: str) -> SpeakerProfile:
        """There is none. Raises :class:`InvalidInput` (``request.voice``)."""
        raise InvalidInput("request.voice", voice=voice)

    def enroll(self, clip: AudioClip, prompt_text: str, progress: Progress) -> SpeakerProfile:  # noqa: ARG002
        """The voice in the first 15 s of ``clip``, and the emotion that it speaks in; what it says does not matter.

        Raises as :meth:`load`, and :class:`InvalidAudio`.
        """
        _check(clip)
        with self._working:
            progress.update("enroll", 0.0)
            upstream = self._loaded()
            arrays = self._done(lambda: upstream.profile(clip))
        progress.update("enroll", 1.0)
        return SpeakerProfile(NAME, arrays)

    def with_emotion(self, profile: SpeakerProfile, emotion: SpeakerProfile) -> SpeakerProfile:
        """See :class:`core.engines.base.EmotionProfiles`."""
        return SpeakerProfile(NAME, {**profile.arrays, _DIRECTED: emotion.arrays[EMOTION]}, profile.facts)

    def findings(self, utterance: Utterance) -> Sequence[Finding]:  # noqa: ARG002 — nothing is done otherwise
        """Nothing: what it cannot do its capabilities say, or it refuses."""
        return ()

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``, at 22,050 Hz.

        Raises as :meth:`load`, :class:`InvalidText`, :class:`InvalidAudio` of the emotion's clip, and
        :class:`Unsupported` (``request.language``, ``indextts.one_emotion``).
        """
        self._check(utterance)
        directed = utterance.instruction
        with self._working:
            upstream = self._loaded()
            emotion = self._emotion(upstream, directed.clip.clip, profile) if directed.clip is not None else None
            samples = self._done(
                lambda: upstream.speak(
                    utterance.text,
                    profile.arrays,
                    language=utterance.language,
                    emotion=emotion,
                    strength=directed.strength,
                    vector=directed.vector,
                    words=directed.text,
                    seed=utterance.seed,
                    speed=utterance.speed,
                )
            )
        edges = Edges(SAMPLE_RATE)
        heard = edges.add(samples)
        if not len(heard):
            raise EngineFailed("engine.failed", engine=NAME, reason="the model said nothing")
        return AudioClip(np.concatenate([heard, edges.finish()]), SAMPLE_RATE)

    def _check(self, utterance: Utterance) -> None:
        """Raise of what the code would get wrong without a word."""
        capabilities = self.capabilities
        if utterance.language not in capabilities.languages:
            known = ", ".join(capabilities.languages)
            raise Unsupported("request.language", engine=NAME, language=utterance.language, known=known)
        nodes = [mark.node for mark in read(utterance.text, capabilities.notation)]
        if not any(isinstance(node, Pinyin | Arpabet | Kana) or _is_said(node) for node in nodes):
            raise InvalidText("text.unspeakable")
        directed = utterance.instruction
        if directed.clip is not None and (directed.text or any(directed.vector)):
            raise Unsupported("indextts.one_emotion")

    def _emotion(self, upstream: Upstream, clip: AudioClip, profile: SpeakerProfile) -> npt.NDArray[Any]:
        """The emotion of ``clip``, which is listened to unless ``profile`` has been given it."""
        if _DIRECTED in profile.arrays:
            return profile.arrays[_DIRECTED]
        _check(clip)
        return self._done(lambda: upstream.emotion(clip, profile.arrays))

    def _here(self) -> ModelFiles:
        """The model's files, all of them there, and what reads them."""
        self.availability.check()
        return ModelFiles.of(self._settings)

    def _loaded(self) -> Upstream:
        if self._upstream is None:
            files = self._here()
            code = Code.of(self._settings, files.version)
            code.make_importable()
            try:
                self._upstream = _maker(code)(files, code, self._options)
            except EncoreError:
                raise
            except Exception as error:  # files that are no model fail in as many ways as there are readers
                if is_out_of_memory(error):
                    raise told(NAME, error) from error
                log.warning("IndexTTS could not be loaded", exc_info=error)
                raise EngineFailed("indextts.broken", folder=files.folder, reason=in_one_line(error)) from error
            log.info("IndexTTS-%s from %s", files.version, files.folder)
        return self._upstream

    def _done(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except Exception as error:
            raise told(NAME, error) from error


def _maker(code: Code) -> type[Upstream]:
    if code.package != LIBRARY:
        return Upstream
    from core.engines.indextts.library import Library

    return Library


def _is_said(node: object) -> bool:
    return isinstance(node, Text) and is_speakable(node.text)


def _check(clip: AudioClip) -> None:
    """Raise :class:`InvalidAudio` of a clip that the code breaks on."""
    if not np.isfinite(clip.samples).all():
        raise InvalidAudio("audio.not_finite")
    if clip.duration_s < SHORTEST_S:
        raise InvalidAudio("reference.too_short", seconds=clip.duration_s, minimum=1)
