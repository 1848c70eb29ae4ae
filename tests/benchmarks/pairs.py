"""Whether what is marked can be heard: ``python -m tests.benchmarks.pairs [--json]``.

Every pair of :mod:`tests.core.engines.kokoro.pairs` is spoken in both readings, and each thing that can tell them apart
is asked whether the two recordings differ in the way that the readings do:

- *sounds*: whisper says how likely words are that can be read in one way only, in the place of the one that can be read
  in two. What is compared is how that changes from one recording to the other, so that it does not count which word is
  the likelier one to begin with.
- *tone*: pitch of the syllable, beside what the two tones are like.
- *stress*: energy and pitch of a lone word's two syllables.
- *voice*: voice in the last consonant of a lone word that ends in S or Z.

A pair is heard ("yes") if one of them says so and none the contrary, is not ("no") if it is the other way round, and
else it cannot be told.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from typing import Literal

from core.audio import AudioClip
from core.engines.base import Utterance
from core.engines.kokoro.engine import KokoroEngine
from core.engines.kokoro.marked import spoken_parts, to_phonemes
from core.text.markup.model import Notation
from core.text.markup.reader import nodes, read
from tests.benchmarks.listener import Listener, buzz, contour, stress, tone_difference
from tests.core.engines.kokoro.pairs import PAIRS, Pair

VOICES = {"zh": "zf_xiaoyi", "en": "af_heart"}
LEAST = {"sounds": 2.5, "tone": 0.5, "stress dB": 1.0, "stress st": 1.0, "voice": 3.0}
"""How much is a difference: nats, semitones a step of Chao's scale, dB, semitones, dB.

In eleven pairs, two takes of one reading with different seeds differed by at most 2.3 nats and 0.4 semitones.
"""

Verdict = Literal["yes", "no", "cannot tell"]


@dataclass(frozen=True)
class Judged:
    """One pair, and what was found."""

    language: str
    base: str
    first: str
    second: str
    phonemes_differ: bool
    evidence: dict[str, float]
    """By what tells, how far the recordings differ in the way that the readings do."""

    @property
    def verdict(self) -> Verdict:
        """Whether the pair can be heard."""
        says = {value > 0 for name, value in self.evidence.items() if abs(value) >= LEAST[name]}
        return "cannot tell" if len(says) != 1 else "yes" if says.pop() else "no"


def phonemes(text: str, language: str) -> str:
    """What the engine is given to say."""
    parts = spoken_parts(nodes(read(text, Notation.KOKORO)), language)
    return " ".join(to_phonemes(part.marked, "en-us") for part in parts)


def judge(pair: Pair, engine: KokoroEngine, listener: Listener) -> Judged:
    """``pair``, spoken and listened to."""
    profile = engine.stock_profile(VOICES[pair.language])

    def say(text: str) -> AudioClip:
        return engine.synthesize(Utterance(text, pair.language), profile)

    first, second = (phonemes(pair.marked(reading), pair.language) for reading in pair.readings)
    evidence = in_sentence(pair, say(pair.marked(pair.first)), say(pair.marked(pair.second)), listener)
    if pair.moves_stress or pair.devoices:
        evidence |= alone(pair, say(pair.alone(pair.first)), say(pair.alone(pair.second)))
    return Judged(pair.language, pair.base, pair.first, pair.second, first != second, evidence)


def in_sentence(pair: Pair, first: AudioClip, second: AudioClip, listener: Listener) -> dict[str, float]:
    """What tells the two sentences apart."""
    before, after = pair.sentence.split("{}")
    space = " " if pair.language == "en" and before else ""
    before = before.rstrip()
    heard = [listener.listen(first), listener.listen(second)]
    evidence: dict[str, float] = {}
    if pair.heard_first and pair.heard_second:
        likes = [[space + word for word in words] for words in (pair.heard_first, pair.heard_second)]
        ratios = [
            listener.likelihood(one, before, likes[0], after, pair.language)
            - listener.likelihood(one, before, likes[1], after, pair.language)
            for one in heard
        ]
        evidence["sounds"] = ratios[0] - ratios[1]
    tones = pair.first[-1], pair.second[-1]
    if pair.language == "zh" and "5" not in tones and tones[0] != tones[1]:
        contours = [contour(one.clip, *listener.place(one, before, pair.base, after, "zh")) for one in heard]
        if contours[0] is not None and contours[1] is not None:
            evidence["tone"] = tone_difference(contours[0], contours[1], tones)
    return evidence


def alone(pair: Pair, first: AudioClip, second: AudioClip) -> dict[str, float]:
    """What tells the two lone words apart."""
    evidence: dict[str, float] = {}
    if pair.moves_stress:
        moved = [one - other for one, other in zip(stress(first), stress(second), strict=True)]
        evidence |= {"stress dB": moved[0], "stress st": moved[1]}
    if pair.devoices:
        evidence["voice"] = buzz(second) - buzz(first)
    return evidence


def main() -> int:
    """Print the table; 0 if no pair is heard the wrong way round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    engine, listener = KokoroEngine(), Listener()
    rows = []
    for pair in PAIRS:
        rows.append(judge(pair, engine, listener))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if arguments.json:
        print(json.dumps([asdict(row) | {"verdict": row.verdict} for row in rows], ensure_ascii=False, indent=1))
    else:
        for row in rows:
            told = "  ".join(f"{name} {value:+.1f}" for name, value in row.evidence.items())
            differ = "differ" if row.phonemes_differ else "THE SAME"
            print(f"{row.base:8} {row.first:22} {row.second:22} {differ:8}  {row.verdict:11}  {told}")
        print()
        for language in VOICES:
            own = [row for row in rows if row.language == language]
            counts = {verdict: sum(row.verdict == verdict for row in own) for verdict in ("yes", "no", "cannot tell")}
            apart = sum(row.phonemes_differ for row in own)
            print(f"{language}: {len(own)} pairs, {apart} differ in phonemes; heard:", counts)
    return 1 if any(row.verdict == "no" or not row.phonemes_differ for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
