"""The readings of one character or word, to be heard and chosen."""

import secrets
from html import escape

from core.report import SynthesisReport
from core.text.analysis import Reading, Source, Unit
from webui.components import notice
from webui.components.badges import badge
from webui.components.icons import icon
from webui.i18n import Texts


def readings_panel(texts: Texts, unit: Unit, *, index: int, edition: int, word: str) -> str:
    """What ``unit`` may be read as, the likeliest first; ``word`` is what *Always* would keep, empty for nothing.

    No two are alike, since the page closes one by itself and shows only what differs from the last.
    """
    readings = list(unit.choices)
    if unit.reading and unit.reading not in readings:
        readings.insert(0, unit.reading)
    rows = "".join(_row(texts, reading, number, reading == unit.reading) for number, reading in enumerate(readings))
    source = texts(f"pronunciation.source.{unit.source.value}") if unit.source else ""
    listed = escape(texts("pronunciation.readings"))
    choices = f'<div class="e-options" role="radiogroup" aria-label="{listed}">{rows}</div>' if rows else ""
    typed = "pinyin" if unit.kind == "han" else "arpabet"
    always = (
        f'<button type="button" data-act="always" title="{escape(texts("pronunciation.always_help"))}">'
        f"{icon('pin')}{escape(texts('pronunciation.always', word=word))}</button>"
        if word
        else ""
    )
    unmark = (
        f'<button type="button" data-act="unmark">{icon("close")}{escape(texts("pronunciation.unmark"))}</button>'
        if unit.source is Source.MARK
        else ""
    )
    shown = unit.text or (unit.reading.label if unit.reading else "")
    return (
        f'<form class="e-readings" role="dialog" aria-labelledby="e-readings-of" data-unit="{index}" '
        f'data-edition="{edition}" data-opened="{secrets.token_hex(4)}">'
        f'<header><strong id="e-readings-of">{escape(shown)}</strong>'
        f"<small>{escape(source)}</small>{_close(texts)}</header>{choices}"
        f'<div class="e-typed"><input name="typed" autocomplete="off" autocapitalize="off" spellcheck="false" '
        f'maxlength="200" placeholder="{escape(texts(f"pronunciation.type.{typed}"))}" '
        f'aria-label="{escape(texts("pronunciation.type.label"))}"></div>'
        '<div class="e-foot"><button type="button" data-act="hear">'
        f"{icon('play')}{escape(texts('pronunciation.hear'))} "
        f"<kbd>{escape(texts('pronunciation.keys.space'))}</kbd></button>"
        f'<button type="submit" class="e-apply">{escape(texts("pronunciation.apply"))} <kbd>↵</kbd></button>'
        f"{unmark}{always}</div></form>"
    )


def _row(texts: Texts, reading: Reading, number: int, chosen: bool) -> str:
    likeliest = f"<small>{escape(texts('pronunciation.likeliest'))}</small>" if number == 0 else ""
    hear = escape(texts("pronunciation.hear_one", reading=reading.label))
    return (
        f'<div class="e-option"><label><input type="radio" name="reading" value="{escape(reading.value)}"'
        f"{' checked' if chosen else ''}><span>{escape(reading.label)}</span>{likeliest}</label>"
        f'<button type="button" data-act="hear" data-reading="{escape(reading.value)}" tabindex="-1" '
        f'title="{hear}" aria-label="{hear}">{icon("play")}</button></div>'
    )


def _close(texts: Texts) -> str:
    words = escape(texts("pronunciation.close"))
    return f'<button type="button" data-act="close" title="{words}" aria-label="{words}">{icon("close")}</button>'


def heard(texts: Texts, clip_id: str, report: SynthesisReport, words: str, *, run: str) -> str:
    """What was just spoken, for the page to play at once, with what the cache did and what was done otherwise.

    ``run`` tells two apart.
    """
    stages = "".join(badge(texts, segment.stage, title=segment.text) for segment in report.segments[:8])
    return (
        f'<div class="e-clip e-heard-line" data-clip="{clip_id}" data-run="{escape(run)}" role="status">'
        f'<button class="e-play" data-act="play-clip" aria-label="{escape(texts("take.play"))}">{icon("play")}</button>'
        f'<span class="e-who" title="{escape(words)}">{escape(words)}</span>'
        f'<span class="e-badges">{stages}</span></div>{notice.findings(texts, report.findings)}'
    )
