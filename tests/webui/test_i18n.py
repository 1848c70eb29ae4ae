"""Both languages say everything, and with the same details."""

import re
import string

import gradio as gr
import pytest

from core.errors import SENTENCES, EncoreError, InvalidAudio
from core.finding import Finding
from webui.i18n import LANGUAGES, Labels, texts


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def formats(sentence: str) -> set[str]:
    return {f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(sentence) if name}


def page_keys(language: str) -> set[str]:
    return {key for key in texts(language).entries if not key.startswith("errors.")}


def test_every_language_has_the_same_keys() -> None:
    assert page_keys("zh") == page_keys("en")


@pytest.mark.parametrize("key", sorted(page_keys("en")))
def test_placeholders_match(key: str) -> None:
    assert fields(texts("zh").entries[key]) == fields(texts("en").entries[key])


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_error_is_translated_with_all_its_details(code: str) -> None:
    sentence = texts("zh").entries[f"errors.{code}"]
    assert formats(sentence) == formats(SENTENCES[code])
    assert re.search("[\u4e00-\u9fff]", sentence)


def test_no_translation_of_an_error_that_is_gone() -> None:
    translated = {key.removeprefix("errors.") for key in texts("zh").entries if key.startswith("errors.")}
    assert translated == set(SENTENCES)


def test_an_error_is_told_in_the_language_with_its_figures() -> None:
    error = InvalidAudio("reference.too_short", seconds=0.4, minimum=1.0)
    assert texts("en").error(error) == str(error)
    assert "0.4 秒" in texts("zh").error(error)


def test_findings_are_told_like_errors() -> None:
    assert "82 %" not in texts("zh").error(Finding("warning", "reference.clipped", {"percent": 8.25}))
    assert "8.2 %" in texts("zh").error(Finding("warning", "reference.clipped", {"percent": 8.25}))


def test_a_language_that_is_not_there_is_english() -> None:
    assert texts("xx").language == "en"
    assert set(LANGUAGES) == {"en", "zh"}


def test_labels_follow_the_language() -> None:
    labels = Labels()
    with gr.Blocks():
        button = labels.put(gr.Button(), value="clone.speak")
        choice = labels.put(gr.Radio(), choices=lambda words: [(words("voice.from_clip"), "clip")])
    assert button.value == texts("en")("clone.speak")
    changed = labels.updates(texts("zh"))
    assert changed[button]["value"] == texts("zh")("clone.speak")
    assert changed[choice]["choices"] == [(texts("zh")("voice.from_clip"), "clip")]


def test_every_sentence_can_be_raised_and_shown() -> None:
    error = EncoreError("text.empty")
    for language in LANGUAGES:
        assert texts(language).error(error)
