"""Directions in words: presets by their labels, what an emotion vector says, what a direction moves."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape

from core.engines.base import Capabilities
from core.finding import Finding
from core.request import EMOTIONS, Instruction
from core.text.cues import Prosody
from core.text.presets import Preset, presets
from webui.components import notice
from webui.components.icons import icon
from webui.i18n import Texts

_MOVES = {
    "rate": (1.0, "×{:.2f}"),
    "pitch_st": (0.0, "{:+.1f}"),
    "range": (1.0, "×{:.2f}"),
    "level_db": (0.0, "{:+.1f}"),
    "pause": (1.0, "×{:.2f}"),
    "tilt_db": (0.0, "{:+.1f}"),
}
"""What a direction can move: the value that moves nothing, and how the figure is written."""


def label(texts: Texts, preset: str) -> str:
    """What a preset is called on the page; its id if there is none such."""
    known = presets().get(preset)
    return known.labels.get(texts.language, known.labels["en"]) if known else preset


def named(word: str) -> str | None:
    """The id of the preset that is called ``word`` in any language, so that a typed name is not mere words."""
    wanted = word.strip().casefold()
    for preset in presets().values():
        if wanted in (preset.id, *(name.casefold() for name in preset.labels.values())):
            return preset.id
    return None


def offered(capabilities: Capabilities) -> list[Preset]:
    """The presets that an engine can be given: as words, or those that a vector says."""
    return [
        preset
        for preset in presets().values()
        if capabilities.instruction or (capabilities.emotion_vector and preset.vector)
    ]


def follows(texts: Texts, found: Iterable[Finding], instruction: Instruction) -> str:
    """What was noticed about a direction: a preset by its label, not by the words that the engine is told."""
    return notice.findings(texts, (_labelled(texts, finding, instruction) for finding in found))


def _labelled(texts: Texts, finding: Finding, instruction: Instruction) -> Finding:
    part = finding.details.get("part")
    for name in instruction.presets:
        if part and name in presets() and str(part) in presets()[name].instruction:
            return replace(finding, details={**finding.details, "part": label(texts, name)})
    return finding


def mood_words(texts: Texts, instruction: Instruction) -> list[str]:
    """The parts of a direction, each in a few words; none for no direction at all."""
    words = [label(texts, preset) for preset in instruction.presets]
    if instruction.text:
        words.append(texts("mood.words", words=instruction.text))
    return words + emotion_words(texts, instruction)


def emotion_words(texts: Texts, instruction: Instruction) -> list[str]:
    """The vector and the clip of a direction, each in a few words, with their strength."""
    shown = [
        f"{texts(f'mood.emotion.{name}')} {value * 100:.0f}"
        for name, value in zip(EMOTIONS, instruction.vector, strict=False)
        if value
    ]
    words = [texts("mood.list").join(shown)] if shown else []
    if instruction.clip is not None:
        words.append(texts("mood.clip", name=instruction.clip.name))
    if words and instruction.strength < 1:
        words.append(texts("mood.strength", percent=f"{instruction.strength:.0%}"))
    return words


def mood_chip(texts: Texts, instruction: Instruction) -> str:
    """The vector and the clip of a direction, to be seen and taken away; nothing where it has neither."""
    words = emotion_words(texts, instruction)
    if not words:
        return ""
    shown, clear = texts("mood.join").join(words), escape(texts("mood.clear"))
    return (
        f'<div class="e-mood" title="{escape(shown)}">{icon("mood")}<span>{escape(shown)}</span>'
        f'<button data-act="clear" title="{clear}" aria-label="{clear}">{icon("close")}</button></div>'
    )


def movement(texts: Texts, prosody: Prosody) -> list[tuple[str, str]]:
    """What a direction moves, each as a word and its figure: ``("faster", "×1.15")``; nothing if it moves nothing."""
    moved = []
    for name, (still, form) in _MOVES.items():
        value = getattr(prosody, name)
        figure = form.format(value)
        if figure != form.format(still):
            way = "more" if value > still else "less"
            moved.append((texts(f"moves.{name}.{way}"), texts(f"moves.{name}.figure", value=figure.replace("-", "−"))))
    return moved


def movement_row(texts: Texts, moved: Sequence[tuple[str, str]]) -> str:
    """:func:`movement` as a row of words with their figures."""
    parts = "".join(f"<span>{escape(word)} <b>{escape(figure)}</b></span>" for word, figure in moved)
    return f'<p class="e-moves">{parts or escape(texts("moves.nothing"))}</p>'
