"""How many texts of the table are read rightly, by us and by what could be used instead:
``python -m tests.benchmarks.normalisation [--failures NAME] [--json]``.

A candidate that is not installed is left out. ``num2words``, ``inflect`` and ``cn2an`` only know numbers, so they
read every number of a text as it stands, and leave the rest.
"""

import argparse
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator

from tests.core.text.readings import Case, cases

Reader = Callable[[str, str], str]
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def candidates() -> Iterator[tuple[str, tuple[str, ...], Callable[[], Reader]]]:
    """Name, the sections of the table it is for, and what makes it."""
    yield "encore", ("en", "zh", "mixed"), _encore
    yield "wetext", ("en", "zh", "mixed"), _wetext
    yield "nemo", ("en", "zh", "mixed"), _nemo
    yield "num2words", ("en",), _num2words
    yield "inflect", ("en",), _inflect
    yield "cn2an", ("zh",), _cn2an


def _encore() -> Reader:
    from core.text.verbalise import verbalise

    return verbalise


def _wetext() -> Reader:
    from wetext import Normalizer

    made = {language: Normalizer(lang=language, operator="tn") for language in ("en", "zh")}
    return lambda text, language: made[language].normalize(text)


def _nemo() -> Reader:
    from nemo_text_processing.text_normalization.normalize import Normalizer

    made = {language: Normalizer(input_case="cased", lang=language) for language in ("en", "zh")}
    return lambda text, language: made[language].normalize(text)


def _num2words() -> Reader:
    from num2words import num2words

    return lambda text, language: _NUMBER.sub(lambda m: num2words(m[0].replace(",", "")), text)


def _inflect() -> Reader:
    import inflect

    engine = inflect.engine()
    return lambda text, language: _NUMBER.sub(lambda m: str(engine.number_to_words(m[0])), text)


def _cn2an() -> Reader:
    import cn2an

    return lambda text, language: cn2an.transform(text, "an2cn")


def read(reader: Reader, case: Case) -> tuple[str, float]:
    """What ``reader`` makes of the text, and the milliseconds it took; an error is a reading of its own."""
    begun = time.perf_counter()
    try:
        spoken = reader(case.written, case.language)
    except Exception as error:
        spoken = f"{type(error).__name__}: {error}"
    return spoken, (time.perf_counter() - begun) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failures", metavar="NAME", help="list what this candidate reads wrongly")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    table = list(cases())
    rows = sorted({(case.section, case.category): None for case in table}, key=lambda row: row[0])
    total = Counter((case.section, case.category) for case in table)
    results: dict[str, dict[str, object]] = {}
    right: dict[str, Counter[tuple[str, str]]] = {}
    for name, sections, make in candidates():
        if arguments.failures not in (None, name):
            continue
        try:
            reader = make()
        except ImportError:
            continue
        mine = [case for case in table if case.section in sections]
        for case in {case.section: case for case in reversed(mine)}.values():
            read(reader, case)
        counts, times = Counter[tuple[str, str]](), []
        for case in mine:
            spoken, ms = read(reader, case)
            times.append(ms)
            counts[case.section, case.category] += case.accepts(spoken)
            if arguments.failures and not case.accepts(spoken):
                print(f"{case.section}.{case.category}: {case.written!r}\n    {spoken!r}\n    {case.reading!r}")
        right[name] = counts
        results[name] = {
            "right": counts.total(),
            "of": len(mine),
            "accuracy": round(counts.total() / len(mine), 4),
            "median_ms": round(statistics.median(times), 2),
            "slowest_ms": round(max(times), 2),
            **{section: _share(counts, total, section) for section in sections},
        }
    if arguments.json:
        print(json.dumps(results, ensure_ascii=False, indent=2))
        return
    print(f"{'':18}{'cases':>6}" + "".join(f"{name:>11}" for name in right))
    for row in rows:
        print(f"{'.'.join(row):18}{total[row]:6}" + "".join(f"{counts[row]:11}" for counts in right.values()))
    for key in ("accuracy", "median_ms", "slowest_ms"):
        print(f"{key:24}" + "".join(f"{results[name][key]:11}" for name in right))


def _share(right: Counter[tuple[str, str]], total: Counter[tuple[str, str]], section: str) -> float:
    of = sum(count for row, count in total.items() if row[0] == section)
    return round(sum(count for row, count in right.items() if row[0] == section) / of, 4)


if __name__ == "__main__":
    main()
