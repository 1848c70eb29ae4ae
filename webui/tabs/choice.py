"""Which engine: a list that is seen where there is a choice."""

import gradio as gr

from core.engines.base import RecognitionEngine, SynthesisEngine
from core.engines.keeper import Kind
from core.engines.registry import Registry
from webui.components import notice
from webui.components.engines import engine_name, reason, state_words
from webui.components.markup import markup
from webui.events import Updates, settle
from webui.page import Page
from webui.session import Session


class EngineChoice:
    """The engines of one kind, those that cannot be used too: choosing one of them tells what it lacks.

    Listen to ``name.change``, which also comes when the page was set to an engine by other ways: ``input`` comes twice
    for one click, and ``select`` never for the keyboard.
    """

    def __init__(self, page: Page, kind: Kind) -> None:
        self._page, self._kind = page, kind
        self.name = page.labels.put(
            gr.Dropdown(filterable=False, elem_id=f"engine-{kind}", elem_classes="e-engine-choice"),
            label=f"engines.choose.{kind}",
        )
        self.told = markup()
        settle(self.offer(Session()))

    def offer(self, session: Session) -> Updates:
        """The list, with the engine that is chosen; unseen where no other one could be."""
        texts, chosen = session.texts, self.chosen(session)
        found = {name: self._engines[name].availability for name in self._engines.names}
        choices = [
            (engine_name(texts, name) + ("" if each.ready else f" — {state_words(texts, each)}"), name)
            for name, each in found.items()
        ]
        another = any(each.ready for name, each in found.items() if name != chosen)
        return {self.name: gr.update(choices=choices, value=chosen, visible=another)}

    def refusal(self, session: Session, name: str) -> str:
        """Why the engine called ``name`` cannot be chosen, in place; empty if it can."""
        availability = self._engines[name].availability
        if availability.ready:
            return ""
        texts = session.texts
        return notice.notice("warning", reason(texts, name, availability, private=self._page.private))

    def chosen(self, session: Session) -> str:
        """The engine that the page is set to."""
        page = self._page
        return (page.engine(session) if self._kind == "synthesis" else page.recogniser(session)).name

    @property
    def _engines(self) -> Registry[SynthesisEngine] | Registry[RecognitionEngine]:
        studio = self._page.studio
        return studio.synthesis if self._kind == "synthesis" else studio.recognition
