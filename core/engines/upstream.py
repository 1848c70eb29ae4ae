"""The shell of an engine that clones voices with its authors' own code on PyTorch."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from core.audio import AudioClip
from core.engines.availability import Availability, State
from core.engines.base import StockVoice, Utterance
from core.engines.checkpoint import CheckpointEngine, Closing, Files
from core.engines.pytorch import lane_of
from core.errors import InvalidAudio, InvalidInput
from core.finding import Finding
from core.progress import Progress
from core.speakers.profile import SpeakerProfile

SHORTEST_S = 0.2
"""Less has no features."""
FilesT = TypeVar("FilesT", bound=Files)
ModelT = TypeVar("ModelT", bound=Closing)


class Code(Protocol):
    """The code that reads a model."""

    @property
    def availability(self) -> Availability:
        """Whether it can be imported, with all that it imports; nothing is."""
        ...

    @property
    def digest(self) -> str:
        """BLAKE3 (hex) of what of it shapes the sound. Raises OSError."""
        ...


class Options(Protocol):
    """What a user may choose about how the model runs."""

    @property
    def named(self) -> tuple[str, ...]:
        """Those that are on and shape the sound."""
        ...


class UpstreamEngine(CheckpointEngine[FilesT, ModelT]):
    """See :class:`core.engines.base.SynthesisEngine`; what is missing here is how its authors' code is spoken to.

    Thread-safe: one call at a time. A profile that was made once is all that it needs of the clip, in any process.
    """

    longest_s = float("inf")
    """The longest reference clip."""

    @property
    @abstractmethod
    def code(self) -> Code:
        """The code that reads the model, as it is now."""

    @property
    @abstractmethod
    def options(self) -> Options:
        """How the model is run."""

    @property
    def availability(self) -> Availability:
        """Whether it can be used here; costs a look at a few names."""
        files = self.files.availability
        if files.state is State.NOT_CONFIGURED:
            return files
        code = self.code.availability
        return files if code.ready else code

    @property
    def lane(self) -> str:
        """The device that it works on: a GPU speaks for one at a time."""
        return lane_of(self._settings.device)

    @property
    def voices(self) -> Sequence[StockVoice]:
        """None: it speaks in voices that it was given."""
        return ()

    def stock_profile(self, voice: str) -> SpeakerProfile:
        """There is none. Raises :class:`InvalidInput` (``request.voice``)."""
        raise InvalidInput("request.voice", voice=voice)

    def enroll(self, clip: AudioClip, prompt_text: str, progress: Progress) -> SpeakerProfile:
        """The voice in ``clip``, which says ``prompt_text``. Raises as :meth:`load`, :class:`InvalidAudio`, and
        :class:`InvalidText` for a text that would steer the model."""
        self._check_clip(clip)
        with self._working:
            progress.update("enroll", 0.0)
            arrays = self._done(lambda model: self._heard(model, clip, prompt_text))
        progress.update("enroll", 1.0)
        return SpeakerProfile(self.name, arrays)

    def findings(self, utterance: Utterance) -> Sequence[Finding]:  # noqa: ARG002 — nothing is done otherwise
        """Nothing: what it cannot do its capabilities say, or it refuses."""
        return ()

    @abstractmethod
    def _heard(self, model: ModelT, clip: AudioClip, prompt_text: str) -> Mapping[str, npt.NDArray[Any]]:
        """The arrays of a profile. Raises whatever breaks."""

    def _traits(self, files: FilesT) -> Sequence[str]:  # noqa: ARG002 — some tell of them
        return (self.code.digest[:12], "+".join(self.options.named) or "plain")

    def _check_clip(self, clip: AudioClip) -> None:
        """Raise :class:`InvalidAudio` of a clip that the code breaks on."""
        if not np.isfinite(clip.samples).all():
            raise InvalidAudio("audio.not_finite")
        if clip.duration_s < SHORTEST_S:
            raise InvalidAudio("reference.too_short", seconds=clip.duration_s, minimum=1)
        if clip.duration_s > self.longest_s:
            raise InvalidAudio("reference.too_long", seconds=clip.duration_s, maximum=self.longest_s)
