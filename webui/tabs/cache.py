"""The Cache tab: what is stored, what it saved, and how to empty it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from core.cache.key import Namespace
from webui.components import notice
from webui.components.cache_view import SHOWN, cache_view
from webui.components.confirm import Confirm
from webui.components.markup import markup
from webui.events import Form, Updates, on
from webui.page import Page
from webui.session import Session

REFRESH_SECONDS = 3
"""How often the figures are read while the tab is open."""


class CacheTab:
    """Figures, and a purge for each namespace."""

    def __init__(self, page: Page) -> None:
        self._page = page
        put = page.labels.put
        with gr.Column(elem_classes="e-panel", elem_id="cache-panel"):
            put(gr.Markdown(elem_classes="e-title"), value="cache.title")
            self.figures = markup()
            with gr.Row(elem_classes="e-purges"):
                self._purges = {namespace: self._purge(namespace) for namespace in SHOWN}
            self.notice = markup()
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
        for namespace, confirm in self._purges.items():
            confirm.on_yes(partial(self._on_purge, namespace), [session], [self.figures, self.notice])

    def watch(self, *, shown: gr.Tab, hidden: Sequence[gr.Tab]) -> None:
        """Read the figures while ``shown`` is open, and only then."""
        on(shown.select, self._on_open, [self._page.session], [self.figures, self.timer, self.notice])
        for tab in hidden:
            on(tab.select, lambda: {self.timer: gr.Timer(active=False)}, outputs=[self.timer], queue=False)

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {self.figures: cache_view(session.texts, self._page.studio.cache.stats()), self.notice: ""}

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {self.figures, self.notice}

    def redraw_figures(self, form: Form) -> Updates:
        """The figures of this moment."""
        session: Session = form[self._page.session]
        return {self.figures: cache_view(session.texts, self._page.studio.cache.stats())}

    def _on_open(self, form: Form) -> Updates:
        return {**self.redraw_figures(form), self.timer: gr.Timer(active=True), self.notice: ""}

    def _on_purge(self, namespace: Namespace, form: Form) -> Updates:
        session: Session = form[self._page.session]
        try:
            count = self._page.studio.cache.purge(namespace=namespace)
        except Exception as error:
            return {self.notice: notice.failure(session.texts, error)}
        return {
            **self.redraw_figures(form),
            self.notice: notice.notice("good", session.texts("cache.purged", count=count)),
        }
