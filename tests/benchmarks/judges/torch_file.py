"""Arrays out of a checkpoint that PyTorch 1.5 or older wrote, without PyTorch and without running what is in it.

Such a file is a row of pickles (magic number, protocol, machine, objects, keys of storages) with the storages' raw
numbers after them. Only what tensors are made of may be named in the pickles; everything else is refused.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_MAGIC = 0x1950A86A20F9469CFC6C


class _Storage:
    """Where a tensor's numbers will be, once they are read."""

    def __init__(self) -> None:
        self.numbers = np.zeros(0, np.float32)


class _Tensor:
    def __init__(self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self._storage, self._offset, self._shape, self._strides = storage, offset, shape, strides

    def array(self) -> Array:
        """Its numbers, in a copy."""
        steps = [stride * 4 for stride in self._strides]
        window = self._storage.numbers[self._offset :]
        return np.lib.stride_tricks.as_strided(window, self._shape, steps).copy()


def _rebuilt(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


_KNOWN: Mapping[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuilt,
    ("torch", "FloatStorage"): "float32",
}


class _Reader(pickle.Unpickler):
    """Knows a handful of names; a pickle that calls anything else is refused."""

    def __init__(self, file: io.BufferedReader, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for a name. Raises ``UnpicklingError`` for all that are not needed."""
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed here") from None

    def persistent_load(self, pid: Any) -> _Storage:
        """The storage that a tensor refers to."""
        return self._storages.setdefault(pid[2], _Storage())


def read_tensors(path: Path, entry: str) -> dict[str, Array]:
    """The tensors under ``entry`` of the checkpoint, by name. Raises ``UnpicklingError``."""
    storages: dict[str, _Storage] = {}
    with path.open("rb") as file:
        if _Reader(file, storages).load() != _MAGIC:
            raise pickle.UnpicklingError("not a checkpoint of this kind")
        _Reader(file, storages).load()
        _Reader(file, storages).load()
        objects = _Reader(file, storages).load()
        for key in _Reader(file, storages).load():
            (count,) = np.fromfile(file, "<i8", 1)
            storages.setdefault(key, _Storage()).numbers = np.fromfile(file, "<f4", int(count))
    return {name: tensor.array() for name, tensor in objects[entry].items() if isinstance(tensor, _Tensor)}
