"""Measures the space of voices: ``python -m core.engines.kokoro.measure WORK [--count N]`` writes the asset.

Renders every stock voice and N random styles, listens to each, and fits :class:`VoiceSpace` by ridge regression. WORK
keeps what was heard, so that a run can be broken off and continued. About two seconds a style on two idle cores; run it
anew when the weights change (a test compares digests).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

import assets
from core.audio import AudioClip, Floats
from core.engines.kokoro.graph import SAMPLE_RATE, Graph
from core.engines.kokoro.marked import to_phonemes
from core.engines.kokoro.space import ASSET, PROSODY_AXES, TIMBRE_AXES
from core.engines.kokoro.timbre import analyse
from core.engines.kokoro.voices import PROSODY, STYLE, VoiceTables
from core.models.manifest import manifest, model_path
from core.speakers.encoder import speaker_encoder
from core.text.markup.model import Text

Doubles = npt.NDArray[np.float64]

STOCK_PHRASES = (
    "The birch canoe slid on the smooth planks, and she boiled a tall glass of water.",
    "A rod is used to catch pink salmon; four hours of steady work faced us every day.",
)
RANDOM_PHRASES = (
    "We always hear the yellow bird singing at dawn.",
    "Father bought good shoes with his money.",
)
_PHRASES = (*STOCK_PHRASES, *RANDOM_PHRASES)
_SEED = 1
_AXES_ROW = 60
"""The row of the tables, for strings of 60 phonemes, whose principal axes are taken."""
_NOISE_ROW = 40
_RIDGE = 10.0
_PHRASE_RIDGE = 0.5
_FOLDS = 6


@dataclass(frozen=True, eq=False)
class _Sample:
    name: str
    phrase: int
    style: Floats


def _samples(tables: VoiceTables, phonemes: list[str], count: int) -> Iterator[_Sample]:
    """Every stock voice, then ``count`` sparse random blends with noise along what differs between the stock voices."""
    for phrase in range(len(STOCK_PHRASES)):
        for name in tables.names:
            yield _Sample(f"stock-{name}-{phrase}", phrase, tables.style(name, len(phonemes[phrase])))
    random = np.random.default_rng(_SEED)
    voices = len(tables.names)
    differences = tables.all(_NOISE_ROW)[:, : PROSODY.start] - tables.all(_NOISE_ROW)[:, : PROSODY.start].mean(axis=0)
    for index in range(count):
        phrase = len(STOCK_PHRASES) + index % len(RANDOM_PHRASES)
        timbre = random.dirichlet(np.full(voices, 0.12))
        noise = random.standard_normal(voices) / np.sqrt(voices) * random.uniform(0.2, 1.1)
        prosody = random.dirichlet(np.full(voices, 0.08))
        styles = tables.all(len(phonemes[phrase]))
        style = np.concatenate(
            [timbre @ styles[:, : PROSODY.start] + noise @ differences, prosody @ styles[:, PROSODY]]
        )
        yield _Sample(f"random-{index:03d}", phrase, style.astype(np.float32))


def _heard(sample: _Sample, graph: Graph, phonemes: str) -> Floats | None:
    """Embedding and log pitch, float32 [257]; None if the style has no voice."""
    clip = AudioClip(graph.render(phonemes, sample.style, 1.0), SAMPLE_RATE)
    pitch = analyse(clip).median_pitch
    return None if pitch is None else np.append(speaker_encoder().embed(clip), np.float32(pitch))


def _axes(tables: VoiceTables) -> Floats:
    """Principal axes of both halves of the stock voices' styles, float32 [axes, 256], one standard deviation each."""
    styles = tables.all(_AXES_ROW) - tables.all(_AXES_ROW).mean(axis=0)
    axes = np.zeros((TIMBRE_AXES + PROSODY_AXES, STYLE), dtype=np.float32)
    for half, rows in ((slice(0, PROSODY.start), slice(0, TIMBRE_AXES)), (PROSODY, slice(TIMBRE_AXES, None))):
        _, sizes, directions = np.linalg.svd(styles[:, half], full_matrices=False)
        number = len(axes[rows])
        axes[rows, half] = directions[:number] * sizes[:number, None] / np.sqrt(len(styles))
    return axes


def _fit(places: Doubles, phrases: Doubles, sounds: Doubles) -> tuple[Doubles, Doubles]:
    """Origin [257] and slopes [axes, 257]; every phrase may add something of its own, which is left out."""
    inputs = np.concatenate([places, phrases], axis=1)
    hold = np.repeat([_RIDGE, _PHRASE_RIDGE], [places.shape[1], phrases.shape[1]])
    origin = sounds.mean(axis=0)
    slopes = np.linalg.solve(inputs.T @ inputs + np.diag(hold), inputs.T @ (sounds - origin))
    return origin, slopes[: places.shape[1]]


def _explained(places: Doubles, phrases: Doubles, sounds: Doubles) -> tuple[float, float]:
    """Shares of the variance of embedding and log pitch that are foreseen for styles that were not fitted."""
    missed, spread = np.zeros(sounds.shape[1]), np.zeros(sounds.shape[1])
    for fold in np.array_split(np.random.default_rng(0).permutation(len(places)), _FOLDS):
        rest = np.setdiff1d(np.arange(len(places)), fold)
        origin, slopes = _fit(places[rest], phrases[rest], sounds[rest])
        missed += np.sum((sounds[fold] - origin - places[fold] @ slopes) ** 2, axis=0)
        spread += np.sum((sounds[fold] - origin) ** 2, axis=0)
    return 1 - missed[:-1].sum() / spread[:-1].sum(), 1 - missed[-1] / spread[-1]


def main() -> None:
    """Measure, fit, write the asset and say how well it foresees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for what was rendered")
    parser.add_argument("--count", type=int, default=240, help="random styles")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    folder = model_path("kokoro")
    graph, tables = Graph(folder), VoiceTables(folder)
    phonemes = [graph.known(to_phonemes((Text(phrase),), "en-us")) for phrase in _PHRASES]
    axes = _axes(tables)
    places, phrases, sounds = [], [], []
    for sample in _samples(tables, phonemes, arguments.count):
        path = arguments.work / f"{sample.name}.npy"
        if not path.exists():
            heard = _heard(sample, graph, phonemes[sample.phrase])
            np.save(path, np.zeros(0, np.float32) if heard is None else heard)
        if len(sound := np.load(path)):
            away = sample.style - tables.mean(len(phonemes[sample.phrase]))
            places.append(away @ axes.T / np.sum(axes**2, axis=1))
            phrases.append(np.eye(len(_PHRASES))[sample.phrase])
            sounds.append(sound)
    data = np.array(places, np.float64), np.array(phrases, np.float64), np.array(sounds, np.float64)
    embedding, pitch = _explained(*data)
    origin, slopes = _fit(*data)
    facts = {
        "kokoro": manifest().models["kokoro"].digest,
        "speaker-encoder": manifest().models["speaker-encoder"].digest,
        "renderings": str(len(places)),
        "explained": f"{embedding:.2f} of the embedding, {pitch:.2f} of the log pitch (cross-validated)",
    }
    arrays = {"axes": axes, "origin": origin.astype(np.float32), "slopes": slopes.astype(np.float32)}
    save_file(arrays, Path(assets.__path__[0]) / ASSET, metadata=facts)
    print(facts)


if __name__ == "__main__":
    main()
