"""The table of the notations: how each is scanned and printed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.text.markup import cosyvoice, indextts, kokoro
from core.text.markup.model import Arpabet, Kana, Node, Notation, Pinyin, Text
from core.text.markup.syntax import Found, NoForm, Scanner

ESCAPE = "\\"
ESCAPABLE = "[]<\\"
"""What an escape makes plain."""


@dataclass(frozen=True)
class Grammar:
    """One notation."""

    candidates: re.Pattern[str]
    """Where a mark may begin."""
    scanners: tuple[Scanner, ...]
    """Tried one after the other where a mark may begin."""
    print: Callable[[Node], str]
    """One node written. Raises :class:`~core.text.markup.syntax.NoForm`."""
    glued: Callable[[Node, Node], bool]
    """Whether two neighbours must be kept apart with a space."""
    escapes: bool = False


def _tokens_or_links(text: str, start: int) -> Found | None:
    return cosyvoice.scan_tokens(text, start, kokoro.begins_link)


def _print_any(node: Node) -> str:
    """The form without a base if there is none, else the one with it."""
    match node:
        case Pinyin(syllable, ""):
            try:
                return cosyvoice.print_syllable(syllable)
            except NoForm:
                return kokoro.print_node(node)
        case Arpabet(_, ""):
            return cosyvoice.print_node(node)
        case Kana():
            return indextts.print_annotated(node)
        case _:
            return kokoro.print_node(node)


def _words_glued(before: Node, after: Node) -> bool:
    """Phonemes of two words would be read as one word."""
    match before, after:
        case Arpabet(_, ""), Arpabet(_, ""):
            return True
        case _:
            return False


def _any_words_glued(before: Node, after: Node) -> bool:
    return isinstance(before, Arpabet) and isinstance(after, Arpabet)


def _letters_glued(before: Node, after: Node) -> bool:
    """A bare syllable would run together with the letters or digits beside it."""
    match before, after:
        case Text(text), Pinyin():
            return _LATIN.match(text[-1]) is not None
        case Pinyin(), Text(text):
            return _LATIN.match(text[0]) is not None
        case _:
            return False


def _never(_before: Node, _after: Node) -> bool:
    return False


_LATIN = re.compile("[A-Za-z0-9\u00c0-\u024f]")
_BRACKETS = re.compile(r"[\[<]")
_ESCAPED_BRACKETS = re.compile(r"[\[<\\]")
_CAPITALS = re.compile("(?<![A-Za-z0-9\u00c0-\u024f])[A-Z]")

GRAMMARS: Mapping[Notation, Grammar] = {
    Notation.ANY: Grammar(
        _ESCAPED_BRACKETS,
        (kokoro.scan_link, _tokens_or_links, indextts.scan_lenient, cosyvoice.scan_span),
        _print_any,
        _words_glued,
        escapes=True,
    ),
    Notation.COSYVOICE: Grammar(
        _BRACKETS,
        (cosyvoice.scan_tokens, cosyvoice.scan_span, cosyvoice.scan_control),
        cosyvoice.print_node,
        _any_words_glued,
    ),
    Notation.INDEXTTS2: Grammar(_CAPITALS, (indextts.scan_bare,), indextts.print_bare, _letters_glued),
    Notation.INDEXTTS25: Grammar(
        re.compile("<"), (indextts.scan_annotated, indextts.scan_control), indextts.print_annotated, _never
    ),
    Notation.KOKORO: Grammar(
        _ESCAPED_BRACKETS,
        (kokoro.scan_link, cosyvoice.scan_tag, cosyvoice.scan_span),
        kokoro.print_node,
        _never,
        escapes=True,
    ),
}
