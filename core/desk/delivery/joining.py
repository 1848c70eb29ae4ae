"""Where each line sounds in the joined file, and the sound of it all; longer than memory, if need be."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio import Floats
from core.desk.script import Slot
from core.errors import InvalidInput
from core.finding import Finding

LONGEST_S = 4 * 3600.0
"""Longest joined file, in seconds: a stereo WAV of 48 kHz and as many hours is near the most that one can hold."""
HEARD_S = 0.05
"""So little a line may be late without anybody noticing, in seconds."""


@dataclass(frozen=True)
class Place:
    """Where a line sounds."""

    start_s: float
    """From the beginning of the joined file, in seconds."""
    end_s: float
    findings: tuple[Finding, ...] = ()
    """That it is late, where it is."""


def places(durations: Sequence[float], slots: Sequence[Slot | None], gap_s: float) -> tuple[Place, ...]:
    """Where lines that last so many seconds sound, in their order.

    A line with a slot begins with it, or as soon as the one before has ended; one without follows the one before after
    ``gap_s``. Raises :class:`InvalidInput` (``delivery.too_long``).
    """
    # Slots may be out of order in a script; what has none stays behind what it follows.
    since: list[float] = []
    for slot in slots:
        since.append(slot.start_s if slot else since[-1] if since else 0.0)
    found: dict[int, Place] = {}
    end_s: float | None = None
    for place in sorted(range(len(durations)), key=lambda place: (since[place], place)):
        slot = slots[place]
        free_s = 0.0 if end_s is None else end_s if slot else end_s + gap_s
        start_s = max(slot.start_s, free_s) if slot else free_s
        late_s = start_s - slot.start_s if slot else 0.0
        told = (Finding("warning", "delivery.late", {"seconds": round(late_s, 2)}),) if late_s > HEARD_S else ()
        end_s = start_s + durations[place]
        found[place] = Place(start_s, end_s, told)
    if end_s is not None and end_s > LONGEST_S:
        raise InvalidInput("delivery.too_long", hours=end_s / 3600, limit=LONGEST_S / 3600)
    return tuple(found[place] for place in range(len(durations)))


class Track:
    """Samples on disk, read like an array. Close it at the end, or use it in a ``with``."""

    def __init__(self, folder: Path | None = None) -> None:
        """An empty one, in a file without a name in ``folder`` (where temporary files go, if None)."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 — closed by close
        self._length = 0

    def __enter__(self) -> "Track":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: slice, /) -> Floats:
        begin, end, _ = place.indices(self._length)
        self._file.seek(4 * begin)
        data = self._file.read(4 * max(0, end - begin))
        return np.frombuffer(data, np.float32)

    def put(self, samples: Floats, begin: int) -> None:
        """Write ``samples``, float32 [n], from ``begin`` on; before that is silence where nothing was written."""
        if not len(samples):
            return
        self._file.seek(4 * begin)
        self._file.write(np.ascontiguousarray(samples, np.float32).data)
        self._length = max(self._length, begin + len(samples))
