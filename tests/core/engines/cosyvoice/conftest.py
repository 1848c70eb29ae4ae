"""A folder and code that look like CosyVoice's, for what looks at names only, and the real code where it is here."""

import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engines.cosyvoice import code
from core.engines.cosyvoice.code import Code
from core.engines.cosyvoice.engine import CosyVoiceEngine
from core.engines.cosyvoice.files import ModelFiles
from core.settings import Settings, settings
from tests.core.engines.cosyvoice import tiny

Names = Callable[..., Settings]


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """See :func:`stand_in`."""
    return stand_in(tmp_path, monkeypatch)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """Settings for files that are there and hold next to nothing; nothing else needs to be installed."""
    monkeypatch.setattr(code, "PACKAGES", {})
    monkeypatch.setattr(code, "version", lambda _: "4.51.3")
    # Where other tests have driven the real code, it can still be imported, and is not what is asked about here.
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "Matcha-TTS" not in entry])
    monkeypatch.delitem(sys.modules, "matcha", raising=False)
    checkout = folder / "CosyVoice"
    for module in ("cosyvoice/cli/cosyvoice.py", "third_party/Matcha-TTS/matcha/utils/audio.py"):
        (checkout / module).parent.mkdir(parents=True)
        (checkout / module).write_text("# nothing\n")

    def made(version: int = 3, **changes: object) -> Settings:
        model = folder / f"model{version}"
        for path in ModelFiles(model, version).needed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(path.name.encode())
        values = {"cosyvoice_model": str(model), "cosyvoice_code": str(checkout), "data_dir": folder / "data"}
        return Settings.model_validate({**values, **changes})

    return made


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Names:
    """Settings for tiny models that the authors' own code speaks with."""
    here = settings()
    found = Code.of(here)
    if not found.availability.ready:
        pytest.skip(found.availability.finding.sentence)
    found.make_importable()
    folder = tmp_path_factory.mktemp("tiny")

    @functools.cache
    def made(version: int = 3) -> Settings:
        model = tiny.build(folder / f"model{version}", version)
        # Threads that wait for each other at every small step take longer than the steps.
        chosen = {"device": "cpu", "threads": 1, "data_dir": folder / "data"}
        return Settings.model_validate({**chosen, "cosyvoice_model": str(model), "cosyvoice_code": here.cosyvoice_code})

    return made


@pytest.fixture(scope="session")
def engine(real: Names) -> Iterator[CosyVoiceEngine]:
    made = CosyVoiceEngine(real())
    made.load()
    yield made
    made.unload()
