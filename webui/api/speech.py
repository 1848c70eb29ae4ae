"""``POST /v1/audio/speech`` as OpenAI's clients send it, with vLLM-Omni's reference clips and Encore's own controls."""

import asyncio
import base64
import binascii
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import soxr
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from core.assembler import encode_take
from core.audio import AudioClip, Floats
from core.errors import Cancelled, EncoreError, InvalidInput
from core.progress import Progress
from core.report import SynthesisReport
from core.request import AUTO, AudioSource, Instruction, ReferenceSpeaker, Speaker, SynthesisRequest
from core.studio import Event, SegmentReady, Studio, Take
from core.text.markup.model import Notation
from core.text.presets import read_emotion
from webui.api.errors import OpenAIRoute
from webui.api.voices import voice_routes
from webui.work import Step, stream

PCM_RATE = 24_000
"""Hertz of ``pcm``, which says nothing of itself: OpenAI's clients take it to be this."""
MEDIA_TYPES = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "opus": "audio/ogg",
    "pcm": f"audio/pcm;rate={PCM_RATE};encoding=signed-int;bits=16;channels=1",
}
STREAMED = ("wav", "pcm")
LONGEST_REPORT = 4096
"""Longest report that is put into a header, in bytes: servers and proxies bound what headers may take."""
RANDOM_SEED = -1
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.+-]+=[\w.+-]+)*;base64,(?P<data>.*)", re.DOTALL)
_UNBOUNDED = 0xFFFFFFFF


class VoiceId(BaseModel):
    """OpenAI's other way to write a voice."""

    id: str


class SpeechRequest(BaseModel):
    """The body. What is not known is refused, so that nothing that was asked for is silently left out."""

    model_config = ConfigDict(extra="forbid")

    input: str
    """What to say."""
    model: str = ""
    """An engine's name; empty takes the default."""
    voice: str | VoiceId = ""
    """A saved voice's name, else a stock voice's."""
    response_format: Literal["wav", "mp3", "flac", "opus", "pcm"] | None = None
    """mp3 if not said, as OpenAI has it, and wav where it is streamed."""
    speed: float = 1.0
    instructions: str = ""
    """How to say it, in words."""
    stream: bool = False
    """Send each sentence when it is ready."""
    stream_format: Literal["audio"] | None = None
    """The sound itself; OpenAI's events are not made."""
    ref_audio: str = ""
    """A clip whose voice is cloned, as ``data:audio/…;base64,…``."""
    ref_text: str = ""
    """What the clip says."""
    task_type: Literal["Base", "CustomVoice"] | None = None
    """vLLM-Omni's; ``ref_audio`` and ``voice`` say it already."""
    seed: Annotated[int, Field(ge=RANDOM_SEED)] = 0
    """Another seed is another take; -1 draws one."""
    language: str = AUTO
    notation: Notation = Notation.ANY
    """How readings are marked in ``input``."""
    emotion: str | list[float] = ""
    """Presets ("happy, fast"), values ("happy=0.6"), or all eight values in their order."""

    @property
    def encoding(self) -> str:
        """The format of the answer."""
        return self.response_format or ("wav" if self.stream else "mp3")


def build_api(studio: Studio) -> FastAPI:
    """The routes alone, without a page."""
    app = FastAPI(title="Encore", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(speech_routes(studio))
    return app


def speech_routes(studio: Studio) -> APIRouter:
    """The routes on ``studio``; its first engine is the default."""
    routes = APIRouter(tags=["speech"], route_class=OpenAIRoute)

    @routes.post("/v1/audio/speech")
    async def speech(asked: SpeechRequest, request: Request) -> Response:
        if asked.stream and asked.encoding not in STREAMED:
            raise InvalidInput("api.stream_format", format=asked.encoding)
        wanted = await asyncio.to_thread(_request_of, asked, studio)
        engine = studio.synthesis[wanted.engine]
        headers = {"X-Encore-Engine": engine.name, "X-Encore-Fingerprint": engine.fingerprint}
        events = _events(request, lambda progress: studio.stream(wanted, progress))
        if asked.stream:
            return await _streamed(events, asked.encoding, headers)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Take):
                    data = await asyncio.to_thread(_encoded, event.audio, asked.encoding)
                    return Response(data, 200, headers | _told(event.report), MEDIA_TYPES[asked.encoding])
        raise EncoreError("api.failed")

    routes.include_router(voice_routes(studio))
    return routes


def _request_of(asked: SpeechRequest, studio: Studio) -> SynthesisRequest:
    """What the studio is asked for. Raises :class:`InvalidInput`."""
    engine = asked.model or studio.synthesis.names[0]
    _ = studio.synthesis[engine]  # an unknown engine is what is wrong, whatever else is
    if isinstance(asked.emotion, str):
        instruction = read_emotion(asked.emotion)
    else:
        instruction = Instruction(vector=tuple(asked.emotion))
    return SynthesisRequest(
        text=asked.input,
        speaker=_speaker(asked, engine, studio),
        engine=engine,
        language=asked.language,
        speed=asked.speed,
        seed=None if asked.seed == RANDOM_SEED else asked.seed,
        notation=asked.notation,
        instruction=replace(instruction, text=asked.instructions),
    )


def _speaker(asked: SpeechRequest, engine: str, studio: Studio) -> Speaker:
    name = asked.voice.id if isinstance(asked.voice, VoiceId) else asked.voice
    if name and asked.ref_audio:
        raise InvalidInput("api.voice_or_clip")
    if asked.ref_audio:
        return ReferenceSpeaker(AudioSource(_clip_bytes(asked.ref_audio), "ref_audio"), asked.ref_text)
    if not name:
        raise InvalidInput("reference.missing")
    speaker = studio.voice(name, engine=engine)
    if speaker is None:
        raise InvalidInput("request.voice", voice=name)
    return speaker


def _clip_bytes(url: str) -> bytes:
    """The file in a ``data:`` URL. Nothing is fetched: who asks must not choose where this server connects to."""
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise InvalidInput("api.ref_audio")
    try:
        return base64.b64decode(match["data"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("api.ref_audio") from error


async def _events(request: Request, work: Callable[[Progress], Iterator[Event]]) -> AsyncGenerator[Event, None]:
    """What ``work`` yields; it ends when the client goes away. Raises what ``work`` raises."""
    watching: list[asyncio.Task[None]] = []

    async def watch(cancel: Callable[[], None]) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        cancel()

    batches = stream(work, lambda cancel: watching.append(asyncio.create_task(watch(cancel))))
    try:
        async with aclosing(batches):
            async for batch in batches:
                for item in batch:
                    if not isinstance(item, Step):
                        yield item
    finally:
        for task in watching:
            task.cancel()


async def _streamed(events: AsyncGenerator[Event, None], encoding: str, headers: dict[str, str]) -> Response:
    """The sound as its segments become ready; what goes wrong before the first is still an answer of its own."""
    first = await _next_segment(events)
    if first is None:
        raise EncoreError("api.failed")

    async def body() -> AsyncIterator[bytes]:
        segment: SegmentReady | None = first
        chunks = _Chunks(encoding, first.audio.sample_rate)
        async with aclosing(events):
            with suppress(Cancelled):  # nobody listens any more
                yield chunks.head
                while segment is not None:
                    yield chunks.add(segment.audio)
                    segment = await _next_segment(events)
                yield chunks.finish()

    return StreamingResponse(body(), 200, headers, MEDIA_TYPES[encoding])


async def _next_segment(events: AsyncGenerator[Event, None]) -> SegmentReady | None:
    async for event in events:
        if isinstance(event, SegmentReady):
            return event
    return None


class _Chunks:
    """Sound as the bytes of a stream."""

    def __init__(self, encoding: str, sample_rate: int) -> None:
        """Of segments at ``sample_rate`` hertz."""
        self.head = _wave_head(sample_rate) if encoding == "wav" else b""
        self._resampler = (
            soxr.ResampleStream(sample_rate, PCM_RATE, 1, dtype="float32", quality="HQ")
            if encoding == "pcm" and sample_rate != PCM_RATE
            else None
        )

    def add(self, clip: AudioClip) -> bytes:
        """The next segment."""
        return _pcm(clip.samples if self._resampler is None else self._resampler.resample_chunk(clip.samples))

    def finish(self) -> bytes:
        """What is left."""
        if self._resampler is None:
            return b""
        return _pcm(self._resampler.resample_chunk(np.empty(0, np.float32), last=True))


def _pcm(samples: Floats) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2").tobytes()


def _wave_head(sample_rate: int) -> bytes:
    """The header of mono 16-bit WAV whose length nobody knows yet."""
    sizes = _UNBOUNDED.to_bytes(4, "little")
    numbers = ((16, 4), (1, 2), (1, 2), (sample_rate, 4), (sample_rate * 2, 4), (2, 2), (16, 2))
    layout = b"".join(value.to_bytes(size, "little") for value, size in numbers)
    return b"RIFF" + sizes + b"WAVEfmt " + layout + b"data" + sizes


def _encoded(clip: AudioClip, encoding: str) -> bytes:
    return _pcm(clip.resampled(PCM_RATE).samples) if encoding == "pcm" else encode_take(clip, encoding)


def _told(report: SynthesisReport) -> dict[str, str]:
    """The report as headers."""
    headers = {
        "X-Encore-Outcome": report.outcome.value,
        "X-Encore-Total-Ms": f"{report.total_ms:.1f}",
        "X-Encore-Saved-Ms": f"{report.saved_ms:.1f}",
        "X-Encore-Seed": str(report.seed),
    }
    whole = json.dumps(report.as_json(), separators=(",", ":"))
    return headers | {"X-Encore-Report": whole} if len(whole) <= LONGEST_REPORT else headers
