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


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether ``error``, or what it came from, is PyTorch's, CUDA's or onnxruntime's way to say so."""
    while error is not None:
        named = any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__)
        words = str(error).lower()
        said = "out of memory" in words or "failed to allocate memory" in words
        if isinstance(error, MemoryError) or named or said:
            return True
        error = error.__cause__
    return False


def in_one_line(error: BaseException) -> str:
    """An error in one line."""
    return (str(error).strip().partition("\n")[0] or type(error).__name__)[:300]
