"""Hypothesis strategies for marked texts, made from everything that the notations know."""

import itertools
import random

from hypothesis import strategies as st

from core.text import pinyin
from core.text.arpabet import CONSONANTS, VOWELS
from core.text.markup.cosyvoice import INVENTORY
from core.text.markup.model import Arpabet, Kana, Marked, Node, Notation, Pinyin, Span, Tag, Text

HAN = st.sampled_from("好行重银她干净了的地得𠮷")
SPELLABLE = tuple(s for s in pinyin.SYLLABLES if pinyin.initial_and_final(s)[1] in INVENTORY.finals)
"""The syllables that CosyVoice has tokens for."""

STRESSED = st.builds(str.__add__, st.sampled_from(sorted(VOWELS)), st.sampled_from("012"))
PHONES = st.builds(
    lambda before, vowel, after: (*before, vowel, *after),
    st.lists(st.sampled_from(sorted(CONSONANTS)), max_size=3),
    STRESSED,
    st.lists(st.one_of(st.sampled_from(sorted(CONSONANTS | VOWELS)), STRESSED), max_size=4),
).map(tuple)
"""Any word that can be, some vowels without their stress."""

ANY_TEXT = st.text(min_size=1, max_size=12) | st.text("[]<>|()\\/_ .aehoM0145ǎ好\n", min_size=1, max_size=12)
PLAIN_TEXT = st.text("她他说，。 ！(){}/abz\n", min_size=1, max_size=8)
"""Text that no notation takes for a mark."""
WORD = st.text("abMN'-é[]\\<> ", min_size=1, max_size=8)

_SOUNDS = st.sampled_from(INVENTORY.tags).map(Tag)
_KANA = st.builds(
    Kana, st.text("じょうずかな", min_size=1) | st.text("ジョーズカナ", min_size=1), st.just("上手") | HAN
)


def _nodes(notation: Notation) -> st.SearchStrategy[Node]:
    """Nodes that ``notation`` writes and reads without loss."""
    bare, based = st.just(""), HAN
    match notation:
        case Notation.COSYVOICE:
            return st.one_of(
                PLAIN_TEXT.map(Text), st.builds(Pinyin, st.sampled_from(SPELLABLE)), st.builds(Arpabet, PHONES), _SOUNDS
            )
        case Notation.INDEXTTS2:
            learned = st.sampled_from(sorted(pinyin.INDEXTTS_SYLLABLES))
            return st.text("她说，。 ！[]<>\n", min_size=1).map(Text) | st.builds(Pinyin, learned)
        case Notation.INDEXTTS25:
            learned = st.sampled_from(sorted(pinyin.INDEXTTS_SYLLABLES))
            word = st.text("abMN'-é[]\\ ", min_size=1, max_size=8)
            return st.one_of(
                (PLAIN_TEXT | st.text("[]hào", min_size=1)).map(Text),
                st.builds(Pinyin, learned, based),
                st.builds(Arpabet, PHONES, word),
                _KANA,
            )
    nodes = [
        ANY_TEXT.map(Text),
        st.builds(Pinyin, st.sampled_from(pinyin.SYLLABLES), bare | based),
        st.builds(Arpabet, PHONES, bare | WORD),
        _SOUNDS,
    ]
    return st.one_of(*nodes, *([_KANA] if notation is Notation.ANY else []))


def marked(notation: Notation) -> st.SearchStrategy[Marked]:
    """Marked texts that ``notation`` can express, spans balanced."""
    parts = st.lists(_nodes(notation), max_size=6).map(tuple)
    if notation not in (Notation.INDEXTTS2, Notation.INDEXTTS25):
        parts = st.recursive(
            parts,
            lambda inner: st.builds(
                lambda before, name, inside, after: (*before, Span(name, True), *inside, Span(name, False), *after),
                inner,
                st.sampled_from(INVENTORY.spans),
                inner,
                inner,
            ),
            max_leaves=4,
        )
    return parts.map(lambda nodes: _as_the_model_has_it(nodes, notation))


def _as_the_model_has_it(nodes: tuple[Node, ...], notation: Notation) -> Marked:
    """Texts joined; words apart where their phonemes would run together."""
    kept: list[Node] = []
    for before, node in itertools.pairwise((None, *nodes)):
        glued = isinstance(before, Arpabet) and isinstance(node, Arpabet)
        if glued and (notation is Notation.COSYVOICE or not (before.base or node.base)):
            kept.append(Text("，"))
        if kept and isinstance(kept[-1], Text) and isinstance(node, Text):
            kept[-1] = Text(kept[-1].text + node.text)
        else:
            kept.append(node)
    return tuple(kept)


FRAGMENTS = (
    *"[ ] < > \\ | ( ) / [h] [ào] [b][iǎng] [b][ǎngg] [M][AY0] [NG] [AY] [breath] [breth] <strong>".split(),
    *"</strong> <laughter> </laughter> <stong> [好](hao4) [好](hao9) [minute](M AY0 N UW1 T) []( )[ <好|HAO4>".split(),
    *"<好|HAO9> <minute|M AY0> <| |> <|endofprompt|> HAO4 NIANG3 MP3 A4 😀 👩\u200d👩\u200d👧 שלום مرحبا 好".split(),
    *"she said hao3 M AY0".split(),
    *(
        "\u0301",
        "\u202e",
        "\u200f",
        "\x00",
        "\x1b",
        "\r\n",
        "\ufeff",
        "\U00010fff",
        "\ud800",
        " ",
        "[" * 40,
        "<" * 40,
        "](" * 20,
    ),
)


def garbled(seed: int, most: int = 20) -> str:
    """A string that nobody would type: fewer than ``most`` fragments and random characters, many marks among them."""
    chance = random.Random(seed)
    return "".join(
        chance.choice(FRAGMENTS) if chance.random() < 0.8 else chr(chance.randrange(0x110000))
        for _ in range(chance.randrange(most))
    )


RANDOM_TEXT = st.text(max_size=40) | st.integers(0, 2**64).map(garbled)
"""Any string."""
