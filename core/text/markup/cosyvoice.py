"""CosyVoice's notation: ``她[h][ào]干净``, ``[M][AY0][N][UW1][T]``, ``[breath]``, ``<strong>…</strong>``.

Everything in brackets is one token of a closed inventory (``assets/cosyvoice_tokens.toml``). A mark stands in the
place of what it reads, so it has no base.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from core.text import arpabet, pinyin
from core.text.markup.model import Arpabet, Kana, Node, Pinyin, Span, Tag, Text
from core.text.markup.syntax import Choices, Found, NoForm, Placed, Problem, nearest, problem

_TOKEN = re.compile(r"\[([A-Za-z_\-À-ɏ\u0300-\u030c]{1,20}[0-9]?)\]")
_SPAN = re.compile(r"<(/?)([A-Za-z_]{1,20})>")
_CONTROL = re.compile(r"<\|[a-z_]{1,20}\|>")
_TONE_MARKS = re.compile("[\u0300\u0301\u0304\u030c]")
_TYPO = 75.0
"""How alike (0–100) a word in brackets and a tag are if the tag was meant."""
_LIKE = 50.0
"""How alike a suggestion should be, if there is one."""


@dataclass(frozen=True)
class Inventory:
    """The tokens that CosyVoice3 knows, without their brackets."""

    tags: tuple[str, ...]
    spans: tuple[str, ...]
    control: frozenset[str]
    phones: frozenset[str]
    initials: tuple[str, ...]
    finals: frozenset[str]


def _inventory() -> Inventory:
    data = tomllib.loads((files("assets") / "cosyvoice_tokens.toml").read_text(encoding="utf-8"))
    vowels = data["vowels"].split()
    return Inventory(
        tags=tuple(data["tags"].split()),
        spans=tuple(data["spans"].split()),
        control=frozenset(data["control"].split()),
        phones=frozenset((*data["consonants"].split(), *vowels, *(v + stress for v in vowels for stress in "012"))),
        initials=tuple(data["initials"].split()),
        finals=frozenset(final for listed in data["finals"].values() for final in listed.split()),
    )


INVENTORY = _inventory()

FINALS: Mapping[str, tuple[str, ...]] = {
    initial: tuple(sorted(final for final in INVENTORY.finals if pinyin.syllable_of(initial, final)))
    for initial in INVENTORY.initials
}
"""The finals, in the tones that the inventory has, which make a syllable with each initial."""

_TAGS = Choices.of(INVENTORY.tags)
_SPANS = Choices.of(INVENTORY.spans)
_NAMES = Choices.of((*INVENTORY.tags, *INVENTORY.initials, *sorted(INVENTORY.finals), *sorted(INVENTORY.phones)))
_KNOWN = frozenset(_NAMES.names)
_FINALS = {initial: Choices.of(finals) for initial, finals in FINALS.items()}
_INITIALS = {
    final: Choices.of([one for one in INVENTORY.initials if final in FINALS[one]] or INVENTORY.initials)
    for final in INVENTORY.finals
}
"""The initials that each final makes a syllable with; all of them for one that only stands alone."""


@dataclass(frozen=True)
class _Token:
    name: str
    start: int
    end: int


def scan_tag(text: str, start: int) -> Found | None:
    """One bracketed tag, as the notations have it that write sounds in CosyVoice's way and readings in another."""
    match = _TOKEN.match(text, start)
    if match is None:
        return None
    if match[1] in INVENTORY.tags:
        return Found(match.end(), (Placed(Tag(match[1]), start, match.end()),))
    meant = nearest(match[1], _TAGS, _TYPO)
    if not meant or match[1] in _KNOWN:
        return None
    return Found(match.end(), (), (problem(text, start, match.end(), "markup.unknown", _bracketed(meant)),))


def scan_tokens(text: str, start: int, ends: Callable[[str, int], bool] | None = None) -> Found | None:
    """The bracketed tokens that follow each other without a gap.

    ``ends`` tells where something else begins, in a notation that has other marks in brackets too.
    """
    run = _run(text, start, ends)
    if not any(token.name in _KNOWN or _is_meant(token.name) for token in run):
        return None
    placed: list[Placed] = []
    problems: list[Problem] = []
    index = 0
    while index < len(run):
        outcome, taken = _first(text, run, index)
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            placed.append(Placed(outcome, run[index].start, run[index + taken - 1].end))
        index += taken
    return Found(run[-1].end, tuple(placed), tuple(problems))


def _first(text: str, run: list[_Token], index: int) -> tuple[Node | Problem, int]:
    """What the tokens from ``index`` begin with, and how many of them it takes."""
    token, following = run[index], run[index + 1] if index + 1 < len(run) else None
    if token.name in INVENTORY.tags:
        return Tag(token.name), 1
    if token.name in INVENTORY.phones:
        stop = next((at for at in range(index, len(run)) if run[at].name not in INVENTORY.phones), len(run))
        return _word(text, run[index:stop]), stop - index
    if token.name in INVENTORY.initials:
        if following is None or _stands_alone(following.name):
            return problem(text, token.start, token.end, "markup.initial"), 1
        return _syllable(text, token, following), 2
    if token.name in INVENTORY.finals:
        return _lone_final(text, token), 1
    if following is not None and following.name in INVENTORY.finals:
        initials = _bracketed(nearest(token.name, _INITIALS[following.name]))
        return problem(text, token.start, token.end, "markup.unknown", initials), 2
    return problem(text, token.start, token.end, "markup.unknown", _meant(token.name)), 1


def scan_span(text: str, start: int) -> Found | None:
    """The beginning or the end of a span."""
    match = _SPAN.match(text, start)
    if match is None:
        return None
    if match[2] in INVENTORY.spans:
        return Found(match.end(), (Placed(Span(match[2], opens=not match[1]), start, match.end()),))
    meant = nearest(match[2], _SPANS, _TYPO)
    if not meant:
        return None
    suggestions = (f"<{match[1]}{name}>" for name in meant)
    return Found(match.end(), (), (problem(text, start, match.end(), "markup.unknown", suggestions),))


def scan_control(text: str, start: int) -> Found | None:
    """A token that steers the model, which no text may hold."""
    match = _CONTROL.match(text, start)
    if match is None or match[0] not in INVENTORY.control:
        return None
    return Found(match.end(), (), (problem(text, start, match.end(), "markup.control"),))


def print_node(node: Node) -> str:
    """``node`` in this notation; its base is lost. Raises :class:`NoForm`."""
    match node:
        case Text(text):
            return text
        case Pinyin(syllable):
            return print_syllable(syllable)
        case Arpabet(phones):
            return "".join(_bracketed(phones))
        case Kana(_, base):
            raise NoForm("markup.no_kana", mark=base)
        case Tag() | Span():
            return print_sound(node)


def print_syllable(syllable: str) -> str:
    """``"hao4"`` as ``"[h][ào]"``. Raises :class:`NoForm` if the inventory has no token for its final."""
    initial, final = pinyin.initial_and_final(syllable)
    if final not in INVENTORY.finals:
        raise NoForm("markup.no_token", mark=pinyin.with_tone_mark(syllable), token=f"[{final}]")
    return "".join(_bracketed(name for name in (initial, final) if name))


def print_sound(node: Tag | Span) -> str:
    """``[breath]``, ``<strong>``, ``</strong>``. Raises :class:`NoForm` if there is no such sound or span."""
    if isinstance(node, Tag):
        if node.name not in INVENTORY.tags:
            raise NoForm("markup.no_tag", mark=f"[{node.name}]")
        return f"[{node.name}]"
    if node.name not in INVENTORY.spans:
        raise NoForm("markup.no_tag", mark=f"<{node.name}>")
    return f"<{node.name}>" if node.opens else f"</{node.name}>"


def _run(text: str, start: int, ends: Callable[[str, int], bool] | None) -> list[_Token]:
    tokens: list[_Token] = []
    while (match := _TOKEN.match(text, start)) and not (tokens and ends and ends(text, start)):
        tokens.append(_Token(unicodedata.normalize("NFC", match[1]), start, match.end()))
        start = match.end()
    return tokens


def _stands_alone(name: str) -> bool:
    """Whether the token cannot have been meant as a final."""
    return name in INVENTORY.tags or name in INVENTORY.phones or name in INVENTORY.initials


def _word(text: str, run: list[_Token]) -> Node | Problem:
    phones = tuple(token.name for token in run)
    if arpabet.is_word(phones):
        return Arpabet(phones)
    vowel = next((at for at, phone in enumerate(phones) if arpabet.is_vowel(phone)), None)
    if vowel is None:
        return problem(text, run[0].start, run[-1].end, "markup.vowel")
    stressed = "".join(_bracketed((*phones[:vowel], phones[vowel] + "1", *phones[vowel + 1 :])))
    return problem(text, run[0].start, run[-1].end, "markup.stress", (stressed,))


def _syllable(text: str, initial: _Token, final: _Token) -> Node | Problem:
    if final.name not in INVENTORY.finals:
        names = nearest(final.name, _FINALS[initial.name])
        return problem(text, final.start, final.end, "markup.unknown", _bracketed(names))
    syllable = pinyin.syllable_of(initial.name, final.name)
    if syllable is not None:
        return Pinyin(syllable)
    names = nearest(final.name, _FINALS[initial.name])
    return problem(text, initial.start, final.end, "markup.syllable", (f"[{initial.name}][{name}]" for name in names))


def _lone_final(text: str, token: _Token) -> Node | Problem:
    syllable = pinyin.syllable_of("", token.name)
    if syllable is not None:
        return Pinyin(syllable)
    initial = "w" if unicodedata.normalize("NFD", token.name).startswith("u") and "ü" not in token.name else "y"
    # The initial stands for the glide that the final begins with: ``uǒ`` is wǒ.
    rest = token.name[1:] if token.name[0] in "iu" and len(token.name) > 1 else token.name
    names = nearest(rest, _FINALS[initial])
    return problem(text, token.start, token.end, "markup.syllable", (f"[{initial}][{name}]" for name in names))


def _is_meant(name: str) -> bool:
    """Whether a word in brackets that is no token can only be a token spelled wrongly."""
    return bool(
        _TONE_MARKS.search(unicodedata.normalize("NFD", name))
        or (name[-1].isdigit() and (pinyin.parse_syllable(name) or name[:-1] in arpabet.VOWELS))
        or nearest(name, _TAGS, _TYPO)
    )


def _meant(name: str) -> tuple[str, ...]:
    """What a word in brackets that is no token was meant to be."""
    syllable = pinyin.parse_syllable(name)
    if syllable is not None:
        initial, final = pinyin.initial_and_final(syllable)
        if final in INVENTORY.finals:
            return ("".join(_bracketed(part for part in (initial, final) if part)),)
    return _bracketed(nearest(name, _NAMES, _LIKE) or nearest(name, _NAMES))


def _bracketed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"[{name}]" for name in names)
