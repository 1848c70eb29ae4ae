"""The engine: voices of reference clips, emotions by clip, by name and in words, marks of pronunciation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.audio import AudioClip
from core.engines.base import Capabilities, Utterance
from core.engines.edges import Edges
from core.engines.indextts.code import LIBRARY, Code
from core.engines.indextts.files import NAME, ModelFiles
from core.engines.indextts.upstream import EMOTION, Options, Upstream
from core.engines.upstream import UpstreamEngine
from core.errors import EngineFailed, InvalidText, Unsupported
from core.speakers.profile import SpeakerProfile
from core.text.markup.model import Arpabet, Kana, Notation, Pinyin, Text
from core.text.markup.reader import read
from core.text.verbalise import is_speakable

SAMPLE_RATE = 22_050
_LANGUAGES = {"2": ("zh", "en"), "2.5": ("zh", "en", "ja", "es", "ar")}
"""Those that the authors name; version 2.5's code takes any word for a language."""
_DIRECTED = "directed_emo_cond"
"""Another clip's emotion in a profile that is to take it on."""


class IndexTTSEngine(UpstreamEngine[ModelFiles, Upstream]):
    """IndexTTS; its profiles are :meth:`.upstream.Upstream.profile`'s: the voice in the first 15 s of a clip, and the
    emotion that it speaks in. What the clip says does not matter."""

    name = NAME
    revision = 1
    sample_rate = SAMPLE_RATE

    @property
    def files(self) -> ModelFiles:
        """The model's files, as they are now."""
        return ModelFiles.of(self._settings)

    @property
    def code(self) -> Code:
        """The code that reads the model, as it is now."""
        return Code.of(self._settings, self.files.version)

    @property
    def options(self) -> Options:
        """How the model is run."""
        return Options(self._settings.device, self._settings.indextts_fp16)

    @property
    def capabilities(self) -> Capabilities:
        """What the model that is there can do; version 2.5's where none is."""
        files = self.files
        newer = files.version == "2.5"
        reads = files.emotion_reader is not None and self.code.package != LIBRARY
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

    def with_emotion(self, profile: SpeakerProfile, emotion: SpeakerProfile) -> SpeakerProfile:
        """See :class:`core.engines.base.EmotionProfiles`."""
        return SpeakerProfile(NAME, {**profile.arrays, _DIRECTED: emotion.arrays[EMOTION]}, profile.facts)

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``, at 22,050 Hz.

        Raises as :meth:`load`, :class:`InvalidText`, :class:`InvalidAudio` of the emotion's clip, and
        :class:`Unsupported` (``request.language``, ``indextts.one_emotion``).
        """
        self._check(utterance)
        directed = utterance.instruction
        with self._working:
            emotion = self._emotion(directed.clip.clip, profile) if directed.clip is not None else None
            samples = self._done(
                lambda model: model.speak(
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

    def _emotion(self, clip: AudioClip, profile: SpeakerProfile) -> npt.NDArray[Any]:
        """The emotion of ``clip``, which is listened to unless ``profile`` has been given it."""
        if _DIRECTED in profile.arrays:
            return profile.arrays[_DIRECTED]
        self._check_clip(clip)
        return self._done(lambda model: model.emotion(clip, profile.arrays))

    def _heard(self, model: Upstream, clip: AudioClip, prompt_text: str) -> Mapping[str, npt.NDArray[Any]]:  # noqa: ARG002
        return model.profile(clip)

    def _traits(self, files: ModelFiles) -> Sequence[str]:
        return (files.version, *super()._traits(files))

    def _open(self, files: ModelFiles) -> Upstream:
        code = self.code
        code.make_importable()
        return _maker(code)(files, code, self.options)


def _maker(code: Code) -> type[Upstream]:
    if code.package != LIBRARY:
        return Upstream
    from core.engines.indextts.library import Library

    return Library


def _is_said(node: object) -> bool:
    return isinstance(node, Text) and is_speakable(node.text)
