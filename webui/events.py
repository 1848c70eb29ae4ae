"""How handlers are tied to events: by name, never by position."""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from typing import Any

import gradio as gr
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
        _told(handler),
        inputs=set(inputs) if inputs else None,
        outputs=list(outputs),
        show_progress="hidden",
        api_visibility="private",
        **options,
    )


def _told(handler: Callable[..., Any]) -> Callable[..., Any]:
    """``handler`` with "nothing changes" told as Gradio understands it, who takes an empty dict for a value."""
    if inspect.isasyncgenfunction(handler):

        @functools.wraps(handler)
        async def steps(*given: Any) -> AsyncIterator[Any]:
            told = False
            async for updates in handler(*given):
                told = True
                yield gr.skip() if updates == {} else updates
            if not told:  # which Gradio would take for emptying everything
                yield gr.skip()

        return steps
    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def blocking_steps(*given: Any) -> Iterator[Any]:
            for updates in handler(*given):
                yield gr.skip() if updates == {} else updates

        return blocking_steps

    @functools.wraps(handler)
    def step(*given: Any) -> Any:
        updates = handler(*given)
        return gr.skip() if updates == {} else updates

    return step


def settle(updates: Updates) -> None:
    """Build parts as ``updates`` would change them: what is offered has one description, at first and later on."""
    for part, properties in updates.items():
        if isinstance(properties, dict):
            for name, value in properties.items():
                if name != "__type__":
                    setattr(part, name, value)


def joined(updates: Updates, more: Updates) -> Updates:
    """Both: of a part that is in both, all its properties, the value among them."""
    whole = dict(updates)
    for part, change in more.items():
        known = whole.get(part)
        if isinstance(known, dict):
            change = {**known, **(change if isinstance(change, dict) else {"value": change})}
        whole[part] = change
    return whole
