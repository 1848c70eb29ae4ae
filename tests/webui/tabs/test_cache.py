"""What a look at an entry gives, and to whom."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

from core.audio import encode
from core.cache.cache import open_cache
from core.cache.key import Namespace
from core.engines.base import Transcript
from core.engines.registry import Registry
from core.request import AudioSource, ReferenceSpeaker, StockSpeaker, SynthesisRequest, TranscriptionRequest
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from core.speakers.profile import SpeakerProfile
from core.studio import Studio
from tests.core.humming import HummingEngine, ListeningEngine
from tests.core.speakers.test_reference import speechlike
from webui.api.audio import ClipStore
from webui.desk.desk import Desk
from webui.page import Page
from webui.shelf import Sound
from webui.tabs.cache import CacheTab


@pytest.fixture
def studio(tmp_path: Path, redis_url: str) -> Iterator[Studio]:
    settings = Settings(data_dir=tmp_path, redis_url=redis_url)
    speaking, listening = HummingEngine(), ListeningEngine()
    studio = Studio(
        cache=open_cache(settings),
        synthesis=Registry({"humming": lambda: speaking}),
        recognition=Registry({"listening": lambda: listening}),
        library=VoiceLibrary(tmp_path / "voices"),
        settings=settings,
    )
    yield studio
    studio.close()


def tab(studio: Studio, private: bool) -> CacheTab:
    with gr.Blocks():
        clips = ClipStore()
        return CacheTab(Page(studio, clips, Desk(studio, clips), private))


def name_of(studio: Studio, namespace: Namespace) -> str:
    (entry,) = studio.cache.entries(namespace)
    return str(entry.key)


@pytest.fixture
def filled(studio: Studio) -> Studio:
    source = AudioSource(encode(speechlike(4.0)))
    studio.synthesize(SynthesisRequest("Hello.", ReferenceSpeaker(source), "humming"))
    studio.transcribe(TranscriptionRequest(source, "listening"))
    return studio


def test_a_look_gives_sound_words_and_arrays(filled: Studio) -> None:
    cache_tab = tab(filled, private=True)
    sound = cache_tab._look(name_of(filled, Namespace.SEGMENT)).found
    assert isinstance(sound, Sound)
    assert cache_tab._page.clips.get(sound.clip_id).data.startswith(b"RIFF")
    assert isinstance(cache_tab._look(name_of(filled, Namespace.TRANSCRIPT)).found, Transcript)
    assert isinstance(cache_tab._look(name_of(filled, Namespace.SPEAKER)).found, SpeakerProfile)


def test_what_others_said_is_not_for_everybody(filled: Studio) -> None:
    cache_tab = tab(filled, private=False)
    for namespace in (Namespace.SEGMENT, Namespace.TRANSCRIPT):
        look = cache_tab._look(name_of(filled, namespace))
        assert look.found is None
        assert not look.gone
    assert isinstance(cache_tab._look(name_of(filled, Namespace.SPEAKER)).found, SpeakerProfile)


def test_what_is_gone_is_said_to_be(studio: Studio) -> None:
    studio.synthesize(SynthesisRequest("Hello.", StockSpeaker("alto"), "humming"))
    name = name_of(studio, Namespace.SEGMENT)
    studio.cache.purge()
    assert tab(studio, private=True)._look(name).gone
