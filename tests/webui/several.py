"""A studio of engines that differ in all that the page has to show: for tests of changing between them."""

from pathlib import Path

from core.cache.cache import open_cache
from core.engines.availability import Availability, State
from core.engines.base import Capabilities, StockVoice, Streaming
from core.engines.registry import Registry
from core.finding import Finding
from core.settings import Settings
from core.speakers.library import VoiceLibrary
from core.studio import Studio
from core.text.markup.model import Notation
from tests.core.humming import HummingEngine, ListeningEngine


class WhistlingEngine(HummingEngine):
    """Knows German, takes emotions as a mix only, speaks within narrow bounds, and has a voice of its own."""

    name = "whistling"
    capabilities = Capabilities(
        languages=("en", "de"),
        cloning=True,
        needs_prompt_text=True,
        emotion_vector=True,
        notation=Notation.COSYVOICE,
        pinyin=True,
        speed=(0.8, 1.2),
        streaming=Streaming.NONE,
    )
    fingerprint = "whistling/1"
    voices = (StockVoice("alto", "Alto", "de", "female"), StockVoice("tenor", "Tenor", "de", "male"))


class CloningEngine(HummingEngine):
    """Has no voices of its own."""

    name = "cloning"
    fingerprint = "cloning/1"
    voices = ()


class AbsentEngine(HummingEngine):
    """Was never set up."""

    name = "absent"
    fingerprint = "absent/1"
    voices = ()
    availability = Availability(
        State.NOT_CONFIGURED, Finding("note", "indextts.not_configured", {"folder": "/home/me/models/absent"})
    )


class FrenchEngine(ListeningEngine):
    """Hears French as well."""

    name = "french"
    capabilities = Capabilities(languages=("en", "fr"))
    fingerprint = "french/1"


def several_studio(folder: Path, redis_url: str) -> Studio:
    """A studio of all these, and of those that hum and listen."""
    speaking = {kind.name: kind() for kind in (HummingEngine, WhistlingEngine, CloningEngine, AbsentEngine)}
    listening = {kind.name: kind() for kind in (ListeningEngine, FrenchEngine)}
    settings = Settings(data_dir=folder, redis_url=redis_url)
    return Studio(
        cache=open_cache(settings),
        synthesis=Registry({name: lambda engine=engine: engine for name, engine in speaking.items()}),
        recognition=Registry({name: lambda engine=engine: engine for name, engine in listening.items()}),
        library=VoiceLibrary(folder / "voices"),
        settings=settings,
    )
