"""The Clone tab: a voice, a script, and the takes that come of them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from core.errors import EncoreError, InvalidInput
from core.finding import Finding
from core.request import AUTO, MAX_SEED, Instruction, Speaker, SynthesisRequest
from core.text.markup.model import Notation
from core.text.markup.reader import nodes, scan
from core.text.script import plain, sentences
from webui.components import notice
from webui.components.engines import gave_way
from webui.components.markup import markup
from webui.components.takes import takes_list
from webui.events import Form, Updates, joined, on, settle
from webui.form import FITTED, fit
from webui.form import Form as Settings
from webui.i18n import Texts
from webui.page import Page
from webui.run import Run, spoken
from webui.session import Session
from webui.tabs.choice import EngineChoice
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
                self.engine = EngineChoice(page, "synthesis")
                self.voice = VoicePanel(page)
            with gr.Column(elem_id="script-panel", elem_classes="e-panel", min_width=320):
                put(gr.Markdown(elem_classes="e-title"), value="clone.script")
                self._script_panel()
            with gr.Column(elem_id="takes-panel", elem_classes="e-panel", min_width=320):
                put(gr.Markdown(elem_classes="e-title"), value="clone.takes")
                self.live = markup("encore.live(element, watch)")
                self.takes = markup("encore.takes(element, data => trigger('act', data), watch)")
        settle(self.offer(Session()))
        self._wire()

    def _script_panel(self) -> None:
        put = self._page.labels.put
        self.text = put(
            gr.Textbox(lines=9, max_lines=22, show_label=False, container=False, elem_id="script", autofocus=True),
            label="clone.script",
            placeholder="clone.placeholder",
        )
        self.count = markup()
        self.mood = MoodPanel(self._page)
        with gr.Row(elem_classes="e-controls"):
            self.language = put(gr.Dropdown(choices=[AUTO], value=AUTO, min_width=110, scale=2), label="clone.language")
            self.speed = put(gr.Slider(value=1.0, step=0.05, min_width=150, scale=3), label="clone.speed")
        with gr.Row(elem_classes="e-controls e-seed"):
            self.seed = put(
                gr.Number(value=0, precision=0, minimum=0, maximum=MAX_SEED, min_width=110), label="clone.seed"
            )
            self.dice = put(gr.Button(size="sm", min_width=70), value="clone.dice")
            self.lock = put(gr.Button(size="sm", min_width=70, interactive=False), value="clone.lock")
            self.random = put(gr.Checkbox(value=False, min_width=110), label="clone.random")
        self.notice = markup()
        with gr.Row(elem_classes="e-go"):
            self.speak = put(gr.Button(variant="primary", elem_id="speak", scale=4, min_width=140), value="clone.speak")
            self.cancel = put(
                gr.Button(elem_id="cancel", scale=1, min_width=80, interactive=False), value="clone.cancel"
            )

    def _wire(self) -> None:
        session = self._page.session
        setting = [session, self.text, self.mood.choice, *self.settings]
        on(self.engine.name.change, self._on_engine, [*setting, self.engine.name], self.fitted)
        on(
            self.speak.click,
            self._on_speak,
            setting,
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

    def offer(self, session: Session) -> Updates:
        """What the engine can do. What it has no choice of keeps its control, switched off, with the reason beside."""
        texts, can = session.texts, self._page.can(session)
        slowest, fastest = can.speed
        fixed = slowest == fastest
        return {
            **self.engine.offer(session),
            **self.voice.offer(session),
            **self.mood.offer(session),
            self.language: gr.update(choices=language_choices(texts, can.languages)),
            self.speed: gr.update(
                minimum=slowest,
                maximum=fastest + fixed,  # a slider has to have a way to go
                interactive=not fixed,
                info=texts("clone.speed_off") if fixed else "",
            ),
            self.seed: gr.update(interactive=can.seed, info="" if can.seed else texts("clone.seed_off")),
            self.dice: gr.update(interactive=can.seed),
            self.lock: gr.update(interactive=can.seed and bool(session.takes)),
            self.random: gr.update(interactive=can.seed),
        }

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {
            **self.offer(session),
            **self.voice.show_reference(session),
            **self.mood.redraw(session),
            **self.show_takes(session),
            self.notice: "",
            self.engine.told: "",
            self.voice.notice: "",
        }

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        shown = {self.voice.clip, self.voice.findings, self.voice.notice, self.mood.chip, self.takes, self.notice}
        return {*self.offer(Session()), *shown, self.engine.told}

    # What other tabs ask of it

    @property
    def settings(self) -> list[Any]:
        """What :meth:`request` and :meth:`form_of` need to know beside the session."""
        voice = self.voice
        return [self.language, self.speed, self.seed, self.random, voice.origin, voice.voice, voice.prompt_text]

    @property
    def fitted(self) -> list[Any]:
        """What :meth:`fit` may change."""
        told = [self.engine.told, self._page.speaking]
        return [*self.offer(Session()), self.voice.listed, self.voice.cloning, self.mood.chip, *told]

    @property
    def filled(self) -> list[Any]:
        """What :meth:`fill` may change."""
        return [self.text, self.voice.clip, self.voice.findings, *self.fitted]

    def request(self, form: Form, speaker: Speaker, text: str, instruction: Instruction) -> SynthesisRequest:
        """The request for ``text`` as the tab is set. Raises :class:`InvalidInput`."""
        engine = self._page.engine(form[self._page.session])
        seed = form[self.seed]
        if seed is None and not form[self.random]:
            raise InvalidInput("request.seed", maximum=MAX_SEED)
        return SynthesisRequest(
            text=text,
            speaker=speaker,
            engine=engine.name,
            language=form[self.language] or AUTO,
            speed=float(form[self.speed]),
            seed=None if form[self.random] and engine.capabilities.seed else int(seed or 0),
            instruction=instruction,
        )

    def form_of(self, form: Form, text: str, instruction: Instruction) -> Settings:
        """What the tab is set to, with ``text`` for its script, for :meth:`fill` to set it so again."""
        session: Session = form[self._page.session]
        return Settings(
            engine=self._page.engine(session).name,
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
        """The tab set as it was for a take, its engine and its seed included."""
        session.reference = settings.reference or session.reference
        return {
            **self.fit(session, settings),
            **self.voice.show_reference(session),
            self.text: settings.text,
            self.voice.prompt_text: settings.prompt_text,
            self.seed: seed,
            self.random: False,
        }

    def fit(self, session: Session, wanted: Settings) -> Updates:
        """Set to the engine of ``wanted`` and to what it can do of the rest, with a word on what has to give way."""
        told = self.engine.refusal(session, wanted.engine)
        session.engine = self._page.engine(session).name if told else wanted.engine
        voices = {value: words for words, value in self.voice.choices(session)}
        given = fit(wanted, self._page.can(session), list(voices))
        for name in FITTED:
            session.wishes.keep(name, getattr(wanted, name), getattr(given, name))
        origin = CLIP if given.from_clip else LIST
        return {
            **joined(
                self.offer(session),
                {
                    self.voice.origin: origin,
                    self.voice.voice: given.voice,
                    self.language: given.language,
                    self.speed: given.speed,
                    **self.mood.show(session, given.instruction),
                },
            ),
            **self.voice.show_origin(origin),
            self.engine.told: told + gave_way(session.texts, session.engine, wanted, given, voices),
            self._page.speaking: session.engine,
        }

    def show_takes(self, session: Session) -> Updates:
        """The list of takes as it is now."""
        return {self.takes: takes_list(session.texts, session.takes)}

    # Events

    def _on_engine(self, form: Form) -> Updates:
        """Another engine was chosen; what the one before it could not do comes back, if this one can."""
        session, name = form[self._page.session], str(form[self.engine.name])
        return {} if name == self.engine.chosen(session) else self.change(session, form, name)

    def change(self, session: Session, form: Form, engine: str) -> Updates:
        """Set to ``engine``, and for the rest as it is, or as it was before it had to give way to another engine."""
        refusal = self.engine.refusal(session, engine)
        if refusal:
            return {self.engine.name: self.engine.chosen(session), self.engine.told: refusal}
        try:
            held = self.form_of(form, form[self.text] or "", self.mood.instruction(form))
        except EncoreError as error:
            told = notice.failure(session.texts, error)
            return {self.engine.name: self.engine.chosen(session), self.engine.told: told}
        wishes = {name: session.wishes.recall(name, getattr(held, name)) for name in FITTED}
        if session.reference is not None:
            # A clip has been brought since, or was there before: who wants it spoken from decides by himself.
            wishes["from_clip"] = held.from_clip
        return self.fit(session, replace(held, engine=engine, **wishes))

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
            async for items in stream(work, partial(session.started, KIND), session.guest):
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
                lock = gr.update(interactive=self._page.can(session).seed)
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


def language_choices(texts: Texts, languages: Sequence[str]) -> list[tuple[str, str]]:
    """The languages of an engine, as (words, value), the one that is found out first."""
    return [(texts.maybe(f"language.{code}", code), code) for code in (AUTO, *languages)]


def measure(script: str) -> tuple[int, int]:
    """How many characters a script has without its marks, and how many segments it will be spoken in."""
    marked = nodes(scan(script, Notation.ANY)[0])
    return len(plain(marked)), len(sentences(marked))
