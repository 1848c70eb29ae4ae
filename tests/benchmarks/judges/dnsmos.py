"""How good speech sounds, without a reference: DNSMOS P.835 (Reddy, Gopal and Cutler 2022, arXiv:2110.01763)."""

import functools

import numpy as np
import onnxruntime as ort

from core.audio import AudioClip
from tests.benchmarks.judges import judge_path

_RATE = 16_000
_SAMPLES = int(9.01 * _RATE)
# From what the network says to opinions of listeners, highest power first; as published with the network.
_SPEECH = (-0.08397278, 1.22083953, 0.0052439)


class Dnsmos:
    """The loaded network."""

    def __init__(self) -> None:
        """Fetches the weights if they are not here."""
        self._session = ort.InferenceSession(
            str(judge_path("dnsmos") / "model.onnx"), providers=["CPUExecutionProvider"]
        )

    def speech(self, clip: AudioClip) -> float:
        """The mean opinion, 1 to 5, of the speech itself, whatever is behind it; of the first nine seconds."""
        samples = np.resize(clip.resampled(_RATE).samples, _SAMPLES).astype(np.float32)
        (said,) = self._session.run(None, {"input_1": samples[None]})
        return float(np.polyval(_SPEECH, said[0][0]))


@functools.cache
def dnsmos() -> Dnsmos:
    """The judge of this process."""
    return Dnsmos()
