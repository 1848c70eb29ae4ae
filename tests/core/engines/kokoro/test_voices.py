import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.kokoro.space import PROSODY_AXES, TIMBRE_AXES, voice_space
from core.engines.kokoro.timbre import BANDS, analyse, equalised, gain_between
from core.engines.kokoro.voices import MELODY, PROSODY, stock_voice
from core.models.manifest import manifest


def test_labels_say_who_speaks() -> None:
    heart, daniel, yunxi = (stock_voice(name) for name in ("af_heart", "bm_daniel", "zm_yunxi"))
    assert heart is not None
    assert (heart.label, heart.language, heart.gender) == ("Heart", "en", "female")
    assert daniel is not None
    assert daniel.label == "Daniel (UK)"
    assert yunxi is not None
    assert (yunxi.language, yunxi.gender) == ("zh", "male")


@pytest.mark.parametrize("name", ["zf_xiaoni", "jf_alpha", "", "nobody"])
def test_unfit_and_foreign_voices_are_not_offered(name: str) -> None:
    assert stock_voice(name) is None


def test_borrowed_melodies_are_of_offered_voices() -> None:
    for (script, gender), name in MELODY.items():
        voice = stock_voice(name)
        assert voice is not None
        assert (voice.language, voice.gender) == (script, gender)


def test_the_space_finds_a_place_again_by_its_sound() -> None:
    space = voice_space()
    assert space.axes.shape == (TIMBRE_AXES + PROSODY_AXES, 256)
    there = np.random.default_rng(3).normal(0, 0.5, len(space.axes)).astype(np.float32)
    wanted = space.sounds(there)
    found = space.sounds(space.place(wanted, np.zeros_like(wanted)))
    assert np.linalg.norm(found - wanted) < 0.35 * np.linalg.norm(space.origin - wanted)
    # An error seen before is made good.
    error = np.zeros_like(wanted)
    error[-1] = 0.2
    assert space.sounds(space.place(wanted, error))[-1] < found[-1]


def test_a_lift_moves_the_expected_pitch() -> None:
    space = voice_space()
    prosody = np.zeros(128, dtype=np.float32)
    wanted = float(space.origin[-1]) + 0.2
    lifted = prosody + space.lift(prosody, wanted)
    axes = space.axes[TIMBRE_AXES:, PROSODY]
    place = np.zeros(len(space.axes), dtype=np.float32)
    place[TIMBRE_AXES:] = lifted @ axes.T / np.sum(axes**2, axis=1)
    assert space.sounds(place)[-1] == pytest.approx(wanted, abs=0.01)


def test_the_space_was_measured_with_the_weights_that_are_shipped() -> None:
    from importlib.resources import files

    from safetensors import safe_open

    with safe_open(str(files("assets") / "kokoro_voices.safetensors"), "numpy") as asset:
        for model in ("kokoro", "speaker-encoder"):
            assert asset.metadata()[model] == manifest().models[model].digest


def _vowel(pitch: float, tilt: float) -> AudioClip:
    time = np.arange(24_000) / 24_000
    wave = sum(np.sin(2 * np.pi * pitch * n * time) * n**-tilt for n in range(1, int(11_000 / pitch)))
    return AudioClip((0.1 * np.asarray(wave)).astype(np.float32), 24_000)


def test_pitch_is_measured() -> None:
    median = analyse(_vowel(150.0, 1.0)).median_pitch
    assert median is not None
    assert np.exp(median) == pytest.approx(150, rel=0.02)
    assert analyse(AudioClip(np.zeros(24_000, np.float32), 24_000)).median_pitch is None


def test_the_filter_brings_one_spectrum_to_another() -> None:
    dull, bright = _vowel(120.0, 1.6), _vowel(120.0, 1.0)
    gain = gain_between(analyse(dull).spectrum, analyse(bright).spectrum)
    assert gain.shape == (BANDS,)
    assert gain[20] > gain[5]
    filtered = AudioClip(equalised(dull.samples, gain), 24_000)
    assert len(filtered.samples) == len(dull.samples)
    left = gain_between(analyse(filtered).spectrum, analyse(bright).spectrum)
    assert np.abs(left[4:24]).mean() < 0.3 * np.abs(gain[4:24]).mean()


def test_no_gain_leaves_the_sound_alone() -> None:
    clip = _vowel(120.0, 1.0)
    same = equalised(clip.samples, np.zeros(BANDS, np.float32))
    assert np.allclose(same[1000:-1000], clip.samples[1000:-1000], atol=1e-4)
