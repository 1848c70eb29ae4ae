import io
import os
import pickle
from pathlib import Path

import pytest

from tests.benchmarks.judges.torch_file import read_tensors


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def _file(folder: Path, *objects: object) -> Path:
    path, rows = folder / "checkpoint.pt", io.BytesIO()
    for each in objects:
        pickle.dump(each, rows, protocol=2)
    path.write_bytes(rows.getvalue())
    return path


@pytest.mark.parametrize("before", [(), (0x1950A86A20F9469CFC6C, 1001, {})])
def test_code_in_a_checkpoint_is_refused(tmp_path: Path, before: tuple[object, ...]) -> None:
    with pytest.raises(pickle.UnpicklingError, match="not allowed"):
        read_tensors(_file(tmp_path, *before, _Trap()), "model_state")


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pickle.UnpicklingError, match="not a checkpoint"):
        read_tensors(_file(tmp_path, 7), "model_state")
