"""Numbers, dates, money, units, addresses and symbols to the words that a person would say, in English, Mandarin and
mixed sentences.

A library spells each number: num2words the English cardinals, ordinals and years, cn2an the Mandarin cardinals. What
kind of number it is, and so how it is read, is decided by the rules of this package. On the table of readings in the
tests (622 texts, which the rules were written to; ``python -m tests.benchmarks.normalisation``) they are right in 99 %.
The libraries that would decide it for us: wetext 63 %, NeMo 57 % at ten times the time and with pynini;
WeTextProcessing is wetext's grammars with pynini. Rules around wetext came to 72 %, since what it misread had to be in
words before it came to it. num2words' currencies ("zero dollars, one cent" for 1) and decimals (they lose final
zeros) are not used; inflect spells as well, but knows no years.
"""

from core.text.verbalise.dispatch import is_speakable, verbalise

__all__ = ["is_speakable", "verbalise"]
