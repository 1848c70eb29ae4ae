"""What one open page's Emotion tab works on: a direction, and how a line sounds with it and with each of its parts."""

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.engines.base import Capabilities
from core.errors import EncoreError
from core.request import AS_IT_COMES, AudioSource, Instruction, SynthesisRequest
from core.text.cues import Interpretation, interpret
from core.text.presets import presets, resolve
from webui.form import Form, within
from webui.run import Run

NEUTRAL, TOGETHER = "neutral", "together"
"""Candidates beside the presets: no direction at all, and the direction as it stands."""


@dataclass(frozen=True)
class Candidate:
    """One way of saying the line."""

    name: str
    """:data:`NEUTRAL`, :data:`TOGETHER` or the id of a preset."""
    instruction: Instruction


@dataclass(eq=False)
class Trial:
    """A candidate that is heard, or on its way to be."""

    candidate: Candidate
    request: SynthesisRequest
    form: Form
    """What Clone is to be set to for this to be spoken there."""
    voice: str
    """Who speaks, in words."""
    run: Run = field(default_factory=Run)
    begun: bool = False
    error: Exception | None = None
    kept: bool = False
    trial_id: str = field(default_factory=lambda: secrets.token_hex(6))


@dataclass(eq=False)
class Audition:
    """The tab as far as the page has told, and what was made of it."""

    line: str = ""
    direction: Instruction = AS_IT_COMES
    neutral: bool = True
    together: bool = True
    clip: tuple[AudioSource, str] | None = None
    """The emotion clip with its id in the clip store."""
    of_line: str = ""
    """The line of the script that a direction is looked for, if it is for one."""
    trials: Sequence[Trial] = ()
    """Of the last audition, in the order of the grid."""
    _beats: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def beat(self) -> str:
        """Another word each time, by which the page learns that there is something new."""
        return str(next(self._beats))

    @property
    def candidates(self) -> list[Candidate]:
        """What there is to hear, in the order of the grid: neutral, each preset by itself, and all together."""
        direction = self.direction
        chosen = [preset for preset in presets() if preset in direction.presets]
        alone = [Candidate(preset, Instruction(presets=(preset,))) for preset in chosen]
        found = [Candidate(NEUTRAL, AS_IT_COMES), *alone] if self.neutral else alone
        # What consists of one preset is heard as that preset already.
        if self.together and direction not in (AS_IT_COMES, *(each.instruction for each in alone)):
            return [*found, Candidate(TOGETHER, direction)]
        return found

    def trial(self, candidate: Candidate, engine: str) -> Trial | None:
        """How ``candidate`` sounded with this line and ``engine``, if it was tried."""
        for trial in self.trials:
            asked = trial.request
            if (trial.candidate, asked.text, asked.engine) == (candidate, self.line, engine):
                return trial
        return None


def foresee(instruction: Instruction, capabilities: Capabilities, engine: str) -> Interpretation | EncoreError | None:
    """What ``instruction`` will move; why it cannot be taken; None for an engine that learned to follow it."""
    try:
        resolved = resolve(instruction, capabilities, engine)
    except EncoreError as error:
        return error
    return interpret(resolved) if capabilities.prosody_preview else None


def direction_of(
    capabilities: Capabilities,
    *,
    text: str,
    chosen: Sequence[str],
    vector: Sequence[float],
    clip: AudioSource | None,
    strength: float,
) -> Instruction:
    """A direction of what the tab's widgets hold; what the engine does not take is off, and does not count.

    Raises :class:`InvalidInput`.
    """
    whole = Instruction(text.strip(), tuple(chosen), tuple(vector) if any(vector) else (), clip, strength)
    return within(whole, capabilities)
