"""Where sound comes in: a place to drop files or record, and what lies there."""

from html import escape

from webui.components.badges import seconds
from webui.components.icons import icon
from webui.i18n import Texts

ACCEPTED = "audio/*,.wav,.mp3,.flac,.ogg,.opus,.m4a,.webm,.mp4"


def drop_zone(
    texts: Texts, *, hint: str, multiple: bool = False, content: str = "", off: bool = False, also: str = ""
) -> str:
    """A field to drop, choose or record clips in, around what is there already; ``off`` where none can be taken.

    ``also`` is the ending of other files that are taken.
    """
    many, inert = (" multiple" if multiple else ""), (" inert" if off else "")
    return (
        f'<div class="e-drop" data-denied="{escape(texts("clip.denied"))}"{inert}>{content}'
        f'<div class="e-drop-row"><input type="file" accept="{ACCEPTED}{also and f",{also}"}"{many} hidden>'
        f'<button data-act="choose">{icon("upload")}{escape(texts("clip.choose"))}</button>'
        f'<button data-act="record" data-stop="{escape(texts("clip.stop"))}">{icon("record")}'
        f"<span>{escape(texts('clip.record'))}</span></button>"
        f"<small>{escape(hint)}</small></div></div>"
    )


def clip_row(texts: Texts, clip_id: str, name: str, duration_s: float | None = None) -> str:
    """One clip that lies there: to be heard or taken away."""
    length = f'<span class="e-fact">{escape(seconds(texts, duration_s * 1000))}</span>' if duration_s else ""
    return (
        f'<div class="e-clip" data-clip="{clip_id}"><button class="e-play" data-act="play-clip" '
        f'aria-label="{escape(texts("take.play"))}">{icon("play")}</button>'
        f'<span class="e-who" title="{escape(name)}">{escape(name)}</span>{length}'
        f'<button data-act="clear" title="{escape(texts("clip.clear"))}" aria-label="{escape(texts("clip.clear"))}">'
        f"{icon('close')}</button></div>"
    )
