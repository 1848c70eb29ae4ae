"""English numbers in words, American reading. num2words spells; its British "and" and its commas are taken out."""

import functools
import re

_LONGEST = 15
"""More digits than this are not a number that anybody would read as one."""
_SPELLED = "zero one two three four five six seven eight nine".split()
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


def cardinal(number: int) -> str:
    """``number`` >= 0 in words: 1234 is "one thousand two hundred thirty-four"."""
    return _words(number, "cardinal")


def ordinal(number: int) -> str:
    """``number`` >= 0 as a rank in words: 21 is "twenty-first"."""
    return _words(number, "ordinal")


def year(number: int) -> str:
    """A year in words: 1998 is "nineteen ninety-eight", 2005 "two thousand five"."""
    return _words(number, "year")


def digits(text: str) -> str:
    """The digits of ``text`` one by one."""
    return " ".join(_SPELLED[int(digit)] for digit in text if digit.isdigit())


def groups(text: str) -> str:
    """Digits in groups, as telephone numbers are read: a comma between the groups, 800 as "eight hundred"."""
    found = re.findall(r"\d+", text)
    return ", ".join(
        f"{_SPELLED[int(group[0])]} hundred" if re.fullmatch("[1-9]00", group) else digits(group) for group in found
    )


def number(text: str) -> str:
    """A number with optional thousands commas and decimals. Codes (leading zero, very long) are spelled."""
    whole, _, fraction = text.replace(",", "").partition(".")
    spell = len(whole) > _LONGEST or (len(whole) > 1 and whole[0] == "0")
    spoken = "" if not whole else digits(whole) if spell else cardinal(int(whole))
    return f"{spoken} point {digits(fraction)}".strip() if fraction else spoken


def is_roman(text: str) -> bool:
    return bool(re.fullmatch("(?=.)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})", text))


def roman(text: str) -> int:
    """The value of a Roman numeral up to 89."""
    values = [_ROMAN[letter] for letter in text]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


@functools.lru_cache(4096)
def _words(value: int, form: str) -> str:
    # It loads all its languages, which takes a while.
    from num2words import num2words

    spoken = str(num2words(value, to=form)).replace(",", "").replace("oh-", "oh ")
    return re.sub(r" and (?=\w)", " ", spoken)
