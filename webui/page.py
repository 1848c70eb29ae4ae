"""What every tab is given: the door to the core, the clip store, the words, and the state of the open page."""

from dataclasses import dataclass, field

import gradio as gr

from core.studio import Studio
from webui.api.audio import ClipStore
from webui.i18n import Labels
from webui.session import Session


@dataclass(frozen=True)
class Page:
    """Shared by the tabs of one app; ``session`` is the component that holds each open page's own state."""

    studio: Studio
    clips: ClipStore
    private: bool = True
    """Only people at this machine see the page, so that it may show what anybody said."""
    session: gr.State = field(default_factory=lambda: gr.State(Session(), delete_callback=Session.cancel))
    language: gr.Textbox = field(default_factory=lambda: gr.Textbox(visible=False, render=False))
    """The language that the page has been drawn in; its ``change`` is where to draw what only the page knows."""
    labels: Labels = field(default_factory=Labels)

    @property
    def engine(self) -> str:
        """The engine that speaks: the first there is."""
        return self.studio.synthesis.names[0]

    @property
    def recogniser(self) -> str:
        """The engine that writes down: the first there is."""
        return self.studio.recognition.names[0]
