"""Directions put together, what there is to hear of them, and what the page says about both."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

from core.audio import encode
from core.engines.base import Capabilities, Utterance
from core.errors import EngineFailed, InvalidInput, InvalidText, Unsupported
from core.finding import Finding
from core.progress import Progress
from core.request import AS_IT_COMES, EMOTIONS, AudioSource, Instruction, StockSpeaker, SynthesisRequest
from core.studio import Studio
from core.text.cues import Interpretation, Prosody
from core.text.presets import presets
from tests.core.humming import HummingEngine
from tests.core.speakers.test_reference import speechlike
from tests.webui.components.test_components import HOSTILE, MISS, Tags
from tests.webui.test_session import FORM, add, report
from webui.api.audio import ClipStore
from webui.audition import NEUTRAL, TOGETHER, Audition, Candidate, Trial, direction_of, foresee
from webui.components.audition import Row, audition_grid
from webui.components.mood import emotion_words, label, mood_chip, mood_words, movement, offered
from webui.components.radar import radar
from webui.components.takes import takes_list
from webui.desk.desk import Desk
from webui.i18n import texts
from webui.page import Page
from webui.run import Finished
from webui.session import Session
from webui.tabs.clone import CloneTab, measure
from webui.tabs.direction import LINE, opening
from webui.tabs.emotion import EmotionTab
from webui.tabs.mood import put_together

EN, ZH = texts("en"), texts("zh")
CAN = HummingEngine.capabilities
HAPPY, SOFT = Instruction(presets=("happy",)), Instruction(presets=("soft",))
MIX = (0.6, 0, 0, 0, 0, 0, 0.25, 0)
CLIP = AudioSource(b"", "laugh.wav")


def trial(instruction: Instruction = AS_IT_COMES, line: str = "Hi.", name: str = NEUTRAL) -> Trial:
    request = SynthesisRequest(line, StockSpeaker("alto"), "humming", instruction=instruction)
    return Trial(Candidate(name, instruction), request, replace(FORM, text=line, instruction=instruction), "Alto")


# Putting together


def test_the_mood_is_presets_and_words_on_top_of_what_the_emotion_tab_gave() -> None:
    given = Instruction(vector=MIX, strength=0.5)
    mood = put_together(["happy", " with a smile ", "轻声", "Happy", "slowly now", " "], given)
    assert mood == Instruction("with a smile, slowly now", ("happy", "soft"), MIX, None, 0.5)
    assert put_together([], AS_IT_COMES) == AS_IT_COMES


def test_words_that_are_too_long_are_refused() -> None:
    with pytest.raises(InvalidInput, match="Shorten"):
        put_together(["x" * 501], AS_IT_COMES)


def test_a_mix_of_nothing_is_none_and_has_no_strength() -> None:
    able = replace(CAN, emotion_audio=True)
    nothing = direction_of(able, text=" ", chosen=(), vector=[0.0] * 8, clip=None, strength=0.3)
    assert nothing == AS_IT_COMES
    assert direction_of(able, text="", chosen=(), vector=list(MIX), clip=None, strength=0.3).strength == 0.3
    assert direction_of(able, text="", chosen=(), vector=[0.0] * 8, clip=CLIP, strength=0.3).strength == 0.3


def test_there_is_to_hear_neutral_each_preset_and_all_together() -> None:
    audition = Audition(direction=Instruction("low", ("soft", "happy")))
    assert [each.name for each in audition.candidates] == [NEUTRAL, "happy", "soft", TOGETHER]
    assert audition.candidates[1].instruction == HAPPY
    assert audition.candidates[-1].instruction == audition.direction
    audition.neutral = audition.together = False
    assert [each.name for each in audition.candidates] == ["happy", "soft"]


def test_nothing_is_heard_twice() -> None:
    assert [each.name for each in Audition().candidates] == [NEUTRAL]
    assert [each.name for each in Audition(direction=HAPPY).candidates] == [NEUTRAL, "happy"]


def test_a_take_of_another_line_or_direction_is_not_shown() -> None:
    audition = Audition("Hi.", SOFT, trials=[trial(), trial(SOFT, name="soft")])
    neutral, soft = audition.candidates
    assert audition.trial(neutral, "humming") is audition.trials[0]
    assert audition.trial(soft, "humming") is audition.trials[1]
    assert audition.trial(Candidate(TOGETHER, SOFT), "humming") is None
    audition.line = "Ho."
    assert audition.trial(neutral, "humming") is None


def test_a_long_script_gives_its_first_sentences_with_whole_marks() -> None:
    sentences = "今天很好。" * 100
    assert opening(sentences) == "今天很好。" * (LINE // 5)
    assert opening("  Short. Line.\n") == "Short. Line."
    head = "a" * (LINE - 20)
    marked = f"{head}. <minute|M AY0 . N UW1 T> more words and more of them."
    assert opening(marked) == f"{head}."


def test_marks_are_not_counted() -> None:
    assert measure("她<好|HAO4>干净。你好。") == (8, 2)
    assert measure("A [breath] B.")[0] == len("A  B.")
    assert measure("") == (0, 0)


# What engines can be given


def test_an_engine_is_offered_what_it_can_take() -> None:
    mute = Capabilities(("en",))
    assert offered(mute) == []
    assert {preset.id for preset in offered(replace(mute, emotion_vector=True))} == {
        preset.id for preset in presets().values() if preset.vector
    }
    assert len(offered(CAN)) == len(presets())
    assert isinstance(foresee(HAPPY, mute, "mute"), Unsupported)
    assert foresee(HAPPY, replace(CAN, prosody_preview=False), "learned") is None
    foreseen = foresee(HAPPY, CAN, "humming")
    assert isinstance(foreseen, Interpretation)
    assert foreseen.prosody.rate > 1


# What the page says


def test_a_direction_is_told_in_the_pages_language() -> None:
    whole = Instruction("low", ("happy", "sichuan"), MIX, CLIP, 0.5)
    assert mood_words(EN, whole) == [
        "Happy",
        "Sichuan",
        "“low”",
        "happy 60, surprised 25",
        "as in laugh.wav",
        "strength 50%",
    ]
    assert mood_words(ZH, whole)[:2] == ["开心", "四川话"]
    assert emotion_words(EN, HAPPY) == []
    assert mood_chip(EN, HAPPY) == ""
    assert "laugh.wav" in mood_chip(EN, whole)
    assert label(EN, "no such") == "no such"


def test_what_moves_is_told_in_words_and_figures() -> None:
    prosody = Prosody(rate=1.1, pitch_st=-2.0, level_db=3.0, pause=1.0)
    assert movement(EN, prosody) == [("faster", "×1.10"), ("lower", "−2.0 st"), ("louder", "+3.0 dB")]
    assert movement(ZH, prosody)[0][0] == "更快"
    assert movement(EN, Prosody(rate=1.001)) == []


def test_cards_say_what_cannot_be_followed_and_why_one_failed() -> None:
    lost = Finding("warning", "direction.dialect", {"part": "四川话"})
    failed = trial(HAPPY, name="happy")
    failed.error = EngineFailed("engine.failed", engine="x", reason="<b>")
    broken = trial(SOFT, name="soft")
    broken.error = RuntimeError("inner secret")
    rows: list[Row] = [
        (Candidate("sichuan", AS_IT_COMES), None, Interpretation(Prosody(), (), (lost,))),
        (Candidate("happy", HAPPY), failed, None),
        (Candidate("soft", SOFT), broken, None),
        (Candidate("robot", AS_IT_COMES), None, Unsupported("request.instruction", engine="x")),
    ]
    page = audition_grid(EN, rows)
    assert EN.error(lost) in page
    assert "could not do this: &lt;b&gt;." in page
    assert "inner secret" not in page
    assert "takes no directions in words" in page
    assert "请勾选" in audition_grid(ZH, [])


def test_hostile_words_stay_words() -> None:
    mood = Instruction(HOSTILE, (HOSTILE,), MIX, AudioSource(b"", HOSTILE))
    session = Session()
    finding = Finding("note", "tag.pause", {"tag": HOSTILE, "seconds": 0.4})
    add(session, form=replace(FORM, instruction=mood), report=replace(report(MISS), findings=(finding,)))
    lost = Interpretation(Prosody(), (), (Finding("warning", "direction.role", {"part": HOSTILE}),))
    pages = [
        mood_chip(EN, mood),
        takes_list(EN, session.takes),
        audition_grid(EN, [(Candidate(TOGETHER, mood), trial(mood), lost)]),
        radar(EN),
    ]
    for page in pages:
        tags = Tags(page)
        assert tags.open == []
        assert not {"script", "img"} & {tag for tag, _ in tags.seen}
        assert not any("onclick" in attributes for _, attributes in tags.seen)


def test_a_take_tells_its_mood_and_what_was_done_otherwise() -> None:
    session = Session()
    finding = Finding("warning", "direction.dialect", {"part": "四川话"})
    form = replace(FORM, instruction=Instruction("low", ("sichuan",)))
    add(session, form=form, report=replace(report(MISS), findings=(finding,)))
    for words, preset in ((EN, "Sichuan"), (ZH, "四川话")):
        page = takes_list(words, session.takes)
        assert f"{preset} · “low”" in page
        assert words.error(replace(finding, details={"part": preset})) in page


# The tab


def tab(studio: Studio) -> EmotionTab:
    clips = ClipStore()
    page = Page(studio, clips, Desk(studio, clips))
    with gr.Blocks():
        return EmotionTab(page, CloneTab(page), gr.Tabs())


@pytest.fixture
def mute(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> EmotionTab:
    monkeypatch.setattr(HummingEngine, "capabilities", Capabilities(("en",), seed=True))
    return tab(studio)


def test_what_an_engine_cannot_do_is_there_and_off(mute: EmotionTab) -> None:
    direction = mute.direction
    for part in (*direction.chips.values(), direction.words, *direction.vector, direction.strength):
        assert part.interactive is False
    assert direction.words.info == EN("emotion.off_words")
    assert "inert" in direction.redraw(Session())[direction.clip]
    assert direction.redraw(Session())[direction.preview] == ""
    mood = mute._clone.mood.choice
    assert (mood.interactive, mood.info) == (False, EN("mood.off"))
    speed = mute._clone.speed
    assert (speed.interactive, speed.info) == (False, EN("clone.speed_off"))


def test_trials_run_in_order_and_one_that_fails_stops_no_other(studio: Studio) -> None:
    engine = studio.synthesis["humming"]
    speak = engine.synthesize

    def moody(utterance: Utterance, profile: object) -> object:
        if utterance.instruction.text == presets()["happy"].instruction:
            raise RuntimeError("no fun")
        return speak(utterance, profile)

    engine.synthesize = moody
    trials = [trial(), trial(HAPPY, name="happy"), trial(SOFT, name="soft")]
    for event in tab(studio)._work(trials, Progress()):
        match event:
            case _ if hasattr(event, "trial"):
                current = event.trial
            case _ if hasattr(event, "error"):
                current.error = event.error
            case _:
                current.run.add(event)
    assert [isinstance(each.run.finished, Finished) for each in trials] == [True, False, True]
    assert isinstance(trials[1].error, EngineFailed)
    assert [spoken.instruction.text for spoken in engine.spoken] == ["", presets()["soft"].instruction]


def test_what_is_asked_for_is_set_as_in_clone(studio: Studio) -> None:
    emotion, session = tab(studio), Session()
    clone = emotion._clone
    form = {emotion._page.session: session, clone.voice.origin: "list", clone.voice.voice: "stock:alto"}
    form |= {clone.language: "auto", clone.speed: 1.0, clone.seed: 3, clone.random: True, clone.voice.prompt_text: ""}
    with pytest.raises(InvalidText):
        emotion._trials(form, Audition(line=""))
    made = emotion._trials(form, Audition(line="Hi.", direction=Instruction(vector=MIX)))
    assert [each.request.seed for each in made] == [3, 3]
    assert made[1].request.instruction.vector == MIX
    assert len(EMOTIONS) == len(emotion.direction.vector)


def test_mood_is_filled_again_for_a_take(studio: Studio, tmp_path: Path) -> None:
    clone, session = tab(studio)._clone, Session()
    mood = Instruction("low", ("happy",), MIX)
    updates = clone.fill(session, replace(FORM, instruction=mood), 7)
    assert updates[clone.mood.choice]["value"] == ["happy", "low"]
    assert "happy 60" in updates[clone.mood.chip]
    assert clone.mood.instruction({clone._page.session: session, clone.mood.choice: ["happy", "low"]}) == mood
    clone.mood._on_clear({clone._page.session: session})
    assert clone.mood.instruction({clone._page.session: session, clone.mood.choice: ["happy"]}) == HAPPY


def test_an_emotion_clip_is_taken_in_and_away(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HummingEngine, "capabilities", replace(CAN, emotion_audio=True))
    emotion, session = tab(studio), Session()
    direction, form = emotion.direction, {emotion._page.session: session}
    stored = emotion._page.clips.put(encode(speechlike(2.0)), "<b>laugh.wav")
    shown = direction._on_upload(form, SimpleNamespace(id=stored.clip_id))[direction.clip]
    assert "&lt;b&gt;laugh.wav" in shown
    assert "inert" not in shown
    form |= dict.fromkeys(direction.chips.values()) | dict.fromkeys(direction.vector, 0)
    read = direction.read(form | {direction.words: "", direction.strength: 0.5})
    assert (read.clip.name, read.strength) == ("<b>laugh.wav", 0.5)
    audition = Audition("Hi.", read)
    assert [each.name for each in audition.candidates] == [NEUTRAL, TOGETHER]
    refused = direction._on_upload(form, SimpleNamespace(id="gone"))[direction.notice]
    assert "empty" in refused
    direction._on_clear(form)
    assert direction.read(form | {direction.words: "", direction.strength: 0.5}) == AS_IT_COMES
