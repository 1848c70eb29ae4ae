"""What the contract that every engine is held to needs, see :mod:`tests.core.engines.contract`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.monkeypatch import derive_importpath

from core.settings import settings

pytest.register_assert_rewrite("tests.core.engines.contract")

if TYPE_CHECKING:
    from tests.core.engines.contract import Subject


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, which all models are looked for in."""
    monkeypatch.setenv("ENCORE_MODELS_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def openings(subject: "Subject[Any]", monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """As many items as models were loaded since."""
    made: list[None] = []
    name, target = derive_importpath(subject.opens, raising=True)
    theirs = getattr(target, name)

    def counted(*given: Any, **more: Any) -> Any:
        made.append(None)
        return theirs(*given, **more)

    monkeypatch.setattr(target, name, counted)
    return made
