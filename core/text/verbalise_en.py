"""English numbers, dates, money, units and symbols to words, American reading."""

import re
from collections.abc import Callable
from re import Match

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(f"{month}|{month[:3]}\\.?" for month in _MONTHS) + "|Sept\\.?"
_CURRENCIES = {
    "$": ("dollar", "cent"),
    "€": ("euro", "cent"),
    "£": ("pound", "penny"),
    "¥": ("yuan", "fen"),
    "₩": ("won", "jeon"),
    "₹": ("rupee", "paisa"),
}
_INVARIABLE = {"yuan", "fen", "won", "jeon"}
_MAGNITUDES = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion", "B": "billion"}
_UNITS = {
    "km/h": "kilometers per hour",
    "m/s": "meters per second",
    "mph": "miles per hour",
    "kWh": "kilowatt hours",
    "km": "kilometers",
    "cm": "centimeters",
    "mm": "millimeters",
    "μm": "micrometers",
    "nm": "nanometers",
    "m2": "square meters",
    "km2": "square kilometers",
    "m3": "cubic meters",
    "m": "meters",
    "ft": "feet",
    "mi": "miles",
    "kg": "kilograms",
    "mg": "milligrams",
    "g": "grams",
    "lbs": "pounds",
    "lb": "pounds",
    "oz": "ounces",
    "ml": "milliliters",
    "mL": "milliliters",
    "l": "liters",
    "L": "liters",
    "KB": "kilobytes",
    "kB": "kilobytes",
    "MB": "megabytes",
    "GB": "gigabytes",
    "TB": "terabytes",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "kW": "kilowatts",
    "W": "watts",
    "ms": "milliseconds",
    "min": "minutes",
    "s": "seconds",
    "h": "hours",
}
_ABBREVIATIONS = (
    (r"\bDr\.(?=\s+[A-Z])", "Doctor"),
    (r"\bMr\.", "Mister"),
    (r"\bMrs\.", "Missus"),
    (r"\bMs\.", "Miz"),
    (r"\bProf\.", "Professor"),
    (r"\bSt\.(?=\s+[A-Z])", "Saint"),
    (r"(?<=[a-z] )St\.?(?=[\s,.]|$)", "Street"),
    (r"\bAve\.", "Avenue"),
    (r"\b[Vv]s\.?(?=\s)", "versus"),
    (r"\betc\.", "et cetera"),
    (r"\be\.\s?g\.,?", "for example,"),
    (r"\bi\.\s?e\.,?", "that is,"),
    (r"\b[Aa]pprox\.", "approximately"),
    (r"\bNo\.\s?(?=\d)", "number "),
    (r"(?<!\w)#\s?(?=\d)", "number "),
    (r"\bw/o\b", "without"),
    (r"\bw/(?=\s)", "with"),
)
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_NUMBERED = "Chapter|Part|Act|Volume|Vol\\.|Section|Phase|Type|Level|World War|Episode|Scene"
_MONARCHS = "Henry|Louis|Elizabeth|Charles|George|Edward|James|William|Richard|Catherine|Napoleon|Philip|Paul|Benedict"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def cardinal(number: int) -> str:
    """``number`` >= 0 in words: 1234 is "one thousand two hundred thirty-four"."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    scale, name = next((scale, name) for scale, name in _SCALES if number >= scale)
    count, rest = divmod(number, scale)
    return f"{cardinal(count)} {name}" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """``number`` >= 0 as a rank in words: 21 is "twenty-first"."""
    head, joint, last = re.fullmatch(r"(.*?)([ -]?)([a-z]+)", cardinal(number)).groups()  # type: ignore[union-attr]
    if last in _IRREGULAR_ORDINALS:
        last = _IRREGULAR_ORDINALS[last]
    else:
        last = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return f"{head}{joint}{last}"


def year(number: int) -> str:
    """A year in words: 1998 is "nineteen ninety-eight", 2005 "two thousand five"."""
    century, rest = divmod(number, 100)
    if not 11 <= century <= 99 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def digits(text: str) -> str:
    """The digits of ``text`` one by one."""
    return " ".join(_ONES[int(digit)] for digit in text if digit.isdigit())


def _plain(text: str) -> str:
    """A number with optional thousands commas and decimals. Codes (leading zero, very long) are spelled."""
    whole, _, fraction = text.replace(",", "").partition(".")
    spoken = digits(whole) if len(whole) > 15 or (len(whole) > 1 and whole[0] == "0") else cardinal(int(whole))
    return f"{spoken} point {digits(fraction)}" if fraction else spoken


def _counted(text: str, name: str) -> str:
    """``text`` and a unit's name, in the singular for exactly one."""
    if text == "1":
        name = {"feet": "foot", "hertz": "hertz"}.get(name) or re.sub(r"s(?= per |$)", "", name)
    return f"{_plain(text)} {name}"


def _money(match: Match[str]) -> str:
    unit, part = _CURRENCIES[match["sign"]]
    amount, magnitude = match["amount"], match["magnitude"]
    whole, _, cents = amount.replace(",", "").partition(".")
    article = match["article"] or ""
    # "a five million dollar deal", but "it cost five million dollars".
    plural = unit if article or unit in _INVARIABLE else unit + "s"
    if magnitude:
        return f"{article}{_plain(amount)} {_MAGNITUDES.get(magnitude, magnitude)} {plural}"
    if len(cents) != 2:
        return article + _plain(amount) + " " + (unit if amount == "1" else plural)
    pieces = []
    if int(whole) or not int(cents):
        pieces.append(f"{cardinal(int(whole))} {unit if int(whole) == 1 else plural}")
    if int(cents):
        many = {"penny": "pence"}.get(part, part if part in _INVARIABLE else part + "s")
        pieces.append(f"{cardinal(int(cents))} {part if int(cents) == 1 else many}")
    return article + " and ".join(pieces)


def _time(match: Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = f" {match['half'][0].upper()} M" if match["half"] else ""
    if minute:
        return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}{half}"
    return cardinal(hour) + (half or (" o'clock" if 1 <= hour <= 12 else " hundred hours"))


def _month_name(text: str) -> str:
    return next(month for month in _MONTHS if month.startswith(text[:3]))


def _date(month: str, day: str, year_digits: str | None) -> str:
    return f"{month} {ordinal(int(day))}" + (f", {year(int(year_digits))}" if year_digits else "")


def _numeric_date(match: Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    return _date(_MONTHS[month - 1], match["day"], match["year"])


def _fraction(match: Match[str]) -> str:
    above, below = int(match["above"]), int(match["below"])
    if below in (0, 1) or below > 100:
        return f"{cardinal(above)} over {cardinal(below)}"
    name = {2: "half", 4: "quarter"}.get(below) or ordinal(below)
    part = f"{cardinal(above)} {name if above == 1 else {'half': 'halves'}.get(name, name + 's')}"
    if match["whole"]:
        return f"{cardinal(int(match['whole']))} and {'a' + part[3:] if above == 1 else part}"
    return part


def _decade(match: Match[str]) -> str:
    text = match["digits"]
    spoken = year(int(text)) if len(text) == 4 else cardinal(int(text))
    return spoken[:-1] + "ies" if spoken.endswith("y") else spoken + "s"


def _range(match: Match[str]) -> str:
    return f"{_quantity(match['low'])} to {_quantity(match['high'])}"


def _quantity(text: str) -> str:
    """A bare number: four digits without a comma are read like a year, as people read "1998" and "1500 people"."""
    if re.fullmatch(r"1[1-9]\d\d|20[1-9]\d|2[1-9]\d\d", text):
        return year(int(text))
    return _plain(text)


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _address(match: Match[str]) -> str:
    return re.sub(r"[/.@_-]", lambda sign: f" {_SIGNS[sign.group()]} ", match["address"])


_SIGNS = {"/": "slash", ".": "dot", "@": "at", "_": "underscore", "-": "dash"}
_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"
_RULES: tuple[tuple[str, str | Callable[[Match[str]], str]], ...] = (
    (
        r"(?:https?://)?(?P<address>(?:www\.[\w.-]*\w|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<=://)[\w.-]*\w)(?:/[\w./-]*\w)?)/?",
        _address,
    ),
    *_ABBREVIATIONS,
    (r"(?<![\w.])['’]?(?P<digits>[1-9]0|[12]\d\d0)['’]?s\b", _decade),
    (r"(?<=\d)\u2044(?=\d)", "/"),
    (r"\b24/7\b", "twenty-four seven"),
    (
        r"(?<![\w.])(?:\+(?P<country>\d{1,3})[ -])?(?P<number>\(?\d{3}\)?[ -]\d{3}-\d{4}|\d{3}-\d{4})(?!\d)",
        lambda m: (
            (f"plus {digits(m['country'])}, " if m["country"] else "")
            + ", ".join(digits(part) for part in re.findall(r"\d+", m["number"]))
        ),
    ),
    (r"\b(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})\b", _numeric_date),
    (r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})\b", _numeric_date),
    (
        rf"\b(?P<month>{_MONTH})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<year>\d{{4}}))?\b(?!:)",
        lambda m: _date(_month_name(m["month"]), m["day"], m["year"]),
    ),
    (
        rf"\b(?P<the>the\s)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s(?P<month>{_MONTH})(?:,?\s(?P<year>\d{{4}}))?(?!\w)",
        lambda m: (
            f"the {ordinal(int(m['day']))} of {_month_name(m['month'])}"
            + (f", {year(int(m['year']))}" if m["year"] else "")
        ),
    ),
    (rf"\b(?P<hour>\d{{1,2}})(?::(?P<minute>\d{{2}}))?\s?{_HALF}", _time),
    (r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?!\d|:)(?P<half>)", _time),
    (
        rf"(?P<article>\b[Aa]n?\s)?(?:US|HK|NT|AU|CA)?(?P<sign>[$€£¥₩₹])\s?(?P<amount>{_NUMBER})(?:\s?(?P<magnitude>thousand|million|billion|trillion|bn|[kKmMB])\b)?",
        _money,
    ),
    (r"(?<![\w.])[-−](?=\d)", "minus "),
    (r"\+(?=\d)", " plus "),
    (r"±\s?(?=\d)", " plus or minus "),
    (r"(?<=\d)\+", " plus"),
    (
        rf"\b(?P<low>{_NUMBER})\s?[-–—~]\s?(?P<high>{_NUMBER})(?![\d-])",
        _range,
    ),
    (rf"(?P<n>{_NUMBER})\s?%", lambda m: f"{_plain(m['n'])} percent"),
    (
        rf"(?P<n>{_NUMBER})\s?°\s?(?P<scale>[CF])?\b",
        lambda m: _counted(m["n"], "degrees") + {"C": " Celsius", "F": " Fahrenheit", None: ""}[m["scale"]],
    ),
    (
        rf"(?P<n>{_NUMBER})\s?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![\w/])",
        lambda m: _counted(m["n"], _UNITS[m["unit"]]),
    ),
    (r"\b(?P<n>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m["n"].replace(",", "")))),
    (r"(?<![\d/.])(?:(?P<whole>\d+)\s)?(?P<above>\d{1,3})/(?P<below>\d{1,3})(?![\d/])", _fraction),
    (r"\b(?P<a>\d{1,3}):(?P<b>\d{1,3})\b", lambda m: f"{_plain(m['a'])} to {_plain(m['b'])}"),
    (r"\b\d+(?:\.\d+){2,}\b", lambda m: " point ".join(_plain(part) for part in m.group().split("."))),
    (
        r"(?P<what>\b(?:[Rr]oom|[Ff]light|[Rr]oute|[Hh]ighway|[Ss]uite|[Aa]partment)\s(?:[A-Z]{1,2}\s?)?)(?P<a>[1-9])(?P<b>\d\d)\b",
        lambda m: (
            f"{m['what']}{cardinal(int(m['a']))} "
            + ("hundred" if m["b"] == "00" else ("oh " if m["b"][0] == "0" else "") + cardinal(int(m["b"])))
        ),
    ),
    (r"(?<=[A-Za-z])-(?=\d)", " "),
    (r"(?<=[A-Z])(?P<n>\d{3,})\b", lambda m: " " + digits(m["n"])),
    (r"(?P<n>(?<![\d,])\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)", lambda m: f" {_quantity_or_point(m['n'])} "),
    (
        rf"\b(?P<what>{_NUMBERED})\s(?P<roman>[IVXL]+)\b",
        lambda m: f"{m['what']} {cardinal(_roman(m['roman']))}",
    ),
    (
        rf"\b(?P<who>{_MONARCHS})\s(?P<roman>[IVX]+)\b(?!['’])",
        lambda m: f"{m['who']} the {ordinal(_roman(m['roman']))}",
    ),
    (r"\s?&\s?", " and "),
    (r"\s?=\s?", " equals "),
    (r"\s?×\s?", " times "),
    (r"\s?÷\s?", " divided by "),
    (r"\s?\+\s?", " plus "),
    (r"@", " at "),
    (r"%", " percent"),
    (r"°", " degrees"),
    (r"(?<=\s)<(?=\s)", "less than"),
    (r"(?<=\s)>(?=\s)", "greater than"),
    (r"(?<=[a-z])/(?=[a-z])", " or "),
    (r"[$€£¥₩₽₹#*^_|\\<>~±/]", " "),
    (r"(?<=\s)[-–](?=\s)", "—"),
    (r" +(?=[,.;:!?])", ""),
    (r" {2,}", " "),
)
_COMPILED = tuple((re.compile(pattern), spoken) for pattern, spoken in _RULES)


def _quantity_or_point(text: str) -> str:
    return f"point {digits(text)}" if text.startswith(".") else _quantity(text)


def english_words(text: str) -> str:
    """English ``text`` with everything that is written in digits or symbols in words."""
    for pattern, spoken in _COMPILED:
        text = pattern.sub(spoken, text)
    return text.strip()
