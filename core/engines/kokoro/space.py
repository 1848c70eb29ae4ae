"""The space of Kokoro's voices: which style sounds like whom, learned from hundreds of styles that were rendered.

What is heard of a style is foreseen by a Gaussian process (Rasmussen and Williams 2006) over the style's place along
the principal axes of the stock voices: the renderings that this version ships are where it begins, and every candidate
that an enrolment listens to is learned too. So the search for the style that sounds like a recording costs nothing
until its result is spoken.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load
from scipy.optimize import minimize

from core.audio import Floats
from core.engines.kokoro.listening import PITCH, SPREAD
from core.engines.kokoro.timbre import Doubles
from core.engines.kokoro.voices import PROSODY

ASSET = "kokoro_voices.safetensors"
TIMBRE_AXES, PROSODY_AXES = 45, 30
"""Axes in the two halves of the style; the later ones hold nothing that can be told from noise."""
PHRASES = (
    "We always hear the yellow bird singing at dawn.",
    "Father bought good shoes with his money.",
)
"""What is said to be heard: two phrases, since one alone would be overfitted."""
SYLLABLES = (12, 9)
"""Of each."""

# Of the process: how far apart (on the axes) two styles have nothing to do with each other, the weights of what is
# linear and of what the phrase adds, and the variance of what is not foreseen. Cross-validated on the renderings.
_REACH = 1.5
_LINEAR = 0.1
_PHRASE = 0.5
_NOISE = 0.05
_NEW_NOISE = 0.02

# What a candidate's cost is made of beside the cosine of embeddings: squared errors of pitch and its spread (log Hz),
# doubt, and the distance from the mean of the stock voices, in their standard deviations.
_PITCH_WEIGHT = 2.0
_SPREAD_WEIGHT = 3.0
_DOUBT_WEIGHT = 0.05
_HOLD = 0.0002
_STEPS = 80
_STARTS = 4
_LARGEST_LIFT = 0.4
"""Furthest that a borrowed melody is moved, in log Hz."""
_LIFT_RIDGE = 1.0


@dataclass(frozen=True, eq=False)
class VoiceSpace:
    """What is known of how the places among the voices sound."""

    axes: Floats
    """[axes, 256]: steps in style; first timbre, then prosody."""
    spread: Floats
    """[axes]: standard deviation of the stock voices along each, in steps."""
    places: Doubles
    """[heard, axes]: what was rendered."""
    phrases: Doubles
    """[heard, phrases]: which of the phrases it was, one column each; none of them for other texts."""
    sounds: Doubles
    """[heard, SOUNDS]: what was heard then."""
    noise: Doubles
    """[heard]: variance of what could not have been foreseen of it."""

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "VoiceSpace":
        """The space that an asset's ``arrays`` describe."""
        places, sounds = (arrays[name].astype(np.float64) for name in ("places", "sounds"))
        phrases = (arrays["phrases"][:, None] == np.arange(len(PHRASES))).astype(np.float64)
        return cls(arrays["axes"], arrays["spread"], places, phrases, sounds, np.full(len(places), _NOISE))

    def only(self, rows: npt.NDArray[np.intp]) -> "VoiceSpace":
        """The space of somebody who has heard nothing but ``rows``."""
        heard = {name: getattr(self, name)[rows] for name in ("places", "phrases", "sounds", "noise")}
        return replace(self, **heard)

    def shift(self, place: Doubles) -> Floats:
        """What ``place``, float64 [axes], adds to the mean voice's style, float32 [256]."""
        return np.asarray(place @ self.axes, dtype=np.float32)

    def learned(self, place: Doubles, sounds: Sequence[Floats]) -> "VoiceSpace":
        """The space of somebody who has also heard ``place`` say each of ``PHRASES``."""
        count = len(PHRASES)
        return replace(
            self,
            places=np.concatenate([self.places, np.repeat(place[None], count, axis=0)]),
            phrases=np.concatenate([self.phrases, np.eye(count)]),
            sounds=np.concatenate([self.sounds, np.stack(sounds).astype(np.float64)]),
            noise=np.concatenate([self.noise, np.full(count, _NEW_NOISE)]),
        )

    def cost(self, sounds: Doubles, wanted: Floats) -> tuple[float, Doubles]:
        """How unlike ``wanted`` are ``sounds``, [SOUNDS] both; and its derivative by ``sounds``."""
        voice, target = sounds[:PITCH], wanted[:PITCH].astype(np.float64)
        length = np.linalg.norm(voice)
        cosine = voice @ target / length
        slope = np.zeros_like(sounds)
        slope[:PITCH] = (cosine * voice / length - target) / length
        cost = float(1 - cosine)
        for at, weight in ((PITCH, _PITCH_WEIGHT), (SPREAD, _SPREAD_WEIGHT)):
            missed = float(sounds[at] - wanted[at])
            cost += weight * missed**2
            slope[at] = 2 * weight * missed
        return cost, slope

    def nearest(self, wanted: Floats, starts: Sequence[Doubles] = ()) -> Doubles:
        """The place, float64 [axes], that is foreseen to sound like ``wanted``, float32 [SOUNDS].

        It is sought from ``starts``, or else from what was heard that is most like it.
        """
        if not starts:
            costs = [self.cost(sounds, wanted)[0] for sounds in self.sounds]
            starts = [self.places[at] for at in np.argsort(costs)[:_STARTS]]
        ends = [
            minimize(self.objective, start, (wanted,), "L-BFGS-B", jac=True, options={"maxiter": _STEPS})
            for start in starts
        ]
        return np.asarray(min(ends, key=lambda end: float(end.fun)).x)

    def foreseen(self, place: Doubles) -> Doubles:
        """The sounds, float64 [SOUNDS], that are expected of ``place``, float64 [axes]."""
        return np.asarray(self._mean + self._kinship(place)[0] @ self._weights)

    def lift(self, prosody: Floats, pitch: float) -> Floats:
        """What to add to a melody, float32 [128], for it to be spoken at ``pitch``, log Hz.

        ``prosody``, float32 [128], is its distance from the mean voice's.
        """
        axes = self.axes[TIMBRE_AXES:, PROSODY]
        slopes = self._pitch_slopes
        now = self._mean[PITCH] + (prosody @ axes.T / np.sum(axes**2, axis=1)) @ slopes
        move = np.clip(pitch - now, -_LARGEST_LIFT, _LARGEST_LIFT)
        return np.asarray((slopes * (move / np.sum(slopes**2))) @ axes, dtype=np.float32)

    def objective(self, place: Doubles, wanted: Floats) -> tuple[float, Doubles]:
        """What the search makes small: the foreseen cost, doubt, and distance from the mean; and its derivative."""
        kinship, near = self._kinship(place)
        cost, slope = self.cost(self._mean + kinship @ self._weights, wanted)
        known = self._inverse @ kinship
        doubt = float(_LINEAR * place @ place) + 1 + _PHRASE / len(PHRASES) - float(kinship @ known)
        by_kinship = self._weights @ slope - 2 * _DOUBT_WEIGHT * known
        away = place - self.places
        by_place = _LINEAR * self.places.T @ by_kinship - away.T @ (near * by_kinship) / _REACH**2
        by_place += 2 * _DOUBT_WEIGHT * _LINEAR * place + 2 * _HOLD * place / self.spread**2
        return cost + _DOUBT_WEIGHT * doubt + _HOLD * float(np.sum((place / self.spread) ** 2)), by_place

    def _kinship(self, place: Doubles) -> tuple[Doubles, Doubles]:
        """Covariances of ``place``, all phrases in equal parts, with what was heard; and their part by nearness."""
        near = np.exp(-np.sum((place - self.places) ** 2, axis=1) / (2 * _REACH**2))
        return _LINEAR * self.places @ place + near + _PHRASE * self.phrases.mean(axis=1), near

    @functools.cached_property
    def _mean(self) -> Doubles:
        return np.asarray(self.sounds.mean(axis=0))

    @functools.cached_property
    def _inverse(self) -> Doubles:
        """Of the covariances of what was heard, [heard, heard]."""
        length = np.sum(self.places**2, axis=1)
        products = self.places @ self.places.T
        near = np.exp(-(length[:, None] + length - 2 * products) / (2 * _REACH**2))
        covariance = _LINEAR * products + near + _PHRASE * self.phrases @ self.phrases.T
        return np.asarray(np.linalg.inv(covariance + np.diag(self.noise)))

    @functools.cached_property
    def _weights(self) -> Doubles:
        return np.asarray(self._inverse @ (self.sounds - self._mean))

    @functools.cached_property
    def _pitch_slopes(self) -> Doubles:
        """Log Hz that a step along each axis of prosody adds, by ridge regression, [PROSODY_AXES]."""
        steps = self.places[:, TIMBRE_AXES:]
        hold = _LIFT_RIDGE * np.eye(PROSODY_AXES)
        return np.asarray(
            np.linalg.solve(steps.T @ steps + hold, steps.T @ (self.sounds[:, PITCH] - self._mean[PITCH]))
        )


@functools.cache
def voice_space() -> VoiceSpace:
    """The space that this version ships."""
    return VoiceSpace.of(load((files("assets") / ASSET).read_bytes()))
