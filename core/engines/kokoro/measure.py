"""Measures the space of voices: ``python -m core.engines.kokoro.measure WORK [--count N] [--seed S]`` writes the asset.

Renders every stock voice and N random styles into WORK, one file each, and listens to all that lie there: more seeds
add to what is known. A run can be broken off and continued. About three seconds a style on one core; run it anew when
the weights change (a test compares digests).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

import assets
from core.audio import AudioClip, Floats
from core.engines.kokoro.graph import SAMPLE_RATE, Graph
from core.engines.kokoro.listening import PITCH, SPREAD, listen
from core.engines.kokoro.marked import to_phonemes
from core.engines.kokoro.space import ASSET, PHRASES, PROSODY_AXES, TIMBRE_AXES, VoiceSpace
from core.engines.kokoro.timbre import Doubles
from core.engines.kokoro.voices import PROSODY, STYLE, VoiceTables
from core.models import model_path
from core.models.manifest import manifest
from core.speakers.encoder import speaker_encoder
from core.text.markup.model import Text

STOCK_PHRASES = (
    "The birch canoe slid on the smooth planks, and she boiled a tall glass of water.",
    "A rod is used to catch pink salmon; four hours of steady work faced us every day.",
)
_PHRASES = (*PHRASES, *STOCK_PHRASES)
_AXES_ROW, _NOISE_ROW = 60, 40
"""Rows of the tables, for strings of so many phonemes, whose principal axes and whose differences are taken."""
_FOLDS = 6


@dataclass(frozen=True, eq=False)
class _Sample:
    name: str
    phrase: int
    style: Floats


def _samples(tables: VoiceTables, lengths: list[int], count: int, seed: int) -> Iterator[_Sample]:
    """Every stock voice, then ``count`` sparse random blends with noise along what differs between the stock voices."""
    for phrase in range(len(PHRASES), len(_PHRASES)):
        for name in tables.names:
            yield _Sample(f"stock-{name}-{phrase}", phrase, tables.style(name, lengths[phrase]))
    random = np.random.default_rng(seed)
    differences = tables.all(_NOISE_ROW) - tables.all(_NOISE_ROW).mean(axis=0)
    voices = len(differences)

    def noise(least: float, most: float) -> Doubles:
        size = np.sqrt(voices)
        return np.asarray(random.standard_normal(voices) / size * random.uniform(least, most))

    for index in range(count):
        phrase = index % len(PHRASES)
        styles = tables.all(lengths[phrase])
        timbre, away = random.dirichlet(np.full(voices, random.choice([0.05, 0.12, 0.5]))), noise(0.2, 1.2)
        prosody, apart = random.dirichlet(np.full(voices, 0.08)), noise(0.0, 0.6)
        style = (timbre @ styles + away @ differences).astype(np.float32)
        style[PROSODY] = prosody @ styles[:, PROSODY] + apart @ differences[:, PROSODY]
        yield _Sample(f"random-{seed}-{index:04d}", phrase, style)


def _axes(tables: VoiceTables) -> tuple[Floats, Floats]:
    """Principal axes of both halves of the stock voices' styles, float32 [axes, 256], and their spread along each.

    A step is as long on all axes of a half, so that what moves the style further counts for more; prosody, of which the
    embedding tells less, has longer ones.
    """
    styles = tables.all(_AXES_ROW) - tables.all(_AXES_ROW).mean(axis=0)
    axes = np.zeros((TIMBRE_AXES + PROSODY_AXES, STYLE), dtype=np.float32)
    spread = np.zeros(len(axes), dtype=np.float32)
    for half, rows, scale in (
        (slice(0, PROSODY.start), slice(0, TIMBRE_AXES), 1.0),
        (PROSODY, slice(TIMBRE_AXES, None), 2.0),
    ):
        _, sizes, directions = np.linalg.svd(styles[:, half], full_matrices=False)
        number = len(axes[rows])
        axes[rows, half] = directions[:number] * (scale * sizes[0] / np.sqrt(len(styles)))
        spread[rows] = sizes[:number] / (scale * sizes[0])
    return axes, spread


def _explained(space: VoiceSpace) -> tuple[float, float, float]:
    """Shares of the variance of embedding, log pitch and its spread that are foreseen for styles left out."""
    missed, varied = np.zeros(space.sounds.shape[1]), np.zeros(space.sounds.shape[1])
    everything = np.arange(len(space.places))
    for fold in np.array_split(np.random.default_rng(0).permutation(everything), _FOLDS):
        known = space.only(np.setdiff1d(everything, fold))
        foreseen = np.stack([known.foreseen(place) for place in space.places[fold]])
        missed += np.sum((space.sounds[fold] - foreseen) ** 2, axis=0)
        varied += np.sum((space.sounds[fold] - known.sounds.mean(axis=0)) ** 2, axis=0)
    return (
        1 - missed[:PITCH].sum() / varied[:PITCH].sum(),
        1 - missed[PITCH] / varied[PITCH],
        1 - missed[SPREAD] / varied[SPREAD],
    )


def _render(work: Path, graph: Graph, phonemes: list[str], samples: Iterator[_Sample]) -> None:
    for sample in samples:
        path = work / f"{sample.name}.npz"
        if not path.exists():
            said = np.clip(graph.render(phonemes[sample.phrase], sample.style, 1.0), -1, 1)
            np.savez(path, said=(said * 32767).astype(np.int16), style=sample.style, phrase=sample.phrase)


def _listened(path: Path) -> Floats:
    """The sounds of a rendering, float32 [SOUNDS]; kept beside it."""
    kept = path.with_suffix(".npy")
    if not kept.exists():
        said = np.load(path)["said"].astype(np.float32) / 32767
        np.save(kept, listen(AudioClip(said, SAMPLE_RATE), speaker_encoder()).sounds)
    return np.asarray(np.load(kept), dtype=np.float32)


def main() -> None:
    """Measure, write the asset and say how well it foresees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for what is rendered")
    parser.add_argument("--count", type=int, default=600, help="random styles")
    parser.add_argument("--seed", type=int, default=101)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    folder = model_path("kokoro")
    graph, tables = Graph(folder, threads=1), VoiceTables(folder)
    phonemes = [graph.known(to_phonemes((Text(phrase),), "en-us")) for phrase in _PHRASES]
    lengths = [len(phrase) for phrase in phonemes]
    _render(arguments.work, graph, phonemes, _samples(tables, lengths, arguments.count, arguments.seed))
    axes, spread = _axes(tables)
    places, phrases, sounds = [], [], []
    for path in sorted(arguments.work.glob("*.npz")):
        rendered = np.load(path)
        phrase = int(rendered["phrase"])
        away = rendered["style"] - tables.mean(lengths[phrase])
        places.append((away @ axes.T / np.sum(axes**2, axis=1)).astype(np.float16))
        phrases.append(phrase)
        sounds.append(_listened(path).astype(np.float16))
    arrays = {"axes": axes, "spread": spread, "places": np.stack(places), "sounds": np.stack(sounds)}
    arrays["phrases"] = np.array(phrases, np.int16)
    embedding, pitch, melody = _explained(VoiceSpace.of(arrays))
    facts = {
        "kokoro": manifest().models["kokoro"].digest,
        "speaker-encoder": manifest().models["speaker-encoder"].digest,
        "renderings": str(len(places)),
        "explained": f"{embedding:.2f} of the embedding, {pitch:.2f} of the log pitch, {melody:.2f} of its spread"
        " (cross-validated)",
    }
    save_file(arrays, Path(assets.__path__[0]) / ASSET, metadata=facts)
    print(facts)


if __name__ == "__main__":
    main()
