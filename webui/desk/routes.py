"""The desk over HTTP, for the page: projects are opened, changed and spoken, and what happens is told as events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from core.desk import portable
from core.desk.delivery.naming import file_stem
from core.desk.delivery.wish import Delivery
from core.desk.editing import Edit, SetLine
from core.desk.importing import MOST_BYTES
from core.desk.rendering import named_voices
from core.desk.script import MOST_LINES, MOST_TITLE
from core.errors import InvalidInput
from webui.api.uploads import UPLOAD_TYPE, body_of
from webui.desk.bringing import import_script, open_file, take_from_link
from webui.desk.desk import Desk, Work
from webui.desk.feed import Json
from webui.desk.opened import Changes
from webui.desk.shown import findings_json, offered
from webui.desk.speaking import MOST_TAKES_AT_ONCE, rendering_json
from webui.desk.wire import DeskRoute, attachment, words_of
from webui.gate.house import Guest, guest_of
from webui.i18n import Texts

KEPT_NOWHERE = {"Cache-Control": "no-store"}
STREAM = {**KEPT_NOWHERE, "X-Accel-Buffering": "no"}
"""Proxies are not to hold events back."""

LONGEST_LINK = 8_000
"""With the address that it came in."""

Name = Annotated[str, Query(max_length=300)]
Id = Annotated[str, Field(max_length=64)]
Ids = Annotated[list[Id], Field(max_length=MOST_LINES)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class New(_Body):
    """A project to be made."""

    title: Annotated[str, Field(max_length=MOST_TITLE)] = ""
    sample: bool = False
    """With a few lines to try things on."""


class Edits(_Body):
    """What is done, as one step; nothing only asks what has changed since ``revision``."""

    edits: Annotated[list[Edit], Field(max_length=MOST_LINES)] = []
    revision: int = 0
    """What the page knows."""


class Since(_Body):
    """What the page knows; if it does not tell, what was there before."""

    revision: int | None = None


class Lines(_Body):
    """Lines in the order in which they are wanted; null for all."""

    lines: Ids | None = None


class Wanted(Lines):
    """Lines to be spoken or listened to, or a take."""

    take: Id | None = None


class Takes(_Body):
    """Takes of a line."""

    line_id: Id
    count: Annotated[int, Field(ge=1, le=MOST_TAKES_AT_ONCE)]


class Link(_Body):
    """A take, as somebody sent it."""

    link: Annotated[str, Field(max_length=LONGEST_LINK)]


class Delivered(Lines):
    """Files to be made."""

    delivery: Delivery


def desk_routes(desk: Desk) -> APIRouter:
    """The routes on ``desk``."""

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(desk.close)

    routes = APIRouter(prefix="/desk", route_class=DeskRoute, include_in_schema=False, lifespan=lifespan)

    def asking(request: Request) -> Guest:
        return guest_of(request.scope)

    def open_work(project_id: str, guest: Annotated[Guest, Depends(asking)]) -> Work:
        return desk.work(guest, project_id)

    Asking = Annotated[Guest, Depends(asking)]  # noqa: N806 — a type
    Words = Annotated[Texts, Depends(words_of)]  # noqa: N806
    Opened = Annotated[Work, Depends(open_work)]  # noqa: N806

    def whole(work: Work, guest: Guest, words: Texts) -> Json:
        opened, speaking = work.opened, work.speaking
        return {
            "rendering": rendering_json(speaking.jobs),  # first: what is done by then is in what follows
            **opened.whole(words),
            **offered(desk.studio, opened.project, guest.caller.name, words),
            "agreed": speaking.agreed(guest),
        }

    def changed(told: Changes, work: Work, guest: Guest, words: Texts, *, look: bool = True) -> Json:
        """With what can be chosen, where that is another engine's now. ``look`` finds in the cache what sounds now."""
        project = work.opened.project
        if "engine" in told.script:
            told.changed.update(offered(desk.studio, project, guest.caller.name, words))
        elif "speakers" in told.changed:
            told.changed["named"] = named_voices(project, desk.studio, guest.caller.name)
        if look:
            work.speaking.restore(guest, told.unheard)
        return told.as_json(words)

    @routes.get("/projects")
    def projects(guest: Asking) -> list[Json]:
        return [
            {"id": each.project_id, "title": each.title, "lines": each.lines, "saved_s": each.saved_s}
            for each in desk.list(guest)
        ]

    @routes.post("/projects", status_code=201)
    def create(new: New, guest: Asking, words: Words) -> Json:
        guest.count()
        return whole(desk.create(guest, new.title, words if new.sample else None), guest, words)

    @routes.post("/open", status_code=201)
    async def open_project(request: Request, guest: Asking, words: Words, agreed: bool = False) -> Json:
        data = await body_of(request, portable.MOST_BYTES)
        await asyncio.to_thread(guest.count)
        work = await asyncio.to_thread(open_file, desk, guest, data, agreed=agreed)
        return await asyncio.to_thread(whole, work, guest, words)

    @routes.get("/projects/{project_id}")
    def show(work: Opened, guest: Asking, words: Words) -> Json:
        return whole(work, guest, words)

    @routes.delete("/projects/{project_id}", status_code=204)
    def delete(project_id: str, guest: Asking) -> None:
        desk.delete(guest, project_id)

    @routes.get("/projects/{project_id}/offered")
    def offer(work: Opened, guest: Asking, words: Words) -> Json:
        return offered(desk.studio, work.opened.project, guest.caller.name, words)

    @routes.post("/projects/{project_id}/edit")
    def edit(work: Opened, edits: Edits, guest: Asking, words: Words) -> Json:
        told = work.opened.edit(edits.edits, edits.revision)
        # While somebody types there is nothing to find.
        return changed(told, work, guest, words, look=not all(_types(each) for each in edits.edits))

    @routes.post("/projects/{project_id}/import")
    async def import_file(
        request: Request,
        work: Opened,
        guest: Asking,
        words: Words,
        name: Name = "",
        mode: Literal["append", "replace"] = "append",
    ) -> Json:
        data = await body_of(request, MOST_BYTES)
        await asyncio.to_thread(guest.count)
        read = partial(import_script, work.opened, name, data, instead=mode == "replace")
        told, findings, count = await asyncio.to_thread(read)
        more = {"findings": findings_json(findings, words), "count": count}
        return await asyncio.to_thread(changed, told, work, guest, words) | more

    @routes.post("/projects/{project_id}/take-from-link")
    def take_in(work: Opened, link: Link, guest: Asking, words: Words) -> Json:
        told, findings, line_id = take_from_link(work.opened, link.link)
        more = {"findings": findings_json(findings, words), "line_id": line_id}
        return changed(told, work, guest, words) | more

    @routes.get("/projects/{project_id}/file")
    def file(work: Opened, guest: Asking) -> Response:
        guest.count()
        project = work.opened.project
        name = f"{file_stem(project.title, 'script')}{portable.SUFFIX}"
        data = portable.pack(project, desk.studio.library, guest.caller.name)
        return Response(data, headers={**KEPT_NOWHERE, **attachment(name)}, media_type=UPLOAD_TYPE)

    @routes.post("/projects/{project_id}/undo")
    def undo(work: Opened, guest: Asking, words: Words, since: Since | None = None) -> Json:
        return changed(work.opened.undo(since.revision if since else None), work, guest, words)

    @routes.post("/projects/{project_id}/redo")
    def redo(work: Opened, guest: Asking, words: Words, since: Since | None = None) -> Json:
        return changed(work.opened.redo(since.revision if since else None), work, guest, words)

    @routes.post("/projects/{project_id}/agree", status_code=204)
    def agree(work: Opened, guest: Asking) -> None:
        work.speaking.agree(guest)

    @routes.post("/projects/{project_id}/render", status_code=202)
    def render(work: Opened, wanted: Wanted, guest: Asking) -> Json:
        if wanted.take is not None:
            work.speaking.replay(guest, wanted.take)
        else:
            work.speaking.render(guest, wanted.lines)
        return rendering_json(work.speaking.jobs)

    @routes.post("/projects/{project_id}/takes", status_code=202)
    def takes(work: Opened, wanted: Takes, guest: Asking) -> Json:
        work.speaking.take(guest, wanted.line_id, wanted.count)
        return rendering_json(work.speaking.jobs)

    @routes.post("/projects/{project_id}/check", status_code=202)
    def check(work: Opened, wanted: Wanted, guest: Asking) -> Json:
        work.speaking.check(guest, wanted.lines, wanted.take)
        return rendering_json(work.speaking.jobs)

    @routes.post("/projects/{project_id}/prefer", status_code=204)
    def prefer(work: Opened, lines: Lines) -> None:
        work.speaking.jobs.prefer(lines.lines or ())

    @routes.post("/projects/{project_id}/cancel", status_code=202)
    def cancel(work: Opened, lines: Lines) -> Json:
        work.speaking.cancel(lines.lines)
        return rendering_json(work.speaking.jobs)

    @routes.post("/projects/{project_id}/deliver", status_code=202)
    def deliver(work: Opened, wanted: Delivered, guest: Asking) -> None:
        work.delivering.deliver(guest, wanted.delivery, wanted.lines)

    @routes.post("/projects/{project_id}/deliver/cancel", status_code=202)
    def deliver_nothing(work: Opened) -> None:
        work.delivering.cancel()

    @routes.get("/files/{token}")
    def fetch(token: str, guest: Asking) -> StreamingResponse:
        found = desk.files.get(token, desk.viewer(guest))
        if found is None:
            raise InvalidInput("desk.file_gone")
        told = {**KEPT_NOWHERE, "Content-Length": str(found.size), **attachment(found.name)}
        return StreamingResponse(found.pieces(), headers=told, media_type=found.media_type)

    @routes.get("/projects/{project_id}/events")
    async def events(
        work: Opened,
        words: Words,
        since: Annotated[int | None, Query()] = None,
        last_event_id: Annotated[str, Header()] = "",
    ) -> StreamingResponse:
        heard = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 20 else since
        return StreamingResponse(work.opened.feed.listen(words, heard), headers=STREAM, media_type="text/event-stream")

    return routes


def _types(edit: Edit) -> bool:
    """Whether ``edit`` is what comes of typing in a line."""
    return isinstance(edit, SetLine) and not edit.model_fields_set.isdisjoint({"text", "instruction"})
