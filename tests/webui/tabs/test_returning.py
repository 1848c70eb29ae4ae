"""What comes back into Clone when its page is loaded again, and what does not."""

import json
from dataclasses import replace
from html import unescape
from typing import Any

import gradio as gr
import pytest

from core.request import AudioSource, Instruction, ReferenceSpeaker, Speaker, StockSpeaker, SynthesisRequest
from core.studio import Studio
from tests.core.humming import HummingEngine
from tests.core.speakers.test_reference import speechlike
from webui.api.audio import ClipStore
from webui.desk.desk import Desk
from webui.form import Form
from webui.gate.access import Caller
from webui.gate.house import ANYBODY
from webui.page import Page
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.tabs.returning import Returning

TYPED = {
    "viewer": "",
    "engine": "humming",
    "text": "One. Two.",
    "mood": ["happy", "as if in a cave"],
    "language": "en",
    "speed": 1.25,
    "seed": 7,
    "random": True,
    "origin": "clip",
    "voice": "stock:alto",
    "prompt_text": "Hello.",
}
FORM = Form("humming", "One. Two.", False, "stock:alto", None, "", "en", 1.25, Instruction(presets=("happy",)))


class Browser:
    """One browser's visits to a page."""

    def __init__(self, studio: Studio, viewer: str = "") -> None:
        self.studio, self.clips = studio, ClipStore()
        with gr.Blocks():
            page = Page(studio, self.clips, Desk(studio, self.clips))
            self.page, self.clone = page, CloneTab(page)
            self.returning = Returning(page, self.clone)
        self.held: dict[str, Any] | None = None
        self.typed: dict[str, Any] | None = None
        self.visit(viewer)

    def visit(self, viewer: str = "") -> dict[Any, Any]:
        """Load the page; all that is changed on it."""
        self.session = Session(guest=replace(ANYBODY, caller=Caller(viewer, "user")) if viewer else ANYBODY)
        self.page.open(self.session)
        kept = json.dumps({"typed": self.typed, "held": self.held})
        changed: dict[Any, Any] = {}
        for updates in self.returning._on_kept({self.page.session: self.session, self.returning.kept: kept}):
            changed |= updates
        self.hear(changed)
        return changed

    def hear(self, changed: dict[Any, Any]) -> None:
        self.held = json.loads(unescape(changed[self.returning.held]))

    def take(self, form: Form = FORM, *, speaker: Speaker = StockSpeaker("alto"), seed: int = 7) -> None:  # noqa: B008
        asked = SynthesisRequest(form.text, speaker, form.engine, form.language, form.speed, seed)
        spoken = self.studio.synthesize(replace(asked, instruction=form.instruction))
        self.session.add_take(
            spoken.audio, clip_id="any", voice="Alto", form=form, report=spoken.report, starts_s=[0.0, 0.5]
        )
        self.hear(self.returning._on_change({self.page.session: self.session}))

    @property
    def engine(self) -> HummingEngine:
        engine = self.studio.synthesis["humming"]
        assert isinstance(engine, HummingEngine)
        return engine


@pytest.fixture
def browser(studio: Studio) -> Browser:
    return Browser(studio)


def test_fields_and_takes_come_back_and_sound_without_an_engine(browser: Browser) -> None:
    source = AudioSource.from_clip(speechlike(4), "anna.wav")
    browser.clone.voice.use(browser.session, source)
    reference = browser.session.reference
    browser.session.emotion = Instruction(vector=(0.5, *[0.0] * 7), strength=0.5)
    browser.take()
    browser.session.pin(browser.session.takes[0].take_id)
    cloned = replace(FORM, from_clip=True, reference=reference, prompt_text=" Hello. ")
    browser.take(cloned, speaker=ReferenceSpeaker(source, "Hello."), seed=8)
    before = len(browser.engine.spoken)
    browser.typed = TYPED
    changed = browser.visit()
    session, clone = browser.session, browser.clone
    assert [(take.number, take.pinned, take.report.seed) for take in session.takes] == [(2, False, 8), (1, True, 7)]
    assert all(browser.clips.get(take.clip_id) for take in session.takes)
    assert len(session.takes[1].starts_s) == 2
    assert len(browser.engine.spoken) == before
    assert session.takes[0].form.reference.source.data == source.data  # type: ignore[union-attr]
    assert vars(session.takes[1].form) == vars(FORM)
    assert session.reference is not None
    assert session.emotion == Instruction(vector=(0.5, *[0.0] * 7), strength=0.5)
    assert changed[clone.text] == "One. Two."
    assert changed[clone.mood.choice]["value"] == ["happy", "as if in a cave"]
    assert (changed[clone.seed], changed[clone.random]) == (7, True)
    assert changed[clone.voice.origin]["value"] == "clip"
    assert "anna.wav" in changed[clone.voice.clip]
    browser.take()
    assert session.takes[0].number == 3
    # What came back is kept again.
    browser.visit()
    assert [take.number for take in browser.session.takes] == [3, 2, 1]


def test_what_is_lost_is_told(browser: Browser) -> None:
    browser.engine.capabilities = replace(browser.engine.capabilities, emotion_audio=True)
    source = AudioSource.from_clip(speechlike(4), "anna.wav")
    browser.clone.voice.use(browser.session, source)
    cloned = replace(FORM, from_clip=True, reference=browser.session.reference)
    browser.take(cloned, speaker=ReferenceSpeaker(source))
    browser.take()
    browser.take(replace(FORM, instruction=replace(FORM.instruction, clip=source)))
    browser.engine.fingerprint, before = "humming/2", len(browser.engine.spoken)
    browser.clips._clips.clear()
    changed = browser.visit()
    assert "anna.wav" in changed[browser.clone.voice.notice]
    assert "not on the server any more" in changed[browser.clone.voice.notice]
    assert [take.clip_id for take in browser.session.takes] == [
        "",
        "",
    ]  # without the clip of its mood, the third would be another
    assert changed[browser.clone.takes].count("not in the cache any more") == 2
    browser.engine.fingerprint = "humming/1"
    browser.visit()
    assert [bool(take.clip_id) for take in browser.session.takes] == [True, False]
    assert len(browser.engine.spoken) == before


@pytest.mark.parametrize(
    "rubbish", ["", "[]", "{", '{"held": {"viewer": ""}}', "[" * 100_000, '{"typed": 1, "held": {}}']
)
def test_what_was_never_written_here_is_nothing(browser: Browser, rubbish: str) -> None:
    browser.session.returned = False
    form = {browser.page.session: browser.session, browser.returning.kept: rubbish}
    (changed,) = browser.returning._on_kept(form)
    assert browser.session.takes == []
    assert browser.clone.text not in changed


def test_nobody_gets_what_another_user_left_in_the_browser(browser: Browser, studio: Studio) -> None:
    voice = studio.library.save("Anna", ReferenceSpeaker(AudioSource.from_clip(speechlike(4))), "anna")
    browser.visit("anna")
    form = replace(FORM, voice=f"saved:{voice.voice_id}")
    asked = SynthesisRequest(form.text, studio.voice("Anna", engine="humming", viewer="anna"), "humming")  # type: ignore[arg-type]
    browser.take(form, speaker=asked.speaker)
    browser.typed = TYPED | {"viewer": "anna"}
    left = browser.held
    changed = browser.visit("ben")
    assert browser.session.takes == []
    assert browser.clone.text not in changed
    assert browser.held is not None
    assert browser.held["viewer"] == "ben"
    # Nor does it help to say that it is one's own.
    assert left is not None
    browser.held = left | {"viewer": "ben"}
    browser.visit("ben")
    assert [take.clip_id for take in browser.session.takes] == [""]
