"""The Clone tab: a voice, a script, and the takes that come of them."""

from collections.abc import AsyncIterator
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from core.errors import InvalidInput
from core.finding import Finding
from core.request import AUTO, MAX_SEED, Instruction, Speaker, SynthesisRequest
from core.text.markup.model import Notation
from core.text.markup.reader import nodes, scan
from core.text.script import plain, sentences
from webui.components import notice
from webui.components.markup import markup
from webui.components.takes import takes_list
from webui.events import Form, Updates, on
from webui.form import Form as Settings
from webui.page import Page
from webui.run import Run, spoken
from webui.session import Session
from webui.tabs.mood import MoodPanel
from webui.tabs.voice import CLIP, LIST, VoicePanel
from webui.work import stream

KIND = "clone"
"""What this tab's work is called, to cancel it by."""


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
        self.mood = MoodPanel(self._page)
        with gr.Row(elem_classes="e-controls"):
            self.language = put(
                gr.Dropdown(choices=[AUTO, *capabilities.languages], value=AUTO, min_width=110, scale=2),
                label="clone.language",
                choices=lambda texts: [
                    (texts.maybe(f"language.{code}", code), code) for code in (AUTO, *capabilities.languages)
                ],
            )
            # What the engine has no choice of keeps its control, switched off, with the reason beside it.
            fixed = slowest == fastest
            self.speed = put(
                gr.Slider(
                    slowest,
                    fastest + fixed,  # a slider has to have a way to go
                    value=1.0,
                    step=0.05,
                    min_width=150,
                    scale=3,
                    interactive=not fixed,
                ),
                label="clone.speed",
                **({"info": "clone.speed_off"} if fixed else {}),
            )
        with gr.Row(elem_classes="e-controls e-seed"):
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
        session = self._page.session
        on(
            self.speak.click,
            self._on_speak,
            [session, self.text, self.mood.choice, *self.settings],
            [self.live, self.takes, self.notice, self.speak, self.cancel, self.lock],
        )
        on(self.cancel.click, lambda form: form[session].cancel(KIND), [session], queue=False)
        # Also after a change of language, and never by whoever changes it: the line tells what stands in the script
        # now, which at that moment only the page knows.
        on(
            partial(gr.on, [self.text.change, self._page.language.change]),
            self._on_text,
            [session, self.text],
            [self.count],
            trigger_mode="always_last",
            queue=False,
        )
        roll = f"() => [Math.floor(Math.random() * {MAX_SEED}), false]"
        self.dice.click(None, js=roll, outputs=[self.seed, self.random])
        on(self.lock.click, self._on_lock, [session], [self.seed, self.random], queue=False)
        on(
            self.takes.act,
            self._on_act,
            [session],
            [self.takes, *self.filled],
        )

    # What the page asks of the tab

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {
            **self.voice.show_reference(session),
            **self.mood.redraw(session),
            **self.show_takes(session),
            self.notice: "",
            self.voice.notice: "",
        }

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {self.voice.clip, self.voice.findings, self.voice.notice, self.mood.chip, self.takes, self.notice}

    # What other tabs ask of it

    @property
    def settings(self) -> list[Any]:
        """What :meth:`request` and :meth:`form_of` need to know beside the session."""
        voice = self.voice
        return [self.language, self.speed, self.seed, self.random, voice.origin, voice.voice, voice.prompt_text]

    @property
    def filled(self) -> list[Any]:
        """What :meth:`fill` may change."""
        voice, mood = self.voice, self.mood
        shown = [voice.clip, voice.findings, voice.listed, voice.cloning, mood.choice, mood.chip]
        return [self.text, *self.settings, *shown]

    def request(self, form: Form, speaker: Speaker, text: str, instruction: Instruction) -> SynthesisRequest:
        """The request for ``text`` as the tab is set. Raises :class:`InvalidInput`."""
        seed = form[self.seed]
        if seed is None and not form[self.random]:
            raise InvalidInput("request.seed", maximum=MAX_SEED)
        return SynthesisRequest(
            text=text,
            speaker=speaker,
            engine=self._page.engine,
            language=form[self.language] or AUTO,
            speed=float(form[self.speed]),
            seed=None if form[self.random] else int(seed),
            instruction=instruction,
        )

    def form_of(self, form: Form, text: str, instruction: Instruction) -> Settings:
        """What the tab is set to, with ``text`` for its script, for :meth:`fill` to set it so again."""
        session: Session = form[self._page.session]
        return Settings(
            text=text,
            from_clip=form[self.voice.origin] == CLIP,
            voice=form[self.voice.voice],
            reference=session.reference,
            prompt_text=form[self.voice.prompt_text] or "",
            language=form[self.language],
            speed=float(form[self.speed]),
            instruction=instruction,
        )

    def fill(self, session: Session, settings: Settings, seed: int) -> Updates:
        """The tab set as it was for a take, its seed included."""
        origin = CLIP if settings.from_clip else LIST
        session.reference = settings.reference or session.reference
        return {
            self.text: settings.text,
            self.voice.origin: origin,
            **self.voice.show_origin(origin),
            **self.voice.show_reference(session),
            self.voice.voice: settings.voice,
            self.voice.prompt_text: settings.prompt_text,
            **self.mood.show(session, settings.instruction),
            self.language: settings.language,
            self.speed: settings.speed,
            self.seed: seed,
            self.random: False,
        }

    def show_takes(self, session: Session) -> Updates:
        """The list of takes as it is now."""
        return {self.takes: takes_list(session.texts, session.takes)}

    # Events

    async def _on_speak(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, run, text = session.texts, Run(), form[self.text] or ""
        idle = {self.speak: gr.update(interactive=True), self.cancel: gr.update(interactive=False)}
        yield {
            self.notice: "",
            self.live: run.strip(texts),
            self.speak: gr.update(interactive=False),
            self.cancel: gr.update(interactive=True),
        }
        try:
            speaker, who = self.voice.speaker(form)
            request = self.request(form, speaker, text, self.mood.instruction(form))
            run.expected = measure(text[: self._page.studio.settings.max_characters])[1]
            work = partial(spoken, self._page.studio, self._page.clips, request)
            async for items in stream(work, partial(session.started, KIND)):
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
                    form=self.form_of(form, text, request.instruction),
                    report=take.report,
                    starts_s=run.starts_s,
                )
                lock = gr.update(interactive=self.seed.interactive)
                yield {**idle, **self.show_takes(session), self.live: run.strip(texts, card.take_id), self.lock: lock}
        except Exception as error:
            yield {**idle, self.live: "", self.notice: notice.failure(texts, error)}

    def _on_text(self, form: Form) -> Updates:
        """The length of the script, and what is wrong with its marks."""
        session: Session = form[self._page.session]
        texts, script = session.texts, (form[self.text] or "")[: self._page.studio.settings.max_characters]
        characters, segments = measure(script)
        words = texts("clone.count", characters=f"{characters:,}", segments=f"{segments:,}")
        _, problems = scan(script, Notation.ANY)
        troubles = [Finding("warning", problem.code, problem.details) for problem in problems[:1]]
        return {self.count: f'<div class="e-count">{escape(words)}</div>{notice.findings(texts, troubles)}'}

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
            return self.fill(session, take.form, take.report.seed)
        return self.show_takes(session)


def measure(script: str) -> tuple[int, int]:
    """How many characters a script has without its marks, and how many segments it will be spoken in."""
    marked = nodes(scan(script, Notation.ANY)[0])
    return len(plain(marked)), len(sentences(marked))
