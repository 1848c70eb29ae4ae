"""The entries one by one: what is worth most and what is stored, to be looked at and purged."""

import time
from collections.abc import Mapping, Sequence
from html import escape

from core.cache.popular import Popular
from core.cache.stats import EntryInfo
from core.engines.base import Transcript
from core.speakers.profile import SpeakerProfile
from webui.components.badges import seconds
from webui.components.icons import icon
from webui.components.measures import lasting, size
from webui.i18n import Texts
from webui.shelf import KINDS, LISTED, POPULAR, Look, Shelf, Sound

DIGITS = 10
"""Digits of a key that are shown; the whole of it is in its title."""

Columns = Sequence[tuple[str, str]]
"""Names and texts of a row's cells, or of what is told about an opened one."""


def shelf_view(texts: Texts, shelf: Shelf, *, private: bool, voices: Mapping[str, str]) -> str:
    """The chosen list. ``private`` lets it show what was said; ``voices`` names saved voices by id."""
    if shelf.kind == POPULAR:
        columns: Sequence[str] = ("request", "voice", "engine", "requests", "worth")
        rows = "".join(_popular(texts, item, shelf.look, private, voices) for item in shelf.popular)
        help_key, empty_key = "cache.popular_help" if private else "cache.popular_shared", "cache.popular_empty"
    else:
        columns = ("key", "engine", "took", "size", "age", "expires")
        rows = "".join(_entry(texts, info, shelf.look) for info in shelf.entries)
        help_key, empty_key = "cache.all" if len(shelf.entries) < LISTED else "cache.newest", "cache.empty"
    if not rows:
        return f'{_switch(texts, shelf.kind)}<p class="e-none">{escape(texts(empty_key))}</p>'
    head = "".join(f'<th scope="col">{escape(texts(f"cache.entry.{column}"))}</th>' for column in columns)
    return (
        f'{_switch(texts, shelf.kind)}<p class="e-help">{escape(texts(help_key, shown=len(shelf.entries)))}</p>'
        f'<table class="e-table e-entries"><thead><tr>{head}<td></td></tr></thead><tbody>{rows}</tbody></table>'
    )


def _switch(texts: Texts, chosen: str) -> str:
    names = {kind: texts("cache.popular" if kind == POPULAR else f"namespace.{kind}") for kind in KINDS}
    kinds = "".join(
        f'<button data-act="kind" data-name="{kind}" aria-pressed="{str(kind == chosen).lower()}">'
        f"{escape(name)}</button>"
        for kind, name in names.items()
    )
    again = escape(texts("cache.refresh"))
    return (
        f'<div class="e-shelf"><span class="e-kinds" role="group" aria-label="{escape(texts("cache.kinds"))}">'
        f'{kinds}</span><button class="e-again" data-act="refresh" title="{again}" aria-label="{again}">'
        f"{icon('reuse')}</button></div>"
    )


def _popular(texts: Texts, item: Popular, look: Look | None, private: bool, voices: Mapping[str, str]) -> str:
    recipe = item.recipe
    cells = (
        ("request", str(recipe.get("text", "")) if private else _short(item.key)),
        ("voice", _voice(recipe.get("speaker"), voices)),
        ("engine", item.engine),
        ("requests", f"{item.requests:,}"),
        ("worth", seconds(texts, item.worth_ms)),
    )
    facts = [(name, f"{recipe[name]}") for name in ("language", "speed", "seed") if name in recipe]
    return _row(texts, item.key, cells, facts, look)


def _voice(speaker: object, voices: Mapping[str, str]) -> str:
    match speaker:
        case {"stock": str(name)}:
            return name
        case {"saved": str(voice_id)}:
            return voices.get(voice_id, "–")
    return "–"


def _entry(texts: Texts, info: EntryInfo, look: Look | None) -> str:
    cells = (
        ("key", _short(str(info.key))),
        ("engine", info.engine),
        ("took", seconds(texts, info.compute_ms)),
        ("size", size(info.bytes)),
        ("age", lasting(texts, time.time() - info.created)),
        ("expires", texts("cache.never") if info.expires_in_s is None else lasting(texts, info.expires_in_s)),
    )
    return _row(texts, str(info.key), cells, [("codec", info.codec)], look)


def _short(name: str) -> str:
    return f"{name.rpartition(':')[2][:DIGITS]}…"


def _row(texts: Texts, name: str, cells: Columns, facts: Columns, look: Look | None) -> str:
    opened = look is not None and look.name == name
    (kind, first), *others = cells
    told = "".join(
        f'<td data-label="{escape(texts(f"cache.entry.{column}"))}">{escape(text)}</td>' for column, text in others
    )
    looks = escape(texts("cache.close" if opened else "cache.look"))
    row = (
        f'<tr data-entry="{escape(name)}"{" data-opened" if opened else ""}>'
        f'<th scope="row" class="e-{kind}" title="{escape(name if kind == "key" else first)}">'
        f"<span>{escape(first)}</span></th>"
        f'{told}<td class="e-acts"><span><button data-act="look" data-name="{escape(name)}" '
        f'aria-expanded="{str(opened).lower()}">{looks}</button>{_purge(texts, name)}</span></td></tr>'
    )
    if not opened or look is None:
        return row
    return (
        f'{row}<tr class="e-looked"><td colspan="{len(cells) + 1}">{_looked(texts, look)}'
        f"{_facts(texts, [*facts, ('name', name)])}</td></tr>"
    )


def _purge(texts: Texts, name: str) -> str:
    """Asks once more, in its place."""
    purge = escape(texts("cache.purge.one"))
    return (
        f'<details class="e-sure"><summary>{purge}</summary>'
        f'<span class="e-question"><span>{escape(texts("cache.purge_sure.entry"))}</span>'
        f'<button class="e-stop" data-act="purge" data-name="{escape(name)}">{purge}</button>'
        f'<button data-act="keep">{escape(texts("confirm.no"))}</button></span></details>'
    )


def _looked(texts: Texts, look: Look) -> str:
    """What the entry holds."""
    match look.found:
        case Sound(clip_id, duration_s, sample_rate):
            sound = texts("cache.sound", length=texts("unit.s", value=f"{duration_s:.2f}"), rate=f"{sample_rate:,}")
            return (
                f'<div class="e-clip" data-clip="{clip_id}"><button class="e-play" data-act="play-clip" '
                f'aria-label="{escape(texts("take.play"))}">{icon("play")}</button>'
                f'<span class="e-fact">{escape(sound)}</span></div>'
            )
        case Transcript(text, language, segments):
            words = text or texts("transcripts.silence")
            facts = [("language", language), ("segments", f"{len(segments)}")]
            return f'<p class="e-heard">{escape(words)}</p>{_facts(texts, facts)}'
        case SpeakerProfile() as profile:
            arrays = "".join(
                f"<li><code>{escape(name)}</code> {escape(str(array.dtype))} [{', '.join(map(str, array.shape))}]</li>"
                for name, array in profile.arrays.items()
            )
            known = {"similarity": texts("cache.entry.similarity")}
            told = "".join(
                f"<div><dt>{escape(known.get(name, name))}</dt><dd>{escape(fact)}</dd></div>"
                for name, fact in profile.facts.items()
            )
            return f'<ul class="e-arrays">{arrays}</ul><dl class="e-facts">{told}</dl>'
    key = "cache.gone" if look.gone else "cache.withheld"
    return f'<p class="e-none">{escape(texts(key))}</p>'


def _facts(texts: Texts, facts: Columns) -> str:
    pairs = "".join(
        f"<div><dt>{escape(texts(f'cache.entry.{name}'))}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts
    )
    return f'<dl class="e-facts">{pairs}</dl>'
