"""In which mood: presets and the user's own words, and what was chosen for it in the Emotion tab."""

from dataclasses import replace

import gradio as gr

from core.request import AS_IT_COMES, Instruction
from webui.components.markup import markup
from webui.components.mood import label, mood_chip, named, offered
from webui.events import Form, Updates, on, settle
from webui.page import Page
from webui.session import Session


class MoodPanel:
    """The mood in the Clone tab. Its vector and its clip live in the session, since no widget holds them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.choice = page.labels.put(
            gr.Dropdown(multiselect=True, allow_custom_value=True, elem_classes="e-choice"), label="mood.label"
        )
        settle(self.offer(Session()))
        self.chip = markup("encore.clearable(element, trigger)")
        on(self.chip.clear, self._on_clear, [page.session], [self.chip], queue=False)

    def offer(self, session: Session) -> Updates:
        """The presets that the engine takes. One that cannot be directed keeps the control, with the reason beside."""
        texts, found = session.texts, offered(self._page.can(session))
        return {
            self.choice: gr.update(
                choices=[(label(texts, preset.id), preset.id) for preset in found],
                interactive=bool(found),
                info="" if found else texts("mood.off"),
            )
        }

    def instruction(self, form: Form) -> Instruction:
        """The direction that is chosen. Raises :class:`InvalidInput` for one that is too long."""
        session: Session = form[self._page.session]
        return put_together(form[self.choice] or [], session.emotion)

    def show(self, session: Session, instruction: Instruction) -> Updates:
        """Choose ``instruction``."""
        session.emotion = replace(instruction, text="", presets=())
        words = [instruction.text] if instruction.text else []
        return {self.choice: [*instruction.presets, *words], **self.redraw(session)}

    def redraw(self, session: Session) -> Updates:
        """The chip, in the page's language."""
        return {self.chip: mood_chip(session.texts, session.emotion)}

    def _on_clear(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        session.emotion = AS_IT_COMES
        return self.redraw(session)


def put_together(chosen: list[str], emotion: Instruction) -> Instruction:
    """A direction of what stands in the list, ids of presets and words as they were typed, on top of ``emotion``."""
    entries = {entry: named(entry) for entry in chosen if entry.strip()}
    words = ", ".join(entry.strip() for entry, preset in entries.items() if preset is None)
    return replace(emotion, text=words, presets=tuple(dict.fromkeys(filter(None, entries.values()))))
