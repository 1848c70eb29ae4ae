"""Whose voices are cloned in the benchmarks: recordings, one folder a speaker, or else stock voices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.audio import AudioClip, decode
from core.engines.base import Utterance
from core.engines.kokoro.engine import KokoroEngine

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "voices"
"""Recordings that may lie beside the repository."""
REFERENCE_S = 5.0
"""The reference is a speaker's first clip of at least this length, in seconds; others are judged against such clips."""
_SOUNDS = (".flac", ".wav", ".ogg", ".mp3", ".opus", ".m4a")
_STAND_INS = ("bf_isabella", "am_eric", "af_nova", "bm_daniel")
_LINES = (
    "Doctor Emily Carter will see you on the fifteenth of March at half past three in the afternoon.",
    "The new bridge cost a million and a quarter dollars, and took twenty-seven months to build.",
)


@dataclass(frozen=True, eq=False)
class Recorded:
    """One speaker."""

    name: str
    reference: AudioClip
    others: Sequence[AudioClip]
    """What clones are compared with."""
    note: str = ""
    """What is unusual about ``others``."""


def recorded(folder: Path) -> Recorded | None:
    """The speaker whose clips lie in ``folder``; None if there are none."""
    clips = [decode(path.read_bytes()) for path in sorted(folder.iterdir()) if path.suffix.lower() in _SOUNDS]
    long = [clip for clip in clips if clip.duration_s >= REFERENCE_S]
    if len(long) > 1:
        return Recorded(folder.name, long[0], long[1:])
    if not clips:
        return None
    only = max(clips, key=lambda clip: clip.duration_s)
    if rest := [clip for clip in clips if clip is not only]:
        return Recorded(folder.name, only, rest, "compared with clips under five seconds")
    half = len(only.samples) // 2
    if only.duration_s >= 2 * REFERENCE_S:
        first, second = (AudioClip(part, only.sample_rate) for part in (only.samples[:half], only.samples[half:]))
        return Recorded(folder.name, first, [second], "first half of the only clip, compared with its second")
    return Recorded(folder.name, only, [only], "compared with the reference itself, there being no other clip")


def speakers(engine: KokoroEngine, folders: Sequence[Path] = ()) -> Mapping[str, Recorded]:
    """Every speaker under ``folders``, each with a folder of its own; stock voices if there are no recordings."""
    found = [
        speaker
        for folder in folders or [RECORDINGS]
        if folder.is_dir()
        for inner in sorted(folder.iterdir())
        if inner.is_dir() and (speaker := recorded(inner))
    ]
    if found:
        return {speaker.name: speaker for speaker in found}
    stand_ins = {}
    for voice in _STAND_INS:
        reference, other = (engine.synthesize(Utterance(line, "en"), engine.stock_profile(voice)) for line in _LINES)
        stand_ins[voice] = Recorded(voice, reference, [other], "a stock voice")
    return stand_ins
