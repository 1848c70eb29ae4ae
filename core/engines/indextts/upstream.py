"""The authors' code at work: loaded, its one-entry memory of a voice filled for every call, and no side effects.

Everything that is true of their code only is here. It is not thread-safe. See :mod:`core.engines.indextts.engine`.
"""

import contextlib
import importlib
import logging
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile as sf

from core.audio import AudioClip, Floats
from core.engines.indextts.code import Code
from core.engines.indextts.files import ModelFiles
from core.engines.pytorch import array, chosen_device, free_memory, logging_kept, randomness_kept
from core.settings import environment_kept

Arrays = Mapping[str, npt.NDArray[Any]]
SPEAKER = ("spk_cond", "s2mel_style", "s2mel_prompt", "mel")
"""What the code remembers of a voice, in the attributes ``cache_…``."""
EMOTION = "emo_cond"
VOICE, FEELING = "profile:voice", "profile:feeling"
"""What a remembered voice and a remembered emotion are called instead of by the path of their clip."""
_LISTENED = 0.1
"""How much of a call is done, by the code's own count, once it has listened to the clips."""
_FULL_SCALE = 32767.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What a user may choose about how the model runs."""

    device: str = "auto"
    """``auto``, ``cpu``, ``cuda`` or ``cuda:1``."""
    fp16: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """Those that are on and shape the sound."""
        return ("fp16",) if self.fp16 else ()


class Upstream:
    """A loaded model. Its code must be importable already."""

    def __init__(self, files: ModelFiles, code: Code, options: Options) -> None:
        """Load ``files``. Raises :class:`EngineUnavailable` (``indextts.gpu``), and whatever the code and its files
        make it raise.
        """
        self._package = code.package
        self._version = files.version
        # The code silences warnings, and says where hubs have to put what they fetch, for the whole process.
        with logging_kept(), warnings.catch_warnings(), environment_kept():
            self._torch: Any = importlib.import_module("torch")
            self._device = chosen_device(self._torch, options.device, options.named, "indextts.gpu")
            with randomness_kept(self._torch, self._device):
                self._module: Any = importlib.import_module(code.module)
                self._hush()
                self._torch.manual_seed(0)  # what no file has weights for has to be the same in every process
                self._tts = self._made(files, options)
        self._hush()

    def profile(self, clip: AudioClip) -> dict[str, npt.NDArray[Any]]:
        """Everything that the code wants to know of the voice in ``clip`` and of its emotion, all float32.

        ``spk_cond`` and ``emo_cond`` [1, n, 1024] at 50 Hz, ``s2mel_style`` [1, 192], ``mel`` [1, 80, m] and
        ``s2mel_prompt`` [1, m, channels] at 86 Hz, of the first 15 s.
        """
        with self._working(), _file(clip) as path:
            return {name: array(value) for name, value in self._heard(path).items()}

    def emotion(self, clip: AudioClip, voice: Arrays) -> npt.NDArray[Any]:
        """The emotion of ``clip``, as ``emo_cond`` of :meth:`profile`; ``voice`` is any that there is."""
        with self._working(), _file(clip) as path:
            return array(self._felt(path, voice))

    def speak(
        self,
        text: str,
        voice: Arrays,
        *,
        language: str,
        emotion: npt.NDArray[Any] | None,
        strength: float,
        vector: Sequence[float],
        words: str,
        seed: int,
        speed: float,
    ) -> Floats:
        """``text`` as float32 [n] at 22,050 Hz in ``voice``, made by :meth:`profile`.

        With ``emotion``, made by :meth:`emotion` of another clip, in ``strength``; or with a ``vector`` of emotions, or
        with the emotions that ``words`` tell of, or both. ``language`` and ``speed`` are version 2.5's.
        """
        how: dict[str, Any] = {"emo_alpha": strength} if emotion is not None else {}
        if self._version == "2.5":
            how |= {"lang": language, "duration_factor": 1 / speed}
        with self._working():
            self._lend(voice, voice[EMOTION] if emotion is None else emotion, emotion is not None)
            try:
                self._torch.manual_seed(seed)
                if words and not any(vector):
                    how |= {"use_emo_text": True, "emo_text": words}
                elif any(vector):
                    how["emo_vector"] = self._feelings(vector, words)
                other = {"emo_audio_prompt": FEELING} if emotion is not None else {}
                spoken = self._tts.infer(VOICE, text, None, **other, **how)
            finally:
                self._forget()
        samples = np.asarray(spoken[1] if spoken else [], np.float32).reshape(-1)
        return samples / np.float32(_FULL_SCALE)

    def close(self) -> None:
        """Free the memory, as far as nobody else holds on to it."""
        del self._tts
        free_memory()

    def _made(self, files: ModelFiles, options: Options) -> Any:
        how: dict[str, Any] = {"use_qwen_emo": files.emotion_reader is not None}
        if files.version == "2":
            # Told where they are, it looks for nothing on a hub.
            how |= {"use_fp16": options.fp16, "aux_paths": {name: str(path) for name, path in files.companions.items()}}
        else:
            how |= {"use_bf16": options.fp16}
        where = {"cfg_path": str(files.configuration), "model_dir": str(files.folder)}
        return self._module.IndexTTS2(**where, device=self._device, **how)

    def _heard(self, path: str) -> dict[str, Any]:
        self._forget()
        self._listen(path, None)
        heard = {name: getattr(self._tts, f"cache_{name}") for name in (*SPEAKER, EMOTION)}
        self._forget()
        return heard

    def _felt(self, path: str, voice: Arrays) -> Any:
        self._lend(voice, None, False)
        self._listen(VOICE, path)
        felt = self._tts.cache_emo_cond
        self._forget()
        return felt

    def _listen(self, voice: str, feeling: str | None) -> None:
        """Let a call begin with these clips, and break it off once it has listened to them."""

        def stop(done: float, desc: str = "") -> None:  # noqa: ARG001 — its signature
            if done >= _LISTENED:
                raise _ListenedError

        self._tts.gr_progress = stop
        language = {"lang": "en"} if self._version == "2.5" else {}
        try:
            self._tts.infer(voice, "", None, emo_audio_prompt=feeling, **language)
        except _ListenedError:
            pass
        finally:
            self._tts.gr_progress = None

    def _lend(self, voice: Arrays, feeling: npt.NDArray[Any] | None, other: bool) -> None:
        """Fill the memory with ``voice`` and ``feeling``, which is of the ``other`` clip or of the same."""
        for name in SPEAKER:
            setattr(self._tts, f"cache_{name}", self._tensor(voice[name]))
        self._tts.cache_spk_audio_prompt = VOICE
        self._tts.cache_emo_cond = None if feeling is None else self._tensor(feeling)
        self._tts.cache_emo_audio_prompt = FEELING if other else VOICE

    def _forget(self) -> None:
        """Empty the memory: it is by the path alone that it knows a clip."""
        for name in (*SPEAKER, EMOTION, "spk_audio_prompt", "emo_audio_prompt"):
            setattr(self._tts, f"cache_{name}", None)

    def _feelings(self, vector: Sequence[float], words: str) -> list[float]:
        """``vector`` and the emotions that ``words`` tell of, within what the authors found to sound well."""
        told = list(self._tts.qwen_emo.inference(words).values()) if words else [0.0] * len(vector)
        total = [min(1.0, float(one) + float(other)) for one, other in zip(vector, told, strict=True)]
        return [float(value) for value in self._tts.normalize_emo_vec(total)]

    def _tensor(self, values: npt.NDArray[Any]) -> Any:
        return self._torch.tensor(values).to(self._device)

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        with randomness_kept(self._torch, self._device), self._torch.no_grad(), warnings.catch_warnings():
            yield
        self._hush()

    def _hush(self) -> None:
        """Keep what the code prints, and its progress bars, from our output: commands write JSON there."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == self._package:
                module.__dict__["print"] = _said
                if "tqdm" in module.__dict__:
                    module.__dict__["tqdm"] = _without_bar


class _ListenedError(Exception):
    """The call has done what it was begun for."""


def _said(*words: object, **_: object) -> None:
    log.debug("%s", " ".join(map(str, words)))


def _without_bar(steps: Iterable[Any], *_: object, **__: object) -> Iterable[Any]:
    return steps


@contextlib.contextmanager
def _file(clip: AudioClip) -> Iterator[str]:
    """The path of a file with the samples of ``clip`` as they are."""
    with tempfile.TemporaryDirectory(prefix="encore-") as folder:
        path = str(Path(folder) / "clip.wav")
        sf.write(path, clip.samples, clip.sample_rate, "FLOAT")
        yield path
