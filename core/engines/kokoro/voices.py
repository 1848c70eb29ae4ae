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
TAKE_SPREAD = 0.5
"""How far another take's prosody lies from the canonical one, in standard deviations of the stock voices."""

_LANGUAGES: Mapping[str, Script] = {"a": "en", "b": "en", "z": "zh"}
_GENDERS: Mapping[str, str] = {"f": "female", "m": "male"}
# Its Mandarin comes out garbled: one character in three is misheard, against one in fifteen for the others.
_UNFIT = frozenset({"zf_xiaoni"})

MELODY: Mapping[tuple[Script, str], str] = {
    ("zh", "female"): "zf_xiaoyi",
    ("zh", "male"): "zm_yunxi",
    ("en", "female"): "af_heart",
    ("en", "male"): "am_michael",
}
"""Whose prosody a voice takes when it speaks a language that it was not made for."""


def stock_voice(name: str) -> StockVoice | None:
    """What people see of the voice file called ``name``; None if it is not offered."""
    language = _LANGUAGES.get(name[:1])
    if language is None or name in _UNFIT:
        return None
    label = name[3:].capitalize()
    return StockVoice(
        name=name,
        label=f"{label} (UK)" if name[0] == "b" else label,
        language=language,
        gender=_GENDERS[name[1]],
    )


def accent_of(name: str) -> Accent:
    """The English that the voice called ``name`` speaks."""
    return "en-gb" if name.startswith("b") else "en-us"


def voice_names(folder: Path) -> tuple[str, ...]:
    """The names of all voice files under the model's ``folder``, in a fixed order."""
    return tuple(sorted(path.stem for path in (folder / "voices").glob("*.bin")))


def stock_voices(folder: Path) -> tuple[StockVoice, ...]:
    """What people can choose from, the best in each language first."""
    offered = [voice for name in voice_names(folder) if (voice := stock_voice(name))]
    return tuple(sorted(offered, key=lambda voice: (voice.language, voice.name not in MELODY.values(), voice.name)))


class VoiceTables:
    """The style tables of all voices, also of those that are not offered."""

    def __init__(self, folder: Path) -> None:
        """Raises :class:`ModelMissing`."""
        self.names = voice_names(folder)
        """In a fixed order."""
        try:
            tables = [
                np.fromfile(folder / "voices" / f"{name}.bin", dtype="<f4").reshape(ROWS, STYLE) for name in self.names
            ]
            self._tables: Floats = np.stack(tables)
        except (OSError, ValueError) as error:
            raise ModelMissing("model.missing", model="kokoro") from error

    def all(self, phonemes: int) -> Floats:
        """The styles of all voices, float32 [voices, 256], for a string of ``phonemes`` phonemes."""
        return np.asarray(self._tables[:, min(max(phonemes, 1), ROWS) - 1])

    def style(self, name: str, phonemes: int) -> Floats:
        """The style, float32 [256], of the voice called ``name``."""
        return np.asarray(self.all(phonemes)[self.names.index(name)])

    def mean(self, phonemes: int) -> Floats:
        """The style, float32 [256], of no voice in particular."""
        return np.asarray(self._means[min(max(phonemes, 1), ROWS) - 1])

    @functools.cached_property
    def _means(self) -> Floats:
        return np.asarray(self._tables.mean(axis=0))

    def another_take(self, phonemes: int, seed: int) -> Floats:
        """A small change of prosody, float32 [128], that ``seed`` chooses; none for seed 0, the canonical reading.

        It is drawn from a normal distribution with the covariance of the stock voices' prosody, so that it moves along
        what differs between speakers and stays a melody that Kokoro knows.
        """
        if not seed:
            return np.zeros(STYLE // 2, dtype=np.float32)
        known = [index for index, name in enumerate(self.names) if stock_voice(name)]
        prosody = self.all(phonemes)[known][:, PROSODY]
        weights = np.random.default_rng(seed).standard_normal(len(prosody)) * (TAKE_SPREAD / np.sqrt(len(prosody)))
        return np.asarray(weights @ (prosody - prosody.mean(axis=0)), dtype=np.float32)
