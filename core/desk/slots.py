"""Fitting a line into the time that its slot gives it: first by speaking faster, within limits, then by saying so."""

import math

from core.desk.script import Slot
from core.finding import Finding

FASTEST = 1.4
"""Beyond this rate speech is told to be hurried, whatever an engine could do."""
STEP = 0.05
"""Speeds are multiples of this, so that lines of about the same length share what is cached."""
SLACK_S = 0.02
"""So much longer than its slot a line may be: nobody hears it, and no rate is exact."""
TRIES = 2
"""How often a line is spoken again to fit: pauses and rates do not scale exactly, so one is not always enough."""


def fits(duration_s: float, slot: Slot) -> bool:
    """Whether what lasts so long, in seconds, can be said in ``slot``."""
    return duration_s <= slot.length_s + SLACK_S


def faster(speed: float, duration_s: float, slot: Slot, fastest: float) -> float | None:
    """The rate at which what took ``duration_s`` seconds at ``speed`` should fit ``slot``; None if none is left.

    ``fastest`` is the engine's.
    """
    limit = math.floor(round(min(fastest, FASTEST) / STEP, 6)) * STEP
    needed = math.ceil(round(speed * duration_s / max(slot.length_s, SLACK_S) / STEP, 6)) * STEP
    chosen = round(min(needed, limit), 2)
    return chosen if chosen > speed else None


def findings(wished: float, spoken: float, duration_s: float, slot: Slot) -> tuple[Finding, ...]:
    """What there is to tell of a line that was wished at one speed and spoken at another, and lasts ``duration_s``."""
    told = []
    if spoken != wished:
        told.append(Finding("note", "desk.slot_faster", {"speed": spoken}))
    if not fits(duration_s, slot):
        told.append(Finding("warning", "desk.slot_overrun", {"seconds": round(duration_s - slot.length_s, 2)}))
    return tuple(told)
