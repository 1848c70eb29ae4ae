"""What goes from other tabs into the script, and from there to them."""

import json
from html import unescape
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from core.desk.editing import Cast, Insert
from core.desk.script import Line
from core.desk.takes import from_link
from core.engines.base import TimedText, Transcript
from core.request import AudioSource, Instruction, ReferenceSpeaker, SynthesisRequest
from core.speakers.reference import ReferenceCheck
from core.studio import Studio
from tests.core.humming import hum
from webui.api.audio import ClipStore
from webui.desk.desk import Desk
from webui.form import Form, Reference
from webui.page import Page
from webui.session import Session, TakeCard
from webui.tabs.clone import CloneTab
from webui.tabs.emotion import EmotionTab
from webui.tabs.script import ScriptTab
from webui.tabs.sending import Sending, timed_lines
from webui.tabs.transcribe import TranscribeTab

TEXT = "Once more."


class Sent:
    """The tabs around one studio, and what they bring into the script."""

    def __init__(self, studio: Studio) -> None:
        with gr.Blocks():
            self.tabs = gr.Tabs(render=False)
            clips = ClipStore()
            self.page = Page(studio, clips, Desk(studio, clips))
            self.script, self.clone = ScriptTab(self.page), CloneTab(self.page)
            self.emotion = EmotionTab(self.page, self.clone, self.tabs)
            transcribe = TranscribeTab(self.page, self.clone, self.tabs)
            self.sending = Sending(self.page, self.script, self.clone, self.emotion, transcribe, self.tabs)
        self.session = Session()
        self.page.open(self.session)
        self.form: dict[Any, Any] = {self.page.session: self.session}

    def told(self, updates: dict[Any, Any]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(unescape(updates[self.script.brought]))
        return found

    def take(self, studio: Studio, **form: Any) -> TakeCard:
        settings = Form(
            **{
                "engine": "humming",
                "text": TEXT,
                "from_clip": False,
                "voice": "stock:alto",
                "reference": None,
                "prompt_text": "",
                "language": "en",
                "speed": 1.25,
            }
            | form
        )
        voice = studio.voice("stock:alto", engine="humming")
        assert voice is not None
        take = studio.synthesize(SynthesisRequest(TEXT, voice, "humming", seed=7))
        return self.session.add_take(
            take.audio, clip_id="clip", voice="Alto", form=settings, report=take.report, starts_s=[0.0]
        )


@pytest.fixture
def sent(studio: Studio) -> Sent:
    return Sent(studio)


def test_a_take_becomes_a_line_that_sounds_the_same(sent: Sent, studio: Studio) -> None:
    take = sent.take(studio, instruction=Instruction(presets=("happy",)))
    event = SimpleNamespace(act="script", take=take.take_id)
    line, voice, engine, language = from_link(sent.told(sent.sending._on_take(sent.form, event))["link"])
    assert (line.text, line.instruction, line.seed, line.speed) == (TEXT, "happy", 7, 1.25)
    assert (voice, engine, language) == ("stock:alto", "humming", "en")
    assert sent.sending._on_take(sent.form, SimpleNamespace(act="pin", take=take.take_id)) == {}


def test_a_clip_speaks_in_the_script_once_it_is_saved(sent: Sent, studio: Studio) -> None:
    source = AudioSource.from_clip(hum("Anna", seconds=2))
    reference = Reference(source, "clip", ReferenceCheck(2.0, 2.0, 40.0, ()))
    take = sent.take(studio, from_clip=True, reference=reference)
    event = SimpleNamespace(act="script", take=take.take_id)
    refused = sent.sending._on_take(sent.form, event)
    assert "Save the voice" in refused[sent.clone.notice]
    assert sent.tabs not in refused
    saved = studio.library.save("Anna", ReferenceSpeaker(source))
    assert from_link(sent.told(sent.sending._on_take(sent.form, event))["link"]).voice == f"saved:{saved.voice_id}"


def test_a_transcript_keeps_its_times() -> None:
    parts = (TimedText(0.0, 1.25, " One. "), TimedText(2.0, 2.0, "Two."), TimedText(3.0, 4.0, " "))
    assert timed_lines(Transcript("One. Two.", "en", parts)) == [
        {"text": "One.", "slot": {"start_s": 0.0, "end_s": 1.25}},
        {"text": "Two.", "slot": None},
    ]
    assert timed_lines(Transcript("All of it.", "en", ())) == [{"text": "All of it."}]


def test_a_line_is_tried_elsewhere_and_its_direction_comes_back(sent: Sent) -> None:
    opened = sent.page.desk.create(sent.session.guest).opened
    line = Line("l1", TEXT, "ANNA", "happy", seed=3, speed=1.5)
    edits = [Insert(op="insert", lines=(line,)), Cast(op="cast", speaker="ANNA", voice="stock:alto")]
    opened.edit(edits, opened.revision)
    event = SimpleNamespace(project=opened.project_id, line="l1", to="clone")
    filled = sent.sending._on_line(sent.form, event)
    assert filled[sent.tabs]["selected"] == "clone"
    assert (filled[sent.clone.text], filled[sent.clone.seed]) == (TEXT, 3)
    assert filled[sent.clone.voice.voice]["value"] == "stock:alto"

    event.to = "emotion"
    shown = sent.sending._on_line(sent.form, event)
    assert (shown[sent.emotion.direction.line], shown[sent.emotion.direction.chips["emotion"]]) == (TEXT, ["happy"])
    sent.session.audition.direction = Instruction(presets=("sad",))
    back = sent.sending._on_direction(sent.form, SimpleNamespace(act="script", name="sad"))
    told = sent.told(back)
    assert (told["line"], told["fields"]) == ("l1", {"instruction": "sad"})
    assert sent.session.audition.of_line == ""

    event.line = "gone"
    assert "not in the script" in sent.told(sent.sending._on_line(sent.form, event))["error"]
    sent.page.desk.close()
