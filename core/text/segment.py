"""Splits a script into the sentences that are spoken, cached and replayed one by one.

A cut depends only on the characters around it, never on what stands before or after the sentence: editing one
sentence leaves the others, and so their cache entries, as they were.
"""

import itertools
import re
from dataclasses import dataclass

from core.text.identity import HAN, TAGS

MAX_HAN = 90
"""Longest segment, in Chinese characters."""
MAX_LATIN = 320
"""Longest segment, in other characters."""

SENTENCE_PAUSE_S = 0.30
CLAUSE_PAUSE_S = 0.12
PARAGRAPH_PAUSE_S = 0.60

# A tag right after a sentence's end, a laugh say, belongs to that sentence.
_CLOSER = rf"[\"'”’」』】》〉)\]}}»{chr(TAGS.start)}-{chr(TAGS.stop - 1)}]"
_CLOSERS = re.compile(rf"{_CLOSER}*$")
_END = re.compile(rf"(?:[。！？!?؟]|\.{{2,}}|…|(?<!\.)\.(?!\.))+{_CLOSER}*")
_CLAUSE = re.compile(rf"[,，;；:：、—–]{_CLOSER}*\s*")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sr jr st vs etc inc ltd co corp dept approx est gen col sgt capt lt rev hon "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun e.g i.e a.m p.m u.s u.k".split()
)
_BEFORE_NUMBER = frozenset(["no", "nos", "vol", "fig", "pp", "p", "ch", "sec", "art"])
_LAST_WORD = re.compile(r"([\w.]+)$")


@dataclass(frozen=True)
class Piece:
    """One segment of a script."""

    text: str
    pause_s: float
    """Silence after it, in seconds (0 after the last)."""


def split(text: str) -> list[Piece]:
    """The segments of an identity-normalised text, in order; none for an empty one."""
    pieces: list[Piece] = []
    for paragraph in text.split("\n"):
        sentences = [part for sentence in _sentences(paragraph) for part in _bounded(sentence)]
        pieces += [Piece(part, pause) for part, pause in sentences]
        if pieces and sentences:
            pieces[-1] = Piece(pieces[-1].text, PARAGRAPH_PAUSE_S)
    if pieces:
        pieces[-1] = Piece(pieces[-1].text, 0.0)
    return pieces


def _sentences(paragraph: str) -> list[str]:
    """The paragraph cut after sentence ends."""
    cuts = [0]
    for match in _END.finditer(paragraph):
        if _ends_sentence(paragraph, match):
            cuts.append(match.end())
    cuts.append(len(paragraph))
    parts = (paragraph[start:end].strip() for start, end in itertools.pairwise(cuts))
    return [part for part in parts if part]


def _ends_sentence(paragraph: str, match: re.Match[str]) -> bool:
    """Whether the punctuation in ``match`` ends a sentence; a lone full stop may be an abbreviation's or a number's."""
    mark = match.group()
    after = paragraph[match.end() : match.end() + 8]
    if _CLOSERS.sub("", mark) != ".":
        return True
    if after and not after[0].isspace() and not HAN.match(after[0]):
        return False
    word = _LAST_WORD.search(paragraph[max(0, match.start() - 16) : match.start()])
    if word is None:
        return True
    last = word.group().lower()
    if last in _BEFORE_NUMBER and re.match(r"\s*\d", after):
        return False
    if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last != "i"):
        # "at 5 p.m. We left": an abbreviation that can end a sentence does so before a capital.
        return last in {"a.m", "p.m", "etc", "u.s", "u.k"} and bool(re.match(r"\s+[A-Z]", after))
    return not re.match(r"\s+[a-z]", after)


def _bounded(sentence: str) -> list[tuple[str, float]]:
    """The sentence in pieces of bearable length, each with the pause after it; cut at clauses, else at spaces."""
    if _cost(sentence) <= 1.0:
        return [(sentence, SENTENCE_PAUSE_S)]
    pieces: list[str] = []
    current = ""
    for atom in _atoms(sentence):
        if current and _cost(current + atom) > 1.0:
            pieces.append(current)
            current = ""
        current += atom
    pieces.append(current)
    stripped = [piece.strip() for piece in pieces if piece.strip()]
    return [(piece, CLAUSE_PAUSE_S) for piece in stripped[:-1]] + [(stripped[-1], SENTENCE_PAUSE_S)]


def _atoms(sentence: str) -> list[str]:
    """Clauses; one that is too long by itself falls apart into words, and a word into characters."""
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(sentence)), len(sentence)]
    clauses = [sentence[start:end] for start, end in itertools.pairwise(cuts) if start < end]
    atoms: list[str] = []
    for clause in clauses:
        if _cost(clause) <= 1.0:
            atoms.append(clause)
            continue
        for word in re.findall(r"\S+\s*|\s+", clause):
            atoms += [word] if _cost(word) <= 0.5 else list(word)
    return atoms


def _cost(text: str) -> float:
    """The length of ``text`` as a share of the longest bearable segment."""
    han = len(HAN.findall(text))
    return han / MAX_HAN + (len(text) - han) / MAX_LATIN
