"""Reads WAV while it arrives: a stream's header cannot know how long the sound will be, and no library expects that.

The format is Microsoft's and IBM's "Multimedia Programming Interface and Data Specifications 1.0" (1991), RIFF WAVE.
"""

import struct

import numpy as np

from core.audio import AudioClip, Floats

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
LONGEST_HEADER = 64 * 1024
"""Bytes after which there should be sound."""
_UNKNOWN = 0x7FFFFF00
"""Sizes from here on, and 0, are what streams write that do not know theirs."""


class WaveReader:
    """Takes the bytes of one file in pieces of any size, and gives the sound back as it becomes known."""

    def __init__(self) -> None:
        self._rest = b""
        self._layout: tuple[str, int, int] | None = None  # numpy type of a sample, channels, rate
        self._left: int | None = None  # bytes of sound still to come; None if the file does not say
        self._in_sound = False

    def feed(self, data: bytes) -> AudioClip | None:
        """What is known now that was not before ``data``, channels averaged; None if nothing.

        Raises ValueError for what is no WAV file with 16-bit or float samples.
        """
        self._rest += data
        if not self._in_sound and not self._read_header():
            return None
        assert self._layout is not None  # noqa: S101 — the header was read
        kind, channels, rate = self._layout
        usable = len(self._rest) if self._left is None else min(len(self._rest), self._left)
        usable -= usable % (np.dtype(kind).itemsize * channels)
        if not usable:
            return None
        sound, self._rest = self._rest[:usable], self._rest[usable:]
        if self._left is not None:
            self._left -= usable
        return AudioClip(_mono(sound, kind, channels), rate)

    def finish(self) -> None:
        """Raise ValueError unless the file is whole, as far as it says how long it is."""
        if not self._in_sound:
            raise ValueError("it ends within its header")
        if self._left:
            raise ValueError("it ends before its sound does")

    def _read_header(self) -> bool:
        """Read as many chunks as there are; whether the sound has begun."""
        if len(self._rest) >= 12 and self._layout is None and self._rest[:4] == b"RIFF":
            if self._rest[8:12] != b"WAVE":
                raise ValueError("it is no WAVE file")
        elif len(self._rest) >= 4 and self._rest[:4] != b"RIFF":
            raise ValueError("it is no WAVE file")
        at = 12
        while len(self._rest) >= at + 8:
            name, size = struct.unpack_from("<4sI", self._rest, at)
            if name == b"data":
                if self._layout is None:
                    raise ValueError("its format is not told")
                self._left = None if size == 0 or size >= _UNKNOWN else size
                self._rest = self._rest[at + 8 :]
                self._in_sound = True
                return True
            if name == b"fmt " and len(self._rest) >= at + 8 + size:
                self._layout = _layout(self._rest[at + 8 : at + 8 + size])
            at += 8 + size + size % 2
        if len(self._rest) > LONGEST_HEADER:
            raise ValueError("its header does not end")
        return False


def _layout(chunk: bytes) -> tuple[str, int, int]:
    if len(chunk) < 16:
        raise ValueError("its format is not told")
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if code == EXTENSIBLE and len(chunk) >= 26:
        (code,) = struct.unpack_from("<H", chunk, 24)
    kind = {(PCM, 16): "<i2", (FLOAT, 32): "<f4"}.get((code, bits))
    if kind is None or not 1 <= channels <= 16 or not 1_000 <= rate <= 768_000:
        raise ValueError(f"its format ({code}, {bits} bits, {channels} channels, {rate} Hz) is not known here")
    return kind, channels, rate


def _mono(sound: bytes, kind: str, channels: int) -> Floats:
    """Float32 [n] in [-1, 1]."""
    samples = np.frombuffer(sound, kind).astype(np.float32).reshape(-1, channels).mean(axis=1)
    scaled: Floats = samples / np.float32(32768) if kind == "<i2" else samples
    return scaled
