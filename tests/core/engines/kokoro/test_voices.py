import numpy as np
import pytest

from core.audio import AudioClip
from core.engines.kokoro.listening import PITCH
from core.engines.kokoro.space import PHRASES, PROSODY_AXES, TIMBRE_AXES, voice_space
from core.engines.kokoro.timbre import BANDS, analyse, equalised, gain_between
from core.engines.kokoro.voices import MELODY, PROSODY, stock_voice
from core.models.manifest import manifest
from tests.core.engines.kokoro.vowels import vowel


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
    wanted = space.sounds[0].astype(np.float32)
    cost, _ = space.cost(space.foreseen(space.nearest(wanted)), wanted)
    assert cost < 0.3 * space.cost(space.sounds.mean(axis=0), wanted)[0]


def test_what_an_enrolment_hears_is_learned() -> None:
    space = voice_space()
    there = np.random.default_rng(4).normal(0, 0.3, len(space.axes)) * space.spread
    sounds = space.foreseen(there)
    sounds[PITCH] += 0.2
    learned = space.learned(there, [sounds.astype(np.float32)] * len(PHRASES))
    assert learned.foreseen(there)[PITCH] == pytest.approx(sounds[PITCH], abs=0.05)
    assert space.foreseen(there)[PITCH] == pytest.approx(sounds[PITCH] - 0.2)


def test_the_search_goes_downhill() -> None:
    space = voice_space().only(np.arange(60))
    random = np.random.default_rng(5)
    place, step = random.normal(0, 0.3, (2, len(space.axes))) * space.spread
    wanted = space.sounds[0].astype(np.float32)
    _, slope = space.objective(place, wanted)
    ahead, behind = (space.objective(place + sign * 1e-4 * step, wanted)[0] for sign in (1, -1))
    assert slope @ step == pytest.approx((ahead - behind) / 2e-4, rel=1e-3, abs=1e-6)


def test_a_lift_moves_the_expected_pitch() -> None:
    space = voice_space()
    prosody = np.zeros(128, dtype=np.float32)
    low, high = (float(space.sounds.mean(axis=0)[PITCH]) + move for move in (0.1, 0.2))
    lifts = [space.lift(prosody, pitch) for pitch in (low, high)]
    assert np.allclose(lifts[1], 2 * lifts[0], atol=1e-5)
    places = [np.zeros(len(space.axes)) for _ in lifts]
    axes = space.axes[TIMBRE_AXES:, PROSODY]
    for place, lift in zip(places, lifts, strict=True):
        place[TIMBRE_AXES:] = lift @ axes.T / np.sum(axes**2, axis=1)
    assert space.foreseen(places[1])[PITCH] > space.foreseen(places[0])[PITCH] > space.foreseen(0 * places[0])[PITCH]


def test_the_space_was_measured_with_the_weights_that_are_shipped() -> None:
    from importlib.resources import files

    from safetensors import safe_open

    with safe_open(str(files("assets") / "kokoro_voices.safetensors"), "numpy") as asset:
        for model in ("kokoro", "speaker-encoder"):
            assert asset.metadata()[model] == manifest().models[model].digest


def test_pitch_is_measured() -> None:
    median = analyse(vowel(150.0, 1.0)).median_pitch
    assert median is not None
    assert np.exp(median) == pytest.approx(150, rel=0.02)
    assert analyse(AudioClip(np.zeros(24_000, np.float32), 24_000)).median_pitch is None


def test_the_filter_brings_one_spectrum_to_another() -> None:
    dull, bright = vowel(120.0, 1.6), vowel(120.0, 1.0)
    gain = gain_between(analyse(dull).spectrum, analyse(bright).spectrum)
    assert gain.shape == (BANDS,)
    assert gain[20] > gain[5]
    filtered = AudioClip(equalised(dull.samples, gain), 24_000)
    assert len(filtered.samples) == len(dull.samples)
    left = gain_between(analyse(filtered).spectrum, analyse(bright).spectrum)
    assert np.abs(left[4:24]).mean() < 0.3 * np.abs(gain[4:24]).mean()


def test_no_gain_leaves_the_sound_alone() -> None:
    clip = vowel(120.0, 1.0)
    same = equalised(clip.samples, np.zeros(BANDS, np.float32))
    assert np.allclose(same[1000:-1000], clip.samples[1000:-1000], atol=1e-4)
