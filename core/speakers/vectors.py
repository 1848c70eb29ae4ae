"""Nearest points: by a Redis that has vector sets (version 8), which all nodes then share, else by numpy."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from core.audio import Floats
from core.cache.link import Link, Unavailable

SPARE = 64
"""How many more are asked for than are wanted: a set holds the points of all nodes and all users."""
Points = Callable[[str], Floats | None]
"""The point of a name; None if it cannot be had, and so is near to nothing."""

log = logging.getLogger(__name__)


class VectorSet:
    """Points by name, of which the nearest to another are looked for. Thread-safe."""

    def __init__(self, name: str, link: Link) -> None:
        """``name`` is that of the set in Redis."""
        self._name = name
        self._link = link
        self._added: frozenset[str] = frozenset()
        """What Redis has been given by this process."""

    def nearest(self, point: Floats, names: Sequence[str], points: Points, count: int) -> list[tuple[str, float]]:
        """The ``count`` of ``names`` that are nearest to ``point``, nearest first, with their cosines.

        All are float32 [n] of length 1; ``points`` gives that of a name, and is asked for no more than it takes.
        """
        wanted = min(count, len(names))
        found = self._asked(point, names, points, wanted)
        if found is None:
            return _counted(point, names, points)[:wanted]
        return found

    def _asked(
        self, point: Floats, names: Sequence[str], points: Points, wanted: int
    ) -> list[tuple[str, float]] | None:
        """What Redis finds; None if it cannot, or does not know enough of ``names``."""
        try:
            for name in names:
                if name not in self._added and (place := points(name)) is not None:
                    self._link.run(partial(_add, key=self._name, name=name, point=place))
                    self._added |= {name}
            scores = self._link.run(lambda client: _similar(client, self._name, point, wanted + SPARE))
        except Unavailable as error:
            log.debug("no vector search: %s", error)
            return None
        known = set(names)
        found = [(name, score) for name, score in scores.items() if name in known]
        if len(found) < wanted:  # evicted, flushed, or crowded out by others'
            self._added = frozenset()
            return None
        return sorted(found, key=lambda each: -each[1])[:wanted]


def _add(client: Any, key: str, name: str, point: Floats) -> None:
    client.execute_command("VADD", key, "FP32", point.astype("<f4").tobytes(), name, "NOQUANT")


def _similar(client: Any, key: str, point: Floats, count: int) -> Mapping[str, float]:
    """Cosines by name. Redis tells how alike two points are in [0, 1]."""
    data = point.astype("<f4").tobytes()
    told = client.execute_command("VSIM", key, "FP32", data, "WITHSCORES", "COUNT", count)
    pairs = told.items() if isinstance(told, Mapping) else zip(told[::2], told[1::2], strict=True)
    return {
        bytes(name).decode() if isinstance(name, bytes) else str(name): 2 * float(score) - 1 for name, score in pairs
    }


def _counted(point: Floats, names: Sequence[str], points: Points) -> list[tuple[str, float]]:
    placed = {name: place for name in names if (place := points(name)) is not None}
    cosines = {name: float(place @ point) for name, place in placed.items()}
    return sorted(cosines.items(), key=lambda each: -each[1])
