"""The Voices tab: the library, what is known of each voice, what sounds like a clip, and a map of all."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from core.audio import Floats
from core.errors import InvalidAudio, InvalidInput
from core.progress import Progress
from core.request import SAVED, AudioSource, ReferenceSpeaker
from core.speakers import bundle
from core.speakers.atlas import atlas
from core.speakers.nearest import COUNT, KnownVoice, Neighbour, VoiceSpace
from core.speakers.saved import SavedVoice
from webui.api.audio import Clip
from webui.components import notice
from webui.components.clips import drop_zone
from webui.components.markup import markup
from webui.components.voice_map import voice_map
from webui.components.voices import likeness, voice_list
from webui.events import Form, Updates, on
from webui.gallery import Likeness
from webui.page import Page
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.tabs.voice import LIST, agree, consent_given, refused
from webui.tabs.voice_card import ACTS, KIND, ZONE, VoiceCard


class VoicesTab:
    """A list, a card and a map."""

    def __init__(self, page: Page, clone: CloneTab, tabs: gr.Tabs) -> None:
        self._page, self._clone, self._tabs = page, clone, tabs
        self._space = VoiceSpace(page.studio)
        put = page.labels.put
        with gr.Row(elem_id="voices"):
            with gr.Column(elem_id="voices-panel", elem_classes="e-panel", min_width=240):
                put(gr.Markdown(elem_classes="e-title"), value="voices.title")
                self.search = put(
                    gr.Textbox(max_lines=1, container=False, show_label=False),
                    label="voices.search",
                    placeholder="voices.search",
                )
                self.list = markup(ACTS)
                self.agreed = put(gr.Checkbox(visible=False), label="voice.agreed")
                self.zone = markup(ZONE)
                self.told = markup()
            with gr.Column(elem_id="voice-card", elem_classes="e-panel", min_width=300):
                self.card = VoiceCard(page, self._space)
            with gr.Column(elem_id="voices-near", elem_classes="e-panel", min_width=300):
                put(gr.Markdown(elem_classes="e-title"), value="voices.like")
                self.probe = markup(ZONE)
                self.near = markup(ACTS)
                with gr.Row(elem_classes="e-map-head"):
                    put(gr.Markdown(elem_classes="e-title"), value="voices.map")
                    self.draw = put(gr.Button(size="sm", scale=0, min_width=90), value="voices.draw")
                self.map = markup(ACTS)
                self.cancel = put(gr.Button(size="sm", visible=False), value="voices.cancel")
                self.working = markup()
        self._wire()

    def _wire(self) -> None:
        session, card, voice = self._page.session, self.card, self._clone.voice
        everything = [*self.drawn, voice.voice]
        on(self.search.change, self._on_search, [session, self.search], [self.list], queue=False)
        on(self.agreed.input, self._on_agree, [session, self.agreed], [self.agreed, self.told], queue=False)
        on(self.zone.upload, self._on_upload, [session, voice.voice], everything, trigger_mode="multiple")
        on(self.zone.refused, self._on_refused, [session], [self.told])
        on(self.probe.upload, self._on_probe, [session], [self.near, self.working, self.cancel])
        on(self.probe.refused, self._on_refused_probe, [session], [self.working])
        on(self.draw.click, self._on_draw, [session], [self.map, self.working, self.cancel])
        on(self.cancel.click, lambda form: form[session].cancel(KIND), [session], queue=False)
        on(card.save.click, self._on_save, [session, voice.voice, *card.fields], everything)
        card.delete.on_yes(self._on_delete, [session, voice.voice], everything)
        for part in (self.list, self.near, self.map):
            on(part.act, self._on_open, [session], [self.list, self.map, *card.parts], trigger_mode="multiple")
        to_clone = [self._tabs, voice.origin, voice.listed, voice.cloning, voice.voice]
        on(card.head.act, self._on_head, [session], [self.near, self.working, self.cancel, *to_clone])

    def watch(self, tab: gr.Tab) -> None:
        """Look at the library whenever ``tab`` is opened: other tabs save voices, too."""
        on(tab.select, self._on_shown, [self._page.session], list(self.drawn))
        on(self._page.speaking.change, self._on_shown, [self._page.session], list(self.drawn))

    # What the page asks of the tab

    def redraw(self, session: Session) -> Updates:
        """Everything whose words are not labels, in the page's language."""
        texts, gallery = session.texts, session.gallery
        return {
            **self.card.show(session, self.card.chosen(session)),
            self.list: self._list(session),
            self.agreed: gr.update(visible=not session.agreed),
            self.zone: drop_zone(texts, hint=texts("voices.add"), also=bundle.SUFFIX),
            self.probe: drop_zone(texts, hint=texts("voices.like_hint")),
            self.near: likeness(texts, gallery.likeness),
            self.map: self._map(session),
            self.told: "",
            self.working: "",
        }

    @property
    def drawn(self) -> set[Any]:
        """What :meth:`redraw` may change."""
        mine = {self.list, self.agreed, self.zone, self.probe, self.near, self.map, self.told, self.working}
        return {*mine, *self.card.parts}

    def _list(self, session: Session) -> str:
        gallery, library = session.gallery, self._page.studio.library
        saved = [voice for voice in library.voices(session.viewer) if voice.matches(gallery.wanted)]
        wanted = gallery.wanted.casefold().split()
        stock = [
            voice
            for voice in self.card.voices(session)
            if not voice.own and all(word in f"{voice.label} {voice.language}".casefold() for word in wanted)
        ]
        return voice_list(
            session.texts,
            saved,
            stock,
            chosen=gallery.value,
            viewer=session.viewer,
            searched=bool(wanted),
        )

    def _map(self, session: Session) -> str:
        gallery = session.gallery
        there = set(self.card.voices(session))
        places = {voice: place for voice, place in gallery.map.items() if voice in there}
        return voice_map(session.texts, places, chosen=gallery.value)

    def _changed(self, session: Session, form: Form, told: str) -> Updates:
        """The tab and the Clone tab's list after the library has changed."""
        voice = self._clone.voice.voice
        choices = self._clone.voice.choices(session)
        values = [value for _, value in choices]
        kept = form[voice] if form[voice] in values else next(iter(values), None)
        return {**self.redraw(session), voice: gr.update(choices=choices, value=kept), self.told: told}

    # Events

    def _on_shown(self, form: Form) -> Updates:
        return self.redraw(form[self._page.session])

    def _on_search(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        session.gallery.wanted = form[self.search] or ""
        return {self.list: self._list(session)}

    def _on_agree(self, form: Form) -> Updates:
        if not form[self.agreed]:
            return {}
        return {self.agreed: gr.update(visible=False), self.told: agree(form[self._page.session])}

    def _on_open(self, form: Form, event: gr.EventData) -> Updates:
        session: Session = form[self._page.session]
        session.gallery.choose(str(event.voice))
        shown = self.card.show(session, self.card.chosen(session))
        return {**shown, self.list: self._list(session), self.map: self._map(session)}

    def _on_refused(self, form: Form, event: gr.EventData) -> Updates:
        return {self.told: refused(form[self._page.session].texts, event)}

    def _on_refused_probe(self, form: Form, event: gr.EventData) -> Updates:
        return {self.working: refused(form[self._page.session].texts, event)}

    def _on_upload(self, form: Form, event: gr.EventData) -> Updates:
        """A recording becomes a voice, and a voice's file is loaded."""
        session: Session = form[self._page.session]
        texts = session.texts
        try:
            clip = self._page.clips.brought(str(event.id))
            if not session.agreed:
                raise InvalidInput("consent.needed")
            loaded = clip.name.lower().endswith(bundle.SUFFIX)
            voice = self._load(session, clip) if loaded else self._record(session, clip)
        except Exception as error:
            return {self.told: notice.failure(texts, error)}
        session.gallery.choose(f"{SAVED}{voice.voice_id}")
        words = texts("voices.loaded" if loaded else "voices.added", name=voice.name)
        return self._changed(session, form, notice.notice("good", words))

    def _load(self, session: Session, clip: Clip) -> SavedVoice:
        studio = self._page.studio
        found = bundle.unpack(clip.data)
        voice = bundle.add(studio.library, found, session.viewer)
        if not session.viewer:  # a user among others does not say for all how a recording sounds
            bundle.keep_profiles(studio, found)
        return voice

    def _record(self, session: Session, clip: Clip) -> SavedVoice:
        studio = self._page.studio
        source = AudioSource(clip.data, clip.name)
        studio.check_reference(source)
        stem = clip.name.rpartition(".")[0] or clip.name
        name = studio.library.free_name(stem.strip() or session.texts("voices.unnamed"), session.viewer)
        return studio.library.save(name, ReferenceSpeaker(source), session.viewer, consent=consent_given(session))

    def _on_save(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        texts = session.texts
        try:
            voice = self.card.keep(session, form)
        except Exception as error:
            return {self.card.notice: notice.failure(texts, error)}
        done = notice.notice("good", texts("voices.kept", name=voice.name))
        return {**self._changed(session, form, ""), self.card.notice: done}

    def _on_delete(self, form: Form) -> Updates:
        session: Session = form[self._page.session]
        try:
            self._page.studio.library.delete(session.gallery.voice_id, session.viewer)
        except Exception as error:
            return {self.card.notice: notice.failure(session.texts, error)}
        session.gallery.choose("")
        return self._changed(session, form, "")

    async def _on_head(self, form: Form, event: gr.EventData) -> AsyncIterator[Updates]:
        """The chosen voice goes to Clone, or others that sound like it are looked for."""
        session: Session = form[self._page.session]
        chosen = self.card.chosen(session)
        if chosen is None:
            return
        if event.act == "speak":
            voice = self._clone.voice
            yield {
                self._tabs: gr.update(selected="clone"),
                voice.origin: LIST,
                **voice.show_origin(LIST),
                voice.voice: gr.update(choices=voice.choices(session), value=chosen.voice.value),
            }
        elif event.act == "like" and chosen.recordings:
            clip = self._page.clips.get(chosen.recordings[0].clip_id)
            if clip is not None:
                async for updates in self._find(session, clip, chosen.voice.label, chosen.voice.value):
                    yield updates

    async def _on_probe(self, form: Form, event: gr.EventData) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        try:
            clip = self._page.clips.brought(str(event.id))
        except InvalidAudio as error:
            yield {self.working: notice.failure(session.texts, error)}
            return
        async for updates in self._find(session, clip, clip.name):
            yield updates

    async def _find(self, session: Session, clip: Clip, name: str, itself: str = "") -> AsyncIterator[Updates]:
        """The voices that sound like ``clip``, but for the one that it is of."""
        texts, engine = session.texts, self._page.engine(session).name
        source = AudioSource(clip.data, name)

        def look(progress: Progress) -> list[Neighbour]:
            found = self._space.nearest(source, engine, session.viewer, progress, COUNT + 1)
            return [each for each in found if each.voice.value != itself][:COUNT]

        def show(found: list[Neighbour]) -> Updates:
            session.gallery.likeness = Likeness(name, clip.clip_id, found)
            return {self.near: likeness(texts, session.gallery.likeness)}

        async for updates in self.card.work(session, texts("voices.comparing"), look, show):
            yield self._beside(updates)
        yield {self.cancel: gr.update(visible=False)}

    async def _on_draw(self, form: Form) -> AsyncIterator[Updates]:
        session: Session = form[self._page.session]
        texts, engine = session.texts, self._page.engine(session).name

        def look(progress: Progress) -> dict[KnownVoice, Floats]:
            return self._space.places(engine, session.viewer, progress)

        def show(places: dict[KnownVoice, Floats]) -> Updates:
            session.gallery.map = atlas(places)
            return {self.map: self._map(session)}

        async for updates in self.card.work(session, texts("voices.comparing"), look, show):
            yield self._beside(updates)
        yield {self.cancel: gr.update(visible=False)}

    def _beside(self, updates: Updates) -> Updates:
        """What is told about work here stands here, and there is a way to end it."""
        told = updates.pop(self.card.notice, "")
        return {**updates, self.working: told, self.cancel: gr.update(visible="e-progress" in told)}
