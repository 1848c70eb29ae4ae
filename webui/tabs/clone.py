"""The Clone tab: a voice, a script, and the takes that come of them."""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import escape
from itertools import accumulate
from typing import Any

import gradio as gr

from core.assembler import encode_take
from core.audio import encode
from core.errors import InvalidInput
from core.progress import Progress
from core.request import AUTO, MAX_SEED, SynthesisRequest
from core.studio import SegmentReady, Take
from core.text.identity import normalise
from core.text.segment import split
from webui.api.audio import Clip
from webui.components import notice
from webui.components.markup import markup
from webui.components.player import LiveSegment, live_strip
from webui.components.takes import takes_list
from webui.events import Form, Updates, on
from webui.i18n import Texts
from webui.page import Page
from webui.session import Form as Settings
from webui.session import Session
from webui.tabs.voice import CLIP, LIST, VoicePanel
from webui.work import Step, stream

KIND = "clone"
"""What this tab's work is called, to cancel it by."""


@dataclass(frozen=True)
class _Finished:
    """A take whose sound can be had."""

    take: Take
    clip: Clip


@dataclass
class _Run:
    """What is known so far of a take in the making."""

    run_id: str = field(default_factory=lambda: secrets.token_hex(6))
    expected: int = 0
    """How many segments it will have, as far as the text tells."""
    segments: list[LiveSegment] = field(default_factory=list)
    step: Step | None = None
    finished: _Finished | None = None

    def add(self, item: LiveSegment | Step | _Finished) -> None:
        """Take in what has come."""
        match item:
            case Step():
                self.step = item
            case LiveSegment():
                self.segments.append(item)
            case _Finished():
                self.finished = item

    @property
    def starts_s(self) -> list[float]:
        """Where each segment begins, in seconds."""
        return list(accumulate((segment.duration_s for segment in self.segments[:-1]), initial=0.0))

    def strip(self, texts: Texts, take_id: str | None = None) -> str:
        """How it is heard and seen; ``take_id`` once it is a take."""
        speaking = self.step is not None and self.step.stage == "synthesize"
        total = max(self.expected, len(self.segments)) if speaking else 0
        return live_strip(texts, take_id or self.run_id, self.segments, total=total, step=self.step, done=bool(take_id))


class CloneTab:
    """Widgets to request, events to components."""

    def __init__(self, page: Page) -> None:
        self._page = page
        put = page.labels.put
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="voice-panel", elem_classes="e-panel", min_width=240):
                put(gr.Markdown(elem_classes="e-title"), value="clone.voice")
                self.voice = VoicePanel(page)
            with gr.Column(elem_id="script-panel", elem_classes="e-panel", min_width=320):
                put(gr.Markdown(elem_classes="e-title"), value="clone.script")
                self._script_panel()
            with gr.Column(elem_id="takes-panel", elem_classes="e-panel", min_width=320):
                put(gr.Markdown(elem_classes="e-title"), value="clone.takes")
                self.live = markup("encore.live(element, watch)")
                self.takes = markup("encore.takes(element, data => trigger('act', data), watch)")
        self._wire()

    def _script_panel(self) -> None:
        put = self._page.labels.put
        capabilities = self._page.studio.synthesis[self._page.engine].capabilities
        slowest, fastest = capabilities.speed
        self.text = put(
            gr.Textbox(lines=9, max_lines=22, show_label=False, container=False, elem_id="script", autofocus=True),
            label="clone.script",
            placeholder="clone.placeholder",
        )
        self.count = markup()
        with gr.Row(elem_classes="e-controls"):
            self.language = put(
                gr.Dropdown(choices=[AUTO, *capabilities.languages], value=AUTO, min_width=110, scale=2),
                label="clone.language",
                choices=lambda texts: [
                    (texts.maybe(f"language.{code}", code), code) for code in (AUTO, *capabilities.languages)
                ],
            )
            self.speed = put(
                gr.Slider(
                    slowest, fastest, value=1.0, step=0.05, min_width=150, scale=3, interactive=slowest < fastest
                ),
                label="clone.speed",
            )
        with gr.Row(elem_classes="e-controls e-seed"):
            # An engine that has no seed keeps the controls, switched off, with the reason beside them.
            self.seed = put(
                gr.Number(
                    value=0, precision=0, minimum=0, maximum=MAX_SEED, min_width=110, interactive=capabilities.seed
                ),
                label="clone.seed",
                **({} if capabilities.seed else {"info": "clone.seed_off"}),
            )
            self.dice = put(gr.Button(size="sm", min_width=70, interactive=capabilities.seed), value="clone.dice")
            self.lock = put(gr.Button(size="sm", min_width=70, interactive=False), value="clone.lock")
            self.random = put(
                gr.Checkbox(value=False, min_width=110, interactive=capabilities.seed), label="clone.random"
            )
        self.notice = markup()
        with gr.Row(elem_classes="e-go"):
            self.speak = put(gr.Button(variant="primary", elem_id="speak", scale=4, min_width=140), value="clone.speak")
            self.cancel = put(
                gr.Button(elem_id="cancel", scale=1, min_width=80, interactive=False), value="clone.cancel"
            )

    def _wire(self) -> None:
        session, voice = self._page.session, self.voice
        settings = [self.text, self.language, self.speed, self.seed, self.random]
        source = [voice.origin, voice.voice, voice.prompt_text]
        on(
            self.speak.click,
            self._on_speak,
            [session, *settings, *source],
            [self.live, self.takes, self.notice, self.speak, self.cancel, self.lock],
        )
        on(self.cancel.click, lambda form: form[session].cancel(KIND), [session], queue=False)
        on(self.text.change, self._on_text, [session, self.text], [self.count], trigger_mode="always_last", queue=False)
        roll = f"() => [Math.floor(Math.random() * {MAX_SEED}), false]"
        self.dice.click(None, js=roll, outputs=[self.seed, self.random])
        on(self.lock.click, self._on_lock, [session], [self.seed, self.random], queue=False)
        on(
            self.takes.act,
            self._on_act,
            [session],
            [self.takes, voice.clip, voice.findings, voice.listed, voice.cloning, *settings, *source],
        )

    # What the page asks of the tab

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {
            self.count: self._count(session),
            **self.voice.show_reference(session),
            self.takes: takes_list(session.texts, session.takes),
            self.notice: "",
            self.voice.notice: "",
        }

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {self.voice.clip, self.voice.findings, self.voice.notice, self.count, self.takes, self.notice}

    # Events

    async def _on_speak(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, run = session.texts, _Run()
        idle = {self.speak: gr.update(interactive=True), self.cancel: gr.update(interactive=False)}
        yield {
            self.notice: "",
            self.live: run.strip(texts),
            self.speak: gr.update(interactive=False),
            self.cancel: gr.update(interactive=True),
        }
        try:
            speaker, who = self.voice.speaker(form)
            request = self._request(form, speaker)
            run.expected = estimate(request.text)
            async for items in stream(partial(self._events, request), partial(session.started, KIND)):
                for item in items:
                    run.add(item)
                if run.finished is None:
                    yield {self.live: run.strip(texts)}
                    continue
                take = run.finished.take
                card = session.add_take(
                    take.audio,
                    clip_id=run.finished.clip.clip_id,
                    voice=who,
                    form=self._settings(form, session),
                    report=take.report,
                    starts_s=run.starts_s,
                )
                lock = gr.update(interactive=self.seed.interactive)
                takes = takes_list(texts, session.takes)
                yield {**idle, self.takes: takes, self.live: run.strip(texts, card.take_id), self.lock: lock}
        except Exception as error:
            yield {**idle, self.live: "", self.notice: notice.failure(texts, error)}

    def _events(self, request: SynthesisRequest, progress: Progress) -> Iterator[LiveSegment | _Finished]:
        """The studio's events with their sound in the clip store; runs beside the event loop."""
        for event in self._page.studio.stream(request, progress):
            if isinstance(event, SegmentReady):
                clip = self._page.clips.put(encode(event.audio))
                yield LiveSegment(clip.clip_id, event.audio.duration_s, event.stage.stage.outcome)
            elif isinstance(event, Take):
                yield _Finished(event, self._page.clips.put(encode_take(event.audio)))

    def _request(self, form: Form, speaker: Any) -> SynthesisRequest:
        seed = form[self.seed]
        if seed is None and not form[self.random]:
            raise InvalidInput("request.seed", maximum=MAX_SEED)
        return SynthesisRequest(
            text=form[self.text] or "",
            speaker=speaker,
            engine=self._page.engine,
            language=form[self.language] or AUTO,
            speed=float(form[self.speed]),
            seed=None if form[self.random] else int(seed),
        )

    def _settings(self, form: Form, session: Session) -> Settings:
        return Settings(
            text=form[self.text],
            from_clip=form[self.voice.origin] == CLIP,
            voice=form[self.voice.voice],
            reference=session.reference,
            prompt_text=form[self.voice.prompt_text] or "",
            language=form[self.language],
            speed=float(form[self.speed]),
        )

    def _on_text(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        session.script = form[self.text] or ""
        return {self.count: self._count(session)}

    def _count(self, session: Session) -> str:
        """The length of the script, in characters and segments."""
        segments = estimate(session.script[: self._page.studio.settings.max_characters])
        words = session.texts("clone.count", characters=f"{len(session.script):,}", segments=f"{segments:,}")
        return f'<div class="e-count">{escape(words)}</div>'

    def _on_lock(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        return {self.seed: session.takes[0].report.seed, self.random: False} if session.takes else {}

    def _on_act(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        take = session.take(str(event.take))
        if take is None:
            return {}
        if event.act == "pin":
            session.pin(take.take_id)
        elif event.act == "delete":
            session.delete_take(take.take_id)
        elif event.act == "reuse":
            session.reference = take.form.reference or session.reference
            return {**self._fill(take.form, take.report.seed), **self.voice.show_reference(session)}
        return {self.takes: takes_list(session.texts, session.takes)}

    def _fill(self, settings: Settings, seed: int) -> Updates:
        """The form as it was for a take, its seed included."""
        origin = CLIP if settings.from_clip else LIST
        return {
            self.text: settings.text,
            self.voice.origin: origin,
            **self.voice.show_origin(origin),
            self.voice.voice: settings.voice,
            self.voice.prompt_text: settings.prompt_text,
            self.language: settings.language,
            self.speed: settings.speed,
            self.seed: seed,
            self.random: False,
        }


def estimate(text: str) -> int:
    """How many segments a script will be spoken in."""
    return len(split(normalise(text)))
