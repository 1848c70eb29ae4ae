"""A map of voices: what sounds alike lies close together."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from core.audio import Floats

V = TypeVar("V", bound=Hashable)


def atlas(places: Mapping[V, Floats]) -> dict[V, tuple[float, float]]:
    """Where each voice lies in the plane, in [0, 1] on both axes, for voiceprints float32 [n] of length 1.

    The two directions in which the voices differ most (principal components); of unit vectors that is the map on which
    distances come closest to how unlike the voices are (classical scaling, Torgerson 1952). The same voices always lie
    in the same way.
    """
    if not places:
        return {}
    points = np.stack(list(places.values())).astype(np.float64)
    centred = points - points.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    directions = np.pad(directions, ((0, 2 - len(directions)), (0, 0)))
    # A direction and its opposite are as good: the one in which the largest part is positive.
    for direction in directions:
        direction *= 1.0 if direction[np.abs(direction).argmax()] >= 0 else -1.0
    plane = centred @ directions.T
    span = float(np.ptp(plane, axis=0).max())
    middle = (plane.max(axis=0) + plane.min(axis=0)) / 2
    scaled = np.clip(0.5 + (plane - middle) / span, 0, 1) if span > 1e-9 else np.full_like(plane, 0.5)
    return {voice: (float(x), float(y)) for voice, (x, y) in zip(places, scaled, strict=True)}
