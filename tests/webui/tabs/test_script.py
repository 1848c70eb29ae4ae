"""The Script tab's words, and its way to the Pronunciation tab and back."""

import json
import re
from html import unescape
from importlib import resources
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from core.studio import Studio
from webui.api.audio import ClipStore
from webui.app import SCRIPTS
from webui.components.icons import icons
from webui.desk.desk import Desk
from webui.i18n import texts
from webui.page import Page
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.tabs.pronunciation import PronunciationTab
from webui.tabs.script import WORDS, ScriptTab

LINE = "他是银行的行长。"
DRAWN = {name: (resources.files("assets") / f"{name}.js").read_text("utf-8") for name in SCRIPTS if "script" in name}


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_every_word_and_drawing_that_the_browser_asks_for_is_handed_to_it(name: str) -> None:
    words = [key for key in texts("en").entries if key.startswith(WORDS)]
    asked = set(re.findall(r'say\("([\w.]+)"', DRAWN[name]))
    assert asked <= set(words)
    begun = set(re.findall(r"say\(`([\w.]+)\$\{", DRAWN[name]))
    assert all(any(key.startswith(start) for key in words) for start in begun)
    assert set(re.findall(r'icon(?:\(|: )"(\w+)"', DRAWN[name])) <= set(icons())


def test_a_line_is_opened_where_it_is_read_otherwise_and_goes_back(studio: Studio) -> None:
    with gr.Blocks():
        tabs = gr.Tabs(render=False)
        clips = ClipStore()
        page = Page(studio, clips, Desk(studio, clips))
        script = ScriptTab(page)
        pronunciation = PronunciationTab(page, CloneTab(page), tabs)
        script.connect(pronunciation, tabs)
    session = Session()
    pronunciation.redraw(session)
    form: dict[Any, Any] = {page.session: session, pronunciation.text: ""}

    opened = script._on_pronounce(form, SimpleNamespace(project="0" * 32, line="l1", text=LINE, start=6))
    assert opened[tabs]["selected"] == "pronunciation"
    assert opened[pronunciation.text] == LINE
    assert 'id="e-readings-of">长<' in opened[pronunciation.panel]
    assert opened[pronunciation.back]["visible"]

    form[pronunciation.text] = "他是银行的行[长](chang2)。"
    returned = script._on_back(form)
    told = json.loads(unescape(returned[script.brought]))
    assert (told["line"], told["fields"]) == ("l1", {"text": "他是银行的行[长](chang2)。"})
    assert returned[tabs]["selected"] == "script"
    assert not returned[pronunciation.back]["visible"]
