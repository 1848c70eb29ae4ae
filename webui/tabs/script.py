"""The Script tab: a sheet of lines. It is drawn in the browser and talks to the desk; here are its words, and the way
to the Pronunciation tab and back."""

import json
import secrets
from html import escape
from typing import Any

import gradio as gr

from webui.components import notice
from webui.components.icons import icons
from webui.components.markup import markup
from webui.events import Form, Updates, on
from webui.i18n import Texts
from webui.page import Page
from webui.session import Session
from webui.tabs.pronunciation import PronunciationTab

WORDS = (
    "desk.",
    "tab.script",
    "unit.",
    "outcome.",
    "tier.",
    "language.",
    "take.",
    "badge.",
    "latency.",
    "live.",
    "clone.",
)
"""What the browser needs of the page's words."""


class ScriptTab:
    """A place to draw in, and the words for it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.root = markup(
            "encore.script(element, data => trigger('pronounce', data))",
            value='<div class="e-script"><span class="e-unseen">…</span></div>',
            elem_id="script-desk",
        )
        self.words = markup("encore.scriptWords(element, watch)", visible="hidden")
        self.marked = markup("encore.scriptMarked(element, watch)", visible="hidden")

    def connect(self, pronunciation: PronunciationTab, tabs: gr.Tabs) -> None:
        """Lines go to ``pronunciation`` to be marked, and come back."""
        self._pronunciation, self._tabs = pronunciation, tabs
        session = self._page.session
        on(self.root.pronounce, self._on_pronounce, [session], [tabs, *pronunciation.opened])
        on(
            pronunciation.back.click,
            self._on_back,
            [session, pronunciation.text],
            [tabs, self.marked, pronunciation.back, pronunciation.notice],
        )

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {self.words: _words(session.texts)}

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {self.words}

    def _on_pronounce(self, form: Form, event: gr.EventData) -> Updates:
        """A line is opened where its readings can be marked, at the place that was asked for."""
        session: Session = form[self._page.session]
        session.draft.line = str(event.line)
        shown = self._pronunciation.open(session, str(event.text), int(event.start))
        return {self._tabs: gr.update(selected="pronunciation"), **shown}

    def _on_back(self, form: Form) -> Updates:
        """What was marked goes into its line."""
        session: Session = form[self._page.session]
        try:
            text = self._pronunciation.readable(form)
        except Exception as error:
            return {self._pronunciation.notice: notice.failure(session.texts, error)}
        line, session.draft.line = session.draft.line, ""
        # No two are alike: the page hears of what differs from the last only.
        told = json.dumps({"line": line, "text": text, "nonce": secrets.token_hex(4)})
        return {
            self._tabs: gr.update(selected="script"),
            self.marked: escape(told),
            self._pronunciation.back: gr.update(visible=False),
            self._pronunciation.notice: "",
        }


def _words(texts: Texts) -> str:
    """The words and drawings that the browser needs, as JSON in an element that nobody sees."""
    words = {key: text for key, text in texts.entries.items() if key.startswith(WORDS)}
    return escape(json.dumps({"language": texts.language, "words": words, "icons": icons()}, ensure_ascii=False))
