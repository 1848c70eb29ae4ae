"""What a model is that its user brought here, wherever it lies: a digest of its files."""

import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from blake3 import blake3

log = logging.getLogger(__name__)


def digest_of(files: Sequence[Path], memory: Path) -> str:
    """BLAKE3 (hex) of the names and the whole contents of ``files``, in whichever order they are given.

    A part of them would not do: of a model that was tuned a little, most bytes stay. Each file is read once, at the
    speed of the disk; ``memory`` (a JSON file) keeps what was found by path, size and time of change. Raises OSError.
    """
    known = dict(_remembered(memory))
    digests: list[tuple[str, str]] = []  # a model may have two files of one name
    for file in files:
        stat = file.stat()
        path, state = str(file.resolve()), f"{stat.st_size} {stat.st_mtime_ns}"
        if known.get(path, ("", ""))[0] != state:
            known[path] = (state, blake3(max_threads=blake3.AUTO).update_mmap(file).hexdigest())
        digests.append((file.name, known[path][1]))
    if known != _remembered(memory):
        _remember(memory, known)
    return blake3(json.dumps(sorted(digests)).encode()).hexdigest()


def _remembered(memory: Path) -> Mapping[str, tuple[str, str]]:
    try:
        read = json.loads(memory.read_text("utf-8"))
        return {str(path): (str(state), str(digest)) for path, (state, digest) in read.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(memory: Path, known: Mapping[str, tuple[str, str]]) -> None:
    """Write ``memory``, whole or not at all: other processes read it, and may write it too."""
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=memory.parent, prefix=memory.name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(known, file)
        Path(draft).replace(memory)
    except OSError as error:
        log.warning("%s could not be written: %s", memory, error)
