"""What makes two results the same: everything that determines them goes into their key, and nothing else."""

from collections.abc import Sequence

from core.cache.cache import Cache
from core.cache.key import Key, Namespace, key_for
from core.engines.base import RecognitionEngine, SynthesisEngine, Utterance
from core.payloads import TEXT
from core.request import AudioSource, TranscriptionRequest


def content_id(source: AudioSource, cache: Cache) -> str:
    """The identity of the sound in ``source``. A file that was seen before need not be decoded for it.

    Raises :class:`InvalidAudio`.
    """
    alias = key_for(Namespace.ALIAS, {"raw": source.raw_digest})
    known = cache.get(alias, TEXT)
    if known is not None:
        return known.value
    return cache.get_or_compute(alias, TEXT, lambda: source.clip.content_id, engine="decode").value


def reference_key(engine: SynthesisEngine, content: str, prompt_text: str) -> Key:
    """The profile of a reference clip. What it says counts for engines that listen to it."""
    identity: dict[str, str] = {"engine": engine.fingerprint, "audio": content}
    if engine.capabilities.needs_prompt_text:
        identity["prompt_text"] = prompt_text
    return key_for(Namespace.SPEAKER, identity)


def averaged_key(engine: SynthesisEngine, recordings: Sequence[Key]) -> Key:
    """The profile of a voice of which there are several recordings, each with a profile of its own."""
    return key_for(
        Namespace.SPEAKER, {"engine": engine.fingerprint, "average": [recording.digest for recording in recordings]}
    )


def stock_key(engine: SynthesisEngine, voice: str) -> Key:
    """The profile of one of the engine's own voices."""
    return key_for(Namespace.SPEAKER, {"engine": engine.fingerprint, "voice": voice})


def segment_key(engine: SynthesisEngine, speaker: Key, utterance: Utterance, emotion_clip: str = "") -> Key:
    """One spoken segment; ``emotion_clip`` is the content id of the clip whose emotion it takes on, if there is one."""
    instruction = utterance.instruction
    return key_for(
        Namespace.SEGMENT,
        {
            "engine": engine.fingerprint,
            "speaker": speaker.digest,
            "text": utterance.text,
            "language": utterance.language,
            "speed": utterance.speed,
            "seed": utterance.seed,
            "instruction": instruction.text,
            "emotion": list(instruction.vector),
            "emotion_clip": [emotion_clip, instruction.strength] if emotion_clip else [],
        },
    )


def transcript_key(engine: RecognitionEngine, content: str, request: TranscriptionRequest) -> Key:
    """One transcript."""
    return key_for(
        Namespace.TRANSCRIPT,
        {"engine": engine.fingerprint, "audio": content, "language": request.language, "itn": request.itn},
    )
