"""A node of its own process: ``python -m tests.core.cache.node URL FOLDER NAME SECONDS [THREADS] [FAIL]``.

Asks for NAME in THREADS threads at once; an engine run takes SECONDS and writes a line to FOLDER/runs. Prints one JSON
line for each thread, after a line "ready" and another one on its standard input.
"""

import json
import sys
import threading
import time
from pathlib import Path

from core.cache.cache import Cache
from core.cache.key import JSON, Namespace, key_for
from core.errors import EncoreError, InvalidText
from core.settings import Settings
from tests.core.cache.json_codec import JsonCodec


def main(url: str, folder: str, name: str, seconds: str, threads: str = "1", fail: str = "") -> None:
    # Longer than usual: where a busy machine keeps Redis waiting, working without it would be right, too.
    node = Cache(Settings(data_dir=Path(folder), redis_timeout_s=10), url)
    node.settle(5)
    print("ready", flush=True)
    sys.stdin.readline()

    def compute() -> JSON:
        with (Path(folder) / "runs").open("a") as runs:
            runs.write(f"{name}\n")
        time.sleep(float(seconds))
        if fail:
            raise InvalidText("text.too_long", characters=123_456, limit=100_000)
        return {"name": name, "sound": "x" * 100_000}

    answers: list[str] = []

    def ask() -> None:
        try:
            found = node.get_or_compute(key_for(Namespace.SEGMENT, {"name": name}), JsonCodec(), compute, engine="test")
            told = {"outcome": found.outcome, "tier": found.tier, "right": found.value["name"] == name}  # type: ignore
        except EncoreError as error:
            told = {"error": type(error).__name__, "sentence": str(error)}
        answers.append(json.dumps(told))

    workers = [threading.Thread(target=ask) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(*answers, sep="\n", flush=True)
    node.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
