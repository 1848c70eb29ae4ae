"""``funasr_onnx.SenseVoiceSmall``, kept to what was found to be safe. Importing this imports the package.

Lists of arrays are what it is given: a text for the language would be looked for as a file in the working directory,
and lists of paths are converted, resampled and, if that fails, mistaken for older files of a like name.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml
from funasr_onnx import SenseVoiceSmall
from funasr_onnx.utils.frontend import load_cmvn
from funasr_onnx.utils.utils import ONNXRuntimeError
from onnxruntime import get_available_providers, preload_dlls

from core.audio import Floats
from core.engines.sensevoice.files import ModelFiles

_CUDA = "CUDAExecutionProvider"
_ALIKE = 0.05
"""How far apart the log-probabilities of one piece may be, heard alone and in company, to count as the same."""


class Graph(SenseVoiceSmall):  # type: ignore[misc]
    """The model, loaded."""

    def __init__(self, files: ModelFiles, *, device: str, threads: int) -> None:
        """Load ``files`` to ``device`` ("cpu", "cuda:0" …). Raises whatever the package and its files make it raise."""
        # The package reads this file with a loader that runs what a tag names; what safe_load takes has no such tags.
        with (files.folder / "config.yaml").open("rb") as file:
            yaml.safe_load(file)
        if device != "cpu":
            preload_dlls()  # CUDA's libraries lie among the packages, where the system's loader does not look
        load_cmvn.cache_clear()  # it knows files by their path, and would serve one that was replaced
        super().__init__(
            Path(files.folder),
            device_id=device.removeprefix("cuda:") if device.startswith("cuda:") else "-1",
            quantize=files.quantised,
            intra_op_num_threads=threads,
        )
        # Dither is random noise on the samples: the same clip would have other features every time.
        self.frontend.opts.frame_opts.dither = 0.0
        self.takes_company = not files.quantised and self._takes_company()

    def load_data(self, wav_content: Sequence[Floats], fs: int | None = None) -> list[Floats]:  # noqa: ARG002
        """The waves as they are, float32 [n] at 16 kHz; nothing is read or converted."""
        return list(wav_content)

    def listen(self, waves: Sequence[Floats], *, language: str, itn: bool) -> list[str]:
        """What is said in ``waves`` (float32 [n] at 16 kHz, at least 25 ms each), with its tags, in one inference."""
        self.batch_size = len(waves)
        textnorm = "withitn" if itn else "woitn"
        try:
            raw: list[str] = self(list(waves), language=[language] * len(waves), textnorm=[textnorm] * len(waves))
        except ONNXRuntimeError as error:  # which says no more than that something failed
            raise error.__cause__ or error from None
        return raw

    def close(self) -> None:
        """Free its memory."""
        del self.ort_infer

    def _takes_company(self) -> bool:
        """Whether a piece sounds the same to the model alone and beside a longer one.

        Not every export of the model can do that: there are some that take a single piece only, and some that give
        nothing for the padded ones. Quantised graphs never can, since they scale by the loudest value of a batch.
        """
        noise = np.random.default_rng(7).normal(0.0, 0.2, 24_000).astype(np.float32)
        feats, lengths = self.extract_feat([noise[:6_000], noise])
        language, textnorm = np.zeros(2, np.int32), np.full(2, self.textnorm_dict["woitn"], np.int32)
        alone, steps = self.infer(feats[:1, : lengths[0]], lengths[:1], language[:1], textnorm[:1])
        try:
            together, _ = self.infer(feats, lengths, language, textnorm)
        except ONNXRuntimeError:
            return False
        count = int(steps[0])
        return together.shape[0] == 2 and bool(
            np.allclose(together[0, :count], alone[0, :count], rtol=0.0, atol=_ALIKE)
        )


def best_device(wanted: str) -> str:
    """The device for ``wanted`` ("auto", "cpu", "cuda:0" …): a GPU only where this onnxruntime can use one."""
    if wanted == "cpu" or _CUDA not in get_available_providers():
        return "cpu"
    return "cuda:0" if wanted in ("auto", "cuda") else wanted
