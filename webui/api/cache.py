"""``GET /cache/stats``: what ``encore cache stats --json`` prints."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from core.studio import Studio
from webui.api.errors import OpenAIRoute
from webui.api.schemas import FAILURES, CacheFigures


def cache_routes(studio: Studio) -> APIRouter:
    """The route on ``studio``."""
    routes = APIRouter(tags=["Encore"], route_class=OpenAIRoute)

    @routes.get(
        "/cache/stats",
        summary="What the cache did and holds",
        responses={200: {"model": CacheFigures, "description": "All nodes together."}, **FAILURES},
    )
    def stats() -> JSONResponse:
        """The same as `encore cache stats --json`."""
        return JSONResponse(studio.cache.stats().as_json())

    return routes
