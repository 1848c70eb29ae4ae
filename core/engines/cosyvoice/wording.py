"""How texts, prompts and directions are put to CosyVoice. Pure strings."""

import re
import unicodedata

from core.errors import InvalidText
from core.text.identity import HAN, SYLLABLES, TAGS, WORDS
from core.text.markup.model import Arpabet, Notation, Pinyin, Text
from core.text.markup.reader import Placed, read
from core.text.verbalise import is_speakable, verbalise

END_OF_PROMPT = "<|endofprompt|>"
END_OF_PROMPT_ID = 151646
"""Its id, which the authors' code takes for granted."""
_ROLE = "You are a helpful assistant."
"""What CosyVoice3 was taught every prompt with."""
_CONTROL = re.compile(r"<\|[^|<>]*\|>")
_SPACE_BY_HAN = re.compile(rf"(?<={HAN.pattern}) | (?={HAN.pattern})")
_TAG = f"[{chr(TAGS.start)}-{chr(TAGS.stop - 1)}]"
_STOP_BY_HAN = re.compile(rf"(?:(?<={HAN.pattern})|(?<={HAN.pattern}{_TAG}))[,.!?;:]|[,.!?;:](?={_TAG}?{HAN.pattern})")
_WIDE = str.maketrans(",.!?;:", "，。！？；：")


def prompt_frame(prompt_text: str, version: int) -> str:
    """What the reference clip says, as the prompt of a cloning. Raises :class:`InvalidText` (``markup.control``)."""
    prompt_text = _without_control(prompt_text)
    return f"{_ROLE}{END_OF_PROMPT}{prompt_text}" if version == 3 and prompt_text else prompt_text


def instruction_frame(words: str, version: int) -> str:
    """A direction as a prompt. Raises :class:`InvalidText` (``markup.control``)."""
    words = _without_control(words)
    return f"{_ROLE} {words}{END_OF_PROMPT}" if version == 3 else f"{words}{END_OF_PROMPT}"


def promptless_frame(text: str, version: int) -> str:
    """A text that is spoken without a prompt in words before it."""
    return f"{_ROLE}{END_OF_PROMPT}{text}" if version == 3 else text


def spoken(text: str, language: str) -> str:
    """``text`` (in CosyVoice's notation) in words: numbers and symbols spelled out, marks exactly as they are.

    English and Mandarin only; other languages' numbers are left to the model. The authors' own normalisation is not
    used: it reads every language that is not Chinese as English, breaks off at an English sentence with marks and a
    number, and differs with what happens to be installed. Raises :class:`InvalidText`.
    """
    placed = read(text, Notation.COSYVOICE)
    if not any(_is_said(mark) for mark in placed):
        raise InvalidText("text.unspeakable")
    if language in ("en", "zh"):
        text = _verbalised(text, placed, language)
    return _ended(text, language)


def _is_said(mark: Placed) -> bool:
    if isinstance(mark.node, Text):
        return is_speakable(mark.node.text)
    return isinstance(mark.node, Pinyin | Arpabet)


def _verbalised(text: str, placed: tuple[Placed, ...], language: str) -> str:
    """``text`` in words; a private character stands for each mark meanwhile, so that its neighbours see a word."""
    marks: dict[str, str] = {}
    standing = []
    free = {Pinyin: iter(SYLLABLES), Arpabet: iter(WORDS)}
    tags = iter(TAGS)
    for mark in placed:
        if isinstance(mark.node, Text):
            standing.append(mark.node.text)
            continue
        stand_in = chr(next(free.get(type(mark.node), tags)))
        marks[stand_in] = text[mark.start : mark.end]
        standing.append(stand_in)
    # As in the texts that the model learned from: beside Chinese characters no space, and their own punctuation.
    said = _SPACE_BY_HAN.sub("", verbalise("".join(standing), language))
    said = _STOP_BY_HAN.sub(lambda stop: stop.group().translate(_WIDE), said)
    return "".join(marks.get(character, character) for character in said)


def _ended(text: str, language: str) -> str:
    """``text`` with a full stop if it ends in a word: without one the model may go on."""
    bare = text.rstrip()
    if bare and unicodedata.category(bare[-1])[0] in "LNM":
        return bare + ("。" if language in ("zh", "ja") else ".")
    return bare


def _without_control(text: str) -> str:
    """``text``, stripped. Raises :class:`InvalidText` where a token in it would steer the model."""
    if found := _CONTROL.search(text):
        raise InvalidText("markup.control", place=found.start() + 1, mark=found.group())
    return text.strip()
