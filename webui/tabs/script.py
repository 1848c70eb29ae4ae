"""The Script tab: a sheet of lines. It is drawn in the browser and talks to the desk; here are its words, and the way
to the Pronunciation tab and back."""

import json
import secrets
from html import escape
from typing import Any

import gradio as gr

from core.desk.rendering import request_of
from core.errors import EncoreError, InvalidInput
from core.request import SynthesisRequest
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
            "encore.script(element, {pronounce: to => trigger('pronounce', to), open: to => trigger('open', to)})",
            value='<div class="e-script"><span class="e-unseen">…</span></div>',
            elem_id="script-desk",
        )
        self.words = markup("encore.scriptWords(element, watch)", visible="hidden")
        self.brought = markup("encore.scriptBrought(element, watch)", visible="hidden")

    def connect(self, pronunciation: PronunciationTab, tabs: gr.Tabs) -> None:
        """Lines go to ``pronunciation`` to be marked, and come back."""
        self._pronunciation, self._tabs = pronunciation, tabs
        session = self._page.session
        on(self.root.pronounce, self._on_pronounce, [session], [tabs, *pronunciation.opened])
        on(
            pronunciation.back.click,
            self._on_back,
            [session, pronunciation.text],
            [tabs, self.brought, pronunciation.back, pronunciation.notice],
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
        try:
            session.draft.spoken = line_request(self._page, session, str(event.project), str(event.line))
        except EncoreError:  # it is heard as Clone is set, then
            session.draft.spoken = None
        shown = self._pronunciation.open(session, str(event.text), int(event.start))
        return {self._tabs: gr.update(selected="pronunciation"), **shown}

    def _on_back(self, form: Form) -> Updates:
        """What was marked goes into its line."""
        session: Session = form[self._page.session]
        try:
            text = self._pronunciation.readable(form)
        except Exception as error:
            return {self._pronunciation.notice: notice.failure(session.texts, error)}
        line, session.draft.line, session.draft.spoken = session.draft.line, "", None
        return {
            self._tabs: gr.update(selected="script"),
            self.brought: brought(line=line, fields={"text": text}),
            self._pronunciation.back: gr.update(visible=False),
            self._pronunciation.notice: "",
        }


def brought(**told: object) -> str:
    """What the browser is to put into the script: ``link`` of a take, ``lines`` and a ``title``, or the ``fields`` of a
    ``line`` that are other ones now; or an ``error`` to be told there.
    """
    # No two are alike: the page hears of what differs from the last only.
    return escape(json.dumps({**told, "nonce": secrets.token_hex(4)}, ensure_ascii=False))


def line_request(page: Page, session: Session, project_id: str, line_id: str) -> SynthesisRequest:
    """How a line of an open project is spoken. Raises :class:`EncoreError`."""
    project = page.desk.work(session.guest, project_id).opened.project
    line = next((each for each in project.script.lines if each.line_id == line_id), None)
    if line is None:
        raise InvalidInput("desk.line_gone")
    return request_of(project, line, page.studio, session.viewer)


def _words(texts: Texts) -> str:
    """The words and drawings that the browser needs, as JSON in an element that nobody sees."""
    words = {key: text for key, text in texts.entries.items() if key.startswith(WORDS)}
    return escape(json.dumps({"language": texts.language, "words": words, "icons": icons()}, ensure_ascii=False))
