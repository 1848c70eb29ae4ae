"""What of a text was understood, fairly counted: words or characters, numbers in words, no case or punctuation."""

import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein
from wetext import Normalizer

from core.text.verbalise import verbalise


@dataclass(frozen=True)
class Understood:
    """How many words (in Mandarin characters) were said, and how many edits away is what was heard."""

    errors: int
    words: int


def tokens(text: str, language: str) -> list[str]:
    """What is compared: English words or Mandarin characters, numbers and titles in words, no case or punctuation."""
    text = verbalise(text, language)
    if language == "zh":
        # Over the telephone 1 is 幺; 两 and 二 are the same number.
        text = Normalizer(lang="zh", operator="tn", traditional_to_simple=True).normalize(text)
        return list(re.sub(r"[^\w]", "", text).translate(str.maketrans("幺两", "一二")).lower())
    text = re.sub(r"\b(doctor|dr)\b\.?", "doctor", text.lower().replace("-", " ").replace("’", "'"))
    return [word for word in re.sub(r"[^\w' ]", " ", text).split() if word != "and"]


def understood(said: str, heard: str, language: str) -> Understood:
    """What became of ``said``."""
    words = tokens(said, language)
    return Understood(Levenshtein.distance(words, tokens(heard, language)), len(words))
