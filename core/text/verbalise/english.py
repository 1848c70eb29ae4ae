"""English numbers, dates, money, units and symbols to words, American reading."""

import re
from collections.abc import Callable
from re import Match

from core.text.verbalise.addresses import read_addresses
from core.text.verbalise.english_numbers import cardinal, digits, groups, is_roman, number, ordinal, roman, year
from core.text.verbalise.symbols import CURRENCY, CURRENCY_CODE, NUMBER, UNIT, currency, unit

_MONTHS = "January February March April May June July August September October November December".split()
# In small letters, "march 5 miles" and "you may 2" are no dates.
_MONTH = (
    "|".join(f"{month}|{month[:3]}\\.?" for month in _MONTHS)
    + "|Sept\\.?|(?i:january|february|april|june|july|august|(?:sept|octo|novem|decem)ber)"
    + "|(?i:jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)\\b\\.?"
)
_DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_TITLES = {
    "Dr": "Doctor", "Prof": "Professor", "Rev": "Reverend", "Hon": "Honorable", "Gen": "General", "Col": "Colonel",
    "Maj": "Major", "Capt": "Captain", "Lt": "Lieutenant", "Sgt": "Sergeant", "Gov": "Governor", "Sen": "Senator",
    "St": "Saint", "Mt": "Mount", "Ft": "Fort",
}  # fmt: skip
_PER = {
    "d": "day", "wk": "week", "mo": "month", "yr": "year", "hr": "hour", "h": "hour", "sec": "second", "kg": "kilogram",
    "lb": "pound",
}  # fmt: skip
_MAGNITUDES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion"}
_CODE = (
    r"(?:zip |post(?:al)? |area |country |access |security |verification )?codes?|pin|passcode|password|isbn|issn"
    r"|extension|ending in|(?:account|serial|card|license) number|id"
)
_NUMBERED = (
    r"Chapter|Part|Act|Volume|Vol\.|Section|Phase|Type|Level|World War|Episode|Scene|Book|Appendix|Class|Stage|Tier"
)
_MONARCHS = (
    "Henry|Louis|Elizabeth|Charles|George|Edward|James|William|Richard|Catherine|Napoleon|Philip|Paul|Benedict|Mary"
    "|Pius|Leo|Gregory|Nicholas|Alexander|Peter|Frederick|Ramses"
)
_YEAR_BEFORE = re.compile(
    rf"(?:\b(?:in|since|until|till|during|around|circa|early|late|mid|year|spring|summer|fall|autumn|winter|{_MONTH}),?\s)$",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"\s(?:people|men|women|children|feet"
    r"|(?!(?:was|is|has|as|its|this|us|does|vs|his|yes|plus|times|minus|versus|equals|less|always)\b)[a-z]+s)\b"
)


def _money(match: Match[str]) -> str:
    one, several, cent, cents = currency(match["sign"])[:4]
    amount, magnitude, article = match["amount"], match["magnitude"], match["article"] or ""
    # "a five million dollar deal", but "it cost five million dollars".
    several = one if article else several
    if magnitude:
        return f"{article}{number(amount)} {_MAGNITUDES.get(magnitude.lower(), magnitude)} {several}"
    whole, _, part = amount.replace(",", "").partition(".")
    if len(part) != 2:
        return f"{article}{number(amount)} {one if amount == '1' else several}"
    pieces = []
    whole = whole or "0"
    if int(whole) or not int(part):
        pieces.append(f"{number(whole)} {one if whole == '1' else several}")
    if int(part):
        pieces.append(f"{cardinal(int(part))} {cent if part == '01' else cents}")
    return article + " and ".join(pieces)


def _unit(match: Match[str]) -> str:
    one, several, _ = unit(match["unit"])
    text, magnitude = match["n"], match["magnitude"] or ""
    if "/" in text:
        return f"{_FRACTION.sub(_fraction, text)} {several if ' ' in text else one}"
    return f"{number(text)}{magnitude} {one if text == '1' and not magnitude else several}"


def _time(match: Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = f" {match['half'][0].upper()} M" if match["half"] else ""
    if minute:
        return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}{half}"
    return cardinal(hour) + (half or (" o'clock" if 1 <= hour <= 12 else " hundred hours"))


def _duration(match: Match[str]) -> str:
    spoken = [
        f"{cardinal(int(text))} {name}{'' if int(text) == 1 else 's'}"
        for text, name in zip(match.groups(), ("hour", "minute", "second"), strict=True)
    ]
    return "{}, {} and {}".format(*spoken)


def _month_name(text: str) -> str:
    return next(month for month in _MONTHS if month.startswith(text[:3].title()))


def _date(month: str, day: str, year_digits: str | None) -> str:
    return f"{month} {ordinal(int(day))}" + (f", {year(int(year_digits))}" if year_digits else "")


def _numeric_date(match: Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    if (match["mark"] == "." and match.start("year") != match.start()) or month > 12:
        # Dots are European: the day comes first, if it can.
        month, day = (day, month) if day <= 12 else (month, day)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    spoken_year = match.groupdict().get("year")
    if spoken_year and len(spoken_year) == 2:
        spoken_year = ("20" if spoken_year < "50" else "19") + spoken_year
    return _date(_MONTHS[month - 1], str(day), spoken_year)


def _month_day(match: Match[str]) -> str:
    until = f" to {ordinal(int(match['until']))}" if match["until"] else ""
    spoken_year = f", {year(int(match['year']))}" if match["year"] else ""
    return f"{_month_name(match['month'])} {ordinal(int(match['day']))}{until}{spoken_year}"


def _day_month(match: Match[str]) -> str:
    spoken_year = f", {year(int(match['year']))}" if match["year"] else ""
    return f"the {ordinal(int(match['day']))} of {_month_name(match['month'])}{spoken_year}"


_FRACTION = re.compile(
    r"(?<![\d/.])(?:(?P<whole>\d+)\s)?(?P<above>\d{1,3})/(?P<below>\d{1,3})(?:st|nd|rd|th)?(?![\w/]|[.,]\d)"
)


def _fraction(match: Match[str]) -> str:
    above, below = int(match["above"]), int(match["below"])
    if above == below:
        return f"{cardinal(above)} {cardinal(below)}"
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


def _hundreds(match: Match[str]) -> str:
    """Rooms, roads and aircraft: 404 is "four oh four", 747 "seven forty-seven"."""
    tens = match["b"]
    spoken = "hundred" if tens == "00" else ("oh " if tens[0] == "0" else "") + cardinal(int(tens))
    return f"{match['what']}{cardinal(int(match['a']))} {spoken}"


def _roman_cardinal(match: Match[str]) -> str:
    return f"{match['what']} {cardinal(roman(match['roman']))}" if is_roman(match["roman"]) else match.group()


def _roman_ordinal(match: Match[str]) -> str:
    return f"{match['who']} the {ordinal(roman(match['roman']))}" if is_roman(match["roman"]) else match.group()


def _bare(match: Match[str]) -> str:
    """A number of which nothing else is known: four digits are a year, unless they count something."""
    text = match["n"]
    value = int(text) if re.fullmatch(r"1\d{3}|20\d\d", text) else 0
    if not value:
        return number(text)
    before, after = match.string[: match.start()], match.string[match.end() :]
    if _PLURAL.match(after) and not re.search(r"\b(?:in|since|the|this)\s$", before, re.IGNORECASE):
        return year(value) if value < 2000 and value % 100 == 0 else cardinal(value)
    return year(value) if value >= 1100 or _YEAR_BEFORE.search(before) else cardinal(value)


_HALF = r"(?P<half>(?i:[ap]))\.?\s?(?i:m)\b\.?"
_PHONE = (
    r"(?:\+\d[\d ().-]{6,}\d|\b\d{3}-\d\d-\d{4}"
    r"|(?:\b1[-. ])?(?:\(\d{3}\)[ -]?|\b\d{3}[-. ])\d{3}[-.]\d{4}|\b[2-9]\d\d-\d{4})"
)
_RULES: tuple[tuple[str, str | Callable[[Match[str]], str]], ...] = (
    # Abbreviations beside numbers
    (r"(?<=\d )((?:[A-Z][a-z]+\s)+)St\.", r"\1Street"),
    (rf"\b({'|'.join(_DAYS)})\.?(?=,? (?:{_MONTH}|\d))", lambda m: _DAYS[m[1]]),
    (r"\bApt\.(?=\s?\d)", "Apartment"),
    (r"\b[Nn]o\.\s?(?=\d)|\bNo (?=\d+(?:$|[.,;!?]))", "number "),
    (r"\b[Ff]ig\.\s?(?=\d)", "figure "),
    (r"\bVol\.\s?(?=\d)", "Volume "),
    (r"\bpp\.\s?(?=\d)", "pages "),
    (r"\bp\.\s?(?=\d)", "page "),
    (r"§\s?(?=\d)", "section "),
    (r"#\s?(?=\d)", " number "),
    # What is not read as the numbers that it looks like
    (r"\b24/7\b", "twenty-four seven"),
    (r"\b401\(k\)", "four oh one K"),
    (r",(\s[A-Z]{2}),?\s(\d{5})\b", lambda m: f",{m[1]} {digits(m[2])}"),
    (r"(?<=\d0s)\s?[-–—]\s?(?=['’]?\d)", " to "),
    (r"\b9/11\b", "nine eleven"),
    (r"(?<![\w.])['’]?(?P<digits>[1-9]0|[12]\d\d0)['’]?s\b", _decade),
    (r"(?<=\d)\u2044(?=\d)", "/"),
    (r"(?<![\d.,-])([1-9]\d{0,2}(?: \d{3})+)(?![\d-])", lambda m: m[1].replace(" ", "")),
    (
        rf"(?<![\w.]){_PHONE}(?!\d|\s?(?:%|people|{UNIT}|[a-z]+s\b))",
        lambda m: ("plus " if m[0][0] == "+" else "") + groups(m[0]),
    ),
    (r"\b(1-8\d\d)-(?=[A-Z])", lambda m: f"{groups(m[1])}, "),
    (r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", lambda m: " dot ".join(digits(part) for part in m[0].split("."))),
    (r"\b([Dd]ial|[Cc]all)\s(911|999|112)\b(?!\s[a-z]+s\b)", lambda m: f"{m[1]} {digits(m[2])}"),
    (
        rf"\b(?P<what>(?i:{_CODE})(?:\s(?:is|was|of))?[:#]?\s)(?P<code>\d[\d-]+\d)\b(?![.,]\d)",
        lambda m: m["what"] + ", ".join(digits(part) for part in re.findall(r"\d+", m["code"])),
    ),
    # Dates
    (r"\b(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})\b", _numeric_date),
    (r"\b(?P<month>\d{1,2})(?P<mark>[/.-])(?P<day>\d{1,2})(?P=mark)(?P<year>\d{4})\b", _numeric_date),
    (r"\b(?P<month>\d{1,2})(?P<mark>/)(?P<day>\d{1,2})/(?P<year>\d\d)\b", _numeric_date),
    (r"(?<=\b[Oo]n )(?P<month>\d{1,2})(?P<mark>/)(?P<day>\d{1,2})\b(?!/)", _numeric_date),
    (
        rf"\b(?P<month>{_MONTH})[\s-](?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[-–—]\s?(?P<until>\d{{1,2}})(?:st|nd|rd|th)?)?"
        r"(?:(?:,?\s|-)(?P<year>\d{4}))?\b(?![:%])",
        _month_day,
    ),
    (
        rf"\b(?:the\s)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s(?P<month>{_MONTH})(?:,?\s(?P<year>\d{{4}}))?(?!\w)",
        _day_month,
    ),
    # Differences and ranges
    (r"(?<=\d)\s?[-–—]\s?(?=[\d\s.+*/×÷-]*=)", " minus "),
    (r"(?<=[A-Za-z]\d)-(?=\d)|(?<=[A-Za-z]\d\d)-(?=\d)", " "),
    (r"\b\d+(?:-\d+){2,}\b", lambda m: m[0].replace("-", ", ")),
    (rf"({CURRENCY})({NUMBER})\s?[-–—~]\s?({NUMBER})", r"\2 to \1\3"),
    (
        rf"((?<=\d)\s?(?:[ap]\.?m\.?|{UNIT})|(?<=[\d%]))\s?[-–—~]\s?(?={CURRENCY}?\d)",
        r"\1 to ",
    ),
    # Times
    (r"\b(\d{1,2}):([0-5]\d):([0-5]\d)\b", _duration),
    (rf"\b(?P<hour>\d{{1,2}})(?:[:.](?P<minute>[0-5]\d))?\s?{_HALF}", _time),
    (r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?!\d|:)(?P<half>)", _time),
    # Quantities
    (r"(?<=\d)\s?x\s?(?=\d)", " by "),
    (r"(?<=\d)\s?\*\s?(?=\d)", " times "),
    (rf"(?<![\w.)])-\s?(?={CURRENCY}?\.?\d)", " minus "),
    (r"(?<!\w)~\s?(?=[$€£¥]?\d)", " about "),
    (
        rf"(?P<article>\b[Aa]n?\s)?(?P<sign>{CURRENCY})\s?(?P<amount>{NUMBER}|\.\d+)"
        r"(?:\s?(?P<magnitude>thousand|million|billion|trillion|bn|mn|[kKmMbB])\b)?",
        _money,
    ),
    (rf"(?P<article>)(?<![\d.,])(?P<amount>{NUMBER})(?P<magnitude>)\s?(?P<sign>{CURRENCY_CODE})", _money),
    (
        rf"(?P<sign>{CURRENCY_CODE})(?P<article>)\s?(?P<amount>{NUMBER})(?:\s?(?P<magnitude>million|billion|trillion)\b)?",
        _money,
    ),
    (
        rf"(?<=[a-z])/(?P<per>second|minute|hour|day|night|week|month|year|person|{'|'.join(_PER)})\b",
        lambda m: f" per {_PER.get(m['per'], m['per'])}",
    ),
    (
        r"\b(?P<feet>\d+)(?:\s?(?:ft|feet)\s|['’′]\s?)(?P<inches>\d+)(?:\s?in\b|\s?[\"”″])",
        lambda m: f"{cardinal(int(m['feet']))} feet {cardinal(int(m['inches']))} inches",
    ),
    (
        rf"(?<![\w.])(?P<n>(?:\d+ )?\d{{1,3}}/\d{{1,3}}|{NUMBER}|\.\d+)(?P<magnitude>\s[mb]illion)?\s?(?P<unit>{UNIT})",
        _unit,
    ),
    (r"\b((?:rated|scored|rating of|score of|gave it|got)(?: an?)? )(\d{1,3})/(5|10|100)\b", r"\1\2 out of \3"),
    (_FRACTION.pattern, _fraction),
    (r"\b(?P<n>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m["n"].replace(",", "")))),
    (r"(?<=\d)\s?/\s?(?=\d)", " over "),
    (r"\b(\d{1,4}):(\d{1,6})\b", r"\1 to \2"),
    (r"(?<=\d)x\b", " times"),
    (r"(?<![\d.])\d+(?:\.\d+){2,}\b", lambda m: " point ".join(number(part) for part in m[0].split("."))),
    (
        r"(?P<what>\b(?:[Rr]oom|[Ff]light|[Rr]oute|[Hh]ighway|[Ss]uite|[Aa]partment|Boeing|Airbus)\s(?:[A-Z]{1,2}\s?)?)"
        r"(?P<a>[1-9])(?P<b>\d\d)\b",
        _hundreds,
    ),
    (r"\^2(?!\d)", " squared"),
    (r"\^3(?!\d)", " cubed"),
    (r"\^(?=-?\d)", " to the power of "),
    (r"(?<=[A-Za-z])-(?=\d)|(?<=\d)-(?=[A-Za-z])", " "),
    (r"(?<=[A-Z])(?P<n>\d{3,})\b", lambda m: digits(m["n"])),
    (rf"(?P<n>{NUMBER}|(?<![\w.])\.\d+)", _bare),
    (rf"\b(?P<what>{_NUMBERED})\s(?P<roman>[IVXL]+)\b", _roman_cardinal),
    (rf"\b(?P<who>{_MONARCHS})\s(?P<roman>[IVX]+)\b(?!['’])", _roman_ordinal),
    (r"\b(?P<what>[A-Z][a-z]+)\s(?!IV\b)(?P<roman>[IVX]{2,}|[IVXL]{3,})\b", _roman_cardinal),
    # The symbols that are left
    (r"\b([A-G])#(?!\w)", r"\1 sharp"),
    (r"(?<!\w)#(?=[A-Za-z])", "hashtag "),
    (r"\band/or\b", "and or"),
    (r"\bw/o\b", "without"),
    (r"\bw/(?=\s)", "with"),
    (r"\s?&\s?", " and "),
    (r"\s?=\s?", " equals "),
    (r"\s?≈\s?", " is approximately "),
    (r"\s?≠\s?", " is not equal to "),
    (r"\s?≤\s?", " less than or equal to "),
    (r"\s?≥\s?", " greater than or equal to "),
    (r"\s?×\s?", " times "),
    (r"\s?÷\s?", " divided by "),
    (r"\s?±\s?", " plus or minus "),
    (r"\s?\+\s?", " plus "),
    (r"√", " the square root of "),
    (r"\s?→\s?", " to "),
    (r"\bπ", "pi"),
    (r"@", " at "),
    (r"%", " percent"),
    (r"°", " degrees "),
    (r"(?<=\s)<(?=\s)", "less than"),
    (r"(?<=\s)>(?=\s)", "greater than"),
    (r"(?<=[a-z])/(?=[a-z])", " or "),
    (r"[$€£¥₩₽₹¢#*^_|\\<>~/\u2044§]", " "),
    # Other abbreviations
    (r"\s{2,}", " "),
    (r"\bMr\.", "Mister"),
    (r"\bMrs\.", "Missus"),
    (r"\bMs\.", "Miz"),
    (rf"\b({'|'.join(_TITLES)})\.(?=\s+[A-Z])", lambda m: _TITLES[m[1]]),
    (r"(?<=[a-z] )St\.?(?=[\s,.]|$)", "Street"),
    (r"\bAve\.", "Avenue"),
    (r"\b[Vv]s\.?(?=\s)", "versus"),
    (r"\betc\.", "et cetera"),
    (r"\be\.\s?g\.,?", "for example,"),
    (r"\bi\.\s?e\.,?", "that is,"),
    (r"\b[Aa]pprox\.", "approximately"),
    (r"\s+(?=[,.;:!?])", ""),
    (r"\s{2,}", " "),
)


def _apart(spoken: str | Callable[[Match[str]], str]) -> str | Callable[[Match[str]], str]:
    """Words that come out of a match stand apart from the letters beside it."""
    if isinstance(spoken, str):
        return spoken

    def replacement(match: Match[str]) -> str:
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        return " " * before.isalpha() + spoken(match) + " " * after.isalpha()

    return replacement


_COMPILED = tuple((re.compile(pattern), _apart(spoken)) for pattern, spoken in _RULES)


def english_words(text: str) -> str:
    """English ``text`` with everything that is written in digits or symbols in words."""
    text = read_addresses(text, "en")
    for pattern, spoken in _COMPILED:
        text = pattern.sub(spoken, text)
    return text.strip()
