"""Words spoken in the voice of the Clone tab, or as the script speaks the line that they stand in.

Through the studio, so that a second time is a hit.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import partial

from gradio.blocks import Block

from core.progress import Progress
from core.report import SynthesisReport
from core.request import AUTO, SynthesisRequest, voice_name
from core.sound import encode_take
from core.text.markup.model import Notation
from webui.components.annotation_panel import heard
from webui.events import Form
from webui.page import Page
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.work import Step, stream


class Hearing:
    """Speaks what other tabs ask for as the Clone tab is set, or as the script speaks the line that is worked on."""

    def __init__(self, page: Page, clone: CloneTab) -> None:
        self._page, self._clone = page, clone

    @property
    def inputs(self) -> list[Block]:
        """What a handler needs for it."""
        voice, clone = self._clone.voice, self._clone
        who: list[Block] = [self._page.session, voice.origin, voice.voice, voice.prompt_text]
        return [*who, clone.language, clone.speed, clone.seed]

    def voice(self, form: Form) -> str:
        """Who will be heard, in words. Raises :class:`InvalidInput` when nobody is chosen."""
        session: Session = form[self._page.session]
        if session.draft.spoken is None:
            return self._clone.voice.speaker(form)[1]
        value = voice_name(session.draft.spoken.speaker)
        return next((words for words, known in self._clone.voice.choices(session) if known == value), value)

    def word(self, form: Form, text: str, notation: Notation, language: str) -> SynthesisRequest:
        """A word by itself: the same whatever else is set, so that it is spoken once only."""
        session: Session = form[self._page.session]
        spoken, engines = session.draft.spoken, self._page.studio.synthesis
        speaker = spoken.speaker if spoken else self._clone.voice.speaker(form)[0]
        engine = engines[spoken.engine] if spoken else self._page.engine(session)
        return SynthesisRequest(
            text=text,
            speaker=speaker,
            engine=engine.name,
            language=language if language in engine.capabilities.languages else AUTO,
            notation=notation,
        )

    def line(self, form: Form, text: str, notation: Notation) -> SynthesisRequest:
        """A line as Clone, or the script, would speak it."""
        session: Session = form[self._page.session]
        clone, spoken = self._clone, session.draft.spoken
        if spoken is not None:
            return replace(spoken, text=text, notation=notation)
        speaker, _ = clone.voice.speaker(form)
        return SynthesisRequest(
            text=text,
            speaker=speaker,
            engine=self._page.engine(form[self._page.session]).name,
            language=form[clone.language] or AUTO,
            speed=float(form[clone.speed]),
            seed=int(form[clone.seed] or 0),
            notation=notation,
        )

    async def speak(
        self, session: Session, request: SynthesisRequest, kind: str, words: str
    ) -> AsyncIterator[str | Step]:
        """How far it is, and at last what the page plays. Raises :class:`EncoreError`."""
        texts = session.texts
        async for items in stream(partial(self._spoken, request), self._starting(session, kind), session.guest):
            latest = items[-1]
            if isinstance(latest, Step):
                yield latest
            else:
                clip_id, report = latest
                yield heard(texts, clip_id, report, words, run=secrets.token_hex(4))

    def _spoken(self, request: SynthesisRequest, progress: Progress) -> Iterator[tuple[str, SynthesisReport]]:
        take = self._page.studio.synthesize(request, progress)
        yield self._page.clips.put(encode_take(take.audio)).clip_id, take.report

    @staticmethod
    def _starting(session: Session, kind: str) -> Callable[[Callable[[], None]], None]:
        """Whoever asks again does not wait for what was asked before."""

        def started(cancel: Callable[[], None]) -> None:
            session.cancel(kind)
            session.started(kind, cancel)

        return started
