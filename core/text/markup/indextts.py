"""IndexTTS's notations: bare syllables in 2, ``她HAO4干净``, and words with their reading in 2.5, ``她<好|HAO4>干净``.

Both know the syllables of one vocabulary, which spells ü as V: ``JV4``, ``LV4``, ``NVE4``.
"""

import re

from core.text import pinyin
from core.text.arpabet import syllabified
from core.text.markup.annotated import Wrong, is_han, is_kana, syllables_of, with_base, word_of
from core.text.markup.model import Arpabet, Kana, Node, Pinyin, Span, Tag, Text
from core.text.markup.syntax import Choices, Found, NoForm, Placed, nearest, problem

_RUN = re.compile(r"[A-Za-z0-9À-ɏ]+")
_SYLLABLES = re.compile(r"(?:[A-ZÜ]{1,6}[1-5])+")
_SYLLABLE = re.compile(r"[A-ZÜ]{1,6}[1-5]")
_LIKELY = 3
"""Letters from which a syllable in capitals is meant as one, though the vocabulary lacks it: not A4 or HE3."""
_ANNOTATED = re.compile(r"<([^<|>\n]{1,64})\|([^<|>\n]{1,200})>")
_CONTROL = re.compile(r"<\|[^|<>\n]{1,40}\|>")


def spelled(syllable: str) -> str:
    """``"ju4"`` as ``"JV4"``, the way the vocabulary has it."""
    if syllable[0] in "jqx" and syllable[1] == "u":
        syllable = syllable[0] + "v" + syllable[2:]
    return syllable.upper()


_SPELLINGS = Choices.of(sorted(map(spelled, pinyin.INDEXTTS_SYLLABLES)))


def scan_bare(text: str, start: int) -> Found | None:
    """The syllables in capitals that begin at ``start``, if nothing else is glued to them."""
    run = _RUN.match(text, start)
    if run is None or _SYLLABLES.fullmatch(run[0]) is None:
        return None
    matches = list(_SYLLABLE.finditer(text, start, run.end()))
    parsed = [(match, pinyin.parse_syllable(match[0])) for match in matches]
    placed = tuple(
        Placed(Pinyin(syllable), match.start(), match.end())
        for match, syllable in parsed
        if syllable in pinyin.INDEXTTS_SYLLABLES
    )
    if len(placed) == len(matches):
        return Found(run.end(), placed)
    if not all(syllable is not None and len(match[0]) > _LIKELY for match, syllable in parsed):
        return None
    problems = tuple(
        problem(text, match.start(), match.end(), "markup.syllable", nearest(match[0], _SPELLINGS))
        for match, syllable in parsed
        if syllable not in pinyin.INDEXTTS_SYLLABLES
    )
    return Found(run.end(), placed, problems)


def scan_annotated(text: str, start: int, strict: bool = True) -> Found | None:
    """The word with its reading that begins at ``start``.

    ``strict`` takes only what IndexTTS has learned, and the tone only as a digit.
    """
    match = _ANNOTATED.match(text, start)
    if match is None:
        return None
    base, reading = match[1], match[2]
    if is_kana(reading):
        return Found(match.end(), (Placed(Kana(reading, base), start, match.end()),))
    nodes: tuple[Node, ...] | Wrong
    nodes = syllables_of(base, reading, learned=strict) if is_han(base) else word_of(base, reading)
    if not isinstance(nodes, Wrong):
        return Found(match.end(), tuple(Placed(node, start, match.end()) for node in nodes))
    suggestions = map(spelled, nodes.suggestions) if nodes.code == "markup.syllable" else nodes.suggestions
    found = problem(text, start, match.end(), nodes.code, suggestions, typed=nodes.typed)
    return Found(match.end(), (), (found,))


def scan_lenient(text: str, start: int) -> Found | None:
    """As :func:`scan_annotated`, with every syllable that there is."""
    return scan_annotated(text, start, strict=False)


def scan_control(text: str, start: int) -> Found | None:
    """A token that steers the model, which no text may hold."""
    match = _CONTROL.match(text, start)
    return match and Found(match.end(), (), (problem(text, start, match.end(), "markup.control"),))


def print_bare(node: Node) -> str:
    """``node`` for IndexTTS-2, which has syllables only; their base is lost. Raises :class:`NoForm`."""
    match node:
        case Text(text):
            return text
        case Pinyin(syllable):
            return _learned(syllable)
        case Arpabet(phones, base):
            raise NoForm("markup.no_arpabet", mark=base or " ".join(phones))
        case Kana(_, base):
            raise NoForm("markup.no_kana", mark=base)
        case Tag(name) | Span(name):
            raise NoForm("markup.no_tag", mark=f"[{name}]" if isinstance(node, Tag) else f"<{name}>")


def print_annotated(node: Node) -> str:
    """``node`` for IndexTTS-2.5, a base being chosen where there is none. Raises :class:`NoForm`."""
    match with_base(node):
        case Text(text):
            return text
        case Pinyin(syllable, base):
            return f"<{base}|{_learned(syllable)}>"
        case Arpabet(phones, ""):
            raise NoForm("markup.no_word", mark=" ".join(phones))
        case Arpabet(phones, base):
            return f"<{base}|{syllabified(phones)}>"
        case Kana(kana, base):
            return f"<{base}|{kana}>"
        case Tag(name) | Span(name):
            raise NoForm("markup.no_tag", mark=f"[{name}]" if isinstance(node, Tag) else f"<{name}>")


def _learned(syllable: str) -> str:
    if syllable not in pinyin.INDEXTTS_SYLLABLES:
        raise NoForm("markup.no_token", mark=pinyin.with_tone_mark(syllable), token=spelled(syllable))
    return spelled(syllable)
