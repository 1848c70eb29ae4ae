"""How each kind of result becomes bytes and comes back bit for bit: samples as they are, safetensors for the arrays
of a profile, JSON for words.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from core.audio import AudioClip
from core.cache.codec import Payload
from core.engines.base import TimedText, Transcript
from core.speakers.profile import SpeakerProfile


class AudioPayload:
    """An :class:`AudioClip`, lossless: the rate as four bytes and the float32 samples, read without copying them."""

    name = "audio/f32le"

    def encode(self, value: AudioClip) -> bytes:
        """The clip as bytes."""
        return value.sample_rate.to_bytes(4, "little") + value.samples.astype("<f4", copy=False).tobytes()

    def decode(self, payload: Payload) -> AudioClip:
        """The clip in ``payload``, its samples read-only. Raises ValueError."""
        rate = int.from_bytes(payload[:4], "little")
        if not 1_000 <= rate <= 768_000:
            raise ValueError("no sample rate in the entry")
        return AudioClip(np.frombuffer(payload, dtype="<f4", offset=4), rate)


class ProfilePayload:
    """A :class:`SpeakerProfile`."""

    name = "profile/safetensors"

    def encode(self, value: SpeakerProfile) -> bytes:
        """The profile as bytes."""
        facts = json.dumps(dict(value.facts), ensure_ascii=False)
        arrays = {name: np.ascontiguousarray(array) for name, array in value.arrays.items()}
        return save(arrays, {"engine": value.engine, "facts": facts})

    def decode(self, payload: Payload) -> SpeakerProfile:
        """The profile in ``payload``. Raises ValueError."""
        arrays, facts = _tensors(bytes(payload))
        return SpeakerProfile(facts["engine"], arrays, json.loads(facts["facts"]))


class TranscriptPayload:
    """A :class:`Transcript`."""

    name = "transcript/json"

    def encode(self, value: Transcript) -> bytes:
        """The transcript as bytes."""
        return json.dumps(
            {
                "text": value.text,
                "language": value.language,
                "segments": [[part.start_s, part.end_s, part.text] for part in value.segments],
                "emotion": value.emotion,
                "events": list(value.events),
            },
            ensure_ascii=False,
        ).encode()

    def decode(self, payload: Payload) -> Transcript:
        """The transcript in ``payload``. Raises ValueError."""
        try:
            read = json.loads(bytes(payload))
            segments = tuple(TimedText(float(start), float(end), str(text)) for start, end, text in read["segments"])
            events = tuple(str(event) for event in read["events"])
            return Transcript(str(read["text"]), str(read["language"]), segments, read["emotion"], events)
        except (KeyError, TypeError) as error:
            raise ValueError("not a transcript") from error


class TextPayload:
    """A short string."""

    name = "text"

    def encode(self, value: str) -> bytes:
        """UTF-8."""
        return value.encode()

    def decode(self, payload: Payload) -> str:
        """The string. Raises ValueError."""
        return bytes(payload).decode()


def _tensors(payload: bytes) -> tuple[dict[str, npt.NDArray[Any]], Mapping[str, str]]:
    """Arrays and facts of a safetensors payload. Raises ValueError."""
    try:
        arrays = load(payload)
        # The numpy reader leaves the facts out; they stand in the JSON header behind its 8-byte length.
        header = json.loads(payload[8 : 8 + int.from_bytes(payload[:8], "little")])
        return arrays, header["__metadata__"]
    except (SafetensorError, KeyError, TypeError) as error:
        raise ValueError("not a safetensors entry") from error


AUDIO = AudioPayload()
PROFILE = ProfilePayload()
TRANSCRIPT = TranscriptPayload()
TEXT = TextPayload()
