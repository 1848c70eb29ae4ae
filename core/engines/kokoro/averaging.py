"""Several recordings of one voice as one clone: a place among the voices between those that each was heard at."""

from collections.abc import Sequence

import numpy as np

from core.engines.averaging import averaged
from core.speakers.profile import SpeakerProfile


def average(profiles: Sequence[SpeakerProfile]) -> SpeakerProfile:
    """The mean of clones' profiles: all that is measured in them is, and none of it depends on the other's words."""
    return averaged(profiles, lambda _, array: bool(np.issubdtype(array.dtype, np.floating)))
