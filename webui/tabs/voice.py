"""Who speaks: a stock or saved voice from the list, or the voice in a reference clip."""

import time
from collections.abc import AsyncIterator, Iterator
from functools import partial

import gradio as gr

from core.errors import InvalidAudio, InvalidInput
from core.progress import Progress
from core.report import TranscriptReport
from core.request import (
    SAVED,
    STOCK,
    AudioSource,
    LibrarySpeaker,
    ReferenceSpeaker,
    Speaker,
    StockSpeaker,
    TranscriptionRequest,
)
from core.speakers.saved import SavedVoice
from webui.api.uploads import MEGABYTE
from webui.components import notice
from webui.components.clips import clip_row, drop_zone
from webui.components.markup import markup
from webui.components.voices import stock_words
from webui.events import Form, Updates, on, settle
from webui.form import Reference
from webui.i18n import Texts
from webui.page import Page
from webui.session import Session
from webui.work import Step, stream

LIST, CLIP = "list", "clip"
"""Where the voice comes from."""


class VoicePanel:
    """The voice part of the Clone tab."""

    def __init__(self, page: Page) -> None:
        self._page = page
        put = page.labels.put
        self.origin = put(
            gr.Radio(choices=[LIST, CLIP], value=LIST, show_label=False, container=False, elem_classes="e-switch"),
            choices=lambda texts: [(texts("voice.from_list"), LIST), (texts("voice.from_clip"), CLIP)],
        )
        self.off = markup()
        with gr.Column(elem_classes="e-part") as self.listed:
            self.voice = put(gr.Dropdown(filterable=True), label="voice.label")
        with gr.Column(elem_classes="e-part", visible=False) as self.cloning:
            self.clip = markup(
                "encore.dropZone(element, {upload: 'upload', clear: 'clear', refused: 'refused'}, trigger)"
            )
            self.findings = markup()
            self.agreed = put(gr.Checkbox(visible=False, elem_id="agreed"), label="voice.agreed")
            self.prompt_text = gr.Textbox(lines=2, max_lines=5, elem_id="prompt-text")
            self.recognise = put(gr.Button(size="sm"), value="voice.recognise")
            with gr.Row(elem_classes="e-save"):
                self.name = put(
                    gr.Textbox(max_lines=1, max_length=60, container=False, scale=3, min_width=120, show_label=False),
                    label="voice.name",
                    placeholder="voice.name",
                )
                self.save = put(gr.Button(size="sm", scale=1, min_width=90), value="voice.save")
        self.notice = markup()
        settle(self.offer(Session()))
        self.voice.value = next((value for _, value in self.choices(Session())), None)
        self._wire()

    def _wire(self) -> None:
        session = self._page.session
        on(self.origin.change, self._on_origin, [self.origin], [self.listed, self.cloning], queue=False)
        on(self.agreed.input, self._on_agree, [session, self.agreed], [self.agreed, self.notice], queue=False)
        shown = [self.clip, self.findings, self.notice]
        on(self.clip.upload, self._on_upload, [session], shown)
        on(self.clip.clear, self._on_clear, [session], shown)
        on(self.clip.refused, self._on_refused, [session], [self.notice])
        on(self.recognise.click, self._on_recognise, [session], [self.prompt_text, self.notice, self.recognise])
        on(
            self.save.click,
            self._on_save,
            [session, self.name, self.prompt_text],
            [self.voice, self.origin, self.name, self.notice],
        )

    # What others ask of the panel

    def choices(self, session: Session) -> list[tuple[str, str]]:
        """The voice list, saved voices first, as (words, value)."""
        texts, engine = session.texts, self._page.engine(session)
        library = self._page.studio.library.voices(session.viewer) if engine.capabilities.cloning else []
        saved = [(_saved_words(voice, session.viewer), f"{SAVED}{voice.voice_id}") for voice in library]
        return saved + [
            (stock_words(texts, voice), f"{STOCK}{voice.name}") for voice in self._page.studio.stock_voices(engine.name)
        ]

    def offer(self, session: Session) -> Updates:
        """What the engine can speak with: its voices, and clips if it clones."""
        texts, can, choices = session.texts, self._page.can(session), self.choices(session)
        needed = "needed" if can.needs_prompt_text else "optional"
        return {
            self.origin: gr.update(interactive=can.cloning),
            self.voice: gr.update(choices=choices, info="" if choices else texts("voice.none")),
            self.prompt_text: gr.update(
                label=texts(f"voice.prompt_text.{needed}"), placeholder=texts(f"voice.prompt_placeholder.{needed}")
            ),
            self.agreed: gr.update(visible=not session.agreed),
            self.off: "" if can.cloning else notice.notice("note", texts("voice.no_cloning")),
        }

    def speaker(self, form: Form) -> tuple[Speaker, str]:
        """The chosen speaker and its name in words.

        Raises :class:`InvalidInput` when none is chosen, or a clip whose speaker nobody confirmed to have asked.
        """
        session: Session = form[self._page.session]
        if form[self.origin] == CLIP:
            reference = self._cloned(form)
            return reference, reference.audio.name
        chosen = form[self.voice] or ""
        kind, _, name = chosen.partition(":")
        if not name:
            raise InvalidInput("reference.missing")
        if kind == "saved":
            self._page.studio.library.voice(name, session.viewer)  # others' voices are not for the asking
        words = next((words for words, value in self.choices(session) if value == chosen), name)
        return (LibrarySpeaker(name) if kind == "saved" else StockSpeaker(name)), words

    def _cloned(self, form: Form) -> ReferenceSpeaker:
        """The voice in the clip. Raises :class:`InvalidInput` (``reference.missing``, ``consent.needed``)."""
        session: Session = form[self._page.session]
        if session.reference is None:
            raise InvalidInput("reference.missing")
        if not session.agreed:
            raise InvalidInput("consent.needed")
        return ReferenceSpeaker(session.reference.source, (form[self.prompt_text] or "").strip())

    def show_origin(self, origin: str) -> Updates:
        """The list or the clip, whichever the voice comes from."""
        return {self.listed: gr.update(visible=origin == LIST), self.cloning: gr.update(visible=origin == CLIP)}

    def show_reference(self, session: Session) -> Updates:
        """The reference clip of the page, and what was found about it."""
        texts, reference = session.texts, session.reference
        if reference is None:
            return {self.clip: drop_zone(texts, hint=texts("voice.drop")), self.findings: ""}
        row = clip_row(texts, reference.clip_id, reference.source.name, reference.check.duration_s)
        return {
            self.clip: drop_zone(texts, hint=texts("voice.drop_other"), content=row),
            self.findings: notice.findings(texts, reference.check.findings),
        }

    def use(self, session: Session, source: AudioSource) -> None:
        """Make a clip the reference. Raises :class:`InvalidAudio` if it cannot be one."""
        source = self._page.studio.as_reference(source)
        check = self._page.studio.check_reference(source)
        session.reference = Reference(source, self._page.clips.put(source.data, source.name).clip_id, check)

    # Events

    def _on_origin(self, form: Form) -> Updates:
        return self.show_origin(form[self.origin])

    def _on_agree(self, form: Form) -> Updates:
        """Asked once: what was confirmed is not taken back, and the question goes away."""
        if not form[self.agreed]:
            return {}
        return {self.agreed: gr.update(visible=False), self.notice: agree(form[self._page.session])}

    def _on_upload(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        session.reference = None
        try:
            clip = self._page.clips.brought(str(event.id))
            self.use(session, AudioSource(clip.data, clip.name))
        except Exception as error:
            return {
                **self.show_reference(session),
                self.findings: notice.failure(session.texts, error),
                self.notice: "",
            }
        return {**self.show_reference(session), self.notice: ""}

    def _on_clear(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        session.reference = None
        return {**self.show_reference(session), self.notice: ""}

    def _on_refused(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        return {self.notice: refused(session.texts, event)}

    async def _on_recognise(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, reference = session.texts, session.reference
        if reference is None:
            yield {self.notice: notice.failure(texts, InvalidInput("reference.missing"))}
            return

        def work(progress: Progress) -> Iterator[TranscriptReport]:
            request = TranscriptionRequest(reference.source, self._page.recogniser(session).name)
            yield self._page.studio.transcribe(request, progress)

        listening = texts("voice.listening")
        yield {self.recognise: gr.update(interactive=False), self.notice: notice.progress(listening, None)}
        try:
            async for items in stream(work, partial(session.started, "recognise"), session.guest):
                latest = items[-1]
                if isinstance(latest, Step):
                    yield {self.notice: notice.step(texts, listening, latest)}
                else:
                    yield {self.prompt_text: latest.transcript.text, self.notice: ""}
        except Exception as error:
            yield {self.notice: notice.failure(texts, error)}
        yield {self.recognise: gr.update(interactive=True)}

    def _on_save(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        texts = session.texts
        try:
            voice = self._page.studio.library.save(
                form[self.name] or "", self._cloned(form), session.viewer, consent=consent_given(session)
            )
        except Exception as error:
            return {self.notice: notice.failure(texts, error)}
        return {
            self.voice: gr.update(choices=self.choices(session), value=f"{SAVED}{voice.voice_id}"),
            self.origin: LIST,
            self.name: "",
            self.notice: notice.notice("good", texts("voice.saved", name=voice.name)),
        }


def _saved_words(voice: SavedVoice, viewer: str) -> str:
    """A saved voice in the list, with its owner's name if that is somebody else."""
    return f"★ {voice.name}" if voice.owner in ("", viewer) else f"★ {voice.name} · {voice.owner}"


def consent_given(session: Session) -> str:
    """Who agreed and when, for a voice that is saved now: what its saver confirmed."""
    who, today = session.viewer or session.texts("voices.whoever"), time.strftime("%Y-%m-%d")
    return session.texts("voices.consent_given", who=who, date=today)


def agree(session: Session) -> str:
    """Whoever is cloned agreed to it; what there is to tell of that."""
    try:
        session.agree()
    except Exception as error:  # it holds for this page all the same
        return notice.failure(session.texts, error)
    return ""


def refused(texts: Texts, event: gr.EventData) -> str:
    """Why an upload was not taken."""
    if event.reason == "size":
        limit = event.limit / MEGABYTE
        return notice.failure(texts, InvalidAudio("audio.too_large", megabytes=event.size / MEGABYTE, limit=limit))
    return notice.notice("error", texts(f"clip.{'denied' if event.reason == 'denied' else 'failed'}"))
