from pathlib import Path

import numpy as np

from core.audio import AudioClip
from core.engines.kokoro.listening import PITCH, SOUNDS, listen
from core.engines.kokoro.timbre import equalised, tilt
from core.speakers.encoder import similarity, speaker_encoder
from tests.core.engines.kokoro.vowels import vowel


def test_the_channel_is_heard_less_than_by_the_encoder_alone(models: Path) -> None:
    clip = vowel(150.0, 1.2)
    noise = np.random.default_rng(1).standard_normal(len(clip.samples)).astype(np.float32)
    elsewhere = AudioClip(equalised(clip.samples + 0.0005 * noise, tilt(9.0)), clip.sample_rate)
    encoder = speaker_encoder()
    here, there = listen(clip, encoder), listen(elsewhere, encoder)
    assert here.sounds.shape == (SOUNDS,)
    assert abs(here.pitch - there.pitch) < 0.02
    plain = similarity(encoder.embed(clip), encoder.embed(elsewhere))
    assert similarity(here.sounds[:PITCH], there.sounds[:PITCH]) > plain


def test_what_has_no_vowel_is_heard_too(models: Path) -> None:
    heard = listen(AudioClip(np.zeros(24_000, np.float32), 24_000), speaker_encoder())
    assert np.isfinite(heard.sounds).all()
