"""The Transcribe tab: clips in, words out."""

import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from core.errors import Cancelled, EncoreError
from core.progress import Progress
from core.request import AUTO, AudioSource, TranscriptionRequest
from core.transcript_formats import FORMATS
from core.transcription import Written
from webui.components import notice
from webui.components.clips import clip_row, drop_zone
from webui.components.engines import lost_language
from webui.components.markup import markup
from webui.components.transcripts import DOWNLOADS, transcript_list
from webui.events import Form, Updates, joined, on, settle
from webui.i18n import Texts
from webui.page import Page
from webui.session import Session, TranscriptCard
from webui.tabs.choice import EngineChoice
from webui.tabs.clone import CloneTab, language_choices
from webui.tabs.voice import CLIP, refused
from webui.work import Step, stream

KIND = "transcribe"
"""What this tab's work is called, to cancel it by."""
MAX_UPLOADS = 50


class TranscribeTab:
    """Widgets to request, reports to cards."""

    def __init__(self, page: Page, clone: CloneTab, tabs: gr.Tabs) -> None:
        self._page, self._clone, self._tabs = page, clone, tabs
        put = page.labels.put
        with gr.Row(elem_id="scribe"):
            with gr.Column(elem_id="scribe-panel", elem_classes="e-panel", min_width=280):
                put(gr.Markdown(elem_classes="e-title"), value="transcribe.clips")
                self.clips = markup(
                    "encore.dropZone(element, {upload: 'upload', clear: 'clear', refused: 'refused'}, trigger)"
                )
                self.engine = EngineChoice(page, "recognition")
                self.language = put(gr.Dropdown(choices=[AUTO], value=AUTO), label="transcribe.language")
                self.itn = put(gr.Checkbox(value=True), label="transcribe.itn", info="transcribe.itn_help")
                with gr.Row(elem_classes="e-go"):
                    self.go = put(
                        gr.Button(variant="primary", elem_id="write-down", scale=4, min_width=140),
                        value="transcribe.go",
                    )
                    self.cancel = put(
                        gr.Button(elem_id="stop-writing", scale=1, min_width=80, interactive=False),
                        value="clone.cancel",
                    )
                self.progress = markup()
                self.notice = markup()
            with gr.Column(elem_id="transcripts-panel", elem_classes="e-panel", min_width=320):
                put(gr.Markdown(elem_classes="e-title"), value="transcribe.results")
                self.cards = markup("encore.transcripts(element, data => trigger('act', data))")
                self.file = markup("encore.download(element, watch)", visible="hidden")
        settle(self.offer(Session()))
        self._wire()

    def _wire(self) -> None:
        session, clone, voice = self._page.session, self._clone, self._clone.voice
        on(self.clips.upload, self._on_upload, [session], [self.clips, self.notice], trigger_mode="multiple")
        on(self.clips.clear, self._on_clear, [session], [self.clips])
        on(self.clips.refused, self._on_refused, [session], [self.notice])
        on(
            self.go.click,
            self._on_go,
            [session, self.language, self.itn],
            [self.clips, self.cards, self.progress, self.notice, self.go, self.cancel],
        )
        on(self.cancel.click, lambda form: form[session].cancel(KIND), [session], queue=False)
        on(
            self.engine.name.change,
            self._on_engine,
            [session, self.engine.name, self.language],
            self.fitted,
        )
        to_clone = [self._tabs, clone.text, voice.prompt_text, voice.clip, voice.findings]
        to_clone += [voice.origin, voice.listed, voice.cloning]
        on(self.cards.act, self._on_act, [session], [self.cards, self.notice, self.file, *to_clone])

    # What the page asks of the tab

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {
            **self.offer(session),
            self.clips: self._zone(session),
            self.cards: self._list(session),
            self.notice: "",
            self.engine.told: "",
        }

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {*self.offer(Session()), self.clips, self.cards, self.notice, self.engine.told}

    @property
    def fitted(self) -> list[Any]:
        """What :meth:`change` may change."""
        return [*self.offer(Session()), self.engine.told]

    def offer(self, session: Session) -> Updates:
        """What the engine that writes down can do."""
        languages = self._page.recogniser(session).capabilities.languages
        return {
            **self.engine.offer(session),
            self.language: gr.update(choices=language_choices(session.texts, languages)),
        }

    def _zone(self, session: Session) -> str:
        texts = session.texts
        rows = "".join(clip_row(texts, clip_id, source.name) for clip_id, source in session.uploads)
        return drop_zone(texts, hint=texts("transcribe.drop"), multiple=True, content=rows)

    def _list(self, session: Session) -> str:
        longest = self._page.studio.settings.reference_max_s
        return transcript_list(session.texts, session.transcripts, reference_max_s=longest)

    # Events

    def _on_engine(self, form: Form) -> Updates:
        """Another engine was chosen; a language that the one before it did not know comes back, if this one does."""
        session, name = form[self._page.session], str(form[self.engine.name])
        return {} if name == self.engine.chosen(session) else self.change(session, form, name)

    def change(self, session: Session, form: Form, engine: str) -> Updates:
        """Set to ``engine``, if it can be used."""
        refusal = self.engine.refusal(session, engine)
        if refusal:
            return {self.engine.name: self.engine.chosen(session), self.engine.told: refusal}
        session.recogniser = engine
        wanted = session.wishes.recall("spoken", form[self.language] or AUTO)
        given = wanted if wanted in self._page.recogniser(session).capabilities.languages else AUTO
        session.wishes.keep("spoken", wanted, given)
        told = "" if given == wanted else notice.notice("note", lost_language(session.texts, engine, wanted))
        return {**joined(self.offer(session), {self.language: given}), self.engine.told: told}

    def _on_upload(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        clip = self._page.clips.get(str(event.id))
        known = {clip_id for clip_id, _ in session.uploads}
        if clip is not None and clip.clip_id not in known and len(known) < MAX_UPLOADS:
            session.uploads.append((clip.clip_id, AudioSource(clip.data, clip.name)))
        return {self.clips: self._zone(session), self.notice: ""}

    def _on_clear(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        session.uploads = [upload for upload in session.uploads if upload[0] != event.clip]
        return {self.clips: self._zone(session)}

    def _on_refused(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        return {self.notice: refused(session.texts, event)}

    async def _on_go(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, waiting = session.texts, list(session.uploads)
        failures: list[str] = []
        if not waiting:
            yield {self.notice: notice.notice("error", texts("transcribe.nothing"))}
            return
        recogniser = self._page.recogniser(session).name
        asked = form[self.language] or AUTO, bool(form[self.itn])
        requests = [TranscriptionRequest(source, recogniser, *asked) for _, source in waiting]
        left = dict(enumerate(waiting))
        yield {
            self.notice: "",
            self.go: gr.update(interactive=False),
            self.cancel: gr.update(interactive=True),
            self.progress: _progress(texts, left, len(waiting), None),
        }
        try:
            async for items in stream(partial(self._written, requests), partial(session.started, KIND), session.guest):
                latest: Step | None = None
                for item in items:
                    if isinstance(item, Step):
                        latest = item
                        continue
                    clip_id, source = left.pop(item.index)
                    session.uploads = [upload for upload in session.uploads if upload[0] != clip_id]
                    if isinstance(item.result, EncoreError):
                        failures.append(notice.failure(texts, item.result, about=source.name))
                    else:
                        session.add_transcript(TranscriptCard(secrets.token_hex(6), source, clip_id, item.result))
                shown: Updates = {self.progress: _progress(texts, left, len(waiting), latest)}
                if not all(isinstance(item, Step) for item in items):
                    shown |= {self.cards: self._list(session), self.clips: self._zone(session)}
                    shown[self.notice] = "".join(failures)
                yield shown
        except Cancelled as error:
            failures = [notice.failure(texts, error)]
        except Exception as error:
            failures.append(notice.failure(texts, error))
        yield {
            self.progress: "",
            self.notice: "".join(failures),
            self.go: gr.update(interactive=True),
            self.cancel: gr.update(interactive=False),
        }

    def _written(self, requests: Sequence[TranscriptionRequest], progress: Progress) -> Iterator[Written]:
        return self._page.studio.transcribe_all(requests, progress)

    def _on_act(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        card = session.transcript(str(event.transcript))
        if card is None:
            return {}
        if event.act == "delete":
            session.transcripts.remove(card)
            return {self.cards: self._list(session)}
        if event.act == "send":
            return {self._tabs: gr.update(selected="clone"), self._clone.text: card.report.transcript.text}
        if event.act == "refer":
            return self._refer(session, card)
        return {self.file: _file(card, str(event.act))} if event.act in DOWNLOADS else {}

    def _refer(self, session: Session, card: TranscriptCard) -> Updates:
        """The clip as the reference, with what it says."""
        voice = self._clone.voice
        try:
            voice.use(session, card.source)
        except EncoreError as error:
            return {self.notice: notice.failure(session.texts, error)}
        return {
            self._tabs: gr.update(selected="clone"),
            voice.origin: CLIP,
            **voice.show_origin(CLIP),
            voice.prompt_text: card.report.transcript.text,
            **voice.show_reference(session),
        }


def _progress(texts: Texts, left: Mapping[int, tuple[str, AudioSource]], total: int, latest: Step | None) -> str:
    """Which of the clips that are ``left`` is next, and how far what is under way is."""
    if not left:
        return ""
    _, source = left[min(left)]
    key = "transcribe.progress" if total == 1 else "transcribe.progress_many"
    words = texts(key, name=source.name, number=total - len(left) + 1, total=total)
    return notice.step(texts, words, latest)


def _file(card: TranscriptCard, form: str) -> str:
    """A transcript for the page to save, as JSON in an element that nobody sees."""
    report = card.report
    content = (
        json.dumps(report.as_json(), ensure_ascii=False, indent=2)
        if form == "json"
        else FORMATS[form](report.transcript)
    )
    stem = card.source.name.rpartition(".")[0] or card.source.name or "transcript"
    return escape(json.dumps({"name": f"{stem}.{DOWNLOADS[form]}", "content": content, "nonce": secrets.token_hex(4)}))
