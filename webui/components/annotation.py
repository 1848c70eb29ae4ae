"""A text with its readings above it: what is marked, what may be read otherwise, what nobody knows."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from core.errors import InvalidText
from core.text.analysis import Source, Unit
from core.text.markup.reader import Problem
from webui.components.icons import icon
from webui.draft import SHOWN, Draft
from webui.i18n import Texts

LISTED = 20
"""Problems that are listed at once."""
STATES = ("many", "settled", "marked", "lexicon", "unknown")
"""What a unit can be besides plain: in doubt, or with readings of which the phrase around it settles one, and so on."""


def state(unit: Unit) -> str:
    """Which of :data:`STATES` a unit is in; empty for one that reads as it must."""
    if unit.kind not in ("han", "word"):
        return ""
    match unit.source:
        case Source.MARK:
            return "marked"
        case Source.LEXICON:
            return "lexicon"
        case Source.RULES:
            return "unknown"
    if not unit.ambiguous:
        return ""
    return "settled" if unit.source is Source.PHRASE else "many"


def annotation(texts: Texts, draft: Draft) -> str:
    """The whole view: steps back, the legend with its counts, and the text."""
    if not draft.text.strip():
        return f'<div class="e-empty">{icon("reading")}<p>{escape(texts("pronunciation.empty"))}</p></div>'
    rest = "" if draft.whole else f'<p class="e-help">{escape(texts("pronunciation.rest", count=f"{SHOWN:,}"))}</p>'
    return (
        f'<div class="e-annotation-bar">{_legend(texts, draft)}<span class="e-steps" data-steps="{draft.steps}">'
        f"{_step(texts, 'undo', draft.can_undo)}{_step(texts, 'redo', draft.can_redo)}</span></div>"
        f'<div class="e-annotation" role="group" aria-label="{escape(texts("pronunciation.view"))}" '
        f'aria-describedby="e-annotation-keys" data-edition="{draft.edition}">{"".join(_drawn(texts, draft))}</div>'
        f'{rest}<p class="e-keys" id="e-annotation-keys">{_keys(texts)}</p>'
    )


def problems(texts: Texts, found: Sequence[Problem], text: str) -> str:
    """What is wrong with the marks: where, why, and what was meant perhaps."""
    if not found:
        return ""
    items = "".join(_problem(texts, number, problem, text) for number, problem in enumerate(found[:LISTED]))
    more = len(found) - LISTED
    rest = f"<li>{escape(texts('pronunciation.more', count=more))}</li>" if more > 0 else ""
    return f'<ul class="e-problems" aria-label="{escape(texts("pronunciation.problems"))}">{items}{rest}</ul>'


def _problem(texts: Texts, number: int, problem: Problem, text: str) -> str:
    suggestions = "".join(
        f'<button data-act="suggest" data-problem="{number}" data-choice="{choice}">{escape(suggestion)}</button>'
        for choice, suggestion in enumerate(problem.suggestions)
    )
    meant = f"<span>{escape(texts('pronunciation.meant'))}</span>{suggestions}" if suggestions else ""
    sentence = texts.error(InvalidText(problem.code, **problem.details))
    show = escape(texts("pronunciation.show"))
    return (
        f'<li><button class="e-place" data-act="show" data-start="{problem.start}" data-end="{problem.end}" '
        f'title="{show}" aria-label="{show}"><code>{escape(text[problem.start : problem.end])}</code></button>'
        f"<p>{escape(sentence)}</p><div>{meant}</div></li>"
    )


def _drawn(texts: Texts, draft: Draft) -> Iterator[str]:
    """The units, those of one word together; a broken mark as it is written."""
    broken = list(draft.problems)
    done = 0
    for (kind, _), word in groupby(enumerate(draft.units), key=lambda entry: (entry[1].kind, entry[1].word)):
        drawn = ""
        for index, unit in word:
            at = max(unit.start, done)
            while broken and broken[0].start < unit.end:
                problem = broken.pop(0)
                drawn += escape(draft.text[at : problem.start])
                drawn += f'<span class="e-broken">{escape(draft.text[max(at, problem.start) : problem.end])}</span>'
                at = done = max(at, problem.end)
            drawn += _unit(texts, index, unit) if at == unit.start else escape(draft.text[at : unit.end])
        yield f'<span class="e-word">{drawn}</span>' if kind == "han" and drawn else drawn


def _unit(texts: Texts, index: int, unit: Unit) -> str:
    if unit.kind == "tag":
        return f'<span class="e-tag">{escape(unit.text)}</span>'
    if unit.kind == "other":
        return escape(unit.text)
    label = unit.reading.label if unit.reading else ""
    kind = state(unit)
    marks = ""
    if kind:
        marks = f' data-state="{kind}" aria-description="{escape(texts(f"pronunciation.legend.{kind}"))}"'
    # Phonemes are wider than the words they belong to: they stand there only where they matter.
    shown = label if unit.kind == "han" or kind in ("marked", "lexicon") else ""
    marks += f' title="{escape(label)}"' if label != shown else ""
    return (
        f'<button class="e-unit" data-unit="{index}" data-kind="{unit.kind}" tabindex="-1"{marks}>'
        f"<ruby>{escape(unit.text)}<rt>{escape(shown)}</rt></ruby></button>"
    )


def _legend(texts: Texts, draft: Draft) -> str:
    counts = {name: sum(state(unit) == name for unit in draft.units) for name in STATES}
    counts["wrong"] = len(draft.problems)
    return (
        '<ul class="e-legends">'
        + "".join(
            f'<li data-state="{name}"{"" if count else " data-none"}><i></i>'
            f"{escape(texts(f'pronunciation.legend.{name}'))} <b>{count:,}</b></li>"
            for name, count in counts.items()
        )
        + "</ul>"
    )


def _step(texts: Texts, act: str, possible: bool) -> str:
    words = escape(texts(f"pronunciation.{act}"))
    off = "" if possible else " disabled"
    return f'<button data-act="{act}" title="{words}" aria-label="{words}"{off}>{icon(act)}</button>'


def _keys(texts: Texts) -> str:
    pairs = (("← →", "move"), ("↑ ↓", "next"), ("↵", "open"), ("Ctrl Z", "undo"))
    return " ".join(
        f"<span><kbd>{keys}</kbd> {escape(texts(f'pronunciation.keys.{name}'))}</span>" for keys, name in pairs
    )
