"""The personal lexicon as a list."""

from collections.abc import Mapping
from html import escape

from core.text.pinyin import with_tone_mark
from webui.components.icons import icon
from webui.i18n import Texts

MAX_BYTES = 2 * 2**20
"""Largest file that is brought in: some ten thousands of words."""


def lexicon_list(texts: Texts, entries: Mapping[str, str]) -> str:
    """Every word with its reading, and what brings in and takes out the whole."""
    rows = "".join(_row(texts, word, reading) for word, reading in sorted(entries.items()))
    listed = (
        f'<ul class="e-lexicon">{rows}</ul>'
        if rows
        else f'<p class="e-none">{escape(texts("pronunciation.lexicon.empty"))}</p>'
    )
    off = "" if rows else " disabled"
    count = escape(texts("pronunciation.lexicon.count", count=f"{len(entries):,}"))
    return (
        f'{listed}<div class="e-links" data-limit="{MAX_BYTES}">'
        f'<input type="file" accept=".csv,.txt,text/csv" hidden>'
        f'<button data-act="choose">{icon("upload")}{escape(texts("pronunciation.lexicon.import"))}</button>'
        f'<button data-act="export"{off}>{icon("download")}{escape(texts("pronunciation.lexicon.export"))}</button>'
        f'<span class="e-fact">{count}</span></div>'
    )


def _row(texts: Texts, word: str, reading: str) -> str:
    acts = "".join(
        f'<button data-act="{act}" title="{words}" aria-label="{words}">{icon(drawing)}</button>'
        for act, drawing, words in (
            ("hear", "play", escape(texts("pronunciation.hear_one", reading=word))),
            ("remove", "delete", escape(texts("pronunciation.lexicon.remove", word=word))),
        )
    )
    return (
        f'<li data-word="{escape(word)}"><b>{escape(word)}</b><span>{escape(_label(reading))}</span>'
        f'<span class="e-actions">{acts}</span></li>'
    )


def _label(reading: str) -> str:
    """Syllables with their tones above the letters; phonemes as they are."""
    return " ".join(map(with_tone_mark, reading.split())) if reading.islower() else reading
