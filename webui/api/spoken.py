"""Speech over HTTP, however it was asked for: what was asked becomes a request, and a take becomes an answer."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from core.engines.remote.engine import NAME as REMOTE
from core.errors import Cancelled, EncoreError, InvalidInput, Refused
from core.progress import Progress
from core.report import SynthesisReport
from core.request import AudioSource, Instruction, ReferenceSpeaker, Speaker, SynthesisRequest
from core.sound import SoundStream
from core.studio import Event, SegmentReady, SpeakerReady, Studio, Take
from core.text.markup.model import Notation
from core.text.presets import read_emotion
from webui.api import headers
from webui.api.audio import Clip, ClipStore
from webui.api.errors import described
from webui.api.running import events, result
from webui.api.sound import MEDIA_TYPES, encoded
from webui.gate.house import guest_of

RANDOM_SEED = -1
OPENAI_MODELS = frozenset(
    {
        "tts-1",
        "tts-1-hd",
        "gpt-4o-mini-tts",
        "whisper-1",
        "gpt-transcribe",
        "gpt-4o-transcribe",
        "gpt-4o-mini-transcribe",
    }
)
"""What programs ask for that know no other server than OpenAI's: the default engine. ``X-Encore-Engine`` says which."""


class Delivery(StrEnum):
    """How a take is sent."""

    WHOLE = "whole"
    """As one file, once all of it is there."""
    STREAM = "stream"
    """As a file that grows, each sentence as soon as it is ready."""
    EVENTS = "events"
    """The same in OpenAI's server-sent events."""


@dataclass(frozen=True)
class Wish:
    """What every route asks for in its own words."""

    text: str
    engine: str
    """Empty takes the default."""
    voice: str
    """A saved voice's name, else a stock voice's; empty where there is a clip."""
    clip: AudioSource | None
    """A clip whose voice is cloned."""
    prompt_text: str
    instruct: str
    emotion: str | Sequence[float]
    speed: float
    seed: int
    language: str
    notation: Notation

    def request(self, studio: Studio, viewer: str) -> SynthesisRequest:
        """What ``studio`` is asked for, with the voices that ``viewer`` may use. Raises :class:`InvalidInput`."""
        engine = engine_named(self.engine, studio.synthesis.names[0])
        _ = studio.synthesis[engine]  # an unknown engine is what is wrong, whatever else is
        if isinstance(self.emotion, str):
            instruction = read_emotion(self.emotion)
        else:
            instruction = Instruction(vector=tuple(self.emotion))
        return SynthesisRequest(
            text=self.text,
            speaker=self._speaker(studio, engine, viewer),
            engine=engine,
            language=self.language,
            speed=self.speed,
            seed=None if self.seed == RANDOM_SEED else self.seed,
            notation=self.notation,
            instruction=replace(instruction, text=self.instruct),
        )

    def _speaker(self, studio: Studio, engine: str, viewer: str) -> Speaker:
        if self.voice and self.clip:
            raise InvalidInput("api.voice_or_clip")
        if self.clip:
            return ReferenceSpeaker(self.clip, self.prompt_text)
        if not self.voice:
            raise InvalidInput("reference.missing")
        speaker = studio.voice(self.voice, engine=engine, viewer=viewer)
        if speaker is None:
            raise InvalidInput("request.voice", voice=self.voice)
        return speaker


def engine_named(asked: str, default: str) -> str:
    """The engine that is meant by ``asked``."""
    return default if not asked or asked in OPENAI_MODELS else asked


class Speaking:
    """Answers wishes on one studio; whole takes can be had again from ``clips``."""

    def __init__(self, studio: Studio, clips: ClipStore) -> None:
        self._studio = studio
        self._clips = clips

    async def answer(self, wish: Wish, request: Request, encoding: str, delivery: Delivery) -> Response:
        """What ``wish`` gets. Raises :class:`EncoreError`; what goes wrong once a stream has begun breaks it off."""
        guest = guest_of(request.scope)
        if wish.clip and guest.caller.kind == "user" and not guest.agreed:
            raise Refused("consent.api")
        viewer = guest.caller.name
        if delivery is Delivery.WHOLE:
            recalled = self._recalled(wish, viewer) if guest.unlimited else None
            if recalled is None:
                return await result(request, lambda progress: self._whole(wish, viewer, encoding, progress))
            kept = self._clips.made_of((recalled.audio.content_id, encoding))
            if kept is None:
                kept = await asyncio.to_thread(self._kept, recalled, encoding)
            return self._file(recalled, kept, encoding)
        wanted = await asyncio.to_thread(wish.request, self._studio, viewer)
        told = self._maker(wanted.engine)
        happening = events(request, lambda progress: _heard(self._studio.stream(wanted, progress)))
        growing = _Growing(happening, encoding)
        first = await growing.begin()  # what goes wrong until here is still an answer of its own
        if delivery is Delivery.STREAM:
            return StreamingResponse(_sound(growing, first), 200, told, MEDIA_TYPES[encoding])
        return StreamingResponse(_told_as_events(growing, first), 200, told, "text/event-stream")

    def _recalled(self, wish: Wish, viewer: str) -> Take | None:
        """What can be had on the spot: handing a hit to a thread and back takes longer than all the rest."""
        wanted = wish.request(self._studio, viewer)
        # A remote engine may have to ask its servers what they are.
        return self._studio.recall(wanted) if wanted.engine != REMOTE else None

    def _whole(self, wish: Wish, viewer: str, encoding: str, progress: Progress) -> Response:
        take = self._studio.synthesize(wish.request(self._studio, viewer), progress)
        return self._file(take, self._kept(take, encoding), encoding)

    def _kept(self, take: Take, encoding: str) -> Clip:
        origin = (take.audio.content_id, encoding)
        return self._clips.made(origin, lambda: encoded(take.audio, encoding), f"take.{encoding}")

    def _file(self, take: Take, kept: Clip, encoding: str) -> Response:
        told = {
            **self._maker(take.report.engine),
            **headers.of_take(take.report),
            "X-Encore-Audio": f"/audio/{kept.clip_id}",
        }
        return Response(kept.data, 200, told, MEDIA_TYPES[encoding])

    def _maker(self, name: str) -> dict[str, str]:
        engine = self._studio.synthesis[name]
        return {"X-Encore-Engine": engine.name, "X-Encore-Fingerprint": engine.fingerprint}


class _Growing:
    """A take that is sent while it is being made."""

    def __init__(self, happening: AsyncGenerator[Event, None], encoding: str) -> None:
        self._happening = happening
        self._encoding = encoding
        self.report: SynthesisReport | None = None
        """What was done, once all is."""

    async def begin(self) -> bytes:
        """The first bytes. Raises :class:`EncoreError`."""
        try:
            segment = await self._next()
            if segment is None:
                raise EncoreError("api.failed")
            self._file = SoundStream(self._encoding, segment.audio.sample_rate)
            return await asyncio.to_thread(self._file.add, segment.audio)
        except BaseException:
            await self._happening.aclose()
            raise

    async def rest(self) -> AsyncGenerator[bytes, None]:
        """All further bytes. Raises :class:`EncoreError`."""
        async with aclosing(self._happening):
            while (segment := await self._next()) is not None:
                yield await asyncio.to_thread(self._file.add, segment.audio)
            yield self._file.finish()

    async def _next(self) -> SegmentReady | None:
        async for event in self._happening:
            if isinstance(event, SegmentReady):
                return event
            if isinstance(event, Take):
                self.report = event.report
        return None


def _heard(events: Iterator[Event]) -> Iterator[Event]:
    """What can be heard: until something is, the request may still be refused."""
    return (event for event in events if not isinstance(event, SpeakerReady))


async def _sound(growing: _Growing, first: bytes) -> AsyncIterator[bytes]:
    async with aclosing(growing.rest()) as rest:
        try:
            yield first
            async for data in rest:
                yield data
        except Cancelled:  # nobody listens any more
            return


async def _told_as_events(growing: _Growing, first: bytes) -> AsyncIterator[bytes]:
    """OpenAI's ``speech.audio.delta`` and ``speech.audio.done``; a failure is an event with ``error``."""
    async with aclosing(growing.rest()) as rest:
        try:
            yield _delta(first)
            async for data in rest:
                if data:
                    yield _delta(data)
        except Cancelled:
            return
        except EncoreError as error:
            yield _event({"type": "error", "error": described(error)})
            return
    report = growing.report
    yield _event({"type": "speech.audio.done", "encore": report.as_json() if report else None})


def _delta(data: bytes) -> bytes:
    return _event({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()})


def _event(content: dict[str, object]) -> bytes:
    return b"data: " + json.dumps(content).encode() + b"\n\n"
