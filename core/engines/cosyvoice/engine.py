"""The engine: voices of reference clips, directions in words, marks of pronunciation."""

import queue
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.audio import AudioClip, Floats
from core.engines.averaging import averaged
from core.engines.base import Capabilities, Streaming, Utterance
from core.engines.cosyvoice import wording
from core.engines.cosyvoice.code import Code
from core.engines.cosyvoice.files import NAME, ModelFiles
from core.engines.cosyvoice.upstream import Options, Upstream
from core.engines.edges import Edges
from core.engines.pytorch import told
from core.engines.upstream import UpstreamEngine
from core.errors import EngineFailed
from core.speakers.profile import SpeakerProfile
from core.text.markup.cosyvoice import INVENTORY
from core.text.markup.model import Notation

SAMPLE_RATE = 24_000
_LANGUAGES = {3: ("zh", "en", "ja", "ko", "de", "es", "fr", "it", "ru"), 2: ("zh", "en", "ja", "ko")}


class CosyVoiceEngine(UpstreamEngine[ModelFiles, Upstream]):
    """CosyVoice; its profiles are :meth:`.upstream.Upstream.profile`'s, without a prompt text of the sound alone."""

    name = NAME
    revision = 1
    sample_rate = SAMPLE_RATE
    longest_s = 30.0

    @property
    def files(self) -> ModelFiles:
        """The model's files, as they are now."""
        return ModelFiles.of(self._settings)

    @property
    def code(self) -> Code:
        """The code that reads the model, as it is now."""
        return Code.of(self._settings)

    @property
    def options(self) -> Options:
        """How the model is run."""
        chosen = self._settings
        return Options(
            device=chosen.device,
            fp16=chosen.cosyvoice_fp16,
            tensorrt=chosen.cosyvoice_trt,
            vllm=chosen.cosyvoice_vllm,
            threads=chosen.threads,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What the model that is there can do; CosyVoice3's where none is."""
        version = self.files.version
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
            seed=not self.options.vllm,
            streaming=Streaming.ALIKE if version == 3 and not self.options.vllm else Streaming.NONE,
            speed=(0.5, 2.0),
        )

    def average(self, profiles: Sequence[SpeakerProfile]) -> SpeakerProfile:
        """The speaker vectors' mean; what the first recording says, and how, stays the prompt."""
        return averaged(profiles, lambda name, _: name in ("flow_embedding", "llm_embedding"))

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
        version = self.files.version
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

    def _heard(self, model: Upstream, clip: AudioClip, prompt_text: str) -> Mapping[str, npt.NDArray[Any]]:
        return model.profile(clip, wording.prompt_frame(prompt_text, self.files.version))

    def _open(self, files: ModelFiles) -> Upstream:
        self.code.make_importable()
        return Upstream(files, self.options)
