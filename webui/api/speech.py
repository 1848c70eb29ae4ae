"""``POST /v1/audio/speech`` as OpenAI's clients send it, with vLLM-Omni's reference clips and Encore's own controls."""

import base64
import binascii
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput
from core.request import AUTO, AudioSource
from core.text.markup.model import Notation
from webui.api.errors import OpenAIRoute
from webui.api.schemas import FAILURES, sound
from webui.api.spoken import RANDOM_SEED, Delivery, Speaking, Wish

_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.+-]+=[\w.+-]+)*;base64,(?P<data>.*)", re.DOTALL)


class VoiceId(BaseModel):
    """OpenAI's other way to write a voice."""

    id: str


class SpeechRequest(BaseModel):
    """The body. What is not known is refused, so that nothing that was asked for is silently left out."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    input: str
    """What to say."""
    model: str = ""
    """An engine's name; empty, or a name of OpenAI's such as `tts-1`, takes the default."""
    voice: str | VoiceId = ""
    """A saved voice's name, else a stock voice's."""
    response_format: Literal["wav", "mp3", "flac", "opus", "pcm"] | None = None
    """mp3 if not said, as OpenAI has it, and wav with `stream`."""
    speed: float = 1.0
    """Rate; 1 is natural. Engines differ in how far they go."""
    instructions: str = ""
    """How to say it, in words."""
    stream: bool = False
    """Send each sentence when it is ready. OpenAI's client says so by itself, `with_streaming_response`."""
    stream_format: Literal["audio", "sse"] | None = None
    """Stream the sound itself, or OpenAI's events `speech.audio.delta` and `speech.audio.done`."""
    ref_audio: str = ""
    """A clip whose voice is cloned, as `data:audio/…;base64,…`."""
    ref_text: str = ""
    """What the clip says."""
    task_type: Literal["Base", "CustomVoice"] | None = None
    """vLLM-Omni's; `ref_audio` and `voice` say it already."""
    seed: Annotated[int, Field(ge=RANDOM_SEED)] = 0
    """Another seed is another take; -1 draws one."""
    language: str = AUTO
    """ISO 639-1 code, or `auto`."""
    notation: Notation = Notation.ANY
    """How readings are marked in `input`."""
    emotion: str | list[float] = ""
    """Presets (`happy, fast`), values (`happy=0.6`), or all eight values in their order."""

    @property
    def encoding(self) -> str:
        """The format of the answer."""
        return self.response_format or ("wav" if self.stream else "mp3")

    def wish(self) -> Wish:
        """The same in the words that all routes share. Raises :class:`InvalidInput`."""
        return Wish(
            text=self.input,
            engine=self.model,
            voice=self.voice.id if isinstance(self.voice, VoiceId) else self.voice,
            clip=AudioSource(_clip_bytes(self.ref_audio), "ref_audio") if self.ref_audio else None,
            prompt_text=self.ref_text,
            instruct=self.instructions,
            emotion=self.emotion,
            speed=self.speed,
            seed=self.seed,
            language=self.language,
            notation=self.notation,
        )


def speech_routes(speaking: Speaking) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["OpenAI"], route_class=OpenAIRoute)

    @routes.post(
        "/v1/audio/speech",
        summary="Say a text",
        response_class=Response,
        responses={200: sound("The take.", events=True), **FAILURES},
    )
    async def speech(
        asked: SpeechRequest,
        request: Request,
        raw_response: Annotated[str, Header(alias="X-Stainless-Raw-Response", include_in_schema=False)] = "",
    ) -> Response:
        """Say a text, in a voice that there is or in that of a clip.

        A stream's sound is levelled as it goes, and a stream tells no outcome: for both, ask for the whole.
        """
        return await speaking.answer(asked.wish(), request, asked.encoding, _delivery(asked, raw_response))

    return routes


def _delivery(asked: SpeechRequest, raw_response: str) -> Delivery:
    """What is streamed: what asks for it, and what OpenAI's client reads by ``with_streaming_response``."""
    if asked.stream_format == "sse":
        return Delivery.EVENTS
    streamed = asked.stream or asked.stream_format == "audio" or raw_response == "stream"
    return Delivery.STREAM if streamed else Delivery.WHOLE


def _clip_bytes(url: str) -> bytes:
    """The file in a ``data:`` URL. Nothing is fetched: who asks must not choose where this server connects to."""
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise InvalidInput("api.ref_audio")
    try:
        return base64.b64decode(match["data"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("api.ref_audio") from error
