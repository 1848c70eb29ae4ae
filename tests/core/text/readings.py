"""The table of readings (normalisation.toml), and what counts as the same reading."""

import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).with_name("normalisation.toml")
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)\b"
)


@dataclass(frozen=True)
class Case:
    """One text and how it may be read."""

    section: str
    """"en", "zh" or "mixed"."""
    category: str
    written: str
    reading: str
    """With "(a|b)" where either will do."""
    wrong: str | None
    """Why the program does not read it so today."""

    @property
    def language(self) -> str:
        return "en" if self.section == "en" else "zh"

    def accepts(self, spoken: str) -> bool:
        return same_sound(spoken) in {same_sound(reading) for reading in _expanded(self.reading)}


def cases() -> Iterator[Case]:
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    wrong = table.pop("wrong", {})
    for section, categories in table.items():
        for category, readings in categories.items():
            for written, reading in readings.items():
                yield Case(section, category, written, reading, wrong.pop(written, None))
    assert not wrong, f"not in the table: {wrong}"


def same_sound(text: str) -> str:
    """``text`` without what nobody hears: case, punctuation, the space between letters or Han characters, and "and"
    inside a number."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"['’]", "", text)
    text = "".join(c if c.isalnum() or not (c.isspace() or unicodedata.category(c)[0] == "P") else " " for c in text)
    text = " ".join(text.split())
    text = re.sub(rf"(hundred|thousand|[mbtr]+illion) and (?={_NUMBER_WORD})", r"\1 ", text)
    text = re.sub(r"(?<![a-z])([a-z]) (?=[a-z](?![a-z]))", r"\1", text)
    return re.sub(r"(?<=[^\x00-\u02ff]) | (?=[^\x00-\u02ff])", "", text)


def _expanded(pattern: str) -> Iterator[str]:
    parts = re.split(r"\(([^()]*)\)", pattern)
    options = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return ("".join(choice) for choice in itertools.product(*options))
