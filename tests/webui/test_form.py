"""What gives way to an engine, and what comes back."""

from dataclasses import replace

from core.request import AS_IT_COMES, Instruction
from tests.core.humming import HummingEngine
from tests.webui.several import WhistlingEngine
from tests.webui.test_session import FORM
from webui.components.engines import gave_way
from webui.form import Wishes, fit, within
from webui.i18n import texts

HUMMING, WHISTLING = HummingEngine.capabilities, WhistlingEngine.capabilities
MIX = (0.6, 0, 0, 0, 0, 0, 0.25, 0)
WHOLE = Instruction("softly", ("happy", "sichuan"), MIX, strength=0.5)


def test_what_an_engine_can_do_stays_as_it_is() -> None:
    form = replace(FORM, language="zh", speed=2.0, instruction=WHOLE)
    fitted = fit(form, HUMMING, ["saved:1", "stock:alto"])
    assert vars(fitted) == vars(form)


def test_the_rest_becomes_the_nearest_there_is() -> None:
    form = replace(FORM, voice="stock:bass", language="zh", speed=2.0, instruction=WHOLE)
    fitted = fit(form, WHISTLING, ["saved:1", "stock:alto", "stock:tenor"])
    assert (fitted.voice, fitted.from_clip, fitted.language, fitted.speed) == ("stock:alto", False, "auto", 1.2)
    assert fitted.instruction == Instruction(presets=("happy",), vector=MIX, strength=0.5)
    told = gave_way(texts("en"), "whistling", form, fitted, {"stock:alto": "Alto"})
    for words in ("Alto speaks", "×1.2", "Sichuan · “softly”", "does not know Chinese"):
        assert words in told
    assert gave_way(texts("en"), "whistling", form, form, {}) == ""


def test_without_a_voice_the_clip_is_asked_for_unless_the_engine_cannot_clone() -> None:
    assert fit(FORM, HUMMING, []).from_clip
    assert fit(FORM, HUMMING, ["saved:1"]).voice == "saved:1"
    assert not fit(replace(FORM, from_clip=True), replace(HUMMING, cloning=False), ["stock:alto"]).from_clip


def test_of_a_direction_nothing_is_left_for_an_engine_that_takes_none() -> None:
    mute = replace(WHISTLING, emotion_vector=False)
    assert within(WHOLE, mute) == AS_IT_COMES


def test_a_wish_comes_back_unless_somebody_has_set_something_else_since() -> None:
    wishes = Wishes()
    assert wishes.recall("speed", 1.5) == 1.5
    wishes.keep("speed", 2.0, 1.2)
    assert wishes.recall("speed", 1.2) == 2.0
    assert wishes.recall("speed", 0.9) == 0.9
