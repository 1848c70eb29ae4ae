"""A folder and code that look like IndexTTS', for what looks at names only, and the real code where it is here."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from core.engines.indextts import code
from core.engines.indextts.code import Code
from core.engines.indextts.engine import IndexTTSEngine
from core.engines.indextts.files import ModelFiles
from core.settings import Settings, settings
from tests.core.engines.indextts import tiny

Names = Callable[..., Settings]


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """See :func:`stand_in`."""
    return stand_in(tmp_path, monkeypatch)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """Settings for files that are there and hold next to nothing; nothing else needs to be installed."""
    for packages in ("PACKAGES", "JAPANESE", "LIBRARY_PACKAGES"):
        monkeypatch.setattr(code, packages, {})
    monkeypatch.setattr(code, "version", lambda _: "4.52.1")
    checkout = folder / "index-tts"
    for module in ("__init__.py", "infer_v2.py", "infer_v2_5.py", "utils/model_download.py"):
        path = checkout / "indextts" / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# nothing\n")

    def made(version: str = "2.5", **changes: object) -> Settings:
        model = folder / f"model{version}"
        for path in ModelFiles(model, version).needed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(f"{path.parent.name} {path.name}".encode())
        (model / "config.yaml").write_text(yaml.safe_dump(tiny.configuration(version)))
        values = {"indextts_model": str(model), "indextts_code": str(checkout), "data_dir": folder / "data"}
        return Settings.model_validate({**values, **changes})

    return made


@pytest.fixture(scope="session", params=["2.5", "2"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexTTSEngine]:
    """The engine on a tiny model that the authors' own code, or the library made of it, speaks with."""
    here = settings()
    found = Code.of(here, request.param)
    if not found.availability.ready:
        pytest.skip(found.availability.finding.sentence)
    found.make_importable()
    # Threads that wait for each other at every step take longer than the steps.
    importlib.import_module("torch").set_num_threads(1)
    importlib.import_module(found.module)
    folder = tiny.build(tmp_path_factory.mktemp("tiny") / "model", request.param, found.package)
    data = tmp_path_factory.mktemp("data")
    made = IndexTTSEngine(
        Settings(indextts_model=str(folder), indextts_code=here.indextts_code, data_dir=data, device="cpu")
    )
    made.load()
    yield made
    made.unload()
