"""What is wanted of the files that leave the desk."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["wav", "flac", "mp3", "opus"]


@dataclass(frozen=True)
class Delivery:
    """Settings of an export. Raises :class:`InvalidInput` when made with what cannot be."""

    format: Format = "wav"
    sample_rate: int | None = None
    """In hertz; None leaves it as the engine speaks."""
    channels: Literal[1, 2] = 1
    loudness: float | None = None
    """Integrated loudness to reach, in LUFS (EBU R 128: -23; streaming: -16, -14); None leaves it as it is."""
    peak: float = -1.0
    """Highest true peak, in dBTP."""
    pattern: str = "{number:03}-{speaker}-{words}"
    """Names of the files of lines, without ending; see :mod:`core.desk.delivery.naming`."""
    lines: bool = True
    """A file for each line."""
    joined: bool = True
    """One file with all of them: on the timeline where there is one."""
    subtitles: Literal["", "srt", "vtt", "both"] = "both"
