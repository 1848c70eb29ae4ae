"""The engine: voices of reference clips, directions in words, marks of pronunciation."""

import logging
import queue
import threading
from collections.abc import Generator, Iterator, Sequence

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.availability import Availability, State
from core.engines.base import Capabilities, StockVoice, Streaming, Utterance
from core.engines.cosyvoice import wording
from core.engines.cosyvoice.code import Code
from core.engines.cosyvoice.files import NAME, ModelFiles
from core.engines.cosyvoice.upstream import Options, Upstream
from core.engines.edges import Edges
from core.engines.guard import in_one_line, is_out_of_memory
from core.engines.pytorch import lane_of, told
from core.errors import EncoreError, EngineFailed, InvalidAudio, InvalidInput, ModelMissing
from core.finding import Finding
from core.models.digest import digest_of
from core.progress import Progress
from core.settings import Settings
from core.speakers.profile import SpeakerProfile
from core.text.markup.cosyvoice import INVENTORY
from core.text.markup.model import Notation

SAMPLE_RATE = 24_000
LONGEST_S = 30.0
"""The longest reference clip."""
SHORTEST_S = 0.2
"""Less has no features."""
_LANGUAGES = {3: ("zh", "en", "ja", "ko", "de", "es", "fr", "it", "ru"), 2: ("zh", "en", "ja", "ko")}
REVISION = 1
"""Raised when what this package does with the same weights changes the sound."""

log = logging.getLogger(__name__)


class CosyVoiceEngine:
    """See :class:`core.engines.base.SynthesisEngine`; its profiles are :meth:`.upstream.Upstream.profile`'s.

    Thread-safe: one call at a time. A profile that was made once is all that it needs of the clip, in any process.
    """

    name = NAME
    sample_rate = SAMPLE_RATE

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = Options(
            device=settings.device,
            fp16=settings.cosyvoice_fp16,
            tensorrt=settings.cosyvoice_trt,
            vllm=settings.cosyvoice_vllm,
            threads=settings.threads,
        )
        self._working = threading.Lock()
        self._upstream: Upstream | None = None
        self._fingerprint: str | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the model that is there can do; CosyVoice3's where none is."""
        version = ModelFiles.of(self._settings).version
        return Capabilities(
            languages=_LANGUAGES[version],
            cloning=True,
            needs_prompt_text=True,
            instruction=True,
            notation=Notation.COSYVOICE,
            pinyin=version == 3,
            arpabet=version == 3,
            tags=tuple(dict.fromkeys((*INVENTORY.tags, *INVENTORY.spans))),
            # vLLM draws in its own way, and version 2's vocoder draws while the language model does.
            seed=not self._options.vllm,
            streaming=Streaming.ALIKE if version == 3 and not self._options.vllm else Streaming.NONE,
            speed=(0.5, 2.0),
        )

    @property
    def availability(self) -> Availability:
        """Whether it can be used here; costs a look at a few names."""
        files = ModelFiles.of(self._settings).availability
        if files.state is State.NOT_CONFIGURED:
            return files
        code = Code.of(self._settings).availability
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
                code = Code.of(self._settings).digest
            except OSError as error:
                raise ModelMissing("file.unreadable", path=files.folder, reason=error.strerror or error) from error
            options = "+".join(self._options.named) or "plain"
            self._fingerprint = f"{NAME}/{REVISION}/{code[:12]}/{weights[:16]}/{options}"
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
        (``cosyvoice.broken``, ``engine.memory``)."""
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

    def enroll(self, clip: AudioClip, prompt_text: str, progress: Progress) -> SpeakerProfile:
        """The voice in ``clip``, which says ``prompt_text``; without that it is cloned by its sound alone.

        Raises as :meth:`load`, :class:`InvalidAudio`, and :class:`InvalidText` for control tokens in the text.
        """
        if not np.isfinite(clip.samples).all():
            raise InvalidAudio("audio.not_finite")
        if clip.duration_s < SHORTEST_S:
            raise InvalidAudio("reference.too_short", seconds=clip.duration_s, minimum=1)
        if clip.duration_s > LONGEST_S:
            raise InvalidAudio("reference.too_long", seconds=clip.duration_s, maximum=LONGEST_S)
        with self._working:
            progress.update("enroll", 0.0)
            upstream = self._loaded()
            prompt = wording.prompt_frame(prompt_text, ModelFiles.of(self._settings).version)
            try:
                arrays = upstream.profile(clip, prompt)
            except Exception as error:
                raise told(NAME, error) from error
        progress.update("enroll", 1.0)
        return SpeakerProfile(NAME, arrays)

    def findings(self, utterance: Utterance) -> Sequence[Finding]:  # noqa: ARG002 — nothing is done otherwise
        """Nothing: what it cannot do its capabilities say."""
        return ()

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``, at 24 kHz. Raises as :meth:`load`, and :class:`InvalidText`."""
        return AudioClip(np.concatenate(list(self._speak(utterance, profile, stream=False))), SAMPLE_RATE)

    def stream(self, utterance: Utterance, profile: SpeakerProfile) -> Iterator[AudioClip]:
        """See :class:`core.engines.base.StreamingSynthesis`. Another speed than 1 comes as one chunk."""
        streams = self.capabilities.streaming is not Streaming.NONE and utterance.speed == 1.0
        spoken: queue.SimpleQueue[Floats | BaseException | None] = queue.SimpleQueue()
        unwanted = threading.Event()

        # A thread of its own, so that somebody who listens slowly does not keep the model from others.
        def work() -> None:
            chunks = self._speak(utterance, profile, stream=streams)
            try:
                for chunk in chunks:
                    spoken.put(chunk)
                    if unwanted.is_set():
                        break
                spoken.put(None)
            except BaseException as error:
                spoken.put(error)
            finally:
                chunks.close()

        thread = threading.Thread(target=work, name="cosyvoice-stream", daemon=True)
        thread.start()
        try:
            while (chunk := spoken.get()) is not None:
                if isinstance(chunk, BaseException):
                    raise chunk
                yield AudioClip(chunk, SAMPLE_RATE)
        finally:
            unwanted.set()

    def _speak(self, utterance: Utterance, profile: SpeakerProfile, *, stream: bool) -> Generator[Floats]:
        """The pieces of ``utterance`` that are not empty, without silence around them."""
        version = ModelFiles.of(self._settings).version
        text = wording.spoken(utterance.text, utterance.language)
        directed = utterance.instruction.text
        instruction = wording.instruction_frame(directed, version) if directed else ""
        if not instruction and not profile.arrays["prompt_text"].size:
            text = wording.promptless_frame(text, version)
        edges = Edges(SAMPLE_RATE)
        with self._working:
            upstream = self._loaded()
            pieces = upstream.speak(
                text,
                profile.arrays,
                instruction=instruction,
                seed=utterance.seed,
                speed=utterance.speed,
                stream=stream,
            )
            heard = False
            try:
                for piece in pieces:
                    if len(trimmed := edges.add(piece)):
                        heard = True
                        yield trimmed
            except Exception as error:
                raise told(NAME, error) from error
            finally:
                pieces.close()
        if len(rest := edges.finish()):
            yield rest
        if not heard:
            raise EngineFailed("engine.failed", engine=NAME, reason="the model said nothing")

    def _here(self) -> ModelFiles:
        """The model's files, all of them there, and what reads them."""
        self.availability.check()
        return ModelFiles.of(self._settings)

    def _loaded(self) -> Upstream:
        if self._upstream is None:
            files = self._here()
            Code.of(self._settings).make_importable()
            try:
                self._upstream = Upstream(files, self._options)
            except EncoreError:
                raise
            except Exception as error:  # files that are no model fail in as many ways as there are readers
                if is_out_of_memory(error):
                    raise told(NAME, error) from error
                log.warning("CosyVoice could not be loaded", exc_info=error)
                raise EngineFailed("cosyvoice.broken", folder=files.folder, reason=in_one_line(error)) from error
            log.info("CosyVoice%d from %s", files.version, files.folder)
        return self._upstream
