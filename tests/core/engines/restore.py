"""A voice that one process stored, taken from Redis and spoken with in another one.

``python -m tests.core.engines.restore FOLDER`` is the other process, which :func:`in_another_process` starts.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.audio import Floats
from core.cache.cache import open_cache
from core.engines.base import Utterance
from core.engines.registry import synthesis_engines
from core.identity import reference_key
from core.payloads import PROFILE
from core.progress import Progress
from core.settings import Settings, child_environment
from core.speakers.profile import SpeakerProfile
from tests.core.engines.cosyvoice.tiny import voice
from tests.core.engines.inside import AnyEngine, counted

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Told:
    """What the other process found."""

    outcome: str
    """What the cache did for the profile."""
    calls: Mapping[str, int]
    """How often each extractor was called."""
    fingerprint: str
    arrays: Mapping[str, npt.NDArray[Any]]
    samples: Floats


def assert_same_bits(some: Mapping[str, npt.NDArray[Any]], others: Mapping[str, npt.NDArray[Any]]) -> None:
    """Two profiles' arrays are the same to the last bit."""

    def bits(arrays: Mapping[str, npt.NDArray[Any]]) -> Mapping[str, object]:
        return {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}

    assert bits(some) == bits(others)


def stored(engine: AnyEngine, url: str, prompt: str) -> SpeakerProfile:
    """The profile of the tests' voice, through a cache over the server at ``url``."""
    with closing(open_cache(engine._settings.model_copy(update={"redis_url": url}))) as cache:
        found = cache.get_or_compute(
            reference_key(engine, voice().content_id, prompt),
            PROFILE,
            lambda: engine.enroll(voice(), prompt, Progress()),
            engine=engine.name,
        )
        return found.value


def in_another_process(
    engine: AnyEngine, url: str, prompt: str, utterance: Utterance, extractors: Sequence[str], folder: Path
) -> Told:
    """``utterance`` in the voice that was stored; ``folder`` is an empty one to work in."""
    job = {
        "engine": engine.name,
        "settings": engine._settings.model_dump(mode="json", exclude={"remote_key"}) | {"redis_url": url},
        "prompt": prompt,
        "utterance": {"text": utterance.text, "language": utterance.language, "seed": utterance.seed},
        "extractors": list(extractors),
    }
    (folder / "job.json").write_text(json.dumps(job))
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.engines.restore", str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=child_environment(OMP_NUM_THREADS="1"),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / "arrays.npz") as arrays:
        told = json.loads((folder / "told.json").read_text())
        return Told(**told, arrays=dict(arrays), samples=np.load(folder / "samples.npy"))


def main(folder: Path) -> None:
    """Do what ``job.json`` in ``folder`` says."""
    job = json.loads((folder / "job.json").read_text())
    settings = Settings.model_validate(job["settings"])
    engine: Any = synthesis_engines(settings)[job["engine"]]
    assert engine.availability.ready
    assert engine.fingerprint
    assert "torch" not in sys.modules  # all that is known by now was told without it
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    engine.load()
    assert (root.level, root.handlers) == before
    calls = counted(engine, job["extractors"], setattr)

    def missed() -> SpeakerProfile:
        raise AssertionError("the voice was not stored")

    with closing(open_cache(settings)) as cache:
        key = reference_key(engine, voice().content_id, job["prompt"])
        found = cache.get_or_compute(key, PROFILE, missed, engine=engine.name)
    np.savez(folder / "arrays.npz", **found.value.arrays)
    np.save(folder / "samples.npy", engine.synthesize(Utterance(**job["utterance"]), found.value).samples)
    told = {"outcome": found.outcome, "calls": calls, "fingerprint": engine.fingerprint}
    (folder / "told.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
