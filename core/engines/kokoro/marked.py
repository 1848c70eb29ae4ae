"""A marked text to Kokoro's phonemes: what is marked exactly so, the words around it as if nothing were marked.

Words are read by their neighbours: "the" before a vowel, 两 before a measure word, a Mandarin word by its characters.
So a mark is never cut out of its sentence. Where it replaces a word something stands in for it, a word that nobody has
ever written; what that becomes is exchanged for what is marked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.engines.kokoro import phones
from core.engines.kokoro.phonemes import PUNCTUATION, Accent, Script, english, mandarin, script_runs, syllable
from core.text.arpabet import is_vowel
from core.text.identity import HAN
from core.text.markup.model import Arpabet, Marked, Node, Pinyin, Tag, Text, merged
from core.text.verbalise import verbalise

PAUSES_S: Mapping[str, float] = {"breath": 0.4, "quick_breath": 0.2, "sigh": 0.7}
"""Sounds of breathing, and the pauses in seconds that are made instead."""

_SYLLABLE = "㐁"
"""Stands in for a syllable that is no character's."""
_SYLLABLE_OF = "㐀"
"""Stands behind a character whose syllable is marked."""
_CONSONANT, _VOWEL = "zizzib", "ozizzib"
"""Stand in for words that begin with a consonant or a vowel. No linking R can follow them."""
_CLOSING = re.compile(r"\s*[,.;:!?…，。；：！？、”’」』）)]+")
_ENDED = re.compile(r"[,.;:!?…，。；：！？、—”’」』）)]\s*$")
_STAND_INS = re.compile(f"(.{_SYLLABLE_OF}|{_SYLLABLE}|{_VOWEL}|{_CONSONANT})", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """What is rendered as one, and the silence that a tag wants after it."""

    marked: Marked
    """In words, without tags."""
    pause_s: float

    @property
    def plain(self) -> str:
        """Its words, to see what script they are in."""
        return " ".join(
            node.text if isinstance(node, Text) else _SYLLABLE if isinstance(node, Pinyin) else _CONSONANT
            for node in self.marked
        )


def spoken_parts(marked: Marked, language: str) -> list[Part]:
    """``marked`` cut at its tags, verbalised; ``language`` is that of numbers that have no words beside them.

    What a tag interrupts is told so by a comma: it is not the end of the sentence. Only tags of ``PAUSES_S`` and no
    spans are taken.
    """
    wordings: list[Marked] = [()]
    pauses: list[float] = []
    for node in marked:
        if isinstance(node, Tag):
            pauses.append(PAUSES_S[node.name])
            wordings.append(())
        else:
            wordings[-1] += (node,)
    for at in reversed(range(1, len(wordings))):
        wordings[at - 1], wordings[at] = _with_its_punctuation(wordings[at - 1], wordings[at])
    return [Part(verbalised(wording, language), pause) for wording, pause in zip(wordings, [*pauses, 0.0], strict=True)]


def _with_its_punctuation(before: Marked, after: Marked) -> tuple[Marked, Marked]:
    """The words before and after a tag, the punctuation behind the tag brought before it, or a comma."""
    first = after[0] if after else None
    closing = _CLOSING.match(first.text) if isinstance(first, Text) else None
    if isinstance(first, Text) and closing:
        return merged((*before, Text(closing.group()))), merged((Text(first.text[closing.end() :]), *after[1:]))
    last = before[-1] if before else None
    if not after or last is None or (isinstance(last, Text) and _ENDED.search(last.text)):
        return before, after
    return merged((*before, Text(","))), after


def verbalised(marked: Marked, language: str) -> Marked:
    """``marked`` with its texts as they are said, in words: see :func:`core.text.verbalise.verbalise`."""
    marks = [node for node in marked if not isinstance(node, Text)]
    spoken = verbalise("".join(_stand_in(node) for node in marked), language)
    parts = _STAND_INS.split(spoken)
    if parts[1::2] == [_stand_in(mark) for mark in marks]:
        said: list[Node] = [Text(parts[0])]
        for mark, text in zip(marks, parts[2::2], strict=True):
            said += [mark, Text(text)]
        return merged(said)
    # What stands in was in the text itself, or is no longer there.
    return merged(Text(verbalise(node.text, language)) if isinstance(node, Text) else node for node in marked)


def _stand_in(node: Node) -> str:
    match node:
        case Text(text):
            return text
        case Arpabet(sounds):
            return _VOWEL if is_vowel(sounds[0]) else _CONSONANT
        case Pinyin(base=base) if HAN.fullmatch(base):
            return base + _SYLLABLE_OF
        case Pinyin():
            return _SYLLABLE
        case _:
            raise TypeError(node)


@dataclass
class _Run:
    """Neighbours that are read together: of one script, or syllables of no character."""

    script: Script | None
    items: list[str | Pinyin | Arpabet] = field(default_factory=list)


def to_phonemes(marked: Marked, accent: Accent) -> str:
    """Kokoro's phonemes of a verbalised text, with its punctuation; empty if nothing in it can be spoken.

    Of ``marked`` only texts, syllables and English words are said.
    """
    spoken = [_run_phonemes(run, accent) for run in _runs(marked)]
    phonemes = re.sub(r"\s+", " ", " ".join(part for part in spoken if part))
    return re.sub(r" (?=[,.!?;:…”)])", "", phonemes).strip()


def _runs(marked: Marked) -> list[_Run]:
    runs: list[_Run] = []
    for script, item in _items(marked):
        if not runs or runs[-1].script != script:
            runs.append(_Run(script))
        runs[-1].items.append(item)
    return runs


def _items(marked: Marked) -> Iterator[tuple[Script | None, str | Pinyin | Arpabet]]:
    for node in marked:
        match node:
            case Text(text):
                yield from script_runs(text.translate(PUNCTUATION))
            case Arpabet():
                yield "en", node
            case Pinyin(base=base):
                yield ("zh" if HAN.fullmatch(base) else None), node


def _run_phonemes(run: _Run, accent: Accent) -> str:
    if run.script == "en":
        return _english([item for item in run.items if not isinstance(item, Pinyin)], accent)
    if run.script is None:
        return "".join(syllable(item.syllable) for item in run.items if isinstance(item, Pinyin))
    text, syllables = "", {}
    for item in run.items:
        if isinstance(item, Pinyin):
            syllables[len(text)] = item.syllable
            text += item.base
        else:
            text += str(item)
    return mandarin(text, syllables)


def _english(items: Sequence[str | Arpabet], accent: Accent) -> str:
    """Phonemes of an English run."""
    text, stand_ins, said = "", [], []
    for item in _with_possessives(items):
        piece = item if isinstance(item, str) else _stand_in(item)
        text += (" " if text[-1:].isalnum() and piece[:1].isalnum() else "") + piece
        if not isinstance(item, str):
            stand_ins.append(english(piece, accent))
            said.append(phones.word(item.phones, accent))
    spoken = english(text, accent)
    if not said:
        return spoken
    parts = re.split("(" + "|".join(sorted(set(stand_ins), key=len, reverse=True)) + ")", spoken)
    if parts[1::2] == stand_ins:
        parts[1::2] = said
        return "".join(parts)
    # A word in the text sounds like what stands in.
    apart = (english(item, accent) if isinstance(item, str) else phones.word(item.phones, accent) for item in items)
    return " ".join(apart)


def _with_possessives(items: Sequence[str | Arpabet]) -> Iterator[str | Arpabet]:
    """``items``, an 's behind a marked word made part of it."""
    for index, item in enumerate(items):
        before = items[index - 1] if index else None
        after = items[index + 1] if index + 1 < len(items) else None
        if isinstance(item, str) and isinstance(before, Arpabet):
            yield _POSSESSIVE.sub("", item)
        elif isinstance(item, Arpabet) and isinstance(after, str) and _POSSESSIVE.match(after):
            yield Arpabet(item.phones + _possessive(item.phones[-1]), item.base)
        else:
            yield item


_POSSESSIVE = re.compile(r"['’][sS]\b")


def _possessive(phone: str) -> tuple[str, ...]:
    """The phones of 's after a word that ends in ``phone``."""
    if phone in ("S", "Z", "SH", "ZH", "CH", "JH"):
        return ("IH0", "Z")
    return ("S",) if phone in ("P", "T", "K", "F", "TH") else ("Z",)
