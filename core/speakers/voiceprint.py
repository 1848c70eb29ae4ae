"""What a clip's voice sounds like, as a point that can be compared with others; computed once for each clip."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from core import identity
from core.audio import Floats
from core.cache.cache import Cache
from core.cache.key import Key, Namespace, key_for
from core.engines.guard import guarded
from core.models.manifest import manifest
from core.payloads import PROFILE
from core.progress import Progress
from core.request import AudioSource
from core.speakers.encoder import speaker_encoder
from core.speakers.profile import SpeakerProfile

MODEL = "speaker-encoder"
_ARRAY = "embedding"


@functools.cache
def fingerprint() -> str:
    """Name and digest of the network; other weights make other points."""
    return f"{MODEL}/{manifest().models[MODEL].digest[:16]}"


def voiceprint_key(content: str) -> Key:
    """The voiceprint of the sound with the content id ``content``."""
    return key_for(Namespace.SPEAKER, {"engine": fingerprint(), "audio": content})


def voiceprint(source: AudioSource, cache: Cache, progress: Progress, *, permanent: bool = False) -> Floats:
    """The embedding of the voice in ``source``, float32 [256] of length 1.

    ``permanent`` ones do not expire. Raises :class:`InvalidAudio`, :class:`ModelMissing`, :class:`Busy`.
    """

    @contextmanager
    def leave() -> Iterator[None]:
        progress.need_engine()
        yield

    def listen() -> SpeakerProfile:
        return SpeakerProfile(MODEL, {_ARRAY: speaker_encoder().embed(source.clip)})

    found = cache.get_or_compute(
        voiceprint_key(identity.content_id(source, cache)),
        PROFILE,
        lambda: guarded(MODEL, listen),
        engine=MODEL,
        permanent=permanent,
        checkpoint=progress.checkpoint,
        around=leave,
    )
    return np.asarray(found.value.arrays[_ARRAY], dtype=np.float32)
