"""Engines in words: what each is for, how it is, what it lacks and what it can do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from core.engines.availability import Availability
from core.engines.base import Capabilities
from core.engines.keeper import EngineStatus, Kind
from core.text.markup.model import Notation
from webui.components import notice
from webui.components.badges import seconds
from webui.components.icons import icon
from webui.components.mood import mood_words
from webui.form import Form
from webui.i18n import Texts

SHOWN_LANGUAGES = 8
"""Of more languages only the number is told, and the rest on demand."""
SHORT_S = 120
"""Idle times up to here are told in whole seconds."""
_TYPED = re.compile(r"[“”]([^“”]+)[“”]|\b(ENCORE_[A-Z_]+)\b")
"""What is to be typed, in a sentence: a command between quotation marks, the name of a setting."""


@dataclass(frozen=True)
class Engine:
    """One engine as the panel shows it."""

    status: EngineStatus
    capabilities: Capabilities
    chosen: bool
    """Whether the page is set to it."""
    selectable: bool
    """Whether another one could be chosen instead."""


def engine_name(texts: Texts, name: str) -> str:
    """What people call an engine."""
    return texts.maybe(f"engines.name.{name}", name)


def state_words(texts: Texts, availability: Availability) -> str:
    """How far an engine is from working, in a word or two."""
    return texts(f"engines.state.{availability.state.value}")


def reason(texts: Texts, name: str, availability: Availability, *, private: bool) -> str:
    """What an engine lacks and what to type; without it for people elsewhere, whom paths of this machine don't help."""
    if private:
        return texts.error(availability.finding)
    return texts("engines.elsewhere", engine=engine_name(texts, name), state=state_words(texts, availability))


def lost_language(texts: Texts, engine: str, language: str) -> str:
    """That an engine does not know a language, in a sentence."""
    words = texts.maybe(f"language.{language}", language)
    return texts("engines.gave_way.language", engine=engine_name(texts, engine), language=words)


def gave_way(texts: Texts, engine: str, wanted: Form, given: Form, voices: Mapping[str, str]) -> str:
    """What of ``wanted`` an engine could not take, in place; ``voices`` are its own, in words by value."""
    name, told = engine_name(texts, engine), []
    if given.voice != wanted.voice and not wanted.from_clip:
        key = "voice" if given.voice else "no_voice"
        told.append(texts(f"engines.gave_way.{key}", engine=name, voice=voices.get(given.voice or "", "")))
    if wanted.from_clip and not given.from_clip:
        told.append(texts("voice.no_cloning"))
    if given.speed != wanted.speed:
        told.append(texts("engines.gave_way.speed", engine=name, wanted=f"{wanted.speed:g}", speed=f"{given.speed:g}"))
    if given.instruction != wanted.instruction:
        kept = mood_words(texts, given.instruction)
        lost = [words for words in mood_words(texts, wanted.instruction) if words not in kept]
        told.append(texts("engines.gave_way.mood", engine=name, mood=texts("mood.join").join(lost)))
    if given.language != wanted.language:
        told.append(lost_language(texts, engine, wanted.language))
    return notice.notice("note", " ".join(told)) if told else ""


def engines_view(texts: Texts, engines: Sequence[Engine], *, private: bool) -> str:
    """All engines, those that speak first; what changes this machine only for those at it."""
    kinds: tuple[Kind, ...] = ("synthesis", "recognition")
    return "".join(
        f'<section class="e-engines"><h2 class="e-heading">{escape(texts(f"engines.kind.{kind}"))}</h2>'
        f"<div>{''.join(_card(texts, each, private) for each in engines if each.status.kind == kind)}</div></section>"
        for kind in kinds
    )


def _card(texts: Texts, engine: Engine, private: bool) -> str:
    status = engine.status
    name, availability = engine_name(texts, status.name), status.availability
    state = _state(texts, status)
    about = texts.maybe(f"engines.about.{status.name}", "")
    purpose = f'<p class="e-about">{escape(about)}</p>' if about else ""
    told = "" if not private else _sentence(texts, texts.error(availability.finding))
    facts = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{value}</dd></div>" for label, value in _facts(texts, engine) if value
    )
    return (
        f'<article class="e-engine" data-engine="{escape(status.name)}" data-kind="{status.kind}" '
        f'data-state="{_condition(status)}" aria-label="{escape(name)}">'
        f'<header><h3>{escape(name)}</h3><span class="e-pill">{escape(state)}</span>'
        f"{_chosen(texts, engine)}</header>"
        f'{purpose}{told}<dl class="e-facts">{facts}</dl>'
        f"{_foot(texts, engine, private)}</article>"
    )


def _foot(texts: Texts, engine: Engine, private: bool) -> str:
    """What it does just now, and what can be done with it; nothing of one that cannot be used."""
    activity, actions = _activity(texts, engine.status), _actions(texts, engine, private)
    if not (activity or actions):
        return ""
    return (
        f'<div class="e-foot"><span class="e-fact" role="status">{escape(activity)}</span>'
        f'<span class="e-links">{actions}</span></div>'
    )


def _condition(status: EngineStatus) -> str:
    """``loaded``, ``idle`` or ``missing``: what is marked by colour and shape."""
    if not status.availability.ready:
        return "missing"
    return "loaded" if status.loaded else "idle"


def _state(texts: Texts, status: EngineStatus) -> str:
    if not status.availability.ready:
        return state_words(texts, status.availability)
    return texts("engines.loaded" if status.loaded else "engines.state.ready")


def _chosen(texts: Texts, engine: Engine) -> str:
    return f'<span class="e-chosen">{icon("hit")}{escape(texts("engines.chosen"))}</span>' if engine.chosen else ""


def _sentence(texts: Texts, sentence: str) -> str:
    """A sentence in which what is to be typed can be copied by a click."""
    copy, done, shown = escape(texts("engines.copy")), 0, ""
    for found in _TYPED.finditer(sentence):
        typed = escape(found.group(1) or found.group(2))
        shown += escape(sentence[done : found.start()])
        shown += f'<button class="e-typed" data-act="copy" title="{copy}"><code>{typed}</code>{icon("copy")}</button>'
        done = found.end()
    return f'<p class="e-lacks">{shown}{escape(sentence[done:])}</p>'


def _activity(texts: Texts, status: EngineStatus) -> str:
    """What it does just now."""
    words = []
    if status.working:
        words.append(texts("engines.working", count=status.working))
    if status.waiting:
        words.append(texts("engines.waiting", count=status.waiting))
    if not words and status.loaded and status.idle_s is not None:
        short = status.idle_s < SHORT_S
        time = texts("unit.s", value=f"{status.idle_s:.0f}") if short else seconds(texts, status.idle_s * 1000)
        words.append(texts("engines.idle", time=time))
    return texts("mood.join").join(words)


def _actions(texts: Texts, engine: Engine, private: bool) -> str:
    status = engine.status
    if not status.availability.ready:
        return ""
    acts = ["use"] if engine.selectable and not engine.chosen else []
    if private:
        acts.append("unload" if status.loaded else "load")
    return "".join(f'<button data-act="{act}">{escape(texts(f"engines.act.{act}"))}</button>' for act in acts)


def _facts(texts: Texts, engine: Engine) -> Sequence[tuple[str, str]]:
    """What it can do, as (what, HTML); what does not concern its kind is empty."""
    can = engine.capabilities
    facts = [(texts("engines.can.languages"), _languages(texts, can.languages))]
    if engine.status.kind == "recognition":
        return facts
    emotions = [
        texts(f"engines.can.emotion.{name}")
        for name, able in (
            ("preview", can.prosody_preview),
            ("words", can.instruction and not can.prosody_preview),
            ("mix", can.emotion_vector and not can.prosody_preview),
            ("clip", can.emotion_audio),
        )
        if able
    ]
    marks = [texts(f"engines.can.{name}") for name, able in (("pinyin", can.pinyin), ("arpabet", can.arpabet)) if able]
    notation = texts.maybe(f"pronunciation.written.{can.notation.name.lower()}", "") if marks else ""
    yes, no, either = texts("engines.can.yes"), texts("engines.can.no"), texts("mood.list")
    cloning = texts("engines.can.with_text") if can.needs_prompt_text else yes
    return [
        *facts,
        (texts("engines.can.cloning"), escape(cloning if can.cloning else no)),
        (texts("engines.can.emotions"), escape(either.join(emotions) or no)),
        (texts("engines.can.marks"), escape(either.join(marks) or no) + _code(notation, can.notation)),
        (texts("engines.can.seed"), escape(yes if can.seed else no)),
        (texts("engines.can.streaming"), escape(yes if can.streaming != "none" else no)),
    ]


def _code(notation: str, kind: Notation) -> str:
    return "" if kind is Notation.ANY or not notation else f" <code>{escape(notation)}</code>"


def _languages(texts: Texts, codes: Sequence[str]) -> str:
    words = [texts.maybe(f"language.{code}", code) for code in codes]
    shown = escape(texts("mood.list").join(words[:SHOWN_LANGUAGES]))
    rest = escape(texts("mood.list").join(words[SHOWN_LANGUAGES:]))
    more = escape(texts("badge.more", count=len(words) - SHOWN_LANGUAGES))
    return f"{shown} <details><summary>{more}</summary>{rest}</details>" if rest else shown
