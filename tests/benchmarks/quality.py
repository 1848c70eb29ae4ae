"""How well clones are understood, and how like the speaker they sound: ``python -m tests.benchmarks.quality [--json]``.

Twenty sentences are spoken in cloned voices and written down again by whisper. And for every reference speaker, the
cosine of embeddings to *other* clips of that speaker is compared between the clone and the stock voice that is nearest
to the reference, both saying the same new sentences. Speakers are the recordings beside the repository if they are
there, else stock voices.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from wetext import Normalizer

from core.audio import AudioClip, decode
from core.engines.base import Utterance
from core.engines.kokoro.engine import KokoroEngine
from core.engines.whisper import WhisperEngine
from core.progress import Progress
from core.speakers.encoder import similarity, speaker_encoder
from core.speakers.profile import SpeakerProfile
from core.text.verbalise import verbalise

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "voices"
SPEAKERS = ("libri-2033", "libri-2414", "libri-3080", "libri-3331")
STAND_INS = ("bf_isabella", "am_eric", "af_nova", "bm_daniel")
REFERENCE_S = 5.0
"""The reference is a speaker's first clip of at least this length, in seconds."""
WER_LIMIT, CER_LIMIT, GAIN_LIMIT = 0.06, 0.10, 0.06

ENGLISH = (
    "Doctor Emily Carter will see you on March 15 at 3:30 p.m.",
    "The new bridge cost $1,250,000 and took 27 months to build.",
    "Please call Michael at 555-014-2398 before Friday afternoon.",
    "About 45% of the students in Boston walk to school every day.",
    "In 1998, Sarah and her brother moved from London to Toronto.",
    "The recipe needs 2 eggs, 250 grams of flour and a little salt.",
    "Flight 417 to San Francisco leaves from gate 12 in 20 minutes.",
    "I would rather read the book than watch the movie tonight.",
    "Could you tell me whether the last train has already left?",
    "Our team finished in 3rd place, only 6 points behind the winner.",
)
MANDARIN = (
    "王小明的生日是1992年8月15日。",
    "这台电脑原价5999元，现在打八折。",
    "我们明天下午3:30在北京大学门口见面。",
    "上海今天的最高气温是28℃，适合出门散步。",
    "李老师说，这次考试有85%的学生及格了。",
    "从这里坐地铁到火车站大概需要40分钟。",
    "请把第12页的练习题做完，然后交给张老师。",
    "这家餐厅的红烧肉非常好吃，价格也不贵。",
    "虽然外面下着大雨，孩子们还是高高兴兴地去上学。",
    "我昨天晚上看了一部关于中国历史的电影。",
)
NEW_TEXTS = (
    "The committee will meet again tomorrow morning to discuss the remaining questions.",
    "Please leave the packages by the front door, and ring the bell twice before you go.",
    "My grandmother used to tell us stories about the old lighthouse near the harbor.",
)


@dataclass(frozen=True)
class Spoken:
    """One sentence, and what was heard."""

    speaker: str
    language: str
    text: str
    heard: str
    errors: int
    words: int


@dataclass(frozen=True)
class Likeness:
    """One speaker's clone beside the nearest stock voice."""

    speaker: str
    nearest: str
    stock: float
    cloned: float
    real: float
    """The reference clip itself beside the other clips."""

    @property
    def gain(self) -> float:
        return self.cloned - self.stock


def tokens(text: str, language: str) -> list[str]:
    """What is compared: English words or Mandarin characters, numbers and titles in words, no case or punctuation."""
    text = verbalise(text, language)
    if language == "zh":
        # Over the telephone 1 is 幺; 两 and 二 are the same number.
        text = Normalizer(lang="zh", operator="tn", traditional_to_simple=True).normalize(text)
        return list(re.sub(r"[^\w]", "", text).translate(str.maketrans("幺两", "一二")).lower())
    text = re.sub(r"\b(doctor|dr)\b\.?", "doctor", text.lower().replace("-", " ").replace("’", "'"))
    return [word for word in re.sub(r"[^\w' ]", " ", text).split() if word != "and"]


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements from one to the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, one in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (one != other))
    return row[-1]


def references(engine: KokoroEngine) -> dict[str, list[AudioClip]]:
    """Each speaker's clips, the reference first."""
    found: dict[str, list[AudioClip]] = {}
    for speaker in SPEAKERS:
        clips = [decode(path.read_bytes()) for path in sorted((RECORDINGS / speaker).glob("*.flac"))]
        if clips:
            first = next(index for index, clip in enumerate(clips) if clip.duration_s >= REFERENCE_S)
            found[speaker] = [clips[first], *clips[:first], *clips[first + 1 :]]
    if found:
        return found
    for voice in STAND_INS:
        profile = engine.stock_profile(voice)
        found[voice] = [engine.synthesize(Utterance(text, "en"), profile) for text in ENGLISH[:3]]
    return found


def understand(engine: KokoroEngine, profiles: dict[str, SpeakerProfile]) -> list[Spoken]:
    """Every sentence once, the speakers taking turns."""
    whisper = WhisperEngine()
    rows = []
    names = list(profiles)
    for language, texts in (("en", ENGLISH), ("zh", MANDARIN)):
        for index, text in enumerate(texts):
            speaker = names[index % len(names)]
            clip = engine.synthesize(Utterance(text, language), profiles[speaker])
            # Whisper hears better when it may write digits; both sides are compared in words.
            heard = whisper.transcribe(clip, language=language, itn=True, progress=Progress()).text
            said = tokens(text, language)
            rows.append(Spoken(speaker, language, text, heard, distance(said, tokens(heard, language)), len(said)))
            print(".", end="", file=sys.stderr, flush=True)
    return rows


def compare(
    engine: KokoroEngine, clips: dict[str, list[AudioClip]], profiles: dict[str, SpeakerProfile]
) -> list[Likeness]:
    """Every speaker's clone and nearest stock voice, saying the same."""
    embed = speaker_encoder().embed

    def say(profile: SpeakerProfile, texts: Sequence[str] = NEW_TEXTS) -> list[npt.NDArray[np.float32]]:
        return [embed(engine.synthesize(Utterance(text, "en"), profile)) for text in texts]

    known = [voice.name for voice in engine.voices if voice.language == "en"]
    # A stand-in must not find itself among the stock voices.
    stock = {name: say(engine.stock_profile(name), NEW_TEXTS[:1]) for name in known if name not in clips}
    rows = []
    for speaker, (reference, *others) in clips.items():
        print(".", end="", file=sys.stderr, flush=True)
        wanted = embed(reference)
        real = [embed(clip) for clip in others]

        def like(voices: list[npt.NDArray[np.float32]], real: list[npt.NDArray[np.float32]] = real) -> float:
            return float(np.mean([similarity(voice, other) for voice in voices for other in real]))

        nearest = max(stock, key=lambda name: similarity(stock[name][0], wanted))
        rows.append(
            Likeness(
                speaker, nearest, like(say(engine.stock_profile(nearest))), like(say(profiles[speaker])), like([wanted])
            )
        )
    return rows


def main() -> int:
    """Print both tables; 0 if every limit holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    engine = KokoroEngine()
    clips = references(engine)
    profiles = {speaker: engine.enroll(own[0], "", Progress()) for speaker, own in clips.items()}
    spoken = understand(engine, profiles)
    rates = {
        language: sum(row.errors for row in spoken if row.language == language)
        / sum(row.words for row in spoken if row.language == language)
        for language in ("en", "zh")
    }
    likeness = compare(engine, clips, profiles)
    gain = float(np.mean([row.gain for row in likeness]))
    print(file=sys.stderr)
    if arguments.json:
        tables = {"spoken": [asdict(row) for row in spoken], "likeness": [asdict(row) for row in likeness]}
        print(
            json.dumps({"wer": rates["en"], "cer": rates["zh"], "gain": gain, **tables}, ensure_ascii=False, indent=1)
        )
    else:
        for row in spoken:
            print(f"{row.speaker:12} {row.errors:2}/{row.words:<2}  {row.text}\n{'':19}{row.heard}")
        print(f"\nword error rate       {rates['en']:.3f}  (at most {WER_LIMIT})")
        print(f"character error rate  {rates['zh']:.3f}  (at most {CER_LIMIT})\n")
        print(f"{'speaker':12} {'nearest stock':14} {'stock':>6} {'cloned':>6} {'gain':>6} {'real':>6}")
        for row in likeness:
            print(
                f"{row.speaker:12} {row.nearest:14} {row.stock:6.3f} {row.cloned:6.3f} {row.gain:6.3f} {row.real:6.3f}"
            )
        print(f"mean gain {gain:.3f}  (at least {GAIN_LIMIT})")
    return 0 if rates["en"] <= WER_LIMIT and rates["zh"] <= CER_LIMIT and gain >= GAIN_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
