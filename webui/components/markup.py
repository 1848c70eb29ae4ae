"""Our own markup on Gradio's page."""

import gradio as gr


def markup(script: str | None = None, **options: object) -> gr.HTML:
    """A place for our own HTML, free of Gradio's styles; ``script`` runs once it is there."""
    return gr.HTML(js_on_load=script, apply_default_css=False, **options)  # type: ignore[arg-type]
