import os
from pathlib import Path

import pytest

from core.models.digest import digest_of


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "a.bin").write_bytes(b"a" * 300_000)
    (tmp_path / "b.bin").write_bytes(b"b" * 1_000)
    return [tmp_path / "a.bin", tmp_path / "b.bin"]


def test_one_changed_byte_is_another_model(files: list[Path], tmp_path: Path) -> None:
    memory = tmp_path / "memory" / "digests.json"
    first = digest_of(files, memory)
    assert digest_of(files[::-1], memory) == first
    content = bytearray(files[0].read_bytes())
    content[123_457] ^= 1
    files[0].write_bytes(content)
    os.utime(files[0], ns=(1, 1))  # a clock may be too coarse to tell two writes apart
    assert digest_of(files, memory) != first


def test_a_copy_elsewhere_is_the_same_model(files: list[Path], tmp_path: Path) -> None:
    first = digest_of(files, tmp_path / "here.json")
    folder = tmp_path / "copy"
    folder.mkdir()
    copies = [Path(folder / file.name) for file in files]
    for file, copy in zip(files, copies, strict=True):
        copy.write_bytes(file.read_bytes())
    assert digest_of(copies, tmp_path / "there.json") == first
    copies[1].rename(folder / "c.bin")
    assert digest_of([copies[0], folder / "c.bin"], tmp_path / "there.json") != first


def test_what_was_read_once_is_remembered(files: list[Path], tmp_path: Path) -> None:
    memory = tmp_path / "digests.json"
    first = digest_of(files, memory)
    stat = files[0].stat()
    files[0].write_bytes(b"x" * stat.st_size)
    os.utime(files[0], ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as if it had not been touched
    assert digest_of(files, memory) == first
    for damage in ("", "[]", '{"a": 1}', '{"a": ["b"]}', "nonsense"):
        memory.write_text(damage)
        assert digest_of(files, memory) != first


def test_a_memory_that_cannot_be_written_stops_nobody(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert digest_of(files, tmp_path / "file" / "digests.json") == digest_of(files, tmp_path / "digests.json")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        digest_of([tmp_path / "none"], tmp_path / "digests.json")
