"""A voice as one file, ``NAME.encorevoice``, that another Encore can load.

A zip of ``voice.json``, the recordings as they were given, and, as safetensors, whatever profiles were made from them:
with the same engine there, nobody waits for the enrolment again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from core import identity
from core.archive import packed, unpacked
from core.engines.base import SynthesisEngine
from core.errors import EncoreError, InvalidInput
from core.payloads import PROFILE
from core.request import AudioSource, ReferenceSpeaker
from core.settings import settings
from core.speakers.library import VoiceLibrary
from core.speakers.profile import SpeakerProfile
from core.speakers.reference import check_reference
from core.speakers.saved import MOST_CLIPS, SavedVoice
from core.studio import Studio

SUFFIX = ".encorevoice"
MOST_BYTES = 100 * 2**20
"""Of a file, and of what it unpacks to."""
MOST_PROFILES = 32
_MOST_MS = 3_600_000.0
_ABOUT = "voice.json"


@dataclass(frozen=True, eq=False)
class MadeProfile:
    """A profile that an engine made from one of the recordings."""

    fingerprint: str
    """The engine's; no other can use it."""
    recording: int
    """Which of the recordings it was made from, from 0."""
    profile: SpeakerProfile
    compute_ms: float
    """What making it took, in milliseconds."""


@dataclass(frozen=True, eq=False)
class VoiceBundle:
    """A voice on its way."""

    name: str
    recordings: tuple[ReferenceSpeaker, ...]
    """The reference first."""
    language: str = ""
    tags: tuple[str, ...] = ()
    notes: str = ""
    consent: str = ""
    profiles: tuple[MadeProfile, ...] = ()


@checked
class _Recording:
    file: str
    prompt_text: str = ""


@checked
class _Profile:
    file: str
    fingerprint: str
    recording: int = Field(ge=0, lt=MOST_CLIPS)
    compute_ms: float = Field(ge=0, le=_MOST_MS)


@checked
class _About:
    """``voice.json``."""

    format: Literal["encore voice"]
    version: Literal[1]
    name: str
    recordings: list[_Recording] = Field(min_length=1, max_length=MOST_CLIPS)
    language: str = ""
    tags: list[str] = Field(default_factory=list)
    notes: str = ""
    consent: str = ""
    profiles: list[_Profile] = Field(default_factory=list, max_length=MOST_PROFILES)


_JSON = TypeAdapter(_About)
_FACTS = TypeAdapter(dict[str, str])


def bundle_of(library: VoiceLibrary, voice_id: str, viewer: str | None = None) -> VoiceBundle:
    """A voice of ``viewer``'s, to be taken elsewhere; what belongs to others is theirs to give.

    Raises :class:`InvalidInput` (``request.voice``) and :class:`Refused`.
    """
    voice = library.own(voice_id, viewer)
    recordings = library.references(voice_id)
    return VoiceBundle(voice.name, recordings, voice.language, voice.tags, voice.notes, voice.consent)


def profiles_of(studio: Studio, recordings: Sequence[ReferenceSpeaker]) -> Iterator[MadeProfile]:
    """What the engines of ``studio`` have made from ``recordings`` already; none is asked to."""
    for engine in _cloning(studio):
        for number, recording in enumerate(recordings):
            content = identity.content_id(studio.as_reference(recording.audio), studio.cache)
            made = studio.cache.get(identity.reference_key(engine, content, recording.prompt_text), PROFILE)
            if made is not None:
                yield MadeProfile(engine.fingerprint, number, made.value, made.saved_ms)


def pack(bundle: VoiceBundle) -> bytes:
    """``bundle`` as the file that :func:`unpack` reads; without profiles, the same voice is the same bytes."""
    files = {f"recordings/{number}": each.audio.data for number, each in enumerate(bundle.recordings)}
    files |= {
        f"profiles/{number}.safetensors": PROFILE.encode(each.profile) for number, each in enumerate(bundle.profiles)
    }
    about = _About(
        format="encore voice",
        version=1,
        name=bundle.name,
        recordings=[
            _Recording(f"recordings/{number}", each.prompt_text) for number, each in enumerate(bundle.recordings)
        ],
        language=bundle.language,
        tags=list(bundle.tags),
        notes=bundle.notes,
        consent=bundle.consent,
        profiles=[
            _Profile(f"profiles/{number}.safetensors", each.fingerprint, each.recording, each.compute_ms)
            for number, each in enumerate(bundle.profiles)
        ],
    )
    return packed({_ABOUT: _JSON.dump_json(about, indent=1), **files})


def unpack(data: bytes) -> VoiceBundle:
    """The voice in a file, whoever made it.

    Raises :class:`InvalidInput` (``voice.file``, ``voice.file_large``), and :class:`InvalidAudio` for a recording that
    is none or cannot be cloned.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput("voice.file_large", limit=MOST_BYTES / 2**20)
    try:
        files = unpacked(data, most_files=1 + MOST_CLIPS + MOST_PROFILES, most_bytes=MOST_BYTES)
        about = _JSON.validate_json(files[_ABOUT])
        recordings = tuple(
            ReferenceSpeaker(AudioSource(files[each.file], about.name), each.prompt_text) for each in about.recordings
        )
        profiles = tuple(
            MadeProfile(each.fingerprint, each.recording, _profile(files[each.file]), each.compute_ms)
            for each in about.profiles
            if each.recording < len(recordings)
        )
    except ValidationError as error:
        raise InvalidInput("voice.file", reason=f"{_ABOUT}: {error.errors()[0]['msg']}") from error
    except KeyError as error:
        raise InvalidInput("voice.file", reason=f"{error.args[0]} is not in it") from error
    except ValueError as error:
        raise InvalidInput("voice.file", reason=str(error)) from error
    limits = settings()
    for each in recordings:
        source = each.audio.within(2 * limits.reference_max_s)
        check_reference(source.clip, min_s=limits.reference_min_s, max_s=limits.reference_max_s)
    return VoiceBundle(about.name, recordings, about.language, tuple(about.tags), about.notes, about.consent, profiles)


def add(library: VoiceLibrary, bundle: VoiceBundle, owner: str = "") -> SavedVoice:
    """``bundle`` in the library as a voice of ``owner``'s; one with the same recordings that is there already stays.

    Raises as :meth:`VoiceLibrary.save`.
    """
    here = next((voice for voice in library.voices(owner) if _is(bundle, library, voice, owner)), None)
    if here is not None:
        return here
    first, *more = bundle.recordings
    return library.save(
        library.free_name(bundle.name, owner),
        first,
        owner,
        more=more,
        language=bundle.language,
        tags=bundle.tags,
        notes=bundle.notes,
        consent=bundle.consent,
    )


def keep_profiles(studio: Studio, bundle: VoiceBundle) -> int:
    """Put the profiles that engines here can use into the cache, where there are none yet; how many that were.

    Only for who may say how a recording sounds for everybody: the cache is shared, and nobody else hears whether a
    profile is what it says.
    """
    engines = {engine.fingerprint: engine for engine in _cloning(studio)}
    kept = 0
    for made in bundle.profiles:
        engine = engines.get(made.fingerprint)
        if engine is None or engine.name != made.profile.engine:
            continue
        recording = bundle.recordings[made.recording]
        content = identity.content_id(studio.as_reference(recording.audio), studio.cache)
        key = identity.reference_key(engine, content, recording.prompt_text)
        if studio.cache.get(key, PROFILE) is None:
            studio.cache.put(key, PROFILE, made.profile, engine=engine.name, compute_ms=made.compute_ms, permanent=True)
            kept += 1
    return kept


def _cloning(studio: Studio) -> Iterator[SynthesisEngine]:
    """The engines that can be used here and clone."""
    for name in studio.synthesis.names:
        try:
            engine = studio.synthesis[name]
            if engine.availability.ready and engine.capabilities.cloning and engine.fingerprint:
                yield engine
        except EncoreError:
            continue


def _profile(data: bytes) -> SpeakerProfile:
    """Raises ValueError."""
    try:
        profile = PROFILE.decode(data)
        _FACTS.validate_python(profile.facts)
        float(profile.facts.get("similarity", 0))
    except RecursionError as error:
        raise ValueError("a profile’s facts are none") from error
    for name, array in profile.arrays.items():
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise ValueError(f"a profile holds what is no number ({name})")
    return profile


def _is(bundle: VoiceBundle, library: VoiceLibrary, voice: SavedVoice, owner: str) -> bool:
    if not voice.belongs_to(owner) or len(voice.clips) != len(bundle.recordings):
        return False
    try:
        here = library.references(voice.voice_id)
    except EncoreError:
        return False
    return all(
        mine.prompt_text == theirs.prompt_text and mine.audio.raw_digest == theirs.audio.raw_digest
        for mine, theirs in zip(here, bundle.recordings, strict=True)
    )
