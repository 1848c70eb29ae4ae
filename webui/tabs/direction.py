"""A direction put together: the line, presets, words, an emotion mix, an emotion clip."""

import re
from typing import Any

import gradio as gr

from core.errors import InvalidAudio
from core.request import EMOTIONS, AudioSource, Instruction
from core.text.markup.model import Notation, Text
from core.text.markup.reader import scan
from core.text.presets import GROUPS, presets
from webui.audition import direction_of
from webui.components import notice
from webui.components.clips import clip_row, drop_zone
from webui.components.markup import markup
from webui.components.mood import label, offered
from webui.components.radar import radar
from webui.events import Form, Updates, on, settle
from webui.page import Page
from webui.session import Session
from webui.tabs.voice import refused

LINE = 300
"""Of a longer script only the first sentences, up to so many characters, are taken as the line to try."""
_SENTENCE_END = re.compile(r"[。！？!?\n]|\.(?=\s)")


class DirectionPanel:
    """The direction part of the Emotion tab."""

    def __init__(self, page: Page, script: gr.Textbox) -> None:
        """``script`` is Clone's, where the line comes from."""
        self._page, self._script = page, script
        self.preview = markup()
        self._line()
        self.chips = {group: self._chips(group) for group in GROUPS}
        self._words()
        self._mix()
        page.labels.put(gr.Markdown(elem_classes="e-subtitle"), value="emotion.clip")
        self.clip = markup("encore.dropZone(element, {upload: 'upload', clear: 'clear', refused: 'refused'}, trigger)")
        self.notice = markup()
        settle(self.offer(Session()))
        self._wire()

    def _line(self) -> None:
        put = self._page.labels.put
        self.line = put(
            gr.Textbox(lines=2, max_lines=6, elem_id="line"),
            label="emotion.line",
            placeholder="emotion.line_placeholder",
        )
        with gr.Row(elem_classes="e-small"):
            self.from_script = put(gr.Button(size="sm", min_width=120), value="emotion.from_script")
            self.reset = put(gr.Button(size="sm", min_width=120, elem_classes="e-quiet"), value="emotion.reset")

    def _chips(self, group: str) -> gr.CheckboxGroup:
        """The presets of a group, all of them: an engine takes a group or does not."""
        found = [preset.id for preset in presets().values() if preset.group == group]
        return self._page.labels.put(
            gr.CheckboxGroup(elem_id=f"chips-{group}", elem_classes="e-chips"),
            label=f"emotion.group.{group}",
            choices=lambda texts: [(label(texts, preset), preset) for preset in found],
        )

    def _words(self) -> None:
        self.words = self._page.labels.put(
            gr.Textbox(lines=1, max_lines=4, elem_id="direction"),
            label="emotion.words",
            placeholder="emotion.words_placeholder",
        )

    def _mix(self) -> None:
        put = self._page.labels.put
        put(gr.Markdown(elem_classes="e-subtitle"), value="emotion.vector")
        self.off_vector = put(gr.Markdown(elem_classes="e-off"), value="emotion.off_vector")
        with gr.Row(elem_id="mix"):
            with gr.Column(elem_id="emotion-vector", min_width=200):
                self.vector = [
                    put(
                        gr.Slider(0, 1, value=0, step=0.05, buttons=[], elem_classes="e-mix"),
                        label=f"mood.emotion.{name}",
                    )
                    for name in EMOTIONS
                ]
            self.radar = markup("encore.radar.on(element, watch)", elem_classes="e-radar-place")
        self.strength = put(
            gr.Slider(0, 1, value=1, step=0.05, buttons=[], elem_classes="e-mix"), label="emotion.strength"
        )

    def _wire(self) -> None:
        session, script = self._page.session, self._script
        # The outline follows the sliders in the page itself, without a way to the server and back.
        moves = [slider.change for slider in self.vector]
        gr.on(moves, None, inputs=self.vector, js="(...values) => encore.radar.draw(values)")
        on(self.clip.upload, self._on_upload, [session], [self.clip, self.notice])
        on(self.clip.clear, self._on_clear, [session], [self.clip, self.notice])
        on(self.clip.refused, self._on_refused, [session], [self.notice])
        on(self.from_script.click, lambda form: {self.line: opening(form[script] or "")}, [script], [self.line])
        on(self.reset.click, self._on_reset, [session], [self.clip, *self.widgets])
        on(self._page.speaking.change, lambda form: self.offer(form[session]), [session], self.offer(Session()))

    # What the tab asks of the panel

    @property
    def widgets(self) -> list[Any]:
        """What :meth:`read` needs to know beside the session."""
        return [self.line, *self.chips.values(), self.words, *self.vector, self.strength]

    @property
    def changes(self) -> list[Any]:
        """The events after which the direction is another one."""
        return [widget.change for widget in (*self.widgets, self.clip)]

    def read(self, form: Form) -> Instruction:
        """The direction as it stands; what is switched off does not count. Raises :class:`InvalidInput`."""
        session: Session = form[self._page.session]
        return direction_of(
            self._page.can(session),
            text=form[self.words] or "",
            chosen=[preset for chips in self.chips.values() for preset in form[chips] or []],
            vector=[float(form[slider] or 0) for slider in self.vector],
            clip=session.audition.clip[0] if session.audition.clip else None,
            strength=float(form[self.strength]),
        )

    def fill_line(self, form: Form) -> Updates:
        """Clone's script for the line, if there is none."""
        line, script = (form[self.line] or "").strip(), opening(form[self._script] or "")
        return {self.line: script} if script and not line else {}

    def show(self, line: str, instruction: Instruction) -> Updates:
        """The widgets set to ``line`` and a direction for it."""
        values = instruction.vector or (0,) * len(EMOTIONS)
        known = presets()
        chips = {
            widget: [name for name in instruction.presets if known[name].group == group]
            for group, widget in self.chips.items()
        }
        vector = dict(zip(self.vector, values, strict=True))
        return {self.line: line, **chips, self.words: instruction.text, **vector, self.strength: instruction.strength}

    def offer(self, session: Session) -> Updates:
        """What the engine takes. The rest keeps its controls with what they hold, off, and the reason beside."""
        texts, can = session.texts, self._page.can(session)
        taken = {preset.group for preset in offered(can)}
        return {
            self.preview: notice.notice("note", texts("emotion.preview")) if can.prosody_preview else "",
            **{
                chips: gr.update(interactive=group in taken, info="" if group in taken else texts("emotion.off_preset"))
                for group, chips in self.chips.items()
            },
            self.words: gr.update(
                interactive=can.instruction, info="" if can.instruction else texts("emotion.off_words")
            ),
            self.off_vector: gr.update(visible=not can.emotion_vector),
            **{slider: gr.update(interactive=can.emotion_vector) for slider in self.vector},
            self.strength: gr.update(interactive=can.emotion_vector or can.emotion_audio),
            self.clip: self._zone(session),
        }

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        return {**self.offer(session), self.radar: radar(session.texts), self.notice: ""}

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        return {*self.offer(Session()), self.radar, self.notice}

    def _zone(self, session: Session) -> str:
        texts, clip = session.texts, session.audition.clip
        off = not self._page.can(session).emotion_audio
        row = clip_row(texts, clip[1], clip[0].name) if clip else ""
        return drop_zone(texts, hint=texts("emotion.off_clip" if off else "emotion.clip_drop"), content=row, off=off)

    # Events

    def _on_reset(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        session.audition.clip = None
        nothing: Updates = {chips: [] for chips in self.chips.values()} | dict.fromkeys(self.vector, 0)
        return {self.clip: self._zone(session), self.words: "", self.strength: 1, **nothing}

    def _on_upload(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        clip = self._page.clips.get(str(event.id))
        try:
            if clip is None:
                raise InvalidAudio("audio.empty")
            source = AudioSource(clip.data, clip.name)
            self._page.studio.check_reference(source)
        except Exception as error:
            return {self.clip: self._zone(session), self.notice: notice.failure(session.texts, error)}
        session.audition.clip = (source, clip.clip_id)
        return {self.clip: self._zone(session), self.notice: ""}

    def _on_clear(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        session.audition.clip = None
        return {self.clip: self._zone(session), self.notice: ""}

    def _on_refused(self, form: Form, event: gr.EventData) -> Updates:
        return {self.notice: refused(form[self._page.session].texts, event)}


def opening(script: str) -> str:
    """The first sentences of a script, as many as make a line to try, their marks whole."""
    script = script.strip()
    if len(script) <= LINE:
        return script
    marks = [placed for placed in scan(script[: 2 * LINE], Notation.ANY)[0] if not isinstance(placed.node, Text)]
    ends = [
        found.end()
        for found in _SENTENCE_END.finditer(script, 0, LINE)
        if not any(mark.start < found.end() < mark.end for mark in marks)
    ]
    return script[: ends[-1]].strip() if ends else script
