"""The Cache tab: what is stored, what it saved, what single entries hold, and how to empty it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from core.audio import AudioClip
from core.cache.key import Key, Namespace
from core.engines.base import Transcript
from core.sound import encode_take
from core.speakers.profile import SpeakerProfile
from webui.components import notice
from webui.components.cache_view import cache_view
from webui.components.confirm import Confirm
from webui.components.entries import shelf_view
from webui.components.markup import markup
from webui.events import Form, Updates, on
from webui.page import Page
from webui.session import Session
from webui.shelf import KINDS, LISTED, POPULAR, SHOWN, Look, Shelf, Sound

REFRESH_SECONDS = 3
"""How often the figures are read while the tab is open."""


class CacheTab:
    """Figures and charts, the entries one by one, and a purge for each namespace."""

    def __init__(self, page: Page) -> None:
        self._page = page
        put = page.labels.put
        with gr.Column(elem_classes="e-panel", elem_id="cache-panel"):
            put(gr.Markdown(elem_classes="e-title"), value="cache.title")
            self.figures = markup()
            with gr.Row(elem_classes="e-purges"):
                self._purges = {namespace: self._purge(namespace) for namespace in SHOWN}
            self.notice = markup()
        with gr.Column(elem_classes="e-panel", elem_id="shelf-panel"):
            put(gr.Markdown(elem_classes="e-title"), value="cache.shelf")
            self.shelf_notice = markup()
            self.shelf = markup("encore.shelf(element, data => trigger('act', data), watch)")
        self.timer = gr.Timer(REFRESH_SECONDS, active=False)
        self._wire()

    def _purge(self, namespace: Namespace) -> Confirm:
        with gr.Column(min_width=200):
            return Confirm(
                self._page.labels,
                ask=f"cache.purge.{namespace.value}",
                question=f"cache.purge_sure.{namespace.value}",
                yes="cache.purge.yes",
            )

    def _wire(self) -> None:
        session = self._page.session
        on(self.timer.tick, self.redraw_figures, [session], [self.figures])
        on(self.shelf.act, self._on_act, [session], [self.figures, self.shelf, self.shelf_notice])
        for namespace, confirm in self._purges.items():
            confirm.on_yes(partial(self._on_purge, namespace), [session], self.drawn)

    def watch(self, *, shown: gr.Tab, hidden: Sequence[gr.Tab]) -> None:
        """Read the figures while ``shown`` is open, and only then."""
        on(shown.select, self._on_open, [self._page.session], [self.timer, *self.drawn])
        for tab in hidden:
            on(tab.select, self._on_leave, [self._page.session], [self.timer], queue=False)

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language; nothing while nobody looks."""
        if not session.shelf.shown:
            return dict.fromkeys(self.drawn, "")
        return {
            self.figures: self._figures(session),
            self.shelf: self._shelf(session),
            self.notice: "",
            self.shelf_notice: "",
        }

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {self.figures, self.shelf, self.notice, self.shelf_notice}

    def redraw_figures(self, form: Form) -> Updates:
        """The figures of this moment."""
        return {self.figures: self._figures(form[self._page.session])}

    def _figures(self, session: Session) -> str:
        cache = self._page.studio.cache
        return cache_view(session.texts, cache.stats(), cache.minutes())

    def _shelf(self, session: Session) -> str:
        studio, shelf = self._page.studio, session.shelf
        voices = {voice.voice_id: voice.name for voice in studio.library.voices()} if shelf.kind == POPULAR else {}
        return shelf_view(session.texts, shelf, private=self._page.private, voices=voices)

    def _on_open(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        session.shelf.shown = True
        self._read(session.shelf)
        return {self.timer: gr.Timer(active=True), **self.redraw(session)}

    def _on_leave(self, form: Form) -> Updates:
        form[self._page.session].shelf.shown = False
        return {self.timer: gr.Timer(active=False)}

    def _on_purge(self, namespace: Namespace, form: Form) -> Updates:
        session: Session = form[self._page.session]
        try:
            count = self._page.studio.cache.purge(namespace=namespace)
        except Exception as error:
            return {self.notice: notice.failure(session.texts, error)}
        self._read(session.shelf)
        return {**self.redraw(session), self.notice: self._purged(session, count)}

    def _on_act(self, form: Form, event: gr.EventData) -> Updates:
        """Something was clicked in the list of entries."""
        session: Session = form[self._page.session]
        shelf, name = session.shelf, str(event.name)
        told = ""
        try:
            if event.act == "kind" and name in KINDS:
                shelf.kind = name
                self._read(shelf)
            elif event.act == "refresh":
                self._read(shelf)
            elif event.act == "look":
                shelf.look = None if shelf.look and shelf.look.name == name else self._look(name)
            elif event.act == "purge":
                told = self._purged(session, self._page.studio.cache.purge(key=Key.parse(name)))
                shelf.take_off(name)
        except Exception as error:
            return {self.shelf_notice: notice.failure(session.texts, error)}
        updates: Updates = {self.shelf: self._shelf(session), self.shelf_notice: told}
        return updates | self.redraw_figures(form) if event.act == "purge" else updates

    def _read(self, shelf: Shelf) -> None:
        """List what there is now."""
        cache = self._page.studio.cache
        shelf.look = None
        if shelf.kind == POPULAR:
            shelf.popular = cache.popular(LISTED)
        else:
            shelf.entries = cache.entries(Namespace(shelf.kind), LISTED)

    def _look(self, name: str) -> Look:
        """What the entry called ``name`` holds, as far as it is for the eyes of whoever uses the page."""
        key = Key.parse(name)
        if not self._page.private and key.namespace is not Namespace.SPEAKER:
            return Look(name, None)
        found: AudioClip | SpeakerProfile | Transcript | None = self._page.studio.look(key)
        if isinstance(found, AudioClip):
            clip = self._page.clips.put(encode_take(found), "segment.wav")
            return Look(name, Sound(clip.clip_id, found.duration_s, found.sample_rate))
        return Look(name, found, gone=found is None)

    def _purged(self, session: Session, count: int) -> str:
        return notice.notice("good", session.texts("cache.purged", count=count))
