"""The personal lexicon in the Pronunciation tab: words with their readings, kept for all later text."""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from html import escape
from typing import Any

import gradio as gr

from core.errors import Cancelled
from core.text.lexicon import Lexicon
from core.text.markup.model import Arpabet, Notation, Text
from core.text.markup.writer import write
from webui.components import notice
from webui.components.annotation_lexicon import lexicon_list
from webui.components.markup import markup
from webui.events import Form, Updates, on
from webui.page import Page
from webui.session import Session
from webui.tabs.hearing import Hearing
from webui.work import Step

KIND = "lexicon"
FILE = "encore-lexicon.csv"
"""What an export is called."""


class LexiconPanel:
    """The list, and what adds to it."""

    def __init__(self, page: Page, hearing: Hearing) -> None:
        self._page, self._hearing = page, hearing
        put = page.labels.put
        self.word = put(
            gr.Textbox(max_lines=1, elem_id="lexicon-word"),
            label="pronunciation.lexicon.word",
            placeholder="pronunciation.lexicon.word_hint",
        )
        with gr.Row(elem_classes="e-add"):
            self.reading = put(
                gr.Textbox(max_lines=1, min_width=120, scale=3, elem_id="lexicon-reading"),
                label="pronunciation.lexicon.reading",
                placeholder="pronunciation.lexicon.reading_hint",
            )
            self.add = put(gr.Button(size="sm", min_width=70, scale=1), value="pronunciation.lexicon.add")
        self.notice = markup()
        self.listed = markup("encore.lexicon(element, data => trigger('act', data))")
        self.heard = markup("encore.heard(element, watch)")
        self.file = markup("encore.download(element, watch)", visible="hidden")

    def wire(self, changed: Callable[[Session], Updates], shown: list[Any]) -> None:
        """Act on what is clicked; ``changed`` draws ``shown`` anew, which is read by the lexicon."""
        session = self._page.session
        self._changed = changed
        drawn = [*self.drawn, *shown]
        on(self.listed.act, self._on_act, self._hearing.inputs, [*drawn, self.file], trigger_mode="multiple")
        added = [*drawn, self.word, self.reading]
        for event in (self.add.click, self.word.submit, self.reading.submit):
            on(event, self._on_add, [session, self.word, self.reading], added)

    # What the tab asks of the panel

    def redraw(self, session: Session) -> Updates:
        """The list as it is now, in the page's language."""
        try:
            return {self.listed: lexicon_list(session.texts, self.lexicon().entries), self.notice: "", self.heard: ""}
        except Exception as error:
            return {self.listed: "", self.notice: notice.failure(session.texts, error), self.heard: ""}

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {self.listed, self.notice, self.heard}

    def lexicon(self) -> Lexicon:
        """The words as they are now. Raises :class:`EncoreError` if somebody broke their file."""
        return self._page.studio.lexicon.load()

    def keep(self, session: Session, word: str, reading: str) -> Updates:
        """Read ``word`` so from now on. Raises :class:`InvalidInput`."""
        self._page.studio.lexicon.set(word, reading)
        told = session.texts("pronunciation.lexicon.kept", word=word.strip())
        return {**self._changed(session), **self.redraw(session), self.notice: notice.notice("good", told)}

    # Events

    def _on_add(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        try:
            kept = self.keep(session, form[self.word] or "", form[self.reading] or "")
        except Exception as error:
            return {self.notice: notice.failure(session.texts, error)}
        return {**kept, self.word: "", self.reading: ""}

    async def _on_act(self, form: Form, event: gr.EventData) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, file = session.texts, self._page.studio.lexicon
        try:
            match event.act:
                case "hear":
                    yield {self.heard: notice.progress(texts("pronunciation.speaking"), None), self.notice: ""}
                    async for heard in self._heard(form, str(event.word)):
                        yield {self.heard: heard}
                case "remove":
                    file.remove(str(event.word))
                    yield {**self._changed(session), **self.redraw(session)}
                case "import":
                    counts = file.import_csv(str(event.content))
                    told = texts("pronunciation.lexicon.imported", **vars(counts))
                    done = {self.notice: notice.notice("good", told)}
                    yield {**self._changed(session), **self.redraw(session), **done}
                case "export":
                    yield {self.file: _file(file.export_csv())}
                case "too-large":
                    yield {self.notice: notice.notice("error", texts("pronunciation.lexicon.too_large"))}
        except Cancelled:
            return
        except Exception as error:
            yield {self.notice: notice.failure(texts, error), self.heard: ""}

    async def _heard(self, form: Form, word: str) -> AsyncIterator[str]:
        """``word`` as the lexicon has it read."""
        marked = self.lexicon().apply((Text(word),))
        language = "en" if any(isinstance(node, Arpabet) for node in marked) else "zh"
        request = self._hearing.word(form, write(marked, Notation.KOKORO), Notation.KOKORO, language)
        async for told in self._hearing.speak(form[self._page.session], request, KIND, word):
            if not isinstance(told, Step):
                yield told


def _file(content: str) -> str:
    """The lexicon for the page to save, as JSON in an element that nobody sees."""
    # The mark at its head tells spreadsheets that it is UTF-8.
    return escape(json.dumps({"name": FILE, "content": f"\ufeff{content}", "nonce": secrets.token_hex(4)}))
