"""All routes, put onto one app: beside the page, or alone."""

from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from core import __version__
from core.errors import InvalidInput
from core.studio import Studio
from webui.api.audio import ClipStore, audio_routes
from webui.api.cache import cache_routes
from webui.api.docs import add_docs
from webui.api.errors import answer
from webui.api.metrics import metrics_routes
from webui.api.speech import speech_routes
from webui.api.spoken import Speaking
from webui.api.transcripts import transcript_routes
from webui.api.tts import tts_routes
from webui.api.voice_files import voice_file_routes
from webui.api.voices import voice_routes

ABOUT = """Speech in cloned voices, and transcripts; nothing that was computed once is computed again.

The routes under `/v1` take what OpenAI's clients send. Every failure is a sentence, in the shape that they know.
"""


def api_on(studio: Studio, clips: ClipStore) -> FastAPI:
    """An app with every route of the API on ``studio``; the first engine of each kind is the default.

    What was made whole can be had again from ``clips``.
    """
    app = _Api(title="Encore", version=__version__, description=ABOUT, docs_url=None, redoc_url=None)
    speaking = Speaking(studio, clips)
    app.include_router(speech_routes(speaking))
    app.include_router(transcript_routes(studio))
    app.include_router(voice_routes(studio))
    app.include_router(tts_routes(speaking))
    app.include_router(cache_routes(studio))
    app.include_router(metrics_routes(studio))
    app.include_router(audio_routes(clips))
    app.include_router(voice_file_routes(studio))
    add_docs(app)
    app.add_exception_handler(HTTPException, _no_route)
    return app


def build_api(studio: Studio) -> FastAPI:
    """The API alone, without a page."""
    return api_on(studio, ClipStore())


class _Api(FastAPI):
    """Describes how to log in, too: that is checked before a request gets here, if at all."""

    def openapi(self) -> dict[str, Any]:
        """As FastAPI's, with that."""
        described = super().openapi()
        schemes = {kind: {"type": "http", "scheme": kind} for kind in ("bearer", "basic")}
        described["components"]["securitySchemes"] = schemes
        described["security"] = [{}, *({kind: []} for kind in schemes)]
        return described


async def _no_route(request: Request, error: Exception) -> Response:
    """What no route took, in the shape of all other failures."""
    assert isinstance(error, HTTPException)  # noqa: S101 — that is what it is the handler of
    path = request.url.path
    if error.status_code == 405:
        methods = (error.headers or {}).get("Allow", "")
        told = answer(InvalidInput("api.method", path=path, method=request.method, methods=methods), 405)
        told.headers["Allow"] = methods
        return told
    return answer(InvalidInput("api.path", path=path), error.status_code)
