"""Between the script and other tabs: takes and transcripts become lines, and lines are tried in Clone or Emotion."""

from typing import Any

import gradio as gr

from core.desk.rendering import instruction_text
from core.desk.script import KeptTake, Line, new_id
from core.desk.takes import as_link
from core.engines.base import Transcript
from core.errors import EncoreError, InvalidInput
from core.request import LibrarySpeaker, voice_name
from webui.components import notice
from webui.events import Form, Updates, on
from webui.form import Form as Settings
from webui.page import Page
from webui.session import Session, TakeCard
from webui.tabs.clone import CloneTab
from webui.tabs.emotion import EmotionTab
from webui.tabs.script import ScriptTab, brought, line_request
from webui.tabs.transcribe import TranscribeTab

ACT = "script"
"""What the buttons that send something into the script are called."""


class Sending:
    """Handlers alone: what is sent was made elsewhere, and the browser puts it where it belongs."""

    def __init__(
        self,
        page: Page,
        script: ScriptTab,
        clone: CloneTab,
        emotion: EmotionTab,
        transcribe: TranscribeTab,
        tabs: gr.Tabs,
    ) -> None:
        self._page, self._script, self._clone, self._emotion, self._tabs = page, script, clone, emotion, tabs
        session, sent = page.session, [tabs, script.brought]
        on(clone.takes.act, self._on_take, [session], [*sent, clone.notice])
        on(transcribe.cards.act, self._on_transcript, [session], sent)
        on(emotion.grid.act, self._on_direction, [session], [*sent, emotion.pulse, emotion.notice])
        on(script.root.open, self._on_line, [session], [*sent, *clone.filled, *emotion.direction.widgets])

    def _send(self, **told: object) -> Updates:
        return {self._tabs: gr.update(selected="script"), self._script.brought: brought(**told)}

    # Into the script

    def _on_take(self, form: Form, event: gr.EventData) -> Updates:
        """A take of Clone's as a line that sounds the same."""
        session: Session = form[self._page.session]
        take = session.take(str(event.take)) if event.act == ACT else None
        if take is None:
            return {}
        try:
            link = as_link(self._kept(session, take))
            if not link:
                raise InvalidInput("take.long")
        except EncoreError as error:
            return {self._clone.notice: notice.failure(session.texts, error)}
        return {**self._send(link=link), self._clone.notice: ""}

    def _kept(self, session: Session, take: TakeCard) -> KeptTake:
        """What would be kept of it in a script. Raises :class:`InvalidInput`."""
        form, report = take.form, take.report
        line = Line(
            new_id(),
            form.text.strip(),
            instruction=instruction_text(form.instruction),
            seed=report.seed,
            speed=form.speed,
        )
        return KeptTake(new_id(), line, self._voice(session, form), form.engine, form.language, 0.0, report.duration_s)

    def _voice(self, session: Session, form: Settings) -> str:
        """Who spoke, as a cast names it. Raises :class:`InvalidInput` (``desk.clip``) for a clip that nobody saved."""
        if not form.from_clip or form.reference is None:
            return form.voice or ""
        library = self._page.studio.library
        for voice in library.voices(session.viewer):
            if library.reference(voice.voice_id).audio.data == form.reference.source.data:
                return voice_name(LibrarySpeaker(voice.voice_id))
        raise InvalidInput("desk.clip")

    def _on_transcript(self, form: Form, event: gr.EventData) -> Updates:
        """A transcript as lines that keep the times at which they were said."""
        session: Session = form[self._page.session]
        card = session.transcript(str(event.transcript)) if event.act == ACT else None
        if card is None:
            return {}
        return self._send(lines=timed_lines(card.report.transcript), title=card.source.name.rpartition(".")[0])

    def _on_direction(self, form: Form, event: gr.EventData) -> Updates:
        """A direction that was heard goes into the line that it was tried for."""
        session: Session = form[self._page.session]
        audition = session.audition
        chosen = next((each for each in audition.candidates if each.name == event.name), None)
        if event.act != ACT or chosen is None or not audition.of_line:
            return {}
        try:
            words = instruction_text(chosen.instruction)
        except EncoreError as error:
            return {self._emotion.notice: notice.failure(session.texts, error)}
        line, audition.of_line = audition.of_line, ""
        sent = self._send(line=line, fields={"instruction": words})
        return {**sent, self._emotion.pulse: audition.beat(), self._emotion.notice: ""}

    # Out of it

    def _on_line(self, form: Form, event: gr.EventData) -> Updates:
        """A line is opened in Clone as the script speaks it; or for Emotion, which speaks as Clone is set."""
        session: Session = form[self._page.session]
        try:
            settings, seed = self._settings(session, str(event.project), str(event.line))
        except EncoreError as error:
            return {self._script.brought: brought(error=session.texts.error(error))}
        filled = self._clone.fill(session, settings, seed)
        if event.to != "emotion":
            return {self._tabs: gr.update(selected="clone"), **filled}
        session.audition.of_line = str(event.line)
        direction = self._emotion.direction.show(settings.text, settings.instruction)
        return {self._tabs: gr.update(selected="emotion"), **filled, **direction}

    def _settings(self, session: Session, project_id: str, line_id: str) -> tuple[Settings, int]:
        """How Clone is set for a line, and its seed. Raises :class:`EncoreError`."""
        asked = line_request(self._page, session, project_id, line_id)
        settings = Settings(
            engine=asked.engine,
            text=asked.text,
            from_clip=False,
            voice=voice_name(asked.speaker),
            reference=None,
            prompt_text="",
            language=asked.language,
            speed=asked.speed,
            instruction=asked.instruction,
        )
        return settings, asked.seed or 0


def timed_lines(transcript: Transcript) -> list[dict[str, Any]]:
    """The segments of ``transcript`` as fields of lines with slots; without segments, its text as one line."""
    lines: list[dict[str, Any]] = []
    for part in transcript.segments:
        if text := part.text.strip():
            start_s, end_s = round(part.start_s, 3), round(part.end_s, 3)
            lines.append({"text": text, "slot": {"start_s": start_s, "end_s": end_s} if start_s < end_s else None})
    return lines or [{"text": transcript.text.strip()}]
