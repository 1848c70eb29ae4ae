"""``encore`` with the humming engine in place of the real ones, which take long to load.

What follows the module's name are ``encore``'s own arguments. HUM_S is how long each utterance takes, in seconds.
"""

import os
import time

import core.studio
from core.audio import AudioClip
from core.engines.base import RecognitionEngine, SynthesisEngine, Utterance
from core.engines.registry import Registry
from core.settings import Settings
from core.speakers.profile import SpeakerProfile
from tests.core.humming import HummingEngine, ListeningEngine


class SlowlyHumming(HummingEngine):
    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        time.sleep(float(os.environ.get("HUM_S", "0")))
        return super().synthesize(utterance, profile)


def synthesis(settings: Settings) -> Registry[SynthesisEngine]:
    return Registry({"humming": SlowlyHumming})


def recognition(settings: Settings) -> Registry[RecognitionEngine]:
    return Registry({"listening": ListeningEngine})


if __name__ == "__main__":
    core.studio.synthesis_engines = synthesis
    core.studio.recognition_engines = recognition
    from webui.__main__ import main

    main()
