"""``POST /v1/audio/transcriptions`` as OpenAI's clients send it, and ``POST /api/transcribe`` for one file or many."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from core.errors import EncoreError, InvalidInput
from core.progress import Progress
from core.report import TranscriptReport
from core.request import AUTO, TranscriptionRequest
from core.studio import Studio
from core.transcript_formats import FORMATS
from webui.api import headers
from webui.api.errors import OpenAIRoute, described
from webui.api.running import result
from webui.api.schemas import FAILURES, REPORTED, FileTranscript, PlainTranscript, Responses, VerboseTranscript
from webui.api.spoken import engine_named
from webui.api.uploads import source_of

MOST_FILES = 64
"""Most files in one form."""
_TYPES = {"text": "text/plain", "srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt"}
"""Content types of the formats that are no JSON."""
_PLAIN = {"schema": {"type": "string"}}
_ANSWERS: Responses = {
    200: {
        "model": PlainTranscript | VerboseTranscript,
        "description": "The transcript.",
        "headers": REPORTED,
        "content": {kind.partition(";")[0]: _PLAIN for kind in _TYPES.values()},
    }
}


class TranscriptionForm(BaseModel):
    """OpenAI's form. What cannot be followed is refused, so that nothing that was asked for is silently left out."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    file: UploadFile
    """What is listened to."""
    model: str = ""
    """An engine's name; empty, or a name of OpenAI's such as `whisper-1`, takes the default."""
    language: str = AUTO
    """ISO 639-1 code, or `auto`."""
    response_format: Literal["json", "text", "srt", "vtt", "verbose_json"] = "json"
    timestamp_granularities: Annotated[list[Literal["segment", "word"]], Field(alias="timestamp_granularities[]")] = []
    """Only `segment` can be had, and only in `verbose_json`, which has it anyway."""
    prompt: str = ""
    """Cannot be followed, and must be empty."""
    temperature: float = 0.0
    """Must be 0: the same sound gives the same words."""
    stream: bool = False
    """Must be false."""
    use_itn: bool = True
    """Encore's own: write numbers as digits."""

    def check(self) -> None:
        """Raise :class:`InvalidInput` for what is asked for and cannot be followed."""
        if self.prompt:
            raise InvalidInput("api.prompt", field="prompt")
        if self.temperature != 0:
            raise InvalidInput("api.temperature", field="temperature")
        if self.stream:
            raise InvalidInput("api.whole", field="stream")
        if "word" in self.timestamp_granularities:
            raise InvalidInput("api.words", field="timestamp_granularities")
        if self.timestamp_granularities and self.response_format != "verbose_json":
            raise InvalidInput("api.granularity", field="timestamp_granularities", format=self.response_format)


class FilesForm(BaseModel):
    """Encore's own form."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    file: list[UploadFile] = []
    """What is listened to, once or several times."""
    files: list[UploadFile] = []
    """The same."""
    engine: str = ""
    """An engine's name; empty takes the default."""
    language: str = AUTO
    """ISO 639-1 code, or `auto`."""
    use_itn: bool = True
    """Write numbers as digits."""


def transcript_routes(studio: Studio) -> APIRouter:
    """The routes on ``studio``."""
    routes = APIRouter(route_class=OpenAIRoute, form_limits={"max_files": MOST_FILES, "max_fields": 32})

    @routes.post(
        "/v1/audio/transcriptions",
        tags=["OpenAI"],
        summary="Write down what a file says",
        responses={**_ANSWERS, **FAILURES},
    )
    async def transcriptions(form: Annotated[TranscriptionForm, File()], request: Request) -> Response:
        """The transcript in the format that is asked for; what cannot be followed is refused."""
        form.check()
        engine = engine_named(form.model, studio.recognition.names[0])
        wanted = TranscriptionRequest(await source_of(form.file), engine, form.language, itn=form.use_itn)
        # Until somebody asks for the length, a file whose transcript is stored is not decoded.
        seconds = form.response_format == "verbose_json"

        def listen(progress: Progress) -> tuple[TranscriptReport, float]:
            report = studio.transcribe(wanted, progress)
            return report, wanted.audio.clip.duration_s if seconds else 0.0

        report, duration_s = await result(request, listen)
        told = headers.of_transcript(report)
        if form.response_format in FORMATS:
            text = FORMATS[form.response_format](report.transcript)
            return PlainTextResponse(text, 200, told, _TYPES[form.response_format])
        return JSONResponse(_verbose(report, duration_s) if seconds else _json(report), 200, told)

    @routes.post(
        "/api/transcribe",
        tags=["Encore"],
        summary="Write down what files say",
        responses={200: {"model": list[FileTranscript], "description": "One for each file, in order."}, **FAILURES},
    )
    async def transcribe(form: Annotated[FilesForm, File()], request: Request) -> Response:
        """Write down what one file says, or each of several; a file that fails does not stop the others."""
        files = [*form.file, *form.files]
        if not files:
            raise InvalidInput("api.field", field="file", reason="Field required")
        engine = engine_named(form.engine, studio.recognition.names[0])
        _ = studio.recognition[engine]  # an unknown engine is what is wrong, whatever else is
        sources = [await source_of(file) for file in files]
        wanted = [TranscriptionRequest(source, engine, form.language, itn=form.use_itn) for source in sources]
        written = await result(request, lambda progress: dict(_each(studio, wanted, progress)))
        answers = [_told(source.name, written[place]) for place, source in enumerate(sources)]
        return Response(json.dumps(answers, ensure_ascii=False), 200, media_type="application/json")

    return routes


def _each(
    studio: Studio, wanted: list[TranscriptionRequest], progress: Progress
) -> Iterator[tuple[int, TranscriptReport | EncoreError]]:
    for written in studio.transcribe_all(wanted, progress):
        yield written.index, written.result


def _told(name: str, written: TranscriptReport | EncoreError) -> dict[str, Any]:
    if isinstance(written, EncoreError):
        return {"name": name, "report": None, "error": described(written)}
    return {"name": name, "report": written.as_json(), "error": None}


def _json(report: TranscriptReport) -> dict[str, Any]:
    return {"text": report.transcript.text, "encore": report.as_json()}


def _verbose(report: TranscriptReport, duration_s: float) -> dict[str, Any]:
    transcript = report.transcript
    return {
        "task": "transcribe",
        "language": transcript.language,
        "duration": round(duration_s, 3),
        "text": transcript.text,
        "segments": [
            {"id": place, "start": round(part.start_s, 2), "end": round(part.end_s, 2), "text": part.text}
            for place, part in enumerate(transcript.segments)
        ],
        "usage": {"type": "duration", "seconds": round(duration_s, 3)},
        "encore": report.as_json(),
    }
