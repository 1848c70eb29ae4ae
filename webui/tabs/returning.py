"""What Clone held comes back when its page is loaded again: the fields as they were, and the takes from the cache."""

import json
import secrets
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from html import escape
from itertools import accumulate
from typing import Any

import gradio as gr

from core.desk.rendering import NoEngine
from core.errors import EncoreError, InvalidInput
from core.report import SynthesisReport
from core.request import AS_IT_COMES, MAX_SEED, AudioSource, Instruction, ReferenceSpeaker, Speaker, SynthesisRequest
from core.sound import encode_take
from core.studio import SegmentReady, Studio, Take
from core.text.presets import presets
from webui.api.audio import ClipStore
from webui.components import notice
from webui.components.markup import markup
from webui.events import Form, Updates, on
from webui.form import Form as Settings
from webui.form import Reference
from webui.kept import (
    KeptClip,
    KeptDirection,
    KeptForm,
    KeptTake,
    Typed,
    held_by,
    instruction_of,
    read,
    source_of,
)
from webui.page import Page
from webui.session import Session, TakeCard, waveform
from webui.tabs.clone import CloneTab
from webui.tabs.mood import put_together
from webui.tabs.voice import CLIP


class Returning:
    """Handlers alone. The browser keeps by itself what is typed, and of the rest what it is told here."""

    def __init__(self, page: Page, clone: CloneTab) -> None:
        self._page, self._clone = page, clone
        session, voice = page.session, clone.voice
        self.kept = gr.Textbox(visible=False)
        self.held = markup("encore.kept.hold(element, watch)", visible="hidden")
        fields: dict[str, Any] = {
            "engine": clone.engine.name,
            "text": clone.text,
            "mood": clone.mood.choice,
            "language": clone.language,
            "speed": clone.speed,
            "seed": clone.seed,
            "random": clone.random,
            "origin": voice.origin,
            "voice": voice.voice,
            "prompt_text": voice.prompt_text,
        }
        gr.on(
            [field.change for field in fields.values()],
            None,
            inputs=list(fields.values()),
            js=f"(...values) => encore.kept.type({json.dumps(list(fields))}, values)",
        )
        changes = [clone.takes.change, voice.clip.change, clone.mood.chip.change]
        on(partial(gr.on, changes), self._on_change, [session], [self.held], queue=False)
        told = [clone.random, clone.takes, voice.notice, self.held]
        on(self.kept.change, self._on_kept, [session, self.kept], [*clone.filled, *told])

    def follow(self, loaded: gr.events.Dependency) -> None:
        """Once the page is ``loaded`` its browser is asked what it kept."""
        loaded.then(None, js="() => encore.kept.read()", outputs=[self.kept], show_progress="hidden")

    def _told(self, session: Session) -> Updates:
        return {self.held: escape(held_by(session, self._page.clips).as_text())}

    # Events

    def _on_change(self, form: Form) -> Updates:
        """The browser is to keep it; but not before what it had kept is here."""
        session: Session = form[self._page.session]
        return self._told(session) if session.returned else {}

    def _on_kept(self, form: Form) -> Iterator[Updates]:
        """The fields first, and the takes as soon as their sound is put together."""
        session: Session = form[self._page.session]
        if session.returned:
            return
        kept = read(form[self.kept] or "", session.viewer)
        reader = _Reader(self._page.studio, self._page.clips, session.viewer)
        if held := kept.held:
            session.reference = reader.reference(held.reference)
            session.emotion = reader.direction(held.emotion) or AS_IT_COMES
            session.count_on(max((take.number for take in held.takes), default=0))
        if kept.held or kept.typed:
            yield self._filled(session, kept.typed)
        if held:
            session.restore([card for take in held.takes if (card := reader.take(take))])
        session.returned = True
        lock = gr.update(interactive=self._page.can(session).seed and bool(session.takes))
        lost = [notice.notice("warning", session.texts("voice.gone", name=name)) for name in reader.lost]
        told = {self._clone.voice.notice: "".join(lost)} if lost else {}
        yield {**self._clone.show_takes(session), self._clone.lock: lock, **told, **self._told(session)}

    def _filled(self, session: Session, typed: Typed | None) -> Updates:
        """The fields as they were, as far as the engine can still do it."""
        if typed is None:
            return {**self._clone.mood.redraw(session), **self._clone.voice.show_reference(session)}
        try:
            instruction = put_together(typed.mood, session.emotion)
        except EncoreError:  # nobody has typed that
            instruction = session.emotion
        known = typed.engine in self._page.studio.synthesis.names
        settings = Settings(
            engine=typed.engine if known else self._page.engine(session).name,
            text=typed.text,
            from_clip=typed.origin == CLIP,
            voice=typed.voice,
            reference=session.reference,
            prompt_text=typed.prompt_text,
            language=typed.language,
            speed=typed.speed,
            instruction=instruction,
        )
        seed = min(max(int(typed.seed or 0), 0), MAX_SEED)
        return {**self._clone.fill(session, settings, seed), self._clone.random: typed.random}


class _Reader:
    """From what was kept to what it stands for: clips that are still here, and sound that is in the cache."""

    def __init__(self, studio: Studio, clips: ClipStore, viewer: str) -> None:
        self._studio, self._clips, self._viewer = studio, clips, viewer
        self._references: dict[str, Reference | None] = {}
        self._lost: dict[str, str] = {}

    @property
    def lost(self) -> Collection[str]:
        """What the clips are called that are not here any more."""
        return self._lost.values()

    def reference(self, kept: KeptClip | None) -> Reference | None:
        """The clip to be cloned, if it is still here and can be."""
        if kept is None:
            return None
        if kept.clip_id not in self._references:
            self._references[kept.clip_id] = self._reference(kept)
        return self._references[kept.clip_id]

    def _reference(self, kept: KeptClip) -> Reference | None:
        found = self._source(kept)
        if found is None:
            return None
        source = self._studio.as_reference(found)
        with suppress(EncoreError):
            return Reference(source, kept.clip_id, self._studio.check_reference(source))
        return None

    def _source(self, kept: KeptClip) -> AudioSource | None:
        found = source_of(kept, self._clips)
        if found is None:
            self._lost[kept.clip_id] = kept.name
        return found

    def direction(self, kept: KeptDirection) -> Instruction | None:
        """The direction; None if not all of it is here, since the rest would be another one."""
        clip = self._source(kept.clip) if kept.clip else None
        if (kept.clip and clip is None) or not presets().keys() >= set(kept.presets):
            return None
        with suppress(EncoreError):
            return instruction_of(kept, clip)
        return None

    def take(self, kept: KeptTake) -> TakeCard | None:
        """A take with its sound if all of that is in the cache, and without if not: no engine is troubled.

        None if not even its request is whole.
        """
        direction = self.direction(kept.form.direction)
        if direction is None or kept.form.engine not in self._studio.synthesis.names:
            return None
        form = self._form(kept.form, direction)
        card = TakeCard(
            take_id=secrets.token_hex(6),
            number=kept.number,
            clip_id="",
            voice=kept.voice,
            form=form,
            report=SynthesisReport(form.engine, 0, 0.0, None, (), 0.0, 0.0, kept.seed),
            bars=(),
            starts_s=(),
            pinned=kept.pinned,
        )
        with suppress(EncoreError):
            return self._heard(card)
        return card

    def _heard(self, card: TakeCard) -> TakeCard:
        """``card`` with its sound. Raises :class:`EncoreError` where that is not in the cache, or cannot be at all."""
        form = card.form
        request = SynthesisRequest(
            text=form.text,
            speaker=self._speaker(form),
            engine=form.engine,
            language=form.language,
            speed=form.speed,
            seed=card.report.seed,
            instruction=form.instruction,
        )
        *events, take = self._studio.stream(request, NoEngine())
        assert isinstance(take, Take)  # noqa: S101 — the last event by construction
        lengths = [event.audio.duration_s for event in events if isinstance(event, SegmentReady)]
        return replace(
            card,
            clip_id=self._clips.put(encode_take(take.audio)).clip_id,
            report=take.report,
            bars=waveform(take.audio),
            starts_s=list(accumulate(lengths[:-1], initial=0.0)),
        )

    def _speaker(self, form: Settings) -> Speaker:
        """Who speaks. Raises :class:`InvalidInput` for a clip that is lost and for voices that are not the viewer's."""
        if form.from_clip:
            if form.reference is None:
                raise InvalidInput("reference.missing")
            return ReferenceSpeaker(form.reference.source, form.prompt_text.strip())
        voice = self._studio.voice(form.voice or "", engine=form.engine, viewer=self._viewer)
        if voice is None:
            raise InvalidInput("reference.missing")
        return voice

    def _form(self, kept: KeptForm, direction: Instruction) -> Settings:
        return Settings(
            engine=kept.engine,
            text=kept.text,
            from_clip=kept.from_clip,
            voice=kept.voice,
            reference=self.reference(kept.clip),
            prompt_text=kept.prompt_text,
            language=kept.language,
            speed=kept.speed,
            instruction=direction,
        )
