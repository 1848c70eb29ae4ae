"""How handlers are tied to events: by name, never by position."""

from collections.abc import Callable, Collection
from typing import Any

from gradio.blocks import Block

Form = dict[Any, Any]
"""What a handler is given: the value of each input, by its component."""
Updates = dict[Any, Any]
"""What a handler gives back: new values, by component; what is left out stays."""


def on(
    event: Callable[..., Any],
    handler: Callable[..., Any],
    inputs: Collection[Block] = (),
    outputs: Collection[Block] = (),
    **options: Any,
) -> Any:
    """Call ``handler`` with a :data:`Form` of ``inputs`` when ``event`` happens; it may change ``outputs``.

    Without Gradio's own spinner, since what takes long shows its progress itself; and for this page alone, since
    handlers are no HTTP API.
    """
    return event(
        handler,
        inputs=set(inputs) if inputs else None,
        outputs=list(outputs),
        show_progress="hidden",
        api_visibility="private",
        **options,
    )
