"""What directions do to the embedded engine's voice: ``python -m tests.benchmarks.prosody [--json]``.

Every direction is spoken in stock voices and a clone, English and Mandarin, through the studio, and measured against
the same line without: pace, pitch, its range, loudness, brightness, likeness to the speaker, and what whisper
understands. Beside each figure stands whether it went where the literature says; see :mod:`core.text.cues`.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np

from core.audio import AudioClip
from core.engines.kokoro.engine import KokoroEngine
from core.engines.kokoro.graph import SAMPLE_RATE
from core.engines.kokoro.timbre import analyse
from core.loudness import integrated_loudness
from core.request import (
    AS_IT_COMES,
    AudioSource,
    Instruction,
    ReferenceSpeaker,
    Speaker,
    StockSpeaker,
    SynthesisRequest,
    TranscriptionRequest,
)
from core.settings import Settings
from core.speakers.encoder import similarity, speaker_encoder
from core.studio import Studio, open_studio
from tests.benchmarks.speakers import speakers
from tests.benchmarks.understanding import understood

NOBODY = "redis://127.0.0.1:1/0"
"""An address where no Redis is: takes are measured, not times."""
PARTS = ("pace", "pitch", "range", "level", "tilt")
EXPECTED: Mapping[str, str] = {
    "happy": "++++.",
    "angry": "+++++",
    "sad": "-----",
    "afraid": "++---",
    "calm": "-----",
    "surprised": ".....",
    "loud": ".+.++",
    "soft": ".-.--",
    "fast": "+....",
    "slow": "-....",
}
"""By preset, where the literature says that each of ``PARTS`` goes; a dot where it says nothing, or not with one voice.

Emotions: Juslin and Laukka 2003 (happiness is of medium brightness; calm is their tenderness). Loud and soft:
Traunmüller and Eriksson 2000.
"""
NOTICED: Mapping[str, float] = {"pace": 1.02, "pitch": 0.3, "range": 1.03, "level": 0.5, "tilt": 0.3}
"""What counts as movement: a factor for pace and range, semitones and decibels for the rest."""
ENGLISH = (
    "When the rain stopped, we walked down to the river.",
    "I opened the door, and there was nobody in the room.",
    "She put the letter on the table, and went out without a word.",
)
MANDARIN = (
    "雨停了以后，我们一起去河边。",
    "我打开门，发现房间里一个人也没有。",
    "她把信放在桌子上，一句话也没说就走了。",
)
VOICES: Mapping[str, Sequence[str]] = {"en": ("af_heart", "am_michael"), "zh": ("zf_xiaoyi", "zm_yunxi")}


@dataclass(frozen=True)
class Heard:
    """A take, measured."""

    seconds: float
    pitch: float
    """Mean of log F0, semitones."""
    range: float
    """Standard deviation of log F0, semitones."""
    level: float
    """LUFS."""
    tilt: float
    """Level at 2 to 5 kHz over that at 300 Hz to 1 kHz in the vowels, decibels."""

    def against(self, neutral: "Heard") -> dict[str, float]:
        """Each of ``PARTS``: factors for pace and range, differences for the rest."""
        return {
            "pace": neutral.seconds / self.seconds,
            "pitch": self.pitch - neutral.pitch,
            "range": self.range / neutral.range,
            "level": self.level - neutral.level,
            "tilt": self.tilt - neutral.tilt,
        }


@dataclass(frozen=True)
class Cell:
    """One line with one direction, against the same without."""

    direction: str
    speaker: str
    language: str
    moved: Mapping[str, float]
    likeness: float
    """Cosine of speaker embeddings, with and without the direction."""
    errors: int
    words: int


def measure(clip: AudioClip) -> Heard:
    """``clip`` in figures."""
    analysis = analyse(clip)
    semitones = 12 * np.log2(analysis.pitch[analysis.vowels])
    # An octave off is a frame that was misjudged.
    semitones = semitones[np.abs(semitones - np.median(semitones)) < 9]
    spectrum = 10 * np.log10(analysis.envelope[analysis.vowels] + 1e-12).mean(axis=0)
    hertz = np.linspace(0, SAMPLE_RATE / 2, len(spectrum))
    bright, dark = ((hertz > low) & (hertz < high) for low, high in ((2000, 5000), (300, 1000)))
    return Heard(
        seconds=clip.duration_s,
        pitch=float(semitones.mean()),
        range=float(semitones.std()),
        level=integrated_loudness(clip.samples, clip.sample_rate),
        tilt=float(spectrum[bright].mean() - spectrum[dark].mean()),
    )


def met(part: str, value: float, sign: str) -> bool:
    """Whether ``value`` went where ``sign`` says, and far enough to be noticed."""
    least = NOTICED[part]
    if part in ("pace", "range"):
        return value >= least if sign == "+" else value <= 1 / least
    return value >= least if sign == "+" else value <= -least


def say(studio: Studio, speaker: Speaker, language: str, text: str, preset: str = "") -> AudioClip:
    """The take."""
    instruction = Instruction(presets=(preset,)) if preset else AS_IT_COMES
    return studio.synthesize(SynthesisRequest(text, speaker, language=language, instruction=instruction)).audio


def errors(studio: Studio, clip: AudioClip, language: str, text: str) -> tuple[int, int]:
    """Words (in Mandarin characters) that whisper got wrong, and how many there are."""
    request = TranscriptionRequest(AudioSource.from_clip(clip), language=language)
    result = understood(text, studio.transcribe(request).transcript.text, language)
    return result.errors, result.words


def cells(studio: Studio, directions: Iterable[str], clone: Speaker | None) -> list[Cell]:
    """Every direction in every voice, each with a line of its own; the lines as they come are cells of "neutral"."""
    embed = speaker_encoder().embed
    found = []
    for language, lines in (("en", ENGLISH), ("zh", MANDARIN)):
        speakers: list[tuple[str, Speaker]] = [(voice, StockSpeaker(voice)) for voice in VOICES[language]]
        for (name, speaker), text in zip([*speakers, *([("clone", clone)] if clone else [])], lines, strict=False):
            plain = say(studio, speaker, language, text)
            neutral, voice = measure(plain), embed(plain)
            for direction in ("neutral", *directions):
                take = plain if direction == "neutral" else say(studio, speaker, language, text, direction)
                wrong, words = errors(studio, take, language, text)
                moved = measure(take).against(neutral)
                found.append(Cell(direction, name, language, moved, similarity(voice, embed(take)), wrong, words))
                print(".", end="", file=sys.stderr, flush=True)
    return found


def summary(found: Sequence[Cell], direction: str) -> dict[str, object]:
    """A row of the table: means, how many cells went where they should, and error rates."""
    own = [cell for cell in found if cell.direction == direction]
    parts: dict[str, object] = {}
    for part, sign in zip(PARTS, EXPECTED.get(direction, "....."), strict=True):
        values = [cell.moved[part] for cell in own]
        claimed = sign != "."
        parts[part] = {
            "mean": round(float(np.mean(values)), 3),
            "expected": sign if claimed else None,
            "met": sum(met(part, value, sign) for value in values) if claimed else None,
            "of": len(values),
        }
    rates = {
        name: round(
            sum(cell.errors for cell in own if cell.language == language)
            / sum(cell.words for cell in own if cell.language == language),
            3,
        )
        for name, language in (("wer", "en"), ("cer", "zh"))
    }
    return {"direction": direction, **parts, "likeness": round(float(np.mean([c.likeness for c in own])), 3), **rates}


def row(line: Mapping[str, object]) -> str:
    """A row of the table, as people read it."""
    texts = []
    for part, unit in zip(PARTS, ("×", "st", "×", "dB", "dB"), strict=True):
        figure = cast(dict[str, float | str | None], line[part])
        value = f"×{figure['mean']:.2f}" if unit == "×" else f"{figure['mean']:+.1f} {unit}"
        verdict = f"{figure['expected']} {figure['met']}/{figure['of']}" if figure["expected"] else ""
        texts.append(f"{value:>8} {verdict:6}")
    return f"{line['direction']:10} {''.join(texts)} {line['likeness']:8.3f} {line['wer']:5.2f} {line['cer']:5.2f}"


def main() -> int:
    """Print the table; 0 if every mean goes where the literature says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        studio = open_studio(Settings(data_dir=Path(folder), redis_url=NOBODY))
        kokoro = cast(KokoroEngine, studio.synthesis["kokoro"])
        reference = next(iter(speakers(kokoro).values())).reference
        found = cells(studio, EXPECTED, ReferenceSpeaker(AudioSource.from_clip(reference)))
        studio.close()
    lines = [summary(found, direction) for direction in ("neutral", *EXPECTED)]
    print(file=sys.stderr)
    if arguments.json:
        print(json.dumps({"table": lines, "cells": [asdict(cell) for cell in found]}, ensure_ascii=False, indent=1))
    else:
        print(f"{'':10} {''.join(f'{part:>8}       ' for part in PARTS)} {'likeness':>7} {'WER':>5} {'CER':>5}")
        print("\n".join(map(row, lines)))
        print("+ and -: where the literature says it goes, and in how many takes it did, far enough to be noticed.")
    return 0 if all(went(line) for line in lines) else 1


def went(line: Mapping[str, object]) -> bool:
    """Whether every mean of a row went where it should."""
    figures = [(part, cast(dict[str, float | str | None], line[part])) for part in PARTS]
    return all(
        met(part, float(figure["mean"] or 0), str(figure["expected"])) for part, figure in figures if figure["expected"]
    )


if __name__ == "__main__":
    sys.exit(main())
