"""Whatever breaks inside an engine becomes a sentence; the trace goes to the log."""

import logging
from collections.abc import Callable
from typing import TypeVar

from core.errors import EncoreError, EngineFailed

log = logging.getLogger(__name__)
T = TypeVar("T")


def guarded(engine: str, work: Callable[[], T]) -> T:
    """``work()``. Raises :class:`EncoreError` and nothing else."""
    try:
        return work()
    except EncoreError:
        raise
    except MemoryError as error:
        raise EngineFailed("engine.memory", engine=engine) from error
    except Exception as error:
        log.exception("engine %s failed", engine)
        raise EngineFailed("engine.failed", engine=engine, reason=type(error).__name__) from error
