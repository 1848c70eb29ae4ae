"""How like the speaker clones are: ``python -m tests.benchmarks.voice [FOLDER …] [--json]``.

FOLDER holds a folder of recordings for each speaker; with none named, the recordings beside the repository are taken,
or else stock voices. A speaker is cloned from the first clip of five seconds or more. The clone, and the stock voice
that is nearest to the reference, say the same new English and Mandarin sentences, which are judged by

- the cosine of speaker embeddings to the speaker's *other* clips: by Resemblyzer's encoder, which enrolment never uses,
  and by the encoder that it does use. ``real`` is the reference itself, judged in the same way. Every clip is judged
  at one level, since level is no part of a voice, and both encoders hear it. ``as is`` is Resemblyzer's opinion of the
  clips at the levels that they have;
- the words (in Mandarin characters) that whisper-base writes down otherwise;
- the distance of median pitch, and of its spread, from the reference's, in semitones;
- DNSMOS's opinion of the speech, 1 to 5;
- the real-time factor of synthesis, and that of the bare graph inside it.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.base import Utterance
from core.engines.kokoro.engine import KokoroEngine
from core.engines.kokoro.graph import Graph
from core.engines.kokoro.listening import melody
from core.engines.kokoro.timbre import analyse
from core.engines.whisper import WhisperEngine
from core.progress import Progress
from core.speakers.encoder import similarity, speaker_encoder
from core.speakers.profile import SpeakerProfile
from tests.benchmarks.judges.dnsmos import dnsmos
from tests.benchmarks.judges.resemblyzer import resemblyzer
from tests.benchmarks.speakers import Recorded, speakers
from tests.benchmarks.understanding import understood

TEXTS = {
    "en": (
        "The committee will meet again tomorrow morning to discuss the remaining questions about the new library.",
        "In 1998, Sarah and her brother moved from London to Toronto, where they opened a small bakery.",
        "My grandmother used to tell us stories about the old lighthouse near the harbor.",
    ),
    "zh": (
        "虽然外面下着大雨，孩子们还是高高兴兴地去上学。",
        "从这里坐地铁到火车站大概需要40分钟，我们明天早上出发吧。",
        "我昨天晚上看了一部关于中国历史的电影，觉得很有意思。",
    ),
}
LEAST_SIMILARITY, MOST_ERRORS_LOST, MOST_WORK, MOST_ENROLMENT_S = 0.80, 0.02, 1.3, 20.0
LEVEL_DBFS = -30.0
"""Of every clip that is judged, RMS: the least that Resemblyzer's authors give to what their encoder hears."""
COLUMNS = (
    "judge en",
    "judge zh",
    "as is en",
    "as is zh",
    "own en",
    "own zh",
    "errors en",
    "errors zh",
    "pitch",
    "spread",
    "speech",
    "RTF",
    "bare",
)


@dataclass(frozen=True)
class Take:
    """One sentence in one voice."""

    speaker: str
    voice: str
    """Name of a stock voice, or "clone"."""
    language: str
    heard: str
    errors: int
    words: int
    judged: float
    """Cosine to the speaker's other clips, by an encoder that enrolment never uses."""
    as_is: float
    """The same, no clip brought to another level."""
    own: float
    """As ``judged``, by the encoder that it does use."""
    pitch: float
    """Distance of the median from the reference's, semitones."""
    spread: float
    """How much wider the pitch ranges than the reference's, semitones of standard deviation."""
    speech: float
    """DNSMOS's opinion."""
    rtf: float
    bare: float
    """Real-time factor of the graph alone."""


@dataclass(frozen=True)
class Enrolled:
    """A speaker's clone as a whole, and how like the speaker's other clips the reference itself is."""

    speaker: str
    nearest: str
    seconds: float
    real_judged: float
    real_as_is: float
    real_own: float
    note: str


class Likeness:
    """Embeddings of a speaker's clips by both encoders."""

    def __init__(self, speaker: Recorded) -> None:
        self._others = [self._embeddings(clip) for clip in speaker.others]

    def of(self, clip: AudioClip) -> tuple[float, float, float]:
        """Mean cosine to the speaker's other clips: by the judge, by the judge as they are, by our own encoder."""
        ears = zip(self._embeddings(clip), *self._others, strict=True)
        judged, as_is, own = (float(np.mean([similarity(it, other) for other in others])) for it, *others in ears)
        return judged, as_is, own

    def _embeddings(self, clip: AudioClip) -> tuple[Floats, Floats, Floats]:
        levelled = at_one_level(clip)
        return resemblyzer().embed(levelled), resemblyzer().embed(clip), speaker_encoder().embed(levelled)


def at_one_level(clip: AudioClip) -> AudioClip:
    """``clip`` at ``LEVEL_DBFS``."""
    level = np.sqrt(np.mean(np.square(clip.samples, dtype=np.float64))) + 1e-9
    return AudioClip((clip.samples * (10 ** (LEVEL_DBFS / 20) / level)).astype(np.float32), clip.sample_rate)


@contextmanager
def timed_graph() -> Iterator[list[float]]:
    """Seconds of every run of the bare graph within."""
    runs: list[float] = []
    render = Graph.render

    def timed(graph: Graph, phonemes: str, style: Floats, speed: float) -> Floats:
        start = time.perf_counter()
        samples = render(graph, phonemes, style, speed)
        runs.append(time.perf_counter() - start)
        return samples

    with patch.object(Graph, "render", timed):
        yield runs


def pitch_of(clip: AudioClip) -> tuple[float, float]:
    """Median and standard deviation of the pitch in vowels, semitones."""
    middle, spread = 12 / np.log(2) * melody(analyse(clip))
    return float(middle), float(spread)


class Benchmark:
    """The engines that speak and listen, and what they were found to do."""

    def __init__(self, engine: KokoroEngine) -> None:
        self._engine = engine
        self._whisper = WhisperEngine()
        self._stock: dict[str, Floats] = {}
        self.takes: list[Take] = []
        self.enrolled: list[Enrolled] = []

    def speaker(self, speaker: Recorded) -> None:
        """Clone and judge one speaker."""
        start = time.perf_counter()
        clone = self._engine.enroll(speaker.reference, "", Progress())
        seconds = time.perf_counter() - start
        likeness = Likeness(speaker)
        nearest = self._nearest(speaker)
        self.enrolled.append(
            Enrolled(speaker.name, nearest, seconds, *likeness.of(speaker.reference), note=speaker.note)
        )
        for voice, profile in ((nearest, self._engine.stock_profile(nearest)), ("clone", clone)):
            for language, texts in TEXTS.items():
                for text in texts:
                    self.takes.append(self._take(speaker, likeness, voice, profile, language, text))
                    print(".", end="", file=sys.stderr, flush=True)

    def _nearest(self, speaker: Recorded) -> str:
        """The stock voice that our own encoder finds most like the reference, but for a stand-in itself."""
        if not self._stock:
            for voice in self._engine.voices:
                clip = self._engine.synthesize(
                    Utterance(TEXTS[voice.language][2], voice.language), self._engine.stock_profile(voice.name)
                )
                self._stock[voice.name] = speaker_encoder().embed(clip)
        wanted = speaker_encoder().embed(speaker.reference)
        return max(self._stock.keys() - {speaker.name}, key=lambda name: similarity(self._stock[name], wanted))

    def _take(
        self, speaker: Recorded, likeness: Likeness, voice: str, profile: SpeakerProfile, language: str, text: str
    ) -> Take:
        with timed_graph() as runs:
            start = time.perf_counter()
            clip = self._engine.synthesize(Utterance(text, language), profile)
            seconds = time.perf_counter() - start
        # Whisper hears better when it may write digits; both sides are compared in words.
        heard = self._whisper.transcribe(clip, language=language, itn=True, progress=Progress()).text
        result = understood(text, heard, language)
        judged, as_is, own = likeness.of(clip)
        (pitch, spread), (wanted, wide) = pitch_of(clip), pitch_of(speaker.reference)
        return Take(
            speaker=speaker.name,
            voice=voice,
            language=language,
            heard=heard,
            errors=result.errors,
            words=result.words,
            judged=judged,
            as_is=as_is,
            own=own,
            pitch=abs(pitch - wanted),
            spread=spread - wide,
            speech=dnsmos().speech(clip),
            rtf=seconds / clip.duration_s,
            bare=sum(runs) / clip.duration_s,
        )


def figures(takes: Sequence[Take]) -> dict[str, float]:
    """The columns of the table for some takes."""
    row = {}
    for name, title in (("judged", "judge"), ("as_is", "as is"), ("own", "own")):
        for language in TEXTS:
            values = [getattr(take, name) for take in takes if take.language == language]
            row[f"{title} {language}"] = float(np.mean(values))
    for language in TEXTS:
        own = [take for take in takes if take.language == language]
        row[f"errors {language}"] = sum(take.errors for take in own) / sum(take.words for take in own)
    for name in ("pitch", "spread", "speech"):
        row[name] = float(np.mean([getattr(take, name) for take in takes]))
    return row | {"RTF": float(np.mean([t.rtf for t in takes])), "bare": float(np.mean([t.bare for t in takes]))}


def summary(benchmark: Benchmark) -> dict[str, Any]:
    """Everything that is printed."""
    rows = [
        {
            "speaker": each.speaker,
            "voice": voice,
            **figures([take for take in benchmark.takes if (take.speaker, take.voice) == (each.speaker, voice)]),
        }
        for each in benchmark.enrolled
        for voice in (each.nearest, "clone")
    ]
    clones = figures([take for take in benchmark.takes if take.voice == "clone"])
    stock = figures([take for take in benchmark.takes if take.voice != "clone"])
    enrolment = float(np.mean([each.seconds for each in benchmark.enrolled]))
    limits = {
        f"similarity by the judge, at least {LEAST_SIMILARITY}": (clones["judge en"] + clones["judge zh"]) / 2
        >= LEAST_SIMILARITY,
        f"errors above the stock voice's, at most {MOST_ERRORS_LOST}": all(
            clones[f"errors {language}"] <= stock[f"errors {language}"] + MOST_ERRORS_LOST for language in TEXTS
        ),
        f"real-time factor over the bare graph's, at most {MOST_WORK}": clones["RTF"] <= MOST_WORK * clones["bare"],
        f"enrolment in seconds, at most {MOST_ENROLMENT_S}": enrolment <= MOST_ENROLMENT_S,
    }
    return {
        "rows": rows,
        "mean": {"stock": stock, "clone": clones},
        "enrolled": [asdict(each) for each in benchmark.enrolled],
        "limits": limits,
        "takes": [asdict(take) for take in benchmark.takes],
    }


def print_table(found: dict[str, Any]) -> None:
    """``found``, for people."""

    def line(speaker: str, voice: str, row: dict[str, float]) -> str:
        return f"{speaker:14} {voice:12}" + "".join(f"{row[column]:10.3f}" for column in COLUMNS)

    print(f"{'speaker':14} {'voice':12}" + "".join(f"{column:>10}" for column in COLUMNS))
    for row in found["rows"]:
        print(line(row["speaker"], row["voice"], row))
    for voice in ("stock", "clone"):
        print(line("mean", voice, found["mean"][voice]))
    print()
    for each in found["enrolled"]:
        real = f"real: judge {each['real_judged']:.3f}, as is {each['real_as_is']:.3f}, own {each['real_own']:.3f}"
        print(f"{each['speaker']:14} enrolled in {each['seconds']:5.1f} s   {real}   {each['note']}")
    print()
    for limit, holds in found["limits"].items():
        print(f"{'met  ' if holds else 'MISSED'} {limit}")


def main() -> int:
    """Print the table; 0 if every limit holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="each holds a folder of recordings for every speaker")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    engine = KokoroEngine()
    benchmark = Benchmark(engine)
    for speaker in speakers(engine, arguments.folders).values():
        benchmark.speaker(speaker)
    print(file=sys.stderr)
    found = summary(benchmark)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print_table(found)
    return 0 if all(found["limits"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
