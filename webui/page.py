"""What every tab is given: the door to the core, the clip store, the words, and the state of the open page."""

from dataclasses import dataclass, field

import gradio as gr

from core.engines.base import Capabilities, RecognitionEngine, SynthesisEngine
from core.studio import Studio
from webui.api.audio import ClipStore
from webui.desk.desk import Desk
from webui.i18n import Labels
from webui.session import Session


def _signal() -> gr.Textbox:
    """A part that is never seen; its ``change`` tells the tabs of something."""
    return gr.Textbox(visible=False, render=False)


@dataclass(frozen=True)
class Page:
    """Shared by the tabs of one app; ``session`` is the component that holds each open page's own state."""

    studio: Studio
    clips: ClipStore
    desk: Desk
    """The open projects of the Script tab."""
    private: bool = True
    """Only people at this machine see the page, so that it may show what anybody said."""
    session: gr.State = field(default_factory=lambda: gr.State(Session(), delete_callback=Session.cancel))
    language: gr.Textbox = field(default_factory=_signal)
    """The language that the page has been drawn in; its ``change`` is where to draw what only the page knows."""
    speaking: gr.Textbox = field(default_factory=_signal)
    """The engine that the page has been set to; its ``change`` is where other tabs draw what it can do."""
    labels: Labels = field(default_factory=Labels)

    def open(self, session: Session) -> None:
        """Choose engines for a page that has just been opened: the first of each kind that can be used."""
        session.engine = session.engine or self.studio.synthesis.usable
        session.recogniser = session.recogniser or self.studio.recognition.usable

    def engine(self, session: Session) -> SynthesisEngine:
        """The engine that speaks on an open page."""
        return self.studio.synthesis[session.engine or self.studio.synthesis.names[0]]

    def recogniser(self, session: Session) -> RecognitionEngine:
        """The engine that writes down on an open page."""
        return self.studio.recognition[session.recogniser or self.studio.recognition.names[0]]

    def can(self, session: Session) -> Capabilities:
        """What the engine that speaks can do."""
        return self.engine(session).capabilities
