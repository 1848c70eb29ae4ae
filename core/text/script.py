"""A marked script as the sentences that are spoken one by one, each with its marks.

While the text is normalised and split, every mark is a single private character in it: one that counts as Chinese for
a syllable, as a letter for a word, as a closing bracket for a tag. So no rule can cut a mark in two, and none has to
know about marks.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.text.identity import SYLLABLES, TAGS, WORDS, language_of, normalise
from core.text.markup.model import Arpabet, Kana, Marked, Node, Pinyin, Span, Tag, Text, merged
from core.text.segment import split
from core.text.verbalise import is_speakable

_PRIVATE = re.compile(f"[{chr(SYLLABLES.start)}-{chr(TAGS.stop - 1)}]")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a script, identity-normalised."""

    marked: Marked
    language: str
    """ISO 639-1 code of the script it is mostly written in."""
    pause_s: float
    """Silence after it, in seconds (0 after the last)."""

    @property
    def speakable(self) -> bool:
        """Whether there is anything in it that can be said; a tag alone is not."""
        return any(
            is_speakable(node.text) if isinstance(node, Text) else isinstance(node, Pinyin | Arpabet | Kana)
            for node in self.marked
        )


def sentences(marked: Marked) -> list[Sentence]:
    """The sentences of ``marked`` that can be spoken, in order; none if nothing can.

    A span that goes over several sentences is closed and opened again between them. Tags in what cannot be spoken go
    to the sentence before, or after if there is none.
    """
    text, nodes = _standing_in(marked)
    found = []
    spans: list[str] = []
    for piece in split(normalise(text)):
        part = _reopened(_restored(piece.text, nodes), spans)
        found.append(Sentence(part, language_of(piece.text), piece.pause_s))
    return _speakable(found)


def plain(marked: Marked) -> str:
    """The words of ``marked`` as people read them, without the marks."""
    return "".join(
        node.text if isinstance(node, Text) else "" if isinstance(node, Tag | Span) else node.base for node in marked
    )


def _standing_in(marked: Marked) -> tuple[str, Mapping[str, Node]]:
    """``marked`` with a private character for every mark, and what each stands for."""
    characters = {Pinyin: iter(SYLLABLES), Arpabet: iter(WORDS), Kana: iter(WORDS[::-1])}
    tags = iter(TAGS)
    text, nodes = [], {}
    for node in marked:
        if isinstance(node, Text):
            text.append(_PRIVATE.sub("", node.text))
            continue
        stand_in = chr(next(characters.get(type(node), tags)))
        nodes[stand_in] = node
        text.append(stand_in)
    return "".join(text), nodes


def _restored(text: str, nodes: Mapping[str, Node]) -> Marked:
    parts = re.split(f"({_PRIVATE.pattern})", text)
    return tuple(nodes[part] if part in nodes else Text(part) for part in parts if part)


def _reopened(part: Marked, spans: list[str]) -> Marked:
    """``part`` with the spans that were open before it opened, and those that it leaves open closed.

    ``spans`` holds the names of those that are open, and is brought up to date.
    """
    opening = [Span(name, opens=True) for name in spans]
    for node in part:
        if isinstance(node, Span):
            spans.append(node.name) if node.opens else spans.pop()
    closing = [Span(name, opens=False) for name in reversed(spans)]
    return _without_empty((*opening, *part, *closing))


def _without_empty(marked: Marked) -> Marked:
    """``marked`` without spans that have nothing in them."""
    kept: list[Node] = []
    for node in marked:
        if isinstance(node, Span) and not node.opens and kept and kept[-1] == replace(node, opens=True):
            kept.pop()
        else:
            kept.append(node)
    return merged(kept)


def _speakable(found: Iterable[Sentence]) -> list[Sentence]:
    kept: list[Sentence] = []
    waiting: Marked = ()
    for sentence in found:
        if sentence.speakable:
            kept.append(replace(sentence, marked=merged(waiting + sentence.marked)))
            waiting = ()
            continue
        tags = tuple(node for node in sentence.marked if isinstance(node, Tag))
        if kept:
            last = kept[-1]
            kept[-1] = replace(last, marked=last.marked + tags, pause_s=max(last.pause_s, sentence.pause_s))
        else:
            waiting += tags
    if kept:
        kept[-1] = replace(kept[-1], pause_s=0.0)
    return kept
