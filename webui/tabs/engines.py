"""The Engines tab: which engines there are, what each lacks, what it does just now, and its memory given back."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import gradio as gr

from core.engines.keeper import EngineStatus, Kind
from webui.components import notice
from webui.components.engines import Engine, engine_name, engines_view
from webui.components.markup import markup
from webui.events import Form, Updates, on
from webui.page import Page
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.tabs.transcribe import TranscribeTab

REFRESH_SECONDS = 2
"""How often the engines are looked at while the tab is open."""


class EnginesTab:
    """Every engine on a card."""

    def __init__(self, page: Page, clone: CloneTab, transcribe: TranscribeTab) -> None:
        self._page, self._clone, self._transcribe = page, clone, transcribe
        with gr.Column(elem_classes="e-panel", elem_id="engines-panel"):
            page.labels.put(gr.Markdown(elem_classes="e-title"), value="engines.title")
            self.notice = markup()
            self.view = markup("encore.engines(element, data => trigger('act', data))")
        self.timer = gr.Timer(REFRESH_SECONDS, active=False)
        self._wire()

    def _wire(self) -> None:
        page, clone, transcribe = self._page, self._clone, self._transcribe
        on(self.timer.tick, self._on_tick, [page.session], [self.view])
        on(
            self.view.act,
            self._on_act,
            [page.session, clone.text, clone.mood.choice, *clone.settings, transcribe.language],
            [self.view, self.notice, *clone.fitted, *transcribe.fitted],
            trigger_mode="multiple",
        )

    def watch(self, *, shown: gr.Tab, hidden: Sequence[gr.Tab]) -> None:
        """Look at the engines while ``shown`` is open, and only then."""
        on(shown.select, self._on_open, [self._page.session], [self.timer, *self.drawn])
        for tab in hidden:
            on(tab.select, lambda: {self.timer: gr.Timer(active=False)}, outputs=[self.timer], queue=False)

    # What the page asks of the tab

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {self.view: self._view(session), self.notice: ""}

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {self.view, self.notice}

    def _view(self, session: Session) -> str:
        statuses = self._page.studio.keeper.status()
        engines = [self._engine(session, status, statuses) for status in statuses]
        return engines_view(session.texts, engines, private=self._page.private)

    def _engine(self, session: Session, status: EngineStatus, all_there_are: Sequence[EngineStatus]) -> Engine:
        speaks = status.kind == "synthesis"
        studio = self._page.studio
        engine = studio.synthesis[status.name] if speaks else studio.recognition[status.name]
        chosen = (self._page.engine(session) if speaks else self._page.recogniser(session)).name
        usable = [each for each in all_there_are if each.kind == status.kind and each.availability.ready]
        return Engine(status, engine.capabilities, status.name == chosen, len(usable) > 1)

    # Events

    def _on_tick(self, form: Form) -> Updates:
        return {self.view: self._view(form[self._page.session])}

    def _on_open(self, form: Form) -> Updates:
        return {self.timer: gr.Timer(active=True), **self.redraw(form[self._page.session])}

    def _on_act(self, form: Form, event: gr.EventData) -> Iterator[Updates]:
        """An engine is to be used, or its model to be loaded or let go."""
        session: Session = form[self._page.session]
        name, kind, texts = str(event.engine), event.kind, session.texts
        if kind not in get_args(Kind):
            return
        if event.act == "use":
            if kind == "synthesis":
                updates = self._clone.change(session, form, name)
            else:
                updates = self._transcribe.change(session, form, name)
            yield {**updates, **self.redraw(session)}
        elif event.act in ("load", "unload") and self._page.private:
            keeper, shown = self._page.studio.keeper, engine_name(texts, name)
            yield {self.notice: notice.progress(texts(f"engines.doing.{event.act}", engine=shown), None)}
            try:
                (keeper.load if event.act == "load" else keeper.unload)(name, kind)
                told = notice.notice("good", texts(f"engines.done.{event.act}", engine=shown))
            except Exception as error:
                told = notice.failure(texts, error)
            yield {self.view: self._view(session), self.notice: told}
