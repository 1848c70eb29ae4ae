"""Writes one file of sound as it is wanted, and measures what came out."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import soundfile as sf

from core.audio import Floats
from core.desk.delivery.loudness import Levelling, Measured, Samples, levelling, measure
from core.desk.delivery.manifest import WrittenFile
from core.desk.delivery.wish import Delivery
from core.finding import Finding
from core.sound import write

OFF_TARGET_DB = 0.5
"""A file that misses its loudness by more is told of."""
OVER_DB = 0.1
"""A peak that is higher than it may be by more is told of."""
_LOSSLESS = frozenset({"wav", "flac"})
_ATTEMPTS = 3
_BLOCK = 1 << 20


def write_file(folder: Path, name: str, samples: Samples, rate: int, wish: Delivery) -> WrittenFile:
    """Put ``samples`` at ``rate`` hertz, one of the format's, into ``folder`` as ``wish`` has it; ``name`` is without
    its ending. Raises :class:`OSError`.
    """
    path = folder / f"{name}.{wish.format}"
    path.parent.mkdir(parents=True, exist_ok=True)
    target, limit = wish.loudness, wish.peak
    for _ in range(_ATTEMPTS):
        level = levelling(samples, rate, target=target, peak=limit, channels=wish.channels)
        found = _written(path, samples, rate, wish, level)
        over, missing = found.peak - wish.peak, _missing(found, wish)
        if wish.format in _LOSSLESS or (over <= 0 and abs(missing) <= OFF_TARGET_DB):
            break
        # What a lossy format leaves out may have been loud, or have held a peak down.
        limit -= over + OVER_DB if over > 0 else 0.0
        target = None if target is None else target + missing
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(
        path.relative_to(folder).as_posix(),
        digest,
        len(samples) / rate,
        rate,
        wish.channels,
        found.loudness,
        found.peak,
        _findings(found, wish),
    )


def _written(path: Path, samples: Samples, rate: int, wish: Delivery, level: Levelling) -> Measured:
    """What is heard in the file at ``path``, now that ``samples`` are in it."""
    with path.open("w+b") as file:
        write(file, wish.format, rate, level.blocks(samples, rate), wish.channels)
        file.seek(0)
        return measure(_read(sf.SoundFile(file)), rate, wish.channels)


def _read(file: sf.SoundFile) -> Iterator[Floats]:
    for block in file.blocks(_BLOCK, dtype="float32", always_2d=True):
        yield block[:, 0]


def _findings(found: Measured, wish: Delivery) -> tuple[Finding, ...]:
    told = []
    if abs(_missing(found, wish)) > OFF_TARGET_DB:
        reached = round(found.loudness or 0.0, 1)
        told.append(Finding("warning", "delivery.off_target", {"loudness": reached, "target": wish.loudness}))
    if found.peak > wish.peak + OVER_DB:
        told.append(Finding("warning", "delivery.over_peak", {"peak": round(found.peak, 1), "limit": wish.peak}))
    return tuple(told)


def _missing(found: Measured, wish: Delivery) -> float:
    """How much louder a file should be, in LU; 0 where nothing is wanted, or nothing can be heard."""
    return 0.0 if wish.loudness is None or found.loudness is None else wish.loudness - found.loudness
