"""The voice that the Voices tab looks at: what is known of it, its recordings, and how it sounds."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

import gradio as gr

from core.errors import EncoreError, InvalidAudio, InvalidInput
from core.progress import Progress
from core.report import TranscriptReport
from core.request import AudioSource, LibrarySpeaker, ReferenceSpeaker, SynthesisRequest, TranscriptionRequest
from core.sound import encode_take
from core.speakers.nearest import KnownVoice, VoiceSpace, preview_line
from core.speakers.saved import SavedVoice, tags_in
from core.studio import Take
from webui.components import notice
from webui.components.clips import drop_zone
from webui.components.confirm import Confirm
from webui.components.markup import markup
from webui.components.voices import preview, recordings, voice_head
from webui.events import Form, Updates, on
from webui.gallery import Chosen, Preview, Recording
from webui.page import Page
from webui.session import Session
from webui.tabs.voice import refused
from webui.work import Step, stream

KIND = "voices"
"""What is cancelled when other work of the tab begins."""
R = TypeVar("R")
ZONE = "encore.dropZone(element, {upload: 'upload', clear: 'clear', refused: 'refused'}, trigger);"
ACTS = "encore.voices(element, data => trigger('act', data), watch);"


class VoiceCard:
    """One voice."""

    def __init__(self, page: Page, space: VoiceSpace) -> None:
        self._page, self._space = page, space
        put = page.labels.put
        self.head = markup(ACTS)
        with gr.Column(elem_classes="e-part", visible=False) as self.known:
            with gr.Row(elem_classes="e-controls"):
                self.name = put(gr.Textbox(max_lines=1, max_length=60, min_width=140), label="voices.name")
                self.language = put(gr.Dropdown(filterable=True, min_width=120, scale=0), label="voices.language")
            self.tags = put(gr.Textbox(max_lines=1), label="voices.tags", placeholder="voices.tags_hint")
            self.notes = put(gr.Textbox(lines=2, max_lines=6), label="voices.notes")
            self.consent = put(
                gr.Textbox(lines=1, max_lines=4), label="voices.consent", placeholder="voices.consent_hint"
            )
            self.published = put(gr.Checkbox(), label="voices.published")
            self.save = put(gr.Button(size="sm", variant="primary"), value="voices.save")
            put(gr.Markdown(elem_classes="e-title"), value="voices.recordings")
            self.clips = markup(ZONE + ACTS)
        with gr.Column(elem_classes="e-part", visible=False) as self.hearing:
            put(gr.Markdown(elem_classes="e-title"), value="voices.preview")
            with gr.Row(elem_classes="e-controls e-go"):
                self.line = put(
                    gr.Textbox(lines=2, max_lines=4, show_label=False, scale=3, container=False), label="voices.line"
                )
                self.hear = put(gr.Button(size="sm", scale=0, min_width=90), value="voices.hear")
            self.heard = markup(ACTS)
        self.notice = markup()
        with gr.Column(visible=False) as self.deletion:
            self.delete = Confirm(page.labels, ask="voices.delete", question="voices.delete_sure", yes="voices.delete")
        self._wire()

    def _wire(self) -> None:
        session = self._page.session
        on(self.hear.click, self._on_hear, [session, self.line], [self.heard, self.notice])
        on(self.clips.upload, self._on_upload, [session], [self.clips, self.head, self.notice])
        on(self.clips.refused, self._on_refused, [session], [self.notice])
        on(self.clips.act, self._on_act, [session], [self.clips, self.notice], trigger_mode="multiple")

    # What the tab asks of the card

    def chosen(self, session: Session) -> Chosen | None:
        """The voice that is looked at; None if there is none, or no more."""
        gallery, studio = session.gallery, self._page.studio
        voice = next((each for each in self.voices(session) if each.value == gallery.value), None)
        if voice is None or not isinstance(voice.speaker, LibrarySpeaker):
            return Chosen(voice, None, False) if voice else None
        try:
            saved = studio.library.voice(voice.speaker.voice_id, session.viewer)
        except InvalidInput:  # deleted just now
            return None
        own = saved.belongs_to(session.viewer)
        return Chosen(voice, saved, own, tuple(self._recordings(saved)) if own else ())

    def voices(self, session: Session) -> list[KnownVoice]:
        """The voices that the page's user may choose."""
        return self._space.voices(self._page.engine(session).name, session.viewer)

    def show(self, session: Session, chosen: Chosen | None) -> Updates:
        """Everything about ``chosen``."""
        texts = session.texts
        saved = chosen.saved if chosen and chosen.own else None
        updates = {
            self.head: voice_head(texts, chosen),
            self.known: gr.update(visible=saved is not None),
            self.deletion: gr.update(visible=saved is not None),
            self.hearing: gr.update(visible=chosen is not None),
            self.heard: preview(texts, session.gallery.preview),
            self.notice: "",
            self.language: gr.update(choices=self._languages(session)),
        }
        if chosen is not None:
            updates[self.line] = preview_line(chosen.voice.language)
            updates[self.clips] = self._clips(session, chosen)
        if saved is not None:
            updates |= {
                self.name: saved.name,
                self.language: gr.update(choices=self._languages(session, saved.language), value=saved.language),
                self.tags: ", ".join(saved.tags),
                self.notes: saved.notes,
                self.consent: saved.consent,
                self.published: gr.update(visible=bool(session.viewer), value=saved.published),
            }
        return updates

    @property
    def parts(self) -> list[gr.blocks.Block]:
        """What :meth:`show` may change."""
        shown = [self.head, self.known, self.deletion, self.hearing, self.heard, self.notice, self.line, self.clips]
        return [*shown, self.name, self.language, self.tags, self.notes, self.consent, self.published]

    @property
    def fields(self) -> list[gr.blocks.Block]:
        """What :meth:`keep` reads."""
        return [self.name, self.language, self.tags, self.notes, self.consent, self.published]

    def keep(self, session: Session, form: Form) -> SavedVoice:
        """Save what was written. Raises :class:`EncoreError`."""
        fields = {
            "name": form[self.name] or "",
            "language": form[self.language] or "",
            "tags": tags_in(form[self.tags] or ""),
            "notes": form[self.notes] or "",
            "consent": form[self.consent] or "",
        }
        if session.viewer:
            fields["published"] = bool(form[self.published])
        return self._page.studio.library.update(session.gallery.voice_id, session.viewer, **fields)

    async def work(
        self, session: Session, words: str, begin: Callable[[Progress], R], done: Callable[[R], Updates]
    ) -> AsyncIterator[Updates]:
        """Run ``begin`` off the page's thread, told under ``words``; at the end what ``done`` says of its result."""

        def started(cancel: Callable[[], None]) -> None:
            session.cancel(KIND)
            session.started(KIND, cancel)

        def run(progress: Progress) -> Iterator[tuple[R]]:
            yield (begin(progress),)

        yield {self.notice: notice.progress(words, None)}
        try:
            async for items in stream(run, started, session.guest):
                latest = items[-1]
                if isinstance(latest, Step):
                    yield {self.notice: notice.step(session.texts, words, latest)}
                else:
                    yield {self.notice: "", **done(latest[0])}
        except Exception as error:
            yield {self.notice: notice.failure(session.texts, error)}

    def _recordings(self, saved: SavedVoice) -> Iterator[Recording]:
        studio = self._page.studio
        try:
            heard = studio.library.references(saved.voice_id)
        except EncoreError:
            return
        for clip, reference in zip(saved.clips, heard, strict=False):
            source = studio.as_reference(reference.audio)
            try:
                seconds = source.clip.duration_s
            except InvalidAudio:
                continue
            yield Recording(clip, self._page.clips.put(source.data).clip_id, seconds)

    def _languages(self, session: Session, known: str = "") -> list[tuple[str, str]]:
        texts = session.texts
        codes = dict.fromkeys((*self._page.engine(session).capabilities.languages, *([known] if known else [])))
        return [(texts("voices.no_language"), ""), *((texts.maybe(f"language.{code}", code), code) for code in codes)]

    def _clips(self, session: Session, chosen: Chosen) -> str:
        texts = session.texts
        return drop_zone(texts, hint=texts("voices.add_recording"), content=recordings(texts, chosen))

    # Events

    async def _on_hear(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, chosen = session.texts, self.chosen(session)
        if chosen is None:
            yield {self.notice: notice.failure(texts, InvalidInput("reference.missing"))}
            return
        text = (form[self.line] or "").strip() or preview_line(chosen.voice.language)

        def speak(progress: Progress) -> Take:
            request = SynthesisRequest(text, chosen.voice.speaker, self._page.engine(session).name)
            return self._page.studio.synthesize(request, progress)

        def show(take: Take) -> Updates:
            clip = self._page.clips.put(encode_take(take.audio))
            session.gallery.preview = Preview(clip.clip_id, take.report)
            return {
                self.heard: preview(texts, session.gallery.preview, play=True),
                self.notice: notice.findings(texts, take.report.findings),
            }

        async for updates in self.work(session, texts("voices.speaking"), speak, show):
            yield updates

    def _on_upload(self, form: Form, event: gr.EventData) -> Updates:
        """One more recording of the voice."""
        session: Session = form[self._page.session]
        studio = self._page.studio
        try:
            clip = self._page.clips.brought(str(event.id))
            if not session.agreed:
                raise InvalidInput("consent.needed")
            source = AudioSource(clip.data, clip.name)
            check = studio.check_reference(source)
            studio.library.add_clip(session.gallery.voice_id, ReferenceSpeaker(source), session.viewer)
        except Exception as error:
            return {self.notice: notice.failure(session.texts, error)}
        return self._clips_changed(session) | {self.notice: notice.findings(session.texts, check.findings)}

    def _on_refused(self, form: Form, event: gr.EventData) -> Updates:
        return {self.notice: refused(form[self._page.session].texts, event)}

    async def _on_act(self, form: Form, event: gr.EventData) -> AsyncIterator[Updates]:
        """A recording is put into words, by hand or by listening, or taken away."""
        session: Session = form[self._page.session]
        library, voice_id, file = self._page.studio.library, session.gallery.voice_id, str(event.file)
        try:
            if event.act == "says":
                library.set_prompt_text(voice_id, file, str(event.text), session.viewer)
            elif event.act == "remove":
                library.remove_clip(voice_id, file, session.viewer)
                yield self._clips_changed(session)
            elif event.act == "write":
                async for updates in self._write(session, file):
                    yield updates
        except Exception as error:
            yield {self.notice: notice.failure(session.texts, error)}

    async def _write(self, session: Session, file: str) -> AsyncIterator[Updates]:
        """What a recording says, by listening to it."""
        studio, voice_id = self._page.studio, session.gallery.voice_id
        saved = studio.library.own(voice_id, session.viewer)
        heard = zip(saved.clips, studio.library.references(voice_id), strict=True)
        reference = next((reference for clip, reference in heard if clip.file == file), None)
        if reference is None:
            raise InvalidInput("voice.clip")

        def listen(progress: Progress) -> TranscriptReport:
            engine = self._page.recogniser(session)
            return studio.transcribe(TranscriptionRequest(studio.as_reference(reference.audio), engine.name), progress)

        def show(report: TranscriptReport) -> Updates:
            studio.library.set_prompt_text(voice_id, file, report.transcript.text, session.viewer)
            return self._clips_changed(session)

        async for updates in self.work(session, session.texts("voice.listening"), listen, show):
            yield updates

    def _clips_changed(self, session: Session) -> Updates:
        chosen = self.chosen(session)
        return {self.clips: self._clips(session, chosen), self.notice: ""} if chosen else {}
