"""What is wanted of the files that leave the desk."""

from dataclasses import dataclass
from typing import Literal, get_args

from core.desk.delivery.naming import check_pattern
from core.errors import InvalidInput

Format = Literal["wav", "flac", "mp3", "opus"]
Subtitles = Literal["", "srt", "vtt", "both"]
RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Sample rates in hertz. Opus knows half of them; files of the others it has at 48 kHz."""
LOUDNESS = (-40.0, -8.0)
"""Softest and loudest target, in LUFS."""
PEAK = (-12.0, 0.0)
"""Lowest and highest limit of the true peak, in dBTP."""


@dataclass(frozen=True)
class Delivery:
    """Settings of an export. Raises :class:`InvalidInput` when made with what cannot be."""

    format: Format = "wav"
    sample_rate: int | None = None
    """In hertz, one of :data:`RATES`; None leaves it as the engine speaks."""
    channels: Literal[1, 2] = 1
    """Two have the same."""
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
    subtitles: Subtitles = "both"

    def __post_init__(self) -> None:
        if self.format not in get_args(Format):
            raise InvalidInput("file.format", suffix=self.format, known=", ".join(get_args(Format)))
        if self.sample_rate is not None and self.sample_rate not in RATES:
            raise InvalidInput("delivery.rate", rate=self.sample_rate, known=", ".join(map(str, RATES)))
        if self.channels not in (1, 2):
            raise InvalidInput("delivery.channels")
        if self.loudness is not None and not LOUDNESS[0] <= self.loudness <= LOUDNESS[1]:
            raise InvalidInput("delivery.loudness", minimum=LOUDNESS[0], maximum=LOUDNESS[1])
        if not PEAK[0] <= self.peak <= PEAK[1]:
            raise InvalidInput("delivery.peak", minimum=PEAK[0], maximum=PEAK[1])
        if self.subtitles not in get_args(Subtitles):
            raise InvalidInput("delivery.subtitles", known=", ".join(filter(None, get_args(Subtitles))))
        check_pattern(self.pattern)
