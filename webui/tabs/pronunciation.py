"""The Pronunciation tab: how every word of a text is read, and how to have it read otherwise."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import gradio as gr

from core.errors import Cancelled, EncoreError
from core.text.analysis import Unit, clear_reading, set_reading
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from core.text.markup.reader import nodes, read
from core.text.markup.writer import write
from webui.components import notice
from webui.components.annotation import annotation, problems
from webui.components.annotation_panel import readings_panel
from webui.components.markup import markup
from webui.draft import Draft, Written, mended
from webui.events import Form, Updates, on
from webui.page import Page
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.tabs.hearing import Hearing
from webui.tabs.lexicon import LexiconPanel
from webui.work import Step

KIND = "pronunciation"
"""What speaking the line is called, to cancel it by."""
WORD = "pronunciation-word"
"""What speaking one word is called: the next one ends it."""
WRITTEN_AS = (Notation.KOKORO, Notation.COSYVOICE, Notation.INDEXTTS25, Notation.INDEXTTS2)


class PronunciationTab:
    """Widgets to readings, readings to markup."""

    def __init__(self, page: Page, clone: CloneTab, tabs: gr.Tabs) -> None:
        self._page, self._clone, self._tabs = page, clone, tabs
        self._hearing = Hearing(page, clone)
        put = page.labels.put
        with gr.Row(elem_id="pronunciation"):
            with gr.Column(elem_id="text-panel", elem_classes="e-panel", min_width=280):
                put(gr.Markdown(elem_classes="e-title"), value="pronunciation.text")
                self._text_panel()
            with gr.Column(elem_id="reading-panel", elem_classes="e-panel", min_width=320):
                put(gr.Markdown(elem_classes="e-title"), value="pronunciation.title")
                self.view = markup(
                    "encore.annotation(element, () => trigger('typed'), data => trigger('act', data), watch)"
                )
                with gr.Column(elem_id="readings"):
                    self.panel = markup("encore.readings(element, data => trigger('act', data), watch)")
                    self.heard = markup("encore.heard(element, watch)")
            with gr.Column(elem_id="lexicon-panel", elem_classes="e-panel", min_width=240):
                put(gr.Markdown(elem_classes="e-title"), value="pronunciation.lexicon.title")
                self.lexicon = LexiconPanel(page, self._hearing)
        self._wire()

    def _text_panel(self) -> None:
        put = self._page.labels.put
        self.text = put(
            gr.Textbox(lines=7, max_lines=16, show_label=False, container=False, elem_id="marked-text"),
            label="pronunciation.text",
            placeholder="pronunciation.placeholder",
        )
        self.problems = markup("encore.problems(element, data => trigger('act', data))")
        with gr.Row(elem_classes="e-controls"):
            self.notation = put(
                gr.Dropdown(choices=list(WRITTEN_AS), value=WRITTEN_AS[0], min_width=170, scale=3, filterable=False),
                label="pronunciation.notation",
                choices=lambda texts: [
                    (texts(f"pronunciation.written.{kind.name.lower()}"), kind) for kind in WRITTEN_AS
                ],
            )
            self.convert = put(gr.Button(size="sm", min_width=90, elem_id="convert"), value="pronunciation.convert")
        self.notice = markup()
        with gr.Row(elem_classes="e-go"):
            self.hear = put(
                gr.Button(variant="primary", elem_id="hear-line", scale=4, min_width=140), value="pronunciation.line"
            )
            self.cancel = put(
                gr.Button(elem_id="stop-hearing", scale=1, min_width=80, interactive=False), value="clone.cancel"
            )
        self.back = put(
            gr.Button(variant="primary", visible=False, elem_id="to-script"), value="pronunciation.to_script"
        )
        self.send = put(gr.Button(elem_id="to-clone"), value="pronunciation.to_clone")
        self.line = markup("encore.heard(element, watch)")

    def _wire(self) -> None:
        session, spoken = self._page.session, [self.text, *self._hearing.inputs]
        text = [session, self.text]
        on(self.view.typed, self._on_text, text, self.drawn, trigger_mode="always_last", queue=False)
        for event in (self.notation.input, self.convert.click):
            on(event, self._on_notation, [*text, self.notation], self._changed, queue=False)
        on(self.view.act, self._on_view, text, self._changed, trigger_mode="multiple", queue=False)
        on(self.problems.act, self._on_problem, text, self._changed, queue=False)
        on(self.panel.act, self._on_panel, spoken, [*self._changed, *self.lexicon.drawn], trigger_mode="multiple")
        self.lexicon.wire(self._rewritten, self._changed)
        on(
            self.hear.click,
            self._on_line,
            spoken,
            [self.line, self.notice, self.hear, self.cancel],
            trigger_mode="multiple",
        )
        on(self.cancel.click, lambda form: form[session].cancel(KIND), [session], queue=False)
        on(self.send.click, self._on_send, text, [self._tabs, self._clone.text, self.notice])
        on(self._page.speaking.change, self._on_engine, text, self._changed)

    # What the page asks of the tab

    def watch(self, tab: gr.Tab) -> None:
        """Read the lexicon, which others may have changed, when ``tab`` is opened."""
        on(tab.select, self._on_open, [self._page.session], self.drawn, queue=False)

    def open(self, session: Session, text: str, start: int) -> Updates:
        """Work on ``text``, a line of a script, with the readings of what stands at ``start`` open."""
        draft = session.draft
        draft.mark(text)
        shown = self._rewritten(session)
        unit = next((unit for unit in draft.units if unit.start <= start < unit.end), None)
        if unit is not None:
            word, _ = draft.kept(unit, "?")
            index = draft.units.index(unit)
            panel = readings_panel(session.texts, unit, index=index, edition=draft.edition, word=word)
            shown |= {self.panel: panel}
        return {**shown, self.back: gr.update(visible=True)}

    @property
    def opened(self) -> list[Any]:
        """What :meth:`open` changes."""
        return [*self._changed, self.back]

    def readable(self, form: Form) -> str:
        """The marked text in a notation that tells itself from plain text. Raises :class:`InvalidText`."""
        draft = self._draft(form)
        return self._written_as(draft, draft.own) if draft.written.read_as is Notation.INDEXTTS2 else draft.text

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        self._analyse(session)
        return {
            **self._view(session),
            self.notation: gr.update(value=session.draft.written.notation, info=self._limits(session)),
            self.line: "",
            **self.lexicon.redraw(session),
        }

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {*self._changed, self.line} - {self.text} | self.lexicon.drawn

    @property
    def _changed(self) -> list[Any]:
        """What a mark changes."""
        return [self.view, self.problems, self.panel, self.heard, self.notice, self.text, self.notation]

    def _view(self, session: Session) -> Updates:
        draft = session.draft
        return {
            self.view: annotation(session.texts, draft),
            self.problems: problems(session.texts, draft.problems, draft.text),
            self.panel: "",
            self.heard: "",
            self.notice: "",
        }

    def _own(self, session: Session) -> Notation:
        """The chosen engine's notation, if it has one of its own."""
        own = self._page.can(session).notation
        return own if own in WRITTEN_AS else WRITTEN_AS[0]

    def _analyse(self, session: Session) -> None:
        draft = session.draft
        if not draft.edition:
            draft.own = self._own(session)
            draft.written = Written(notation=draft.own)
        draft.analyse(self._lexicon())

    def _lexicon(self) -> Lexicon:
        try:
            return self.lexicon.lexicon()
        except EncoreError:  # its own panel tells
            return Lexicon()

    def _draft(self, form: Form) -> Draft:
        """The draft with what stands in the text now, if the page has not told it yet."""
        draft: Draft = form[self._page.session].draft
        if not draft.stood(form[self.text] or ""):
            self._on_text(form)
        return draft

    def _rewritten(self, session: Session) -> Updates:
        """All there is to show after the text was changed here."""
        draft = session.draft
        self._analyse(session)
        return {**self._view(session), self.text: draft.text, self.notation: draft.written.notation}

    # Events

    def _on_open(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        # What is being typed must not be overtaken by an older view.
        known = session.draft.lexicon == self._lexicon()
        return self.lexicon.redraw(session) if known else self.redraw(session)

    def _on_text(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        if session.draft.edition and session.draft.text == (form[self.text] or ""):
            return {}  # what is open, such as the readings of a script's word, stays so
        session.draft.type(form[self.text] or "")
        self._analyse(session)
        return self._view(session)

    def _on_engine(self, form: Form) -> Updates:
        """Marks are written as the engine reads them, unless another notation was chosen or has no form for one."""
        session: Session = form[self._page.session]
        draft, own = self._draft(form), self._own(session)
        if draft.written.notation is draft.own is not own:
            with suppress(EncoreError):
                draft.mark(self._written_as(draft, own), own)
        draft.own = own
        notation = gr.update(value=draft.written.notation, info=self._limits(session))
        return {**self._rewritten(session), self.notation: notation}

    def _limits(self, session: Session) -> str:
        """What marks the engine cannot follow, if any."""
        can = self._page.can(session)
        lacking = [name for name, able in (("pinyin", can.pinyin), ("arpabet", can.arpabet)) if not able]
        return session.texts(f"pronunciation.off.{'_'.join(lacking)}") if lacking else ""

    def _on_notation(self, form: Form) -> Updates:
        """Write every mark in the notation that was chosen, or say which one it has no form for."""
        session: Session = form[self._page.session]
        draft, chosen = self._draft(form), Notation(form[self.notation])
        try:
            draft.mark(self._written_as(draft, chosen), chosen)
        except Exception as error:
            kept = {self.notation: draft.written.notation, self.notice: notice.failure(session.texts, error)}
            return {**self._view(session), **kept}
        return self._rewritten(session)

    @staticmethod
    def _written_as(draft: Draft, notation: Notation) -> str:
        """The text in another notation. Raises :class:`InvalidText`."""
        return write(nodes(read(draft.text, draft.written.read_as)), notation)

    def _on_view(self, form: Form, event: gr.EventData) -> Updates:
        """A unit was opened, or a step taken back."""
        session: Session = form[self._page.session]
        draft = self._draft(form)
        if event.act in ("undo", "redo"):
            step = draft.undo if event.act == "undo" else draft.redo
            step()
            return self._rewritten(session)
        unit = draft.unit(int(event.unit), int(event.edition))
        if unit is None:
            return self._view(session)
        word, _ = draft.kept(unit, "?")
        panel = readings_panel(session.texts, unit, index=int(event.unit), edition=draft.edition, word=word)
        return {self.panel: panel, self.heard: ""}

    def _on_problem(self, form: Form, event: gr.EventData) -> Updates:
        """A suggestion was taken."""
        session: Session = form[self._page.session]
        known = session.draft.text
        draft, number, choice = self._draft(form), int(event.problem), int(event.choice)
        if draft.text != known or number >= len(draft.problems):
            return self._view(session)
        problem = draft.problems[number]
        draft.mark(mended(draft.text, problem, problem.suggestions[choice]))
        return self._rewritten(session)

    async def _on_panel(self, form: Form, event: gr.EventData) -> AsyncIterator[Updates]:
        """Something was done with a reading."""
        session: Session = form[self._page.session]
        draft = self._draft(form)
        unit = draft.unit(int(event.unit), int(event.edition))
        if unit is None:
            yield self._view(session)
            return
        try:
            match event.act:
                case "hear":
                    async for updates in self._heard(form, draft, unit, str(event.reading)):
                        yield updates
                case "apply":
                    written = draft.written
                    marked = set_reading(draft.text, unit, str(event.reading), written.notation, written.read_as)
                    draft.mark(marked)
                    yield self._rewritten(session)
                case "unmark":
                    draft.mark(clear_reading(draft.text, unit, draft.written.read_as))
                    yield self._rewritten(session)
                case "always":
                    yield self.lexicon.keep(session, *draft.kept(unit, str(event.reading)))
        except Cancelled:
            return
        except Exception as error:
            yield {self.heard: notice.failure(session.texts, error)}

    async def _heard(self, form: Form, draft: Draft, unit: Unit, typed: str) -> AsyncIterator[Updates]:
        """The word that ``unit`` is part of, with that reading."""
        session, written = form[self._page.session], draft.written
        yield {self.heard: notice.progress(session.texts("pronunciation.speaking"), None)}
        word = draft.word(unit)
        offset = word[0].start
        piece = draft.text[offset : word[-1].end]
        named = "".join(each.text or (each.reading.label if each.reading else "") for each in word)
        if typed:
            there = replace(unit, start=unit.start - offset, end=unit.end - offset)
            piece = set_reading(piece, there, typed, written.notation, written.read_as)
        language = "zh" if unit.kind == "han" else "en"
        request = self._hearing.word(form, piece, written.read_as, language)
        async for told in self._hearing.speak(session, request, WORD, named):
            speaking = session.texts("pronunciation.speaking")
            yield {self.heard: notice.step(session.texts, speaking, told) if isinstance(told, Step) else told}

    async def _on_line(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, written = session.texts, self._draft(form).written
        idle = {self.hear: gr.update(interactive=True), self.cancel: gr.update(interactive=False)}
        yield {
            self.notice: "",
            self.line: notice.progress(texts("live.preparing"), None),
            self.hear: gr.update(interactive=False),
            self.cancel: gr.update(interactive=True),
        }
        try:
            request = self._hearing.line(form, written.text, written.read_as)
            async for told in self._hearing.speak(session, request, KIND, self._hearing.voice(form)):
                if isinstance(told, Step):
                    yield {self.line: notice.step(texts, texts("pronunciation.speaking"), told)}
                else:
                    yield {**idle, self.line: told}
        except Exception as error:
            yield {**idle, self.line: "", self.notice: notice.failure(texts, error)}

    def _on_send(self, form: Form) -> Updates:
        """The marked text into Clone's script, in a notation that it reads."""
        try:
            text = self.readable(form)
        except Exception as error:
            return {self.notice: notice.failure(form[self._page.session].texts, error)}
        return {self._tabs: gr.update(selected="clone"), self._clone.text: text, self.notice: ""}
