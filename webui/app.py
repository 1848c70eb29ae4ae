"""The page and the routes beside it, put together around one studio."""

from collections.abc import Sequence
from functools import partial
from importlib import resources
from typing import Any, Protocol

import gradio as gr
from fastapi import FastAPI, Request, Response
from gradio.block_function import BlockFunction
from gradio_client.utils import is_file_obj_with_meta, traverse
from starlette.routing import Mount

from core.errors import InvalidInput
from core.studio import Studio
from webui.api.app import api_on
from webui.api.audio import ClipStore
from webui.api.errors import answer
from webui.components.header import header
from webui.components.markup import markup
from webui.desk.desk import Desk
from webui.desk.routes import desk_routes
from webui.events import Form, Updates, joined, on
from webui.gate.house import guest_of
from webui.i18n import texts
from webui.page import Page
from webui.server import serve
from webui.session import Session
from webui.tabs.cache import CacheTab
from webui.tabs.clone import CloneTab
from webui.tabs.emotion import EmotionTab
from webui.tabs.engines import EnginesTab
from webui.tabs.pronunciation import PronunciationTab
from webui.tabs.returning import Returning
from webui.tabs.script import ScriptTab
from webui.tabs.sending import Sending
from webui.tabs.transcribe import TranscribeTab
from webui.tabs.voices import VoicesTab
from webui.theme import theme

__all__ = ["build_app", "serve"]

STATUS_SECONDS = 15
"""How often the header looks at Redis and the engine."""
STARTING_LANGUAGE = "(session, language) => [session, encore.language()]"
STYLES = ("encore", "pronunciation", "emotion", "voices", "cache", "engines", "script")
"""Style sheets, in their order."""
DESK = ("parts", "project", "row", "sheet", "bar", "cast", "line", "check", "deliver", "brought")
"""What the Script tab is drawn from."""
SCRIPTS = (
    "encore",
    "kept",
    "pronunciation",
    "emotion",
    "voices",
    "cache",
    "engines",
    *(f"script-{part}" for part in DESK),
    "script",
)
"""Scripts, in their order."""
CONCURRENT = 16
"""Requests that the page works on at once: a hit must not wait behind somebody's miss."""


class Tab(Protocol):
    """What a tab has that shows more than labels."""

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        ...

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        ...


def build_app(studio: Studio, *, private: bool = True) -> FastAPI:
    """The whole app on ``studio``; ``private`` if only people at this machine can open it."""
    clips = ClipStore()
    desk = Desk(studio, clips, private=private)
    app = api_on(studio, clips)
    app.include_router(desk_routes(desk))
    gr.mount_gradio_app(
        app,
        _blocks(Page(studio, clips, desk, private)),
        path="/",
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        max_file_size=0,  # clips come in by the audio route
        theme=theme(),
        head=_head(),
    )
    page = app.routes[-1]
    assert isinstance(page, Mount)  # noqa: S101 — that is what was put there
    assert isinstance(page.app, FastAPI)  # noqa: S101
    page.app.add_exception_handler(KeyError, _no_event)
    return app


async def _no_event(request: Request, _error: Exception) -> Response:
    """What is sent to a handler that the page does not have: Gradio looks for it, and would fail."""
    return answer(InvalidInput("api.path", path=request.url.path), 404)


class _Blocks(gr.Blocks):
    """A page whose events name no files: of this machine, or at an address, Gradio would fetch whichever they name."""

    async def preprocess_data(self, block_fn: BlockFunction, inputs: list[Any], *more: Any, **options: Any) -> Any:
        """As Gradio's, without files. Raises :class:`gr.Error`."""
        traverse(inputs, _refuse_file, is_file_obj_with_meta)
        return await super().preprocess_data(block_fn, inputs, *more, **options)


def _refuse_file(_file: Any) -> None:
    raise gr.Error(str(InvalidInput("api.event_file")), print_exception=False)


def _blocks(page: Page) -> gr.Blocks:
    """The page: a header over the tabs."""
    blocks = _Blocks(title="Encore", analytics_enabled=False, fill_width=True)
    with blocks:
        page.session.render()  # type: ignore[no-untyped-call]
        page.language.render()  # type: ignore[no-untyped-call]
        page.speaking.render()  # type: ignore[no-untyped-call]
        head = markup("encore.header(element, data => trigger('speak', data))", elem_id="header")
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as tabs:
            with page.labels.put(gr.Tab(id="clone"), label="tab.clone") as clone_tab:
                clone = CloneTab(page)
            with page.labels.put(gr.Tab(id="script", elem_id="script-tab"), label="tab.script") as script_tab:
                script = ScriptTab(page)
            with page.labels.put(gr.Tab(id="pronunciation"), label="tab.pronunciation") as pronunciation_tab:
                pronunciation = PronunciationTab(page, clone, tabs)
            with page.labels.put(gr.Tab(id="emotion"), label="tab.emotion") as emotion_tab:
                emotion = EmotionTab(page, clone, tabs)
            with page.labels.put(gr.Tab(id="voices", elem_id="voices-tab"), label="tab.voices") as voices_tab:
                voices = VoicesTab(page, clone, tabs)
            with page.labels.put(gr.Tab(id="transcribe"), label="tab.transcribe") as transcribe_tab:
                transcribe = TranscribeTab(page, clone, tabs)
            with page.labels.put(gr.Tab(id="cache", elem_id="cache-tab"), label="tab.cache") as cache_tab:
                cache = CacheTab(page)
            with page.labels.put(gr.Tab(id="engines", elem_id="engines-tab"), label="tab.engines") as engines_tab:
                engines = EnginesTab(page, clone, transcribe)
        pronunciation.watch(pronunciation_tab)
        emotion.watch(emotion_tab)
        voices.watch(voices_tab)
        script.connect(pronunciation, tabs)
        Sending(page, script, clone, emotion, transcribe, tabs)
        returning = Returning(page, clone)
        others = [clone_tab, script_tab, pronunciation_tab, emotion_tab, voices_tab, transcribe_tab]
        cache.watch(shown=cache_tab, hidden=[*others, engines_tab])
        engines.watch(shown=engines_tab, hidden=[*others, cache_tab])
        loaded = _wire(blocks, page, head, [clone, script, pronunciation, emotion, voices, transcribe, cache, engines])
        returning.follow(loaded)
    return blocks


def _wire(blocks: gr.Blocks, page: Page, head: gr.HTML, tabs: Sequence[Tab]) -> Any:
    """The language, and what the header tells; the event of the page being loaded."""
    language = page.language

    def draw_header(session: Session) -> Updates:
        cache = page.studio.cache
        attention = bool(cache.notices)
        return {
            head: header(
                session.texts,
                page.engine(session),
                redis=cache.redis_state,
                attention=attention,
                who=session.viewer,
            )
        }

    def speak(session: Session, chosen: str) -> Updates:
        session.language = texts(chosen).language
        updates = draw_header(session) | page.labels.updates(session.texts) | {language: session.language}
        for tab in tabs:
            updates = joined(updates, tab.redraw(session))
        return updates

    def on_load(session: Session, chosen: str, asked: gr.Request) -> Updates:
        page.open(session)
        session.guest = guest_of(asked.request.scope if asked.request else {})
        session.agreed = session.guest.agreed
        return speak(session, chosen)

    def on_speak(form: Form, event: gr.EventData) -> Updates:
        return speak(form[page.session], str(event.language))

    def on_tick(form: Form) -> Updates:
        return draw_header(form[page.session])

    everything = [head, language, *page.labels.parts, *(part for tab in tabs for part in tab.drawn)]
    on(head.speak, on_speak, [page.session], everything)
    # A script's answers come by position, so this is the one handler that takes its inputs so.
    loaded = blocks.load(
        on_load,
        [page.session, language],
        everything,
        js=STARTING_LANGUAGE,
        show_progress="hidden",
        api_visibility="private",
    )
    language.change(None, inputs=language, js="language => encore.ready(language)")
    on(partial(gr.on, [gr.Timer(STATUS_SECONDS).tick, page.speaking.change]), on_tick, [page.session], [head])
    blocks.queue(default_concurrency_limit=CONCURRENT)
    return loaded


def _head() -> str:
    """Style and script, in the page itself: nothing is loaded from elsewhere, and nothing flickers."""
    assets = resources.files("assets")
    style, script = (
        "".join((assets / f"{name}.{kind}").read_text("utf-8") for name in names)
        for names, kind in ((STYLES, "css"), (SCRIPTS, "js"))
    )
    return f"<style>{style}</style>\n<script>{script}</script>"
