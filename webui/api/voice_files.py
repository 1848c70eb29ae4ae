"""``GET /voices/{id}/file``: a saved voice as a file, for its owner to take elsewhere."""

from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from core.speakers import bundle
from core.studio import Studio
from webui.api.errors import OpenAIRoute
from webui.gate.access import caller_of


def voice_file_routes(studio: Studio) -> APIRouter:
    """The route on ``studio``."""
    routes = APIRouter(route_class=OpenAIRoute)

    @routes.get("/voices/{voice_id}/file", include_in_schema=False)
    def voice_file(request: Request, voice_id: str) -> Response:
        """The recordings, what is known of the voice, and the profiles that were made from it here."""
        voice = bundle.bundle_of(studio.library, voice_id, caller_of(request.scope).name)
        data = bundle.pack(replace(voice, profiles=tuple(bundle.profiles_of(studio, voice.recordings))))
        name = quote(f"{voice.name}{bundle.SUFFIX}", safe="")
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(data, media_type="application/octet-stream", headers=headers)

    return routes
