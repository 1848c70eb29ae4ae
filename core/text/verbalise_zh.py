"""Mandarin numbers, dates, money, units and symbols to words: wetext's grammars, and rules for what they misread."""

import functools
import re
from collections.abc import Callable
from re import Match

_DIGITS = "零一二三四五六七八九"
_SPELLED = _DIGITS.replace("一", "幺")
_CURRENCIES = {"¥": "元", "$": "美元", "€": "欧元", "£": "英镑", "₩": "韩元", "₽": "卢布", "₹": "卢比"}


def spell(text: str, *, telephone: bool = True) -> str:
    """The digits of ``text`` one by one; over the telephone 1 is 幺, so that nobody hears 7."""
    return "".join((_SPELLED if telephone else _DIGITS)[int(digit)] for digit in text if digit.isdigit())


def _clock(match: Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    if minute == 0:
        return f"{hour}点"
    return f"{hour}点" + (f"零{minute}分" if minute < 10 else "半" if minute == 30 and hour <= 12 else f"{minute}分")


# Before the grammars: what they misread is put into a form that they read well, or into words.
_BEFORE: tuple[tuple[str, str | Callable[[Match[str]], str]], ...] = (
    (r"(?<=\d)\u2044(?=\d)", "/"),
    (r"(?<=\d)\s?~\s?(?=\d)", "到"),
    (r"第2(?!\d)", "第二"),
    (
        r"(?:US|HK)?([¥$€£₩₽₹])\s?(\d[\d,]*(?:\.\d+)?)([千百]?[万亿])?元?",
        lambda m: f"{m[2]}{m[3] or ''}{_CURRENCIES[m[1]]}",
    ),
    (
        r"((?:密码|编号|号码|账号|帐号|验证码|邮编|代码|尾号|学号|工号|卡号|电话|热线|QQ号?)\s?(?:是|为|:|：)?\s?)(\d{3,})",
        lambda m: m[1] + spell(m[2]),
    ),
    (
        r"(?<![\d.,])(\d{3,4})(?=(?:号)?(?:室|房间|房|教室|路公交|路车|次列车|次航班|航班|号航班))",
        lambda m: spell(m[1]),
    ),
    (r"([A-Z])-?(\d{3,})(?![\d.])", lambda m: f"{m[1]} {spell(m[2])}"),
    (r"(?<!\d)(\d{4})(?=\s?[-–—]\s?\d{4}年)", lambda m: spell(m[1], telephone=False)),
    (r"(?<=[零一二三四五六七八九])\s?[-–—]\s?(?=\d{4}年)", "到"),
    (
        r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:])(?!\s?(?:的比分|大胜|战胜|险胜|击败|输给|获胜))",
        _clock,
    ),
    (r"(?<=\d)\s?°(?!\s?[CFcf])", "度"),
    (r"(?<=\d)\s?m2(?!\w)", "平方米"),
    (r"(?<=\d)\s?km2(?!\w)", "平方公里"),
    (r"(?<=\d)\s?m3(?!\w)", "立方米"),
    (r"(?<=\d)\+", "多"),
    (r"#\s?(?=\d)", ""),
    (r"No\.\s?(?=\d)", "第"),
)
# After them: the symbols that are left.
_AFTER: tuple[tuple[str, str | Callable[[Match[str]], str]], ...] = (
    (r"\s?&\s?", "和"),
    (r"@", "艾特"),
    (r"\s?=\s?", "等于"),
    (r"\s?\+\s?", "加"),
    (r"\s?×\s?", "乘以"),
    (r"\s?÷\s?", "除以"),
    (r"%", "百分号"),
    (r"\d", lambda m: spell(m[0], telephone=False)),
    (r"[$€£¥₩₽₹#*^_|\\<>~±/°]", " "),
)
_BEFORE_COMPILED = tuple((re.compile(pattern), spoken) for pattern, spoken in _BEFORE)
_AFTER_COMPILED = tuple((re.compile(pattern), spoken) for pattern, spoken in _AFTER)


def mandarin_words(text: str) -> str:
    """Mandarin ``text`` with everything that is written in digits or symbols in words."""
    for pattern, spoken in _BEFORE_COMPILED:
        text = pattern.sub(spoken, text)
    if re.search(r"[\d%°]", text):
        text = _grammar(text)
    for pattern, spoken in _AFTER_COMPILED:
        text = pattern.sub(spoken, text)
    return text


def _grammar(text: str) -> str:
    try:
        return str(_normalizer().normalize(text))
    except AssertionError:
        # wetext asserts that its grammar accepts the text; what it does not accept is spelled afterwards.
        return text


@functools.cache
def _normalizer():  # type: ignore[no-untyped-def]
    from wetext import Normalizer

    return Normalizer(lang="zh", operator="tn")
