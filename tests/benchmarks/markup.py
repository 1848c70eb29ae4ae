"""How long reading marked text takes at most: ``python -m tests.benchmarks.markup [--strings N]``.

Reads random strings (brackets, marks that are almost right, emoji, right-to-left and control characters) in every
notation, and prints the slowest: processor time of this thread, nothing being remembered from a string before.
"""

import argparse
import time
from statistics import median

from core.text.markup.model import Notation
from core.text.markup.reader import scan
from core.text.markup.syntax import nearest
from tests.core.text.markup.strategies import garbled


def milliseconds(text: str, notation: Notation) -> float:
    """Processor time of one reading."""
    nearest.cache_clear()
    start = time.thread_time()
    scan(text, notation)
    return (time.thread_time() - start) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strings", type=int, default=10_000)
    texts = [garbled(seed, most=60) for seed in range(parser.parse_args().strings)]
    print(f"{len(texts):,} strings of {median(map(len, texts)):.0f} characters ({max(map(len, texts))} at most)")
    for notation in Notation:
        taken = [milliseconds(text, notation) for text in texts]
        slowest = max(range(len(texts)), key=taken.__getitem__)
        print(
            f"{notation.value:12} median {median(taken):6.3f} ms   slowest {taken[slowest]:6.3f} ms"
            f" (of {len(texts[slowest])} characters; number {slowest})"
        )


if __name__ == "__main__":
    main()
