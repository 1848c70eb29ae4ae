"""One profile from those of several recordings of a voice."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.speakers.profile import SpeakerProfile

Array = npt.NDArray[Any]


def averaged(profiles: Sequence[SpeakerProfile], counts: Callable[[str, Array], bool]) -> SpeakerProfile:
    """The first of ``profiles``, in which the arrays that ``counts`` takes, by name and value, are the mean of all.

    An array that others do not have in that shape stays as it is. Facts that are the same everywhere stay.
    """
    first = profiles[0]
    arrays = {name: _mean(name, profiles) if counts(name, array) else array for name, array in first.arrays.items()}
    facts = {name: fact for name, fact in first.facts.items() if all(each.facts.get(name) == fact for each in profiles)}
    return SpeakerProfile(first.engine, arrays, facts)


def _mean(name: str, profiles: Sequence[SpeakerProfile]) -> Array:
    mine: Array = profiles[0].arrays[name]
    found = [each.arrays[name] for each in profiles if name in each.arrays]
    if len(found) < len(profiles) or any(each.shape != mine.shape for each in found):
        return mine
    return np.asarray(np.mean(found, axis=0, dtype=np.float64), dtype=mine.dtype)
