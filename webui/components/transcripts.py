"""Transcripts as cards: the words, when they were said, how they were come by, and what can be done with them."""

from collections.abc import Sequence
from html import escape

from core.engines.base import TimedText, Transcript
from webui.components.badges import badge
from webui.components.icons import icon
from webui.components.latency import latency_bar
from webui.i18n import Texts
from webui.session import TranscriptCard

DOWNLOADS = {"text": "txt", "srt": "srt", "vtt": "vtt", "json": "json"}
"""Formats by the ending of their files."""


def transcript_list(texts: Texts, cards: Sequence[TranscriptCard], *, reference_max_s: float) -> str:
    """All transcripts, newest first."""
    if not cards:
        return f'<div class="e-empty">{icon("copy")}<p>{escape(texts("transcripts.empty"))}</p></div>'
    return "".join(_card(texts, card, reference_max_s) for card in cards)


def _card(texts: Texts, card: TranscriptCard, reference_max_s: float) -> str:
    report = card.report
    transcript = report.transcript
    language = texts.maybe(f"language.{transcript.language}", transcript.language)
    end_s = transcript.segments[-1].end_s if transcript.segments else 0.0
    words = escape(transcript.text) if transcript.text else f"<em>{escape(texts('transcripts.silence'))}</em>"
    facts = f'<span class="e-fact">{escape(language)}</span>{_heard(texts, transcript)}'
    return (
        f'<article class="e-take e-transcript" data-transcript="{card.transcript_id}" data-clip="{card.clip_id}" '
        f'data-outcome="{report.stage.outcome.value}"><header class="e-clip" data-clip="{card.clip_id}">'
        f'<button class="e-play" data-act="play-clip" aria-label="{escape(texts("take.play"))}">{icon("play")}</button>'
        f'<span class="e-who" title="{escape(card.source.name)}">{escape(card.source.name)}</span>{facts}'
        f'<span class="e-actions">{_button(texts, "copy", "copy")}{_button(texts, "delete", "delete")}</span></header>'
        f'<p class="e-say">{words}</p>{_timed(texts, transcript.segments)}'
        f'<div class="e-links">{_links(texts, bool(transcript.text), end_s <= reference_max_s)}</div>'
        f'<div class="e-badges">{badge(texts, report.stage, label=texts("badge.transcript"))}</div>'
        f"{latency_bar(texts, [(texts('badge.transcript'), report.stage)], report.total_ms, report.stage.saved_ms)}"
        "</article>"
    )


def _heard(texts: Texts, transcript: Transcript) -> str:
    """Emotion and audio events as badges, from recognisers that hear them. Speech is what is expected, so not told."""
    heard = [("emotion", transcript.emotion)] if transcript.emotion else []
    heard += [("event", event) for event in transcript.events if event != "speech"]
    return "".join(
        f'<span class="e-trait" data-kind="{kind}" title="{escape(texts(f"transcripts.{kind}"))}">'
        f"{escape(texts.maybe(f'transcripts.{kind}s.{name}', name))}</span>"
        for kind, name in heard
    )


def _timed(texts: Texts, segments: Sequence[TimedText]) -> str:
    if not segments:
        return ""
    lines = "".join(
        f'<li><button data-act="from" data-start="{part.start_s:.2f}">{_clock(part.start_s)}</button>'
        f"<span>{escape(part.text)}</span></li>"
        for part in segments
    )
    unfolded = " open" if 1 < len(segments) <= 6 else ""
    summary = escape(texts("transcripts.segments", count=len(segments)))
    return f'<details class="e-timed"{unfolded}><summary>{summary}</summary><ol>{lines}</ol></details>'


def _links(texts: Texts, has_words: bool, short: bool) -> str:
    send = "".join(
        f'<button data-act="{act}">{icon(act)}{escape(texts(f"transcripts.{act}"))}</button>'
        for act in ("script", "send")
        if has_words
    )
    refer = f'<button data-act="refer">{icon("voice")}{escape(texts("transcripts.refer"))}</button>' if short else ""
    downloads = "".join(f'<button data-act="{form}">{ending}</button>' for form, ending in DOWNLOADS.items())
    return f'{send}{refer}<span class="e-downloads">{icon("download")}{downloads}</span>'


def _button(texts: Texts, act: str, drawing: str) -> str:
    words = escape(texts(f"transcripts.{act}"))
    return f'<button data-act="{act}" title="{words}" aria-label="{words}">{icon(drawing)}</button>'


def _clock(seconds: float) -> str:
    """``1:02:03.4`` or ``2:03.4``."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
