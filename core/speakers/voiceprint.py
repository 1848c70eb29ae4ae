"""What a voice sounds like, as a point that can be compared with others; computed once for each recording."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from core import identity
from core.audio import AudioClip, Floats
from core.cache.cache import Cache
from core.cache.key import JSON, Key, Namespace, key_for
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


def voiceprint(source: AudioSource, cache: Cache, progress: Progress, *, permanent: bool = False) -> Floats:
    """The embedding of the voice in ``source``, float32 [256] of length 1.

    ``permanent`` ones do not expire. Raises :class:`InvalidAudio`, :class:`ModelMissing`, :class:`Busy`.
    """
    content = identity.content_id(source, cache)
    return _listened({"audio": content}, lambda: source.clip, cache, progress, permanent)


def stock_voiceprint(voice: Key, line: str, speak: Callable[[], AudioClip], cache: Cache, progress: Progress) -> Floats:
    """The embedding of an engine's own voice, whose profile has the key ``voice``, when it says ``line``.

    ``speak`` has it say so, which it is asked to once. Raises as it does.
    """
    return _listened({"voice": voice.digest, "line": line}, speak, cache, progress, permanent=True)


def mean(voiceprints: Sequence[Floats]) -> Floats:
    """The point between several recordings of one voice, float32 [256] of length 1."""
    middle = np.mean(voiceprints, axis=0)
    return np.asarray(middle / (np.linalg.norm(middle) + 1e-12), dtype=np.float32)


def _listened(
    what: dict[str, JSON], clip: Callable[[], AudioClip], cache: Cache, progress: Progress, permanent: bool
) -> Floats:
    @contextmanager
    def leave() -> Iterator[None]:
        progress.need_engine()
        yield

    def listen() -> SpeakerProfile:
        return SpeakerProfile(MODEL, {_ARRAY: speaker_encoder().embed(clip())})

    found = cache.get_or_compute(
        key_for(Namespace.SPEAKER, {"engine": fingerprint(), **what}),
        PROFILE,
        lambda: guarded(MODEL, listen),
        engine=MODEL,
        permanent=permanent,
        checkpoint=progress.checkpoint,
        around=leave,
    )
    return np.asarray(found.value.arrays[_ARRAY], dtype=np.float32)
