"""The authors' code at work: loaded, kept to what was found to be safe, and without side effects on the process.

Everything that is true of their code only is here. It is not thread-safe. See :mod:`core.engines.cosyvoice.engine`.
"""

import contextlib
import importlib
import logging
import threading
import warnings
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from core.audio import AudioClip, Floats
from core.engines.cosyvoice.files import ModelFiles
from core.engines.cosyvoice.wording import END_OF_PROMPT, END_OF_PROMPT_ID
from core.engines.pytorch import array, chosen_device, free_memory, logging_kept, randomness_kept
from core.errors import EngineFailed

Arrays = Mapping[str, npt.NDArray[Any]]
_SPEAKER = "encore"
"""The name under which a profile is lent to the frontend for one call."""
_LOWEST_RATE = 16_000
"""Clips of a lower rate are refused by the code."""
_MARKS = "[h][ào][M][breath]"
_PATIENCE_S = 60.0
"""How long the language model's thread is waited for once nobody needs it: it stops at its next token."""


@dataclass(frozen=True)
class Options:
    """What a user may choose about how the model runs."""

    device: str = "auto"
    """``auto``, ``cpu``, ``cuda`` or ``cuda:1``."""
    fp16: bool = False
    tensorrt: bool = False
    vllm: bool = False
    threads: int = 0
    """Threads on the CPU; 0 leaves them to PyTorch. They are those of the whole process."""

    @property
    def named(self) -> tuple[str, ...]:
        """Those that are on and shape the sound."""
        on = (("fp16", self.fp16), ("tensorrt", self.tensorrt), ("vllm", self.vllm))
        return tuple(name for name, chosen in on if chosen)


class Upstream:
    """A loaded model. Its code must be importable already."""

    def __init__(self, files: ModelFiles, options: Options) -> None:
        """Load ``files``. Raises :class:`EngineUnavailable` (``cosyvoice.gpu``), :class:`EngineFailed`
        (``cosyvoice.broken``), and whatever the code and its files make it raise.
        """
        with logging_kept():
            self._torch: Any = importlib.import_module("torch")
            self._device = chosen_device(self._torch, options.device, options.named, "cosyvoice.gpu")
            if options.threads:
                self._torch.set_num_threads(options.threads)
            with self._placed(), randomness_kept(self._torch, self._device):
                module: Any = importlib.import_module("cosyvoice.cli.cosyvoice")
                module.tqdm = iter  # a progress bar for every call
                module.logging = logging.getLogger("cosyvoice")  # what is said, for every call
                module.logging.setLevel(logging.WARNING)
                extra: dict[str, bool] = {"load_vllm": True} if options.vllm else {}
                if options.vllm:
                    _register_with_vllm()
                warnings.filterwarnings("ignore", category=FutureWarning, module=r"cosyvoice\.")
                # Some noise of the vocoder is drawn while it is made, and has to be the same in every process.
                self._torch.manual_seed(0)
                maker = module.CosyVoice3 if files.version == 3 else module.CosyVoice2
                self._cosyvoice = maker(str(files.folder), load_trt=options.tensorrt, fp16=options.fp16, **extra)
        self._version = files.version
        self._frontend, self._model = self._cosyvoice.frontend, self._cosyvoice.model
        self.sample_rate = int(self._cosyvoice.sample_rate)
        """Of what it produces, in hertz."""
        self._first_hop = self._model.token_hop_len
        self._job = _LanguageModelJob(self._model, self._placed)
        self._check_tokenizer(files)

    def profile(self, clip: AudioClip, prompt: str) -> dict[str, npt.NDArray[Any]]:
        """Everything that the code wants to know of a voice, under its own names, for ``clip`` and the framed
        ``prompt``: ``prompt_text`` int32 [1, text tokens]; ``llm_prompt_speech_token`` and
        ``flow_prompt_speech_token`` int32 [1, n] at 25 Hz; ``prompt_speech_feat`` float32 [1, 2n, 80];
        ``llm_embedding`` and ``flow_embedding`` float32 [1, 192]; and lengths.
        """
        if clip.sample_rate < _LOWEST_RATE:
            clip = clip.resampled(self.sample_rate)
        with self._placed(), randomness_kept(self._torch, self._device), self._hearing(clip):
            made = self._frontend.frontend_zero_shot("", prompt, clip, self.sample_rate, "")
        return {name: array(value) for name, value in made.items() if name not in ("text", "text_len")}

    def speak(
        self, text: str, arrays: Arrays, *, instruction: str, seed: int, speed: float, stream: bool
    ) -> Generator[Floats]:
        """``text`` in the voice of ``arrays`` as float32 [n] at :attr:`sample_rate`, in several pieces with ``stream``.

        ``instruction`` is framed, or empty; without one and without a prompt text in the profile, ``text`` has to be
        framed itself. Raises whatever breaks.
        """
        speaker = {name: self._tensor(value) for name, value in arrays.items()}
        if instruction:
            # The code's own call for directions takes a stored profile's prompt for the direction, and so loses it.
            tokens, count = self._frontend._extract_text_token(instruction)
            speaker |= {"prompt_text": tokens, "prompt_text_len": count}
        how = {"zero_shot_spk_id": _SPEAKER, "stream": stream, "speed": speed, "text_frontend": False}
        self._frontend.spk2info[_SPEAKER] = speaker
        try:
            if instruction:
                yield from self._run(self._cosyvoice.inference_instruct2(text, instruction, "", **how), seed)
            elif speaker["prompt_text"].shape[1]:
                yield from self._run(self._cosyvoice.inference_zero_shot(text, "", "", **how), seed)
            else:
                yield from self._run(self._cosyvoice.inference_cross_lingual(text, "", **how), seed)
        finally:
            del self._frontend.spk2info[_SPEAKER]

    def close(self) -> None:
        """Free the memory, as far as nobody else holds on to it."""
        importlib.import_module("cosyvoice.tokenizer.tokenizer").get_qwen_tokenizer.cache_clear()
        del self._cosyvoice, self._frontend, self._model, self._job
        free_memory()

    def _run(self, outputs: Any, seed: int) -> Iterator[Floats]:
        with self._placed(), randomness_kept(self._torch, self._device):
            self._torch.manual_seed(seed)
            self._model.token_hop_len = self._first_hop  # grows while streaming, for good
            self._job.begin()
            try:
                for output in outputs:
                    self._job.check()
                    yield array(output["tts_speech"].float())[0]
                self._job.check()
            except Exception:
                self._job.check()  # what breaks in the thread comes out here as something else, e.g. "Kernel size"
                raise
            finally:
                self._job.stop()
                self._job.error = None  # it would keep what its frames hold
                outputs.close()

    def _check_tokenizer(self, files: ModelFiles) -> None:
        """Raise :class:`EngineFailed` unless it has the tokens that are relied on."""
        encode = self._frontend.tokenizer.encode
        end = encode(END_OF_PROMPT)
        if len(end) != 1 or (self._version == 3 and end != [END_OF_PROMPT_ID]):
            reason = f"its tokenizer has {END_OF_PROMPT} as {end} instead of {END_OF_PROMPT_ID}"
            raise EngineFailed("cosyvoice.broken", folder=files.folder, reason=reason)
        if self._version == 3 and len(encode(_MARKS)) != 4:
            reason = "its tokenizer does not know the marks of pronunciation"
            raise EngineFailed("cosyvoice.broken", folder=files.folder, reason=reason)

    def _tensor(self, array: npt.NDArray[Any]) -> Any:
        return self._torch.tensor(array).to(self._frontend.device)

    @contextlib.contextmanager
    def _hearing(self, clip: AudioClip) -> Iterator[None]:
        """Let the frontend take ``clip`` for a file: as it is, and whatever torchaudio needs to read files."""
        frontend: Any = importlib.import_module("cosyvoice.cli.frontend")
        resample = importlib.import_module("torchaudio.transforms").Resample

        def load_wav(_: AudioClip, target_sr: int, min_sr: int = _LOWEST_RATE) -> Any:  # noqa: ARG001 — its signature
            wave = self._torch.tensor(clip.samples).unsqueeze(0)
            return wave if clip.sample_rate == target_sr else resample(clip.sample_rate, target_sr)(wave)

        theirs, frontend.load_wav = frontend.load_wav, load_wav
        try:
            yield
        finally:
            frontend.load_wav = theirs

    @contextlib.contextmanager
    def _placed(self) -> Iterator[None]:
        """Make the device the one that the code finds: it asks for none, and takes the first GPU that there is."""
        cuda = self._torch.cuda
        if self._device != "cpu":
            with cuda.device(self._device):
                yield
        elif cuda.is_available():
            theirs, cuda.is_available = cuda.is_available, lambda: False
            try:
                yield
            finally:
                cuda.is_available = theirs
        else:
            yield


class _LanguageModelJob:
    """What the code runs in a thread for every call. It always says that it has ended, and keeps what broke in it."""

    def __init__(self, model: Any, placed: Any) -> None:
        self._model, self._placed, self._theirs = model, placed, model.llm_job
        self.begin()
        model.llm_job = self

    def begin(self) -> None:
        """Forget the call before."""
        self.error: BaseException | None = None
        self._ended = threading.Event()

    def __call__(self, *arguments: Any) -> None:
        call = arguments[-1]
        ended = self._ended
        try:
            with self._placed():
                self._theirs(*arguments)
        except BaseException as error:
            if call in self._model.tts_speech_token_dict:  # else it was stopped
                self.error = error
        finally:
            if call in self._model.llm_end_dict:
                self._model.llm_end_dict[call] = True
            ended.set()

    def check(self) -> None:
        """Raise what broke in the thread."""
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """Wait for the thread, which fails at its next token once its list is gone, and leave nothing of the call."""
        model = self._model
        running = bool(model.tts_speech_token_dict)
        if not hasattr(model.llm, "vllm"):  # which would be left with a request that nobody reads
            model.tts_speech_token_dict.clear()
        if running:
            self._ended.wait(_PATIENCE_S)
        for kept in (model.tts_speech_token_dict, model.llm_end_dict, model.hift_cache_dict):
            kept.clear()


def _register_with_vllm() -> None:
    """Tell vLLM of the language model's class, as the code's example for vLLM does."""
    registry = importlib.import_module("vllm").ModelRegistry
    name = "CosyVoice2ForCausalLM"
    registry.register_model(name, getattr(importlib.import_module("cosyvoice.vllm.cosyvoice2"), name))
