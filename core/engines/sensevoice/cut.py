"""Long recordings as pieces that the model can hear at once, cut where nobody speaks (Silero VAD)."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.audio import Floats

RATE = 16_000
"""Rate of everything here, in hertz."""
LONGEST_S = 30.0
"""The longest that the model is given at once; it was trained on no more."""
MERGED_S = 15.0
"""Neighbouring stretches of speech become one piece up to this length, as FunASR's own pipeline does: a word alone
says little about its language."""
_STRETCH_S = 120.0
"""How much is searched for speech at a time, so that hours can be cancelled."""
_PAUSE_MS = 500
_MARGIN_MS = 200


@dataclass(frozen=True)
class Piece:
    """A part of a recording."""

    start: int
    """First sample."""
    end: int
    """The sample after the last."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start) / RATE


def cut(wave: Floats) -> Iterator[Piece]:
    """The pieces of ``wave`` (float32 [n] at 16 kHz) in which somebody speaks, in order, none over 30 s.

    A recording of no more than that stays whole, and of one in which nobody speaks its beginning is kept: music and
    laughter are heard as well.
    """
    if len(wave) <= LONGEST_S * RATE:
        yield Piece(0, len(wave))
        return
    piece: Piece | None = None
    for span in _speech(wave):
        if piece is not None and (span.end - piece.start) / RATE <= MERGED_S:
            piece = Piece(piece.start, span.end)
            continue
        if piece is not None:
            yield piece
        piece = span
    yield piece or Piece(0, int(LONGEST_S * RATE))


def _speech(wave: Floats) -> Iterator[Piece]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        max_speech_duration_s=LONGEST_S - 2 * _MARGIN_MS / 1000,
        min_silence_duration_ms=_PAUSE_MS,
        speech_pad_ms=_MARGIN_MS,
    )
    start, stretch = 0, int(_STRETCH_S * RATE)
    while start < len(wave):
        end = min(start + stretch, len(wave))
        spans = [
            Piece(start + span["start"], start + span["end"])
            for span in get_speech_timestamps(wave[start:end], options)
        ]
        if end < len(wave) and len(spans) > 1 and spans[-1].end > end - _PAUSE_MS * RATE // 1000:
            end = spans.pop().start  # it may go on beyond the stretch: begin the next with it
        yield from spans
        start = end
