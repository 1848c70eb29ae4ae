"""A transcript as a file: plain text, SubRip or WebVTT."""

from collections.abc import Callable, Mapping

from core.engines.base import Transcript


def as_text(transcript: Transcript) -> str:
    """The words alone."""
    return transcript.text + "\n"


def as_srt(transcript: Transcript) -> str:
    """SubRip subtitles."""
    blocks = (
        f"{number}\n{_clock(part.start_s, ',')} --> {_clock(part.end_s, ',')}\n{part.text}\n"
        for number, part in enumerate(transcript.segments, 1)
    )
    return "\n".join(blocks)


def as_vtt(transcript: Transcript) -> str:
    """WebVTT subtitles."""
    blocks = (
        f"{_clock(part.start_s, '.')} --> {_clock(part.end_s, '.')}\n{_vtt_escaped(part.text)}\n"
        for part in transcript.segments
    )
    return "\n".join(("WEBVTT\n", *blocks))


FORMATS: Mapping[str, Callable[[Transcript], str]] = {"text": as_text, "srt": as_srt, "vtt": as_vtt}
"""Writers by the name that the command line takes."""


def _vtt_escaped(text: str) -> str:
    """Cue text may not hold ``-->``, ``&`` or ``<`` (WebVTT, 4.1)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, point: str) -> str:
    """``hh:mm:ss,mmm``."""
    milliseconds = round(max(0.0, seconds) * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
