"""What can be asked for: ``GET /v1/models``, ``GET /v1/audio/voices`` and ``GET /health``.

An Encore that speaks through another one reads all that it has to know from ``/v1/models``.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from core.engines.base import Capabilities, Engine, StockVoice, SynthesisEngine
from core.engines.registry import Registry
from core.errors import EncoreError
from core.studio import Studio
from webui.api.errors import OpenAIRoute
from webui.api.schemas import FAILURES, Health, Models, Sign, Voices
from webui.gate.access import caller_of

Json = dict[str, Any]
EngineT = TypeVar("EngineT", bound=Engine)
_CAPABILITIES = TypeAdapter(Capabilities)
_VOICES = TypeAdapter(tuple[StockVoice, ...])


def voice_routes(studio: Studio) -> APIRouter:
    """The routes on ``studio``; its first engine is the default."""
    routes = APIRouter(route_class=OpenAIRoute)

    @routes.get(
        "/v1/models",
        tags=["OpenAI"],
        summary="The engines",
        responses={200: {"model": Models, "description": "The engines."}, **FAILURES},
    )
    def models() -> Json:
        """Those that speak, the default first, then those that write down.

        Under `encore` stands what another Encore has to know.
        """
        speaking = [_model(engine, _speaking(engine)) for engine in _usable(studio.synthesis)]
        listening = [_model(engine, {"kind": "recognition"}) for engine in _usable(studio.recognition)]
        return {"object": "list", "data": [*speaking, *listening]}

    @routes.get(
        "/v1/audio/voices",
        tags=["OpenAI"],
        summary="The voices",
        responses={200: {"model": Voices, "description": "The voices."}, **FAILURES},
    )
    def voices(request: Request) -> Json:
        """The saved voices that are yours or for everybody, and those that come with the engines."""
        viewer = caller_of(request.scope).name
        saved = [{"name": voice.name, "kind": "saved"} for voice in studio.library.voices(viewer)]
        stock = [
            {"name": voice["name"], "kind": "stock", "model": engine.name, **voice}
            for engine in _usable(studio.synthesis)
            for voice in _VOICES.dump_python(tuple(engine.voices), mode="json")
        ]
        return {"voices": [*saved, *stock]}

    @routes.get(
        "/health",
        tags=["Encore"],
        summary="Whether all is well",
        responses={
            200: {"model": Health | Sign, "description": "All is well."},
            503: {"model": Health | Sign, "description": "The default engine cannot be used."},
        },
    )
    def health(request: Request) -> JSONResponse:
        """200 if the default engine can be used, else 503. Without Redis everything works, only slower.

        `queue` is how many requests wait for an engine. Who has not logged in where that is asked for is told the
        status alone.
        """
        default = studio.synthesis.names[0]
        usable = [engine.name for engine in _usable(studio.synthesis)]
        well = default in usable
        sign = {"status": "ok" if well else "unavailable"}
        status_code = 200 if well else 503
        if caller_of(request.scope).kind == "stranger":
            return JSONResponse(sign, status_code)
        engines = {
            status.name: {
                "usable": status.name in usable,
                "loaded": status.loaded,
                "working": status.working,
                "waiting": status.waiting,
            }
            for status in studio.keeper.status()
            if status.kind == "synthesis"
        }
        told = {
            **sign,
            "engine": default,
            "engines": engines,
            "queue": studio.keeper.waiting,
            "redis": studio.cache.redis_state.up,
        }
        return JSONResponse(told, status_code)

    return routes


def _usable(engines: Registry[EngineT]) -> Iterator[EngineT]:
    """The engines that have what they need, as far as that can be told without loading them."""
    for name in engines.names:
        engine = engines[name]
        if not engine.availability.ready:
            continue
        try:
            _ = engine.fingerprint, getattr(engine, "voices", ())
        except EncoreError:
            continue
        yield engine


def _model(engine: Engine, told: Json) -> Json:
    capabilities = _CAPABILITIES.dump_python(engine.capabilities, mode="json")
    details = {"fingerprint": engine.fingerprint, "capabilities": capabilities, **told}
    return {"id": engine.name, "object": "model", "created": 0, "owned_by": "encore", "encore": details}


def _speaking(engine: SynthesisEngine) -> Json:
    voices = _VOICES.dump_python(tuple(engine.voices), mode="json")
    return {"kind": "synthesis", "sample_rate": engine.sample_rate, "voices": voices}
