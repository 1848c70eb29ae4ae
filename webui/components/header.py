"""The line at the top: the name, how the engine and the cache are, language and light."""

from html import escape

from core.cache.stats import RedisState
from core.engines.base import SynthesisEngine
from webui.components.engines import engine_name, state_words
from webui.components.icons import LOGO, icon
from webui.gate.login import OUT
from webui.i18n import LANGUAGES, Texts


def header(texts: Texts, engine: SynthesisEngine, *, redis: RedisState, attention: bool = False, who: str = "") -> str:
    """The header in the page's language; ``attention`` marks the Cache tab, where a notice waits.

    ``who`` has logged in, if anybody has.
    """
    words = texts("status.redis_up") if redis.up else texts("status.redis_down")
    title = redis.where if redis.up else texts("status.redis_down_help", reason=redis.reason or redis.where)
    languages = "".join(
        f'<button data-act="language" data-language="{code}" aria-pressed="{str(code == texts.language).lower()}" '
        f'lang="{code}">{escape(name)}</button>'
        for code, name in LANGUAGES.items()
    )
    return (
        f'<div class="e-header" data-attention="{str(attention).lower()}">'
        f'<div class="e-brand">{LOGO}<h1>Encore</h1></div><div class="e-status">'
        f"{_engine(texts, engine)}"
        f'<span class="e-state" data-up="{str(redis.up).lower()}" title="{escape(title)}">{escape(words)}</span>'
        f'<span class="e-languages" role="group" aria-label="{escape(texts("status.language"))}">{languages}</span>'
        f'<button class="e-theme" data-act="theme" title="{escape(texts("status.theme"))}" '
        f'aria-label="{escape(texts("status.theme"))}">{icon("theme")}</button>{_leave(texts, who)}</div></div>'
    )


def _leave(texts: Texts, who: str) -> str:
    """The way out, for ``who`` has logged in."""
    if not who:
        return ""
    words = escape(texts("status.log_out", name=who))
    return (
        f'<form class="e-leave" method="post" action="{OUT}">'
        f'<button class="e-theme" title="{words}" aria-label="{words}">{icon("leave")}</button></form>'
    )


def _engine(texts: Texts, engine: SynthesisEngine) -> str:
    """Who speaks and how it is; leads to the Engines tab."""
    availability, name = engine.availability, engine_name(texts, engine.name)
    if not availability.ready:
        state, words = "missing", state_words(texts, availability)
    else:
        state = "loaded" if engine.loaded else "idle"
        words = texts(f"status.engine_{state}")
    return (
        f'<button class="e-state" data-act="engines" data-state="{state}" data-up="{str(availability.ready).lower()}" '
        f'title="{escape(texts("status.engine_help"))}">{escape(name)}<small>{escape(words)}</small></button>'
    )
