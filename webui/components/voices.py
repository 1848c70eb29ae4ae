"""The voices to choose from, the one that is looked at, and those that sound like a clip."""

import secrets
from collections.abc import Sequence
from html import escape

from core.engines.base import StockVoice
from core.request import SAVED
from core.speakers.nearest import KnownVoice, Neighbour
from core.speakers.saved import SavedVoice
from webui.components.badges import badge, seconds
from webui.components.icons import icon
from webui.gallery import Chosen, Likeness, Preview, Recording
from webui.i18n import Texts


def stock_words(texts: Texts, voice: StockVoice) -> str:
    """A voice that comes with an engine, in a list to choose from: its name, language and gender."""
    return texts(
        "voice.stock",
        name=voice.label,
        language=texts.maybe(f"language.{voice.language}", voice.language),
        gender=texts.maybe(f"gender.{voice.gender}", voice.gender),
    )


def voice_list(
    texts: Texts, saved: Sequence[SavedVoice], stock: Sequence[KnownVoice], *, chosen: str, viewer: str, searched: bool
) -> str:
    """Saved voices, then those of the engine; the ``chosen`` one is marked."""
    mine = "".join(_saved_row(texts, voice, chosen, viewer) for voice in saved)
    if not mine:
        words = texts("voices.none_found" if searched else "voices.none")
        mine = f'<p class="e-hint">{escape(words)}</p>'
    theirs = "".join(_stock_row(texts, voice, chosen) for voice in stock)
    group = f'<h3 class="e-group">{escape(texts("voices.stock"))}</h3>{theirs}' if theirs else ""
    return (
        f'<div class="e-voices" role="group" aria-label="{escape(texts("voices.list"))}">'
        f'<h3 class="e-group">{escape(texts("voices.saved"))}</h3>{mine}{group}</div>'
    )


def _saved_row(texts: Texts, voice: SavedVoice, chosen: str, viewer: str) -> str:
    facts = [texts.maybe(f"language.{voice.language}", voice.language)] if voice.language else []
    facts += [f"#{tag}" for tag in voice.tags]
    if voice.owner not in ("", viewer):
        facts.append(texts("voices.of", name=voice.owner))
    elif voice.published:
        facts.append(texts("voices.published_mark"))
    return _row(f"{SAVED}{voice.voice_id}", voice.name, facts, chosen, "voice")


def _stock_row(texts: Texts, voice: KnownVoice, chosen: str) -> str:
    return _row(voice.value, voice.label, known_facts(texts, voice), chosen, "stock")


def known_facts(texts: Texts, voice: KnownVoice) -> list[str]:
    """Language and gender, as far as anybody said."""
    kinds = (("language", voice.language), ("gender", voice.gender))
    return [texts.maybe(f"{kind}.{value}", value) for kind, value in kinds if value]


def _row(value: str, name: str, facts: Sequence[str], chosen: str, drawing: str) -> str:
    return (
        f'<button class="e-voice" data-act="open" data-voice="{escape(value)}" '
        f'aria-pressed="{str(value == chosen).lower()}">{icon(drawing)}'
        f"<span>{escape(name)}{_small(facts)}</span></button>"
    )


def _small(facts: Sequence[str]) -> str:
    return f"<small>{escape(' · '.join(facts))}</small>" if facts else ""


def voice_head(texts: Texts, chosen: Chosen | None) -> str:
    """Who is looked at, and what can be done with them."""
    if chosen is None:
        return f'<div class="e-empty">{icon("voice")}<p>{escape(texts("voices.choose"))}</p></div>'
    voice, saved = chosen.voice, chosen.saved
    facts = known_facts(texts, voice)
    if saved is None:
        facts.append(texts("voices.stock_fact"))
    elif not chosen.own and saved.owner:
        facts.append(texts("voices.of", name=saved.owner))
    acts = [("speak", "send")] + ([("like", "compare")] if chosen.recordings else [])
    buttons = "".join(
        f'<button data-act="{act}">{icon(drawing)}{escape(texts(f"voices.act.{act}"))}</button>'
        for act, drawing in acts
    )
    if chosen.own and saved is not None:
        buttons += (
            f'<a class="e-button" href="voices/{saved.voice_id}/file" download>'
            f"{icon('download')}{escape(texts('voices.act.export'))}</a>"
        )
    return (
        f'<header class="e-voice-head"><h2>{escape(voice.label)}</h2>'
        f'<span class="e-fact">{escape(" · ".join(facts))}</span></header>'
        f'<div class="e-links">{buttons}</div>'
    )


def recordings(texts: Texts, chosen: Chosen) -> str:
    """The clips of a voice of one's own: to be heard, put into words and taken away."""
    return "".join(
        _recording(texts, each, number, last=len(chosen.recordings) == 1)
        for number, each in enumerate(chosen.recordings, 1)
    )


def _recording(texts: Texts, recording: Recording, number: int, *, last: bool) -> str:
    name = texts("voices.reference") if number == 1 else texts("voices.recording", number=number)
    words = escape(texts("voices.says"))
    remove = (
        ""
        if last
        else f'<button data-act="remove" title="{escape(texts("voices.remove"))}" '
        f'aria-label="{escape(texts("voices.remove"))}">{icon("delete")}</button>'
    )
    file = escape(recording.clip.file)
    return (
        f'<div class="e-recording" data-file="{file}"><div class="e-clip" data-clip="{recording.clip_id}">'
        f'<button class="e-play" data-act="play-clip" aria-label="{escape(texts("take.play"))}">{icon("play")}</button>'
        f'<span class="e-who">{escape(name)}</span>'
        f'<span class="e-fact">{escape(seconds(texts, recording.duration_s * 1000))}</span>'
        f'<span class="e-actions"><button data-act="write" title="{escape(texts("voices.write"))}" '
        f'aria-label="{escape(texts("voices.write"))}">{icon("script")}</button>{remove}</span></div>'
        f'<textarea rows="2" data-says aria-label="{words}" placeholder="{words}">'
        f"{escape(recording.clip.prompt_text)}</textarea></div>"
    )


def preview(texts: Texts, shown: Preview | None, *, play: bool = False) -> str:
    """A voice saying a line, with what the cache did for it; with ``play`` it is heard at once."""
    if shown is None:
        return ""
    report = shown.report
    marks = badge(texts, report.speaker, label=texts("badge.speaker")) if report.speaker else ""
    marks += "".join(badge(texts, segment.stage, title=segment.text) for segment in report.segments)
    at_once = f' data-at-once="{secrets.token_hex(4)}"' if play else ""
    return (
        f'<div class="e-clip" data-clip="{shown.clip_id}"{at_once}><button class="e-play" data-act="play-clip" '
        f'aria-label="{escape(texts("take.play"))}">{icon("play")}</button>'
        f'<span class="e-fact">{escape(seconds(texts, report.duration_s * 1000))}</span></div>'
        f'<div class="e-badges">{marks}</div>'
    )


def likeness(texts: Texts, shown: Likeness | None) -> str:
    """The voices that sound like a clip, nearest first."""
    if shown is None:
        return ""
    rows = "".join(_neighbour(texts, each) for each in shown.neighbours)
    return (
        f'<div class="e-clip" data-clip="{shown.clip_id}"><button class="e-play" data-act="play-clip" '
        f'aria-label="{escape(texts("take.play"))}">{icon("play")}</button>'
        f'<span class="e-who" title="{escape(shown.name)}">{escape(shown.name)}</span></div>'
        f'<ol class="e-near" aria-label="{escape(texts("voices.near"))}">{rows}</ol>'
    )


def _neighbour(texts: Texts, neighbour: Neighbour) -> str:
    voice, share = neighbour.voice, max(0.0, neighbour.similarity)
    facts = known_facts(texts, voice)
    drawing = icon("voice" if voice.own else "stock")
    return (
        f'<li><button data-act="open" data-voice="{escape(voice.value)}">{drawing}'
        f"<span>{escape(voice.label)}{_small(facts)}</span>"
        f'<i class="e-share" style="--share:{share:.3f}"></i>'
        f'<b title="{escape(texts("take.similarity_help"))}">{neighbour.similarity:.2f}</b></button></li>'
    )
