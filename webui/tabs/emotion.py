"""The Emotion tab: a direction is put together, heard in several ways side by side, and the best goes to Clone."""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from core.errors import Cancelled, EncoreError
from core.progress import Progress
from webui.audition import Audition, Candidate, Trial, foresee
from webui.components import notice
from webui.components.audition import audition_grid
from webui.components.markup import markup
from webui.components.player import LiveSegment
from webui.events import Form, Updates, on
from webui.page import Page
from webui.run import Finished, spoken
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.tabs.direction import DirectionPanel
from webui.work import stream

log = logging.getLogger(__name__)
KIND = "audition"
"""What this tab's work is called, to cancel it by."""


@dataclass(frozen=True)
class _Begun:
    """The trials before this one are over."""

    trial: Trial


@dataclass(frozen=True)
class _Ended:
    """A trial that came to nothing."""

    error: Exception


class EmotionTab:
    """Widgets to a direction, a direction to candidates, candidates to cards."""

    def __init__(self, page: Page, clone: CloneTab, tabs: gr.Tabs) -> None:
        self._page, self._clone, self._tabs = page, clone, tabs
        with gr.Row(elem_id="moods"):
            with gr.Column(elem_id="direction-panel", elem_classes="e-panel", min_width=320):
                page.labels.put(gr.Markdown(elem_classes="e-title"), value="emotion.direction")
                self.direction = DirectionPanel(page, clone.text)
            with gr.Column(elem_id="audition-panel", elem_classes="e-panel", min_width=320):
                page.labels.put(gr.Markdown(elem_classes="e-title"), value="emotion.audition")
                self._audition_panel()
        self._wire()

    def _audition_panel(self) -> None:
        put = self._page.labels.put
        with gr.Row(elem_classes="e-ticks"):
            self.neutral = put(gr.Checkbox(value=True, min_width=90), label="emotion.neutral")
            self.together = put(gr.Checkbox(value=True, min_width=150), label="emotion.together")
        with gr.Row(elem_classes="e-go"):
            self.go = put(
                gr.Button(variant="primary", elem_id="audition-go", scale=4, min_width=140), value="emotion.go"
            )
            self.cancel = put(
                gr.Button(elem_id="audition-stop", scale=1, min_width=80, interactive=False), value="clone.cancel"
            )
        self.who = markup()
        self.notice = markup()
        self.complaint = markup()
        self.pulse = gr.Textbox(visible=False)
        self.grid = markup("encore.audition(element, data => trigger('act', data), watch)")

    def _wire(self) -> None:
        session, clone, direction = self._page.session, self._clone, self.direction
        widgets = [*direction.widgets, self.neutral, self.together]
        # Whoever changes what the grid shows says so by the pulse, and one event alone draws it, never twice at a time:
        # so no older drawing can come in after a newer one.
        changes = [*direction.changes, self.neutral.change, self.together.change]
        changes += [self.pulse.change, self._page.language.change, self._page.speaking.change]
        on(
            partial(gr.on, changes),
            self._on_change,
            [session, *widgets],
            [self.grid, self.complaint],
            trigger_mode="always_last",
            queue=False,
        )
        on(
            self.go.click,
            self._on_go,
            [session, *widgets, *clone.settings],
            [self.pulse, self.notice, self.who, self.go, self.cancel],
        )
        on(self.cancel.click, lambda form: form[session].cancel(KIND), [session], queue=False)
        on(self.grid.act, self._on_act, [session, clone.text], [self.pulse, self._tabs, clone.takes, *clone.filled])

    def watch(self, shown: gr.Tab) -> None:
        """When the tab is opened, an empty line takes Clone's script, and the voice is the one that is chosen there."""
        clone, line = self._clone, self.direction.line
        on(shown.select, self._on_shown, [self._page.session, line, clone.text, *clone.settings], [line, self.who])

    # What the page asks of the tab

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {**self.direction.redraw(session), self.who: "", self.notice: ""}

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {*self.direction.drawn, self.who, self.notice}

    def _grid(self, session: Session) -> str:
        audition, engine = session.audition, self._page.engine(session)
        rows = [
            (
                candidate,
                audition.trial(candidate, engine.name),
                foresee(candidate.instruction, engine.capabilities, engine.name),
            )
            for candidate in audition.candidates
        ]
        return audition_grid(session.texts, rows, for_line=bool(audition.of_line))

    def _voice(self, form: Form) -> str:
        texts = form[self._page.session].texts
        try:
            words = texts("emotion.voice", voice=self._clone.voice.speaker(form)[1])
        except EncoreError:
            words = texts("emotion.no_voice")
        keys = f"<span><kbd>1</kbd> – <kbd>9</kbd> {escape(texts('emotion.keys'))}</span>"
        return f'<div class="e-count e-who-line"><span>{escape(words)}</span>{keys}</div>'

    # Events

    def _read(self, form: Form) -> None:
        """Take over what the widgets hold. Raises :class:`InvalidInput`."""
        audition: Audition = form[self._page.session].audition
        audition.line = (form[self.direction.line] or "").strip()
        audition.neutral, audition.together = bool(form[self.neutral]), bool(form[self.together])
        audition.direction = self.direction.read(form)

    def _on_change(self, form: Form) -> Updates:
        """The grid as it is now."""
        session: Session = form[self._page.session]
        try:
            self._read(form)
        except EncoreError as error:
            return {self.complaint: notice.failure(session.texts, error)}
        return {self.grid: self._grid(session), self.complaint: ""}

    def _on_shown(self, form: Form) -> Updates:
        return {**self.direction.fill_line(form), self.who: self._voice(form)}

    async def _on_go(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        audition = session.audition
        audition.trials = ()
        try:
            self._read(form)
            audition.trials = self._trials(form, audition)
        except Exception as error:
            yield {self.pulse: audition.beat(), self.notice: notice.failure(session.texts, error)}
            return
        if not audition.trials:
            yield {self.notice: notice.notice("error", session.texts("emotion.empty"))}
            return
        yield {
            self.pulse: audition.beat(),
            self.notice: "",
            self.who: self._voice(form),
            self.go: gr.update(interactive=False),
            self.cancel: gr.update(interactive=True),
        }
        told = ""
        try:
            trial = audition.trials[0]
            async for items in stream(
                partial(self._work, audition.trials), partial(session.started, KIND), session.guest
            ):
                for item in items:
                    match item:
                        case _Begun():
                            trial = item.trial
                            trial.begun = True
                        case _Ended():
                            trial.error = item.error
                        case _:
                            trial.run.add(item)
                yield {self.pulse: audition.beat()}
        except Exception as error:
            told = notice.failure(session.texts, error)
        # What was not heard when somebody cancelled is a plan again.
        audition.trials = [trial for trial in audition.trials if trial.run.finished or trial.error]
        yield {
            self.pulse: audition.beat(),
            self.notice: told,
            self.go: gr.update(interactive=True),
            self.cancel: gr.update(interactive=False),
        }

    def _trials(self, form: Form, audition: Audition) -> Sequence[Trial]:
        """What is to be spoken, in the order of the grid. Raises :class:`InvalidInput`."""
        clone = self._clone
        speaker, who = clone.voice.speaker(form)
        trials = []
        for candidate in audition.candidates:
            request = clone.request(form, speaker, audition.line, candidate.instruction)
            # With a seed of its own each, takes would differ in more than the mood, and none would ever be a hit.
            request = replace(request, seed=request.seed if request.seed is not None else int(form[clone.seed] or 0))
            settings = clone.form_of(form, audition.line, candidate.instruction)
            trials.append(Trial(candidate, request, settings, who))
        return trials

    def _work(self, trials: Sequence[Trial], progress: Progress) -> Iterator[_Begun | _Ended | LiveSegment | Finished]:
        """One trial after the other; that one fails is no reason to leave out the others."""
        for trial in trials:
            yield _Begun(trial)
            try:
                yield from spoken(self._page.studio, self._page.clips, trial.request, progress)
            except Cancelled:
                raise
            except EncoreError as error:
                yield _Ended(error)
            except Exception as error:
                log.exception("an audition's take failed")
                yield _Ended(error)

    def _on_act(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        audition = session.audition
        candidate = next((each for each in audition.candidates if each.name == event.name), None)
        if candidate is None:
            return {}
        trial = audition.trial(candidate, self._page.engine(session).name)
        if event.act == "pick":
            return self._pick(session, candidate, trial, (form[self._clone.text] or "").strip())
        if event.act == "keep" and trial and trial.run.finished and not trial.kept:
            _keep(session, trial, trial.run.finished)
            return {self.pulse: audition.beat(), **self._clone.show_takes(session)}
        return {}

    def _pick(self, session: Session, candidate: Candidate, trial: Trial | None, script: str) -> Updates:
        """The direction goes to Clone, and with it what it was heard with, so that Clone speaks the same take."""
        clone, line = self._clone, session.audition.line
        if trial and trial.run.finished:
            filled = clone.fill(session, trial.form, trial.run.finished.take.report.seed)
        else:
            filled = {clone.text: line, **clone.mood.show(session, candidate.instruction)}
        if script not in ("", line):
            del filled[clone.text]
        return {self._tabs: gr.update(selected="clone"), **filled}


def _keep(session: Session, trial: Trial, finished: Finished) -> None:
    """Put a trial on Clone's list of takes."""
    session.add_take(
        finished.take.audio,
        clip_id=finished.clip.clip_id,
        voice=trial.voice,
        form=trial.form,
        report=finished.take.report,
        starts_s=trial.run.starts_s,
    )
    trial.kept = True
