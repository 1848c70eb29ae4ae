"""The embedded engine's notation: ``她[好](hao4)干净``, ``[minute](M AY0 N UW1 T)``, and CosyVoice's tags and spans.

It can say every node but Kana. What has no base keeps none: ``她[](hao4)干净``.
"""

import re

from core.text.markup.annotated import Wrong, is_han, syllables_of, word_of
from core.text.markup.cosyvoice import print_sound
from core.text.markup.model import Arpabet, Kana, Node, Pinyin, Span, Tag, Text
from core.text.markup.syntax import Found, NoForm, Placed, problem

_LINK = re.compile(r"\[((?:\\[\[\]<\\]|[^\[\]\\\n]){0,64})\]\(([^()\n]{1,200})\)")
_ESCAPED = re.compile(r"\\([\[\]<\\])")
_PINYIN = re.compile(
    r"\s*[a-zA-Zü\u00c0-\u024f\u0300-\u030c]{1,12}[0-9]?(?:\s+[a-zA-Zü\u00c0-\u024f\u0300-\u030c]{1,12}[0-9]?)*\s*"
)
_TONED = re.compile("[1-5\u00e0-\u024f\u0300-\u030c]")
_PHONES = re.compile(r"(?=[^0-9]*[0-9])\s*[A-Z]{1,3}[0-9]?(?:\s+(?:[A-Z]{1,3}[0-9]?|\.))*\s*")


def scan_link(text: str, start: int) -> Found | None:
    """The word with its reading that begins at ``start``; None for what looks like any other link."""
    match = _LINK.match(text, start)
    if match is None:
        return None
    base, reading = _ESCAPED.sub(r"\1", match[1]), match[2]
    nodes = _nodes(base, reading)
    if isinstance(nodes, Wrong):
        if not (_PINYIN if is_han(base) else _PHONES).fullmatch(reading):
            return None
        found = problem(text, start, match.end(), nodes.code, nodes.suggestions, typed=nodes.typed)
        return Found(match.end(), (), (found,))
    return Found(match.end(), tuple(Placed(node, start, match.end()) for node in nodes))


def begins_link(text: str, at: int) -> bool:
    """Whether a word with its reading begins at ``at``."""
    found = scan_link(text, at)
    return found is not None and not found.problems


def _nodes(base: str, reading: str) -> tuple[Node, ...] | Wrong:
    if is_han(base):
        return syllables_of(base, reading)
    if not base and not reading.isupper() and _TONED.search(reading):
        return syllables_of(base, reading)
    return word_of(base, reading)


def print_node(node: Node) -> str:
    """``node`` in this notation, text as it is. Raises :class:`NoForm`."""
    match node:
        case Text(text):
            return text
        case Pinyin(syllable, base):
            return f"[{_escaped(base)}]({syllable})"
        case Arpabet(phones, base):
            return f"[{_escaped(base)}]({' '.join(phones)})"
        case Kana(_, base):
            raise NoForm("markup.no_kana", mark=base)
        case Tag() | Span():
            return print_sound(node)


def _escaped(base: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", base)
