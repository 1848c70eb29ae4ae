"""Sentences for people, where they look: what went wrong, what was noticed, how far it is."""

import logging
from collections.abc import Iterable
from html import escape

from core.errors import Cancelled, EncoreError
from core.finding import Finding
from webui.i18n import Texts
from webui.work import Step

log = logging.getLogger(__name__)


def notice(level: str, sentence: str) -> str:
    """A sentence at a level: ``good``, ``note``, ``warning`` or ``error``."""
    role = "alert" if level == "error" else "status"
    return f'<div class="e-notice" data-level="{level}" role="{role}">{escape(sentence)}</div>'


def sentence(texts: Texts, error: Exception) -> str:
    """What to tell about ``error``: of one that nobody foresaw only that it happened."""
    return texts.error(error) if isinstance(error, EncoreError) else texts("notice.unexpected")


def failure(texts: Texts, error: Exception, *, about: str = "") -> str:
    """What to tell about ``error``, with the name of what it is about where there are several.

    The trace of one that nobody foresaw goes to the log, not to the page.
    """
    prefix = f"{about} — " if about else ""
    if isinstance(error, Cancelled):
        return notice("note", texts.error(error))
    if not isinstance(error, EncoreError):
        log.error("a page's request failed", exc_info=error)
    return notice("error", prefix + sentence(texts, error))


def findings(texts: Texts, found: Iterable[Finding]) -> str:
    """What was noticed about a reference clip."""
    return "".join(notice(finding.level, texts.error(finding)) for finding in found)


def progress(sentence: str, fraction: float | None) -> str:
    """A sentence over a bar; ``None`` for work that cannot say how far it is."""
    width = "" if fraction is None else f' style="width:{fraction:.1%}"'
    kind = " e-unknown" if fraction is None else ""
    return f'<div class="e-progress{kind}" role="status"><span>{escape(sentence)}</span><div><i{width}></i></div></div>'


def step(texts: Texts, sentence: str, latest: Step | None) -> str:
    """A sentence over a bar that shows how far the work is; while the engine works for others, how many come first."""
    if latest is not None and latest.ahead:
        return progress(texts("live.waiting", ahead=latest.ahead), None)
    return progress(sentence, (latest.fraction or None) if latest else None)
