"""The space of Kokoro's voices: which style sounds like whom, measured once by rendering hundreds of styles.

Along the principal axes of the stock voices' styles, the log pitch of what Kokoro says is close to linear, and half of
the variance of its speaker embedding (the asset's metadata has the figures). So a reference clip's embedding and pitch
can be turned back into a style by ridge regression, at no cost, and a few renderings correct what is not linear.
"""

import functools
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from safetensors.numpy import load

from core.audio import Floats
from core.engines.kokoro.voices import PROSODY

ASSET = "kokoro_voices.safetensors"
TIMBRE_AXES, PROSODY_AXES = 45, 12
"""Axes in the two halves of the style; the later ones hold nothing that can be told from noise."""

# How strongly a voice is held near the mean of the stock voices: weaker comes closer to the reference in the model of
# this module, and further away in what is then heard.
_TIMBRE_HOLD = 0.003
_PROSODY_HOLD = 0.01
_PITCH_WEIGHT = 1.0
_LARGEST_LIFT = 0.4
"""Furthest that a borrowed melody is moved, in log Hz."""


@dataclass(frozen=True, eq=False)
class VoiceSpace:
    """A linear model from a place among the voices to how it sounds."""

    axes: Floats
    """[axes, 256]: steps in style, one standard deviation of the stock voices each; first timbre, then prosody."""
    origin: Floats
    """[257]: embedding and log Hz of the mean voice."""
    slopes: Floats
    """[axes, 257]: what one step along each axis adds to them."""

    def sounds(self, place: Floats) -> Floats:
        """The embedding and log Hz, float32 [257], that are expected at ``place``, float32 [axes]."""
        return np.asarray(self.origin + place @ self.slopes, dtype=np.float32)

    def place(self, wanted: Floats, error: Floats) -> Floats:
        """Where ``wanted``, float32 [257], is expected to be heard, float32 [axes].

        ``error``, float32 [257], is by how much an earlier expectation was missed, and is believed to be the same here.
        """
        weight = np.ones(len(self.origin))
        weight[-1] = _PITCH_WEIGHT
        slopes = self.slopes * weight
        target = (wanted - self.origin - error) * weight
        hold = np.repeat([_TIMBRE_HOLD, _PROSODY_HOLD], [TIMBRE_AXES, PROSODY_AXES])
        return np.asarray(np.linalg.solve(slopes @ slopes.T + np.diag(hold), slopes @ target), dtype=np.float32)

    def shift(self, place: Floats) -> Floats:
        """What ``place`` adds to the mean voice's style, float32 [256]."""
        return np.asarray(place @ self.axes, dtype=np.float32)

    def lift(self, prosody: Floats, pitch: float) -> Floats:
        """What to add to a melody, float32 [128], for it to be spoken at ``pitch``, log Hz.

        ``prosody``, float32 [128], is its distance from the mean voice's.
        """
        axes = self.axes[TIMBRE_AXES:, PROSODY]
        slopes = self.slopes[TIMBRE_AXES:, -1]
        now = self.origin[-1] + (prosody @ axes.T / np.sum(axes**2, axis=1)) @ slopes
        move = np.clip(pitch - now, -_LARGEST_LIFT, _LARGEST_LIFT)
        return np.asarray((slopes * (move / np.sum(slopes**2))) @ axes, dtype=np.float32)


@functools.cache
def voice_space() -> VoiceSpace:
    """The measured space that this version ships."""
    arrays = load((files("assets") / ASSET).read_bytes())
    return VoiceSpace(arrays["axes"], arrays["origin"], arrays["slopes"])
