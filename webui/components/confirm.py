"""A button that asks once more before it does what cannot be undone."""

from collections.abc import Callable, Collection
from functools import partial

import gradio as gr
from gradio.blocks import Block

from webui.events import Form, Updates, on
from webui.i18n import Labels


class Confirm:
    """``ask`` opens a question in its place; only ``yes`` acts."""

    def __init__(self, labels: Labels, *, ask: str, question: str, yes: str) -> None:
        self.ask = labels.put(gr.Button(size="sm", elem_classes="e-quiet"), value=ask)
        with gr.Row(visible=False, elem_classes="e-confirm") as self.question:
            labels.put(gr.Markdown(elem_classes="e-confirm-words"), value=question)
            self.yes = labels.put(gr.Button(size="sm", variant="stop", min_width=80), value=yes)
            self.no = labels.put(gr.Button(size="sm", min_width=80), value="confirm.no")
        both = [self.ask, self.question]
        on(self.ask.click, partial(self._open, True), outputs=both, queue=False)
        on(self.no.click, partial(self._open, False), outputs=both, queue=False)

    def on_yes(self, act: Callable[[Form], Updates], inputs: Collection[Block], outputs: Collection[Block]) -> None:
        """Call ``act`` when it is meant, and close the question."""

        def sure(form: Form) -> Updates:
            return {**act(form), **self._open(False)}

        on(self.yes.click, sure, inputs, [*outputs, self.ask, self.question])

    def _open(self, asked: bool) -> Updates:
        return {self.ask: gr.update(visible=not asked), self.question: gr.update(visible=asked)}
