"""Files that are not the sound that they say they are, or far more of it."""

import functools
import io
import pickle
import struct
import zipfile
from typing import Any

import numpy as np
import soundfile as sf

from tests.webui.hostile.serving import REFERENCE


def wav(
    samples: bytes = b"\0\0" * 16_000,
    *,
    rate: int = 16_000,
    channels: int = 1,
    bits: int = 16,
    kind: int = 1,
    told: int | None = None,
    align: int | None = None,
) -> bytes:
    """A WAV file with a header that says whatever it is asked to; ``told`` is the size of ``samples`` that it tells."""
    align = channels * bits // 8 if align is None else align
    size = len(samples) if told is None else told
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, kind, channels, rate, (rate * align) & 0xFFFFFFFF, align, bits)
    return (
        struct.pack("<4sI4s", b"RIFF", (36 + size) & 0xFFFFFFFF, b"WAVE")
        + form
        + struct.pack("<4sI", b"data", size)
        + samples
    )


def floats(*values: float, seconds: float = 3.0) -> bytes:
    """``values`` again and again, as 32-bit floats."""
    samples = np.tile(np.array(values, np.float32), round(seconds * 16_000 / len(values)))
    return wav(samples.tobytes(), bits=32, kind=3)


def tone(seconds: float, level: float = 0.5) -> bytes:
    """A tone, clipped where ``level`` is above 1."""
    samples = level * np.sin(np.arange(round(seconds * 16_000)) * 0.1)
    return wav((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


@functools.cache
def silence(
    seconds: float, rate: int = 8_000, channels: int = 1, container: str = "FLAC", subtype: str = "PCM_16"
) -> bytes:
    """Silence, which compresses to next to nothing."""
    buffer = io.BytesIO()
    block = np.zeros((1 << 20, channels), np.int16)
    left = round(seconds * rate)
    with sf.SoundFile(buffer, "w", rate, channels, subtype, format=container) as file:
        while left > 0:
            file.write(block[:left])
            left -= len(block)
    return buffer.getvalue()


def telling(flac: bytes, frames: int) -> bytes:
    """``flac`` with a header that says that it has so many frames, 0 for not saying."""
    at = flac.index(b"fLaC") + 8 + 10  # behind the sizes of blocks and frames
    told = int.from_bytes(flac[at : at + 8], "big") >> 36 << 36 | frames
    return flac[:at] + told.to_bytes(8, "big") + flac[at + 8 :]


def zip_bomb() -> bytes:
    """A ZIP of 50 MB of zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("clip.wav", bytes(50 * 2**20))
    return buffer.getvalue()


def playlist(address: str) -> bytes:
    """An HLS playlist that leads to ``address``."""
    return f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{address}\n#EXT-X-ENDLIST\n".encode()


class _Trap:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __reduce__(self) -> Any:
        import os

        return os.system, (self._command,)


def trapped(command: str) -> bytes:
    """A pickle that runs ``command``."""
    return pickle.dumps(_Trap(command))


def safetensors(size: int) -> bytes:
    """A safetensors file whose header says that it is ``size`` bytes long."""
    return struct.pack("<Q", size) + b'{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}\0\0\0\0'


def cut(share: float) -> bytes:
    """The first part of a good file."""
    return REFERENCE[: round(len(REFERENCE) * share)]
