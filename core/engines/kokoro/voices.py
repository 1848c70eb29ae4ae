"""The stock voices, and the style vectors with which Kokoro speaks.

A voice is a table of styles, one row per length of phoneme string. In a style the first half is timbre and the second
prosody, so that a voice can keep its sound and borrow the melody of a language that it was not made for.
"""

import functools
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.audio import Floats
from core.engines.base import StockVoice
from core.engines.kokoro.phonemes import Accent, Script
from core.errors import ModelMissing

STYLE = 256
"""Length of a style vector."""
PROSODY = slice(128, 256)
"""The half of a style vector that is melody and rhythm; the other half is timbre."""
ROWS = 510
"""Rows of a voice's table: row n - 1 is for n phonemes."""

_LANGUAGES: Mapping[str, str] = {"a": "en", "b": "en", "z": "zh"}
_GENDERS: Mapping[str, str] = {"f": "female", "m": "male"}
# Its Mandarin comes out garbled: one character in three is misheard, against one in fifteen for the others.
_UNFIT = frozenset({"zf_xiaoni"})

TAKE_SPREAD = 0.5
"""How far another take's prosody lies from the canonical one, in standard deviations of the stock voices."""

MELODY: Mapping[tuple[Script, str], str] = {
    ("zh", "female"): "zf_xiaoyi",
    ("zh", "male"): "zm_yunxi",
    ("en", "female"): "af_heart",
    ("en", "male"): "am_michael",
}
"""Whose prosody a voice takes when it speaks the language that it was not made for."""


def stock_voice(name: str) -> StockVoice | None:
    """What people see of the voice file called ``name``; None if it is not offered."""
    language = _LANGUAGES.get(name[:1])
    if language is None or name in _UNFIT:
        return None
    label = name[3:].capitalize()
    return StockVoice(
        name=name, label=f"{label} (UK)" if name[0] == "b" else label, language=language, gender=_GENDERS[name[1]]
    )


def voice_names(folder: Path) -> tuple[str, ...]:
    """The names of all voice files under the model's ``folder``, in a fixed order."""
    return tuple(sorted(path.stem for path in (folder / "voices").glob("*.bin")))


def stock_voices(folder: Path) -> tuple[StockVoice, ...]:
    """What people can choose from, the best in each language first."""
    offered = [voice for name in voice_names(folder) if (voice := stock_voice(name))]
    return tuple(sorted(offered, key=lambda voice: (voice.language, voice.name not in MELODY.values(), voice.name)))


class VoiceTables:
    """All style tables, read once each; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.names = voice_names(folder)
        """Every voice, also those that are not offered but may take part in a blend."""
        self._table = functools.lru_cache(None)(self._read)

    def _read(self, name: str) -> Floats:
        try:
            return np.fromfile(self._folder / "voices" / f"{name}.bin", dtype="<f4").reshape(ROWS, STYLE)
        except (OSError, ValueError) as error:
            raise ModelMissing("model.missing", model="kokoro") from error

    def style(self, name: str, phonemes: int) -> Floats:
        """The style, float32 [256], of voice ``name`` for a string of ``phonemes`` phonemes."""
        return np.asarray(self._table(name)[min(max(phonemes, 1), ROWS) - 1])

    def variation(self, phonemes: int, seed: int) -> Floats:
        """A small change of prosody, float32 [128], that ``seed`` chooses.

        It is drawn from a normal distribution with the covariance of the stock voices' prosody, so that it moves along
        what differs between speakers and stays a melody that Kokoro knows.
        """
        prosody = np.stack([self.style(name, phonemes)[PROSODY] for name in self.names if stock_voice(name)])
        weights = np.random.default_rng(seed).standard_normal(len(prosody)) * (TAKE_SPREAD / np.sqrt(len(prosody)))
        return np.asarray(weights @ (prosody - prosody.mean(axis=0)), dtype=np.float32)

    def blend(self, weights: Floats, phonemes: int) -> Floats:
        """The weighted mean style, float32 [256]; ``weights``, float32 [voices], are in the order of ``names``."""
        parts = [
            weight * self.style(name, phonemes) for name, weight in zip(self.names, weights, strict=True) if weight
        ]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float32)


class Speaker:
    """A blend of stock voices that can be asked for the style of an utterance."""

    def __init__(self, tables: VoiceTables, blend: Floats) -> None:
        """``blend`` is float32 [voices], the weight of each of ``tables.names``; at least one is not 0."""
        self._tables = tables
        self._blend = np.asarray(blend, dtype=np.float32) / np.sum(blend, dtype=np.float32)
        self._share: dict[str, float] = dict(zip(tables.names, self._blend.tolist(), strict=True))

    def _part(self, initials: str, gender: str = "fm") -> float:
        """The share of the voices whose names start with one of ``initials`` and then one of ``gender``."""
        return sum(share for name, share in self._share.items() if name[0] in initials and name[1] in gender)

    @property
    def gender(self) -> str:
        """``female`` or ``male``, whichever the blend is more of."""
        return "male" if self._part("abefhijpz", "m") > 0.5 else "female"

    @property
    def accent(self) -> Accent:
        """British only if the blend is nothing else: a clone's accent cannot be heard from its timbre."""
        return "en-gb" if self._part("b") > 0.999 else "en-us"

    @property
    def native(self) -> Script:
        """The language whose melody the blend brings along."""
        return "zh" if self._part("z") > 0.5 else "en"

    def style(self, phonemes: int, script: Script, seed: int) -> Floats:
        """The style, float32 [256], to say ``phonemes`` phonemes in ``script``; each ``seed`` is another take."""
        style = self._tables.blend(self._blend, phonemes)
        if script != self.native:
            style[PROSODY] = self._tables.style(MELODY[script, self.gender], phonemes)[PROSODY]
        if seed:
            style[PROSODY] += self._tables.variation(phonemes, seed)
        return style
