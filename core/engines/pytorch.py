"""What every engine needs that drives its authors' code on PyTorch: a device, and no side effects on the process.

PyTorch is handed in, or looked for among what is imported already: it need not be installed to import this.
"""

import contextlib
import gc
import logging
import random
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.engines.guard import in_one_line, is_out_of_memory
from core.errors import EncoreError, EngineFailed, EngineUnavailable

log = logging.getLogger(__name__)


def chosen_device(torch: Any, device: str, only_gpu: Sequence[str], code: str) -> str:
    """``cpu`` or ``cuda:<number>`` for a ``device`` of the settings, where the options ``only_gpu`` need a GPU.

    Raises :class:`EngineUnavailable` with ``code``, whose sentence names the ``options`` that there is no GPU for.
    """
    wanted = list(only_gpu) + ([device] if device.startswith("cuda") else [])
    if device == "cpu" or not torch.cuda.is_available():
        if wanted:
            raise EngineUnavailable(code, options=", ".join(wanted))
        return "cpu"
    number = int(device.partition(":")[2] or 0)
    if number >= torch.cuda.device_count():
        raise EngineUnavailable(code, options=device)
    return f"cuda:{number}"


def lane_of(device: str) -> str:
    """The lane of engines on a ``device`` of the settings; told without PyTorch, so ``auto`` is the first GPU's."""
    return f"cuda:{device.partition(':')[2] or 0}" if device != "cpu" else device


@contextlib.contextmanager
def randomness_kept(torch: Any, device: str) -> Iterator[None]:
    """Leave the random generators of the process as they were."""
    devices = [] if device == "cpu" else [torch.device(device)]
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


@contextlib.contextmanager
def logging_kept() -> Iterator[None]:
    """Undo what importing some code does to the root logger: another level, and handlers of its own."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        for handler in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(handler)


def free_memory() -> None:
    """Give back what nobody uses any more, the GPU's allocator too."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def array(tensor: Any) -> npt.NDArray[Any]:
    """A copy of ``tensor`` in the CPU's memory."""
    return np.array(tensor.detach().cpu().numpy())


def told(engine: str, error: Exception) -> EncoreError:
    """``error`` in a sentence; where the memory was full, what can be freed is freed."""
    if isinstance(error, EncoreError):
        return error
    if is_out_of_memory(error):
        _forget_frames(error)
        free_memory()
        return EngineFailed("engine.memory", engine=engine)
    log.error("engine %s failed", engine, exc_info=error)
    return EngineFailed("engine.failed", engine=engine, reason=in_one_line(error))


def _forget_frames(error: BaseException | None) -> None:
    """Let go of what the frames of ``error`` hold, such as the tensors that filled the memory."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
