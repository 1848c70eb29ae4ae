"""The list of takes: each with its sound, what the cache did for it, and what can be done with it."""

from collections.abc import Sequence
from html import escape

from core.report import SynthesisReport
from webui.components.badges import badge, outcome_words, seconds
from webui.components.engines import engine_name
from webui.components.icons import icon
from webui.components.latency import latency_bar
from webui.components.mood import follows, mood_words
from webui.components.notice import notice
from webui.i18n import Texts
from webui.session import TakeCard

SHOWN_BADGES = 8
"""Segment badges that are shown at once; the others unfold."""


def takes_list(texts: Texts, takes: Sequence[TakeCard]) -> str:
    """All takes, newest first, under the bar that compares two of them."""
    if not takes:
        return (
            f'<div class="e-empty">{icon("voice")}<p>{escape(texts("takes.empty"))}</p>'
            f"<p><kbd>Ctrl</kbd> + <kbd>Enter</kbd> {escape(texts('takes.empty_key'))}</p></div>"
        )
    compare = (
        f'<div class="e-compare" hidden><span data-hint>{escape(texts("compare.hint"))}</span>'
        f'<span data-pair hidden><button data-act="ab" data-side="0">A <b></b></button>'
        f'<button data-act="ab" data-side="1">B <b></b></button>'
        f"<small><kbd>X</kbd> {escape(texts('compare.key'))}</small></span>"
        f'<button data-act="ab-off" title="{escape(texts("compare.off"))}">{icon("close")}</button></div>'
    )
    # Who spoke is worth a word where it was not always the same one.
    several = len({take.report.engine for take in takes}) > 1
    return compare + "".join(_card(texts, take, several) for take in takes)


def _card(texts: Texts, take: TakeCard, several: bool) -> str:
    report = take.report
    similarity = (
        f'<span class="e-fact" title="{escape(texts("take.similarity_help"))}">'
        f"{escape(texts('take.similarity', value=f'{report.similarity:.2f}'))}</span>"
        if report.similarity is not None
        else ""
    )
    engine = (
        f'<span class="e-fact e-by" title="{escape(texts("take.engine_help"))}">'
        f"{escape(engine_name(texts, report.engine))}</span>"
        if several
        else ""
    )
    told = texts("take.settings", speed=f"{take.form.speed:g}", seed=report.seed)
    settings = f'<span class="e-fact">{escape(told)}</span>'
    if not take.clip_id:  # only the request is left
        actions = "".join(_action(act, texts(f"take.{act}")) for act in ("reuse", "script", "delete"))
        return _article(texts, take, facts=settings, actions=actions, below=notice("note", texts("take.lost")))
    length = texts("unit.s", value=f"{report.duration_s:.1f}")
    return _article(
        texts,
        take,
        data=f' data-clip="{take.clip_id}" data-duration="{report.duration_s:.3f}" '
        f'data-outcome="{report.outcome.value}"',
        play=f'<button class="e-play" data-act="play" aria-label="{escape(texts("take.play"))}">'
        f"{icon('play')}</button>",
        facts=f'<span class="e-fact">{escape(length)}</span>{similarity}{settings}',
        actions=_actions(texts, take),
        below=f"{waveform(take.bars)}{_rail(texts, take)}"
        f'<div class="e-badges">{_badges(texts, report)}{engine}</div>'
        f"{_latency(texts, report)}{follows(texts, report.findings, take.form.instruction)}",
    )


def _article(
    texts: Texts, take: TakeCard, *, facts: str, actions: str, below: str, data: str = "", play: str = ""
) -> str:
    """What every take shows, around what only those have that can be heard."""
    return (
        f'<article class="e-take" data-take="{take.take_id}"{data} data-pinned="{str(take.pinned).lower()}">'
        f'<header>{play}<span class="e-number">#{take.number}</span>'
        f'<span class="e-who" title="{escape(take.voice)}">{escape(take.voice)}</span>'
        f'{facts}<span class="e-actions">{actions}</span></header>'
        f'<p class="e-say">{escape(take.form.text.strip())}</p>{_mood(texts, take)}{below}</article>'
    )


def _mood(texts: Texts, take: TakeCard) -> str:
    words = texts("mood.join").join(mood_words(texts, take.form.instruction))
    return f'<p class="e-in-mood">{icon("mood")}<span>{escape(words)}</span></p>' if words else ""


def _actions(texts: Texts, take: TakeCard) -> str:
    pin = "take.unpin" if take.pinned else "take.pin"
    keys = (
        ("compare", "take.compare"),
        ("pin", pin),
        ("reuse", "take.reuse"),
        ("script", "take.script"),
        ("delete", "take.delete"),
    )
    made = {act: _action(act, texts(key)) for act, key in keys}
    download = (
        f'<a href="audio/{take.clip_id}" download="encore-{take.number}.wav" '
        f'title="{escape(texts("take.download"))}" aria-label="{escape(texts("take.download"))}">{icon("download")}</a>'
    )
    return made["compare"] + made["pin"] + made["reuse"] + made["script"] + download + made["delete"]


def _action(act: str, words: str) -> str:
    title = escape(words)
    return f'<button data-act="{act}" title="{title}" aria-label="{title}">{icon(act)}</button>'


def waveform(bars: Sequence[float]) -> str:
    """Two copies of the outline, the upper one uncovered as far as the sound has been played."""
    path = "".join(f"M{i + 0.5:g} {50 - 46 * bar:.1f}v{92 * bar + 2:.1f}" for i, bar in enumerate(bars))
    drawing = (
        f'<svg viewBox="0 0 {len(bars)} 102" preserveAspectRatio="none" aria-hidden="true"><path d="{path}"/></svg>'
    )
    return f'<div class="e-wave" data-act="seek">{drawing}<div class="e-played">{drawing}</div></div>'


def _rail(texts: Texts, take: TakeCard) -> str:
    """The segments in time, under the waveform."""
    ends = [*take.starts_s[1:], take.report.duration_s]
    pieces = "".join(
        f'<span data-outcome="{segment.stage.outcome.value}" style="flex:{max(end - start, 0.01):.3f} 0 0" '
        f'title="{escape(f"{outcome_words(texts, segment.stage)} — {segment.text}")}"></span>'
        for segment, start, end in zip(take.report.segments, take.starts_s, ends, strict=True)
    )
    return f'<div class="e-rail">{pieces}</div>'


def _badges(texts: Texts, report: SynthesisReport) -> str:
    outcome = report.outcome.value
    whole = (
        f'<span class="e-badge e-output" data-outcome="{outcome}" title="{escape(texts("badge.output_help"))}">'
        f"{icon(outcome)}<b>{escape(texts('badge.output'))}</b> "
        f"{escape(texts(f'outcome.{outcome}'))} <i>{escape(seconds(texts, report.total_ms))}</i></span>"
    )
    speaker = badge(texts, report.speaker, label=texts("badge.speaker"), title=texts("badge.speaker_help"))
    segments = [
        badge(texts, segment.stage, label=str(number), title=segment.text)
        for number, segment in enumerate(report.segments, 1)
    ]
    shown = whole + speaker + "".join(segments[:SHOWN_BADGES])
    rest = segments[SHOWN_BADGES:]
    if not rest:
        return shown
    more = escape(texts("badge.more", count=len(rest)))
    return f'{shown}<details><summary>{more}</summary><div class="e-badges">{"".join(rest)}</div></details>'


def _latency(texts: Texts, report: SynthesisReport) -> str:
    stages = [(texts("badge.speaker"), report.speaker)] if report.speaker else []
    stages += [(f"{number}. {segment.text}", segment.stage) for number, segment in enumerate(report.segments, 1)]
    return latency_bar(texts, stages, report.total_ms, report.saved_ms)
