"""The grid of an audition: one card for each way of saying the line, planned, in the making, or to be heard."""

from collections.abc import Sequence
from html import escape

from core.errors import EncoreError
from core.finding import Finding
from core.report import SynthesisReport
from core.request import Instruction
from core.text.cues import Interpretation
from webui.audition import NEUTRAL, TOGETHER, Candidate, Trial
from webui.components import notice
from webui.components.badges import seconds
from webui.components.icons import icon
from webui.components.mood import follows, label, mood_words, movement, movement_row
from webui.components.takes import waveform
from webui.i18n import Texts
from webui.session import waveform as bars

Row = tuple[Candidate, Trial | None, Interpretation | EncoreError | None]
"""A candidate, how it sounded if it was tried, and what it will move (see :func:`webui.audition.foresee`)."""


def audition_grid(texts: Texts, rows: Sequence[Row], *, for_line: bool = False) -> str:
    """All cards, in the order in which they are computed; ``for_line`` if a line of the script is to get one."""
    if not rows:
        return f'<div class="e-empty">{icon("mood")}<p>{escape(texts("emotion.empty"))}</p></div>'
    cards = "".join(_card(texts, number, *row, for_line) for number, row in enumerate(rows, 1))
    return f'<div class="e-trials">{cards}</div>'


def name_of(texts: Texts, candidate: Candidate) -> str:
    """What a candidate is called."""
    own = {NEUTRAL: "emotion.neutral", TOGETHER: "emotion.together_name"}.get(candidate.name)
    return texts(own) if own else label(texts, candidate.name)


def _card(
    texts: Texts,
    number: int,
    candidate: Candidate,
    trial: Trial | None,
    foreseen: Interpretation | EncoreError | None,
    for_line: bool,
) -> str:
    finished = trial.run.finished if trial else None
    report = finished.take.report if finished else None
    clip = (
        f' data-clip="{finished.clip.clip_id}" data-duration="{report.duration_s:.3f}"' if finished and report else ""
    )
    outcome = f' data-outcome="{report.outcome.value}"' if report else ""
    name = name_of(texts, candidate)
    parts = texts("mood.join").join(mood_words(texts, candidate.instruction)) if candidate.name == TOGETHER else ""
    details = f'<p class="e-parts" title="{escape(parts)}">{escape(parts)}</p>' if parts else ""
    length = texts("unit.s", value=f"{report.duration_s:.1f}") if report else ""
    return (
        f'<article class="e-take e-trial" data-take="{trial.trial_id if trial else candidate.name}" '
        f'data-name="{escape(candidate.name)}"{clip}{outcome} aria-label="{escape(name)}">'
        f'<header><button class="e-play" data-act="play" aria-label="{escape(name)}: {escape(texts("take.play"))}"'
        f"{'' if finished else ' disabled'}>{icon('play')}</button>"
        f'<span class="e-who">{escape(name)}</span><span class="e-fact">{escape(length)}</span>'
        f"{f'<kbd>{number}</kbd>' if number <= 9 else ''}</header>{details}"
        f"{_sound(texts, trial)}{_expected(texts, candidate.instruction, foreseen, report)}"
        f'<div class="e-foot"><span class="e-badges">{_badge(texts, report) if report else ""}</span>'
        f"{_actions(texts, trial, for_line)}</div></article>"
    )


def _sound(texts: Texts, trial: Trial | None) -> str:
    """The take, or how far it is."""
    if trial is None:
        return '<div class="e-wave e-flat"></div>'
    if trial.run.finished:
        return waveform(bars(trial.run.finished.take.audio))
    if trial.error is not None:
        return notice.notice("error", notice.sentence(texts, trial.error))
    if not trial.begun:
        return f'<div class="e-wave e-flat">{escape(texts("emotion.waiting"))}</div>'
    return notice.step(texts, texts("emotion.making"), trial.run.step)


def _expected(
    texts: Texts,
    instruction: Instruction,
    foreseen: Interpretation | EncoreError | None,
    report: SynthesisReport | None,
) -> str:
    """What the direction moves, and what of it could not be followed."""
    found: Sequence[Finding] = report.findings if report else ()
    if isinstance(foreseen, EncoreError):
        return notice.notice("warning", texts.error(foreseen))
    if foreseen is None:
        return follows(texts, found, instruction)
    moves = movement_row(texts, movement(texts, foreseen.prosody))
    more = [finding for finding in found if finding not in foreseen.unfollowed]
    return moves + follows(texts, [*foreseen.unfollowed, *more], instruction)


def _badge(texts: Texts, report: SynthesisReport) -> str:
    outcome = report.outcome.value
    saved = f" · {texts('latency.saved', time=seconds(texts, report.saved_ms))}" if report.saved_ms >= 0.5 else ""
    return (
        f'<span class="e-badge e-output" data-outcome="{outcome}" data-ms="{report.total_ms:.3f}" '
        f'title="{escape(texts("badge.output_help"))}">{icon(outcome)}{escape(texts(f"outcome.{outcome}"))} '
        f"<i>{escape(seconds(texts, report.total_ms) + saved)}</i></span>"
    )


def _actions(texts: Texts, trial: Trial | None, for_line: bool) -> str:
    """What can be done with a card; a direction can go to where it is wanted before it was heard."""
    act, words = ("script", "emotion.to_script") if for_line else ("pick", "emotion.pick")
    pick = escape(texts(words))
    keep = ""
    if trial and trial.run.finished:
        words = escape(texts("emotion.kept" if trial.kept else "emotion.keep"))
        keep = (
            f'<button data-act="keep" title="{words}"{" disabled" if trial.kept else ""}>'
            f"{icon('pin')}{'' if trial.kept else words}</button>"
        )
    return f'<span class="e-links">{keep}<button data-act="{act}">{icon("send")}{pick}</button></span>'
