"""The engine: utterances go out with the clip whose voice they are to have, sound comes back."""

import base64
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import soxr

from core.audio import AudioClip, decode, encode
from core.cache.key import JSON
from core.engines.availability import Availability, State
from core.engines.base import Capabilities, StockVoice, Utterance
from core.engines.remote.client import Client, Speech
from core.engines.remote.told import Memory, Told, modest
from core.engines.remote.wave import WaveReader
from core.errors import EncoreError, EngineUnavailable, InvalidAudio, InvalidInput
from core.finding import Finding
from core.progress import Progress
from core.settings import Settings
from core.speakers.profile import SpeakerProfile

NAME = "remote"
REVISION = 1
"""Raised when what this package does with the same answers changes the sound."""
MAX_SECONDS = 900.0
"""Longest sound that is taken for one utterance."""


class RemoteEngine:
    """See :class:`core.engines.base.SynthesisEngine`. Thread-safe, and as parallel as the servers are.

    A profile is what the servers are sent: ``clip`` (uint8, the reference as FLAC) and ``prompt_text`` (uint8, UTF-8);
    or, of a voice that a server has, its name as ``voice`` (uint8, UTF-8). They keep nothing that has to be made first.

    The fingerprint is the one that the servers tell, or told last: what is in the cache can be had without them.
    """

    name = NAME
    lane = ""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._memory = Memory(settings)
        self._lock = threading.Lock()
        self._opened: Client | None = None

    @property
    def availability(self) -> Availability:
        """Whether there is a server to ask; whether it answers is found out when it is asked."""
        if not self._settings.remote_urls:
            return Availability(State.NOT_CONFIGURED, Finding("note", "remote.not_configured"))
        try:
            servers = self._client().pool.names
        except InvalidInput as error:
            return Availability(State.NOT_CONFIGURED, Finding("warning", error.code, error.details))
        return Availability(State.READY, Finding("good", "remote.ready", {"servers": servers}))

    @property
    def capabilities(self) -> Capabilities:
        """The servers', as far as they can be had by this route."""
        told = self._told()
        return told.capabilities if told else modest(self._settings)

    @property
    def sample_rate(self) -> int:
        """The servers' rate in hertz."""
        told = self._told()
        return told.sample_rate if told else 24_000

    @property
    def voices(self) -> Sequence[StockVoice]:
        """The servers' own voices, where they tell them."""
        told = self._told()
        return told.voices if told else ()

    @property
    def fingerprint(self) -> str:
        """What the servers' model is. Raises :class:`EngineUnavailable` where nobody ever told."""
        return f"{NAME}/{REVISION}/{self._needed().fingerprint}"

    @property
    def loaded(self) -> bool:
        """Whether it holds connections; they take no memory to speak of."""
        return self._opened is not None

    def load(self) -> None:
        """See that there is somebody to ask. Raises :class:`EngineUnavailable` and :class:`InvalidInput`."""
        self._needed()
        with self._client().pool.lease():
            pass

    def unload(self) -> None:
        """Close the connections."""
        with self._lock:
            client, self._opened = self._opened, None
        if client is not None:
            client.close()

    def stock_profile(self, voice: str) -> SpeakerProfile:
        """One of the servers' own voices. Raises :class:`InvalidInput` (``request.voice``)."""
        if all(voice != known.name for known in self.voices):
            raise InvalidInput("request.voice", voice=voice)
        return SpeakerProfile(NAME, {"voice": np.frombuffer(voice.encode(), np.uint8)}, {"voice": voice})

    def enroll(self, clip: AudioClip, prompt_text: str, progress: Progress) -> SpeakerProfile:
        """The clip and its words, ready to be sent; no server is asked."""
        progress.update("enroll", 0.0)
        if not np.isfinite(clip.samples).all():
            raise InvalidAudio("audio.not_finite")
        arrays = {
            "clip": np.frombuffer(encode(clip, "flac"), np.uint8),
            "prompt_text": np.frombuffer(prompt_text.encode(), np.uint8),
        }
        progress.update("enroll", 1.0)
        return SpeakerProfile(NAME, arrays)

    def findings(self, utterance: Utterance) -> Sequence[Finding]:  # noqa: ARG002 — only the server could tell
        """Nothing: what the servers cannot do their capabilities say."""
        return ()

    def synthesize(self, utterance: Utterance, profile: SpeakerProfile) -> AudioClip:
        """``utterance`` in the voice of ``profile``. Raises as :meth:`.client.Client.speech`."""
        told = self._needed()
        with self._client().speech(_body(utterance, profile, told, stream=False), told.fingerprint) as speech:
            data = b"".join(speech)
            clip = _whole(data, speech)
        return clip.resampled(told.sample_rate)

    def stream(self, utterance: Utterance, profile: SpeakerProfile) -> Iterator[AudioClip]:
        """See :class:`core.engines.base.StreamingSynthesis`. Closing it hangs up, which ends the server's work."""
        told = self._needed()
        with self._client().speech(_body(utterance, profile, told, stream=True), told.fingerprint) as speech:
            yield from _resampled(_pieces(speech), told.sample_rate)

    def _client(self) -> Client:
        """Raises :class:`EngineUnavailable` (``remote.not_configured``) and :class:`InvalidInput` (``remote.urls``)."""
        if not self._settings.remote_urls:
            raise EngineUnavailable("remote.not_configured")
        with self._lock:
            if self._opened is None:
                self._opened = Client(self._settings)
            return self._opened

    def _told(self) -> Told | None:
        """What the servers tell, or told last; never raises."""
        try:
            told = self._client().pool.told
        except EncoreError:
            return None
        if told is None:
            return self._memory.recall()
        self._memory.keep(told)
        return told

    def _needed(self) -> Told:
        told = self._told()
        if told is None:
            raise EngineUnavailable("remote.unreachable", servers=self._client().pool.names)
        return told


def _body(utterance: Utterance, profile: SpeakerProfile, told: Told, *, stream: bool) -> dict[str, JSON]:
    """The request as JSON: OpenAI's and vLLM-Omni's fields, and Encore's for an Encore. The usual is left out."""
    body: dict[str, JSON] = {"model": told.model, "input": utterance.text, "response_format": "wav"}
    if "voice" in profile.arrays:
        body["voice"] = profile.arrays["voice"].tobytes().decode()
    else:
        body["ref_audio"] = "data:audio/flac;base64," + base64.b64encode(profile.arrays["clip"].tobytes()).decode()
        if words := profile.arrays["prompt_text"].tobytes().decode():
            body["ref_text"] = words
    if utterance.speed != 1.0:
        body["speed"] = utterance.speed
    if utterance.instruction.text:
        body["instructions"] = utterance.instruction.text
    if told.capabilities.seed:
        body["seed"] = utterance.seed
    if told.encore:
        body["language"] = utterance.language
        body["notation"] = told.capabilities.notation.value
        if utterance.instruction.vector:
            body["emotion"] = list(utterance.instruction.vector)
    if stream:
        body |= {"stream": True, "stream_format": "audio"}  # vLLM-Omni takes the first alone to mean events
    return body


def _whole(data: bytes, speech: Speech) -> AudioClip:
    """The sound in ``data``, in whichever format it came. Raises :class:`EngineFailed`."""
    try:
        if not data.startswith(b"RIFF"):
            return decode(data, max_seconds=MAX_SECONDS)
        reader = WaveReader()
        clip = reader.feed(data)
        reader.finish()
    except (ValueError, InvalidAudio) as error:
        raise speech.unusable(str(error)) from error
    return _sound(clip, speech)


def _sound(clip: AudioClip | None, speech: Speech) -> AudioClip:
    if clip is None:
        raise speech.unusable("no sound")
    if not np.isfinite(clip.samples).all():
        raise speech.unusable("values that are no numbers")
    return clip


def _pieces(speech: Speech) -> Iterator[AudioClip]:
    """The sound as it comes. Raises :class:`EngineFailed`."""
    reader = WaveReader()
    heard = False
    try:
        for data in speech:
            if (clip := reader.feed(data)) is not None:
                heard = True
                yield _sound(clip, speech)
        reader.finish()
    except ValueError as error:
        raise speech.unusable(str(error)) from error
    if not heard:
        raise speech.unusable("no sound")


def _resampled(pieces: Iterator[AudioClip], sample_rate: int) -> Iterator[AudioClip]:
    """``pieces`` of one sound at ``sample_rate`` hertz, without seams."""
    stream: soxr.ResampleStream | None = None
    for piece in pieces:
        if piece.sample_rate == sample_rate:
            yield piece
            continue
        if stream is None:
            stream = soxr.ResampleStream(piece.sample_rate, sample_rate, 1, dtype="float32", quality="HQ")
        if len(samples := stream.resample_chunk(piece.samples)):
            yield AudioClip(samples, sample_rate)
    if stream is not None and len(rest := stream.resample_chunk(np.empty(0, np.float32), last=True)):
        yield AudioClip(rest, sample_rate)
