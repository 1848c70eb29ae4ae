"""``POST /tts``: speech from a form, the reference clip as a file in it."""

from typing import Annotated, Literal

from fastapi import APIRouter, File, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from core.request import AUTO
from core.text.markup.model import Notation
from webui.api.errors import OpenAIRoute
from webui.api.schemas import FAILURES, sound
from webui.api.spoken import RANDOM_SEED, Delivery, Speaking, Wish
from webui.api.uploads import source_of


class TtsForm(BaseModel):
    """The form. What is not known is refused, so that nothing that was asked for is silently left out."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    text: str
    """What to say."""
    prompt_audio: UploadFile | None = None
    """A clip of 1 to 30 s whose voice is cloned."""
    prompt_text: str = ""
    """What the clip says; only some engines need it."""
    voice: str = ""
    """In place of a clip: a saved voice's name, else a stock voice's."""
    instruct: str = ""
    """How to say it, in words."""
    emotion: str = ""
    """Presets (`happy, fast`) or values (`happy=0.6, calm=0.2`)."""
    speed: float = 1.0
    """Rate; 1 is natural. Engines differ in how far they go."""
    seed: Annotated[int, Field(ge=RANDOM_SEED)] = 0
    """Another seed is another take; -1 draws one."""
    language: str = AUTO
    """ISO 639-1 code, or `auto`."""
    engine: str = ""
    """An engine's name; empty takes the default."""
    notation: Notation = Notation.ANY
    """How readings are marked in `text`."""
    format: Literal["wav", "mp3", "flac", "opus", "pcm"] = "wav"
    """Format of the answer."""
    stream: bool = False
    """Send each sentence when it is ready."""


def tts_routes(speaking: Speaking) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["Encore"], route_class=OpenAIRoute, form_limits={"max_files": 1, "max_fields": 32})

    @routes.post(
        "/tts",
        summary="Say a text, from a form",
        response_class=Response,
        responses={200: sound("The take."), **FAILURES},
    )
    async def tts(form: Annotated[TtsForm, File()], request: Request) -> Response:
        """Say a text, in the voice of a clip or in one that there is."""
        wish = Wish(
            text=form.text,
            engine=form.engine,
            voice=form.voice,
            clip=await source_of(form.prompt_audio) if form.prompt_audio else None,
            prompt_text=form.prompt_text,
            instruct=form.instruct,
            emotion=form.emotion,
            speed=form.speed,
            seed=form.seed,
            language=form.language,
            notation=form.notation,
        )
        return await speaking.answer(wish, request, form.format, Delivery.STREAM if form.stream else Delivery.WHOLE)

    return routes
