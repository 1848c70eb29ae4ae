"""The Pronunciation tab's handlers, with an engine that hums."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from html import unescape
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from core.request import AUTO
from core.studio import Studio
from core.text.markup.model import Notation
from webui.api.audio import ClipStore
from webui.desk.desk import Desk
from webui.page import Page
from webui.session import Session
from webui.tabs.clone import CloneTab
from webui.tabs.pronunciation import PronunciationTab
from webui.tabs.voice import LIST


class Opened:
    """One open page's tab, with what its text holds."""

    def __init__(self, studio: Studio) -> None:
        with gr.Blocks():
            tabs = gr.Tabs(render=False)
            clips = ClipStore()
            self.page = Page(studio, clips, Desk(studio, clips))
            self.clone = CloneTab(self.page)
            self.tab = PronunciationTab(self.page, self.clone, tabs)
        self.tabs, self.session = tabs, Session()
        self.shown: dict[Any, Any] = self.tab.redraw(self.session)
        self.text = ""

    @property
    def form(self) -> dict[Any, Any]:
        clone = self.clone
        return {
            self.page.session: self.session,
            self.tab.text: self.text,
            self.tab.notation: self.session.draft.written.notation,
            clone.voice.origin: LIST,
            clone.voice.voice: "stock:alto",
            clone.voice.prompt_text: "",
            clone.language: AUTO,
            clone.speed: 1.0,
            clone.seed: 0,
        }

    def took(self, updates: dict[Any, Any]) -> "Opened":
        self.shown |= updates
        self.text = self.shown.get(self.tab.text, self.text)
        self.shown.pop(self.tab.text, None)
        return self

    async def took_all(self, updates: AsyncIterator[dict[Any, Any]]) -> None:
        async for update in updates:
            self.took(update)

    def type(self, text: str) -> "Opened":
        self.text = text
        return self.took(self.tab._on_text(self.form))

    def act(self, name: str) -> "Opened":
        return self.took(self.tab._on_view(self.form, SimpleNamespace(act=name)))

    def open(self, letters: str) -> "Opened":
        draft = self.session.draft
        self.opened = next(index for index, unit in enumerate(draft.units) if unit.text == letters)
        event = SimpleNamespace(act="open", unit=str(self.opened), edition=str(draft.edition))
        return self.took(self.tab._on_view(self.form, event))

    def do(self, name: str, reading: str = "") -> "Opened":
        edition = str(self.session.draft.edition)
        event = SimpleNamespace(act=name, unit=str(self.opened), edition=edition, reading=reading)
        asyncio.run(self.took_all(self.tab._on_panel(self.form, event)))
        return self

    def with_lexicon(self, name: str, **details: str) -> "Opened":
        event = SimpleNamespace(act=name, **details)
        asyncio.run(self.took_all(self.tab.lexicon._on_act(self.form, event)))
        return self

    def choose(self, notation: Notation) -> "Opened":
        return self.took(self.tab._on_notation({**self.form, self.tab.notation: notation}))

    @property
    def states(self) -> list[str]:
        """What the view says of the words that are not plain."""
        return re.findall(r'e-unit"[^>]* data-state="(\w+)"', self.shown[self.tab.view])

    @property
    def spoken(self) -> list[str]:
        return [utterance.text for utterance in self.page.studio.synthesis["humming"].spoken]


@pytest.fixture
def opened(studio: Studio) -> Opened:
    return Opened(studio)


def test_a_reading_is_chosen_written_taken_away_and_taken_back(opened: Opened) -> None:
    opened.type("她好干净").open("好")
    assert 'value="hao4"' in opened.shown[opened.tab.panel]
    assert opened.do("apply", "hào").text == "她[好](hao4)干净"
    assert opened.shown[opened.tab.panel] == ""
    assert opened.open("好").do("unmark").text == "她好干净"
    assert opened.act("undo").text == "她[好](hao4)干净"
    assert opened.act("undo").text == "她好干净"
    assert opened.act("redo").text == "她[好](hao4)干净"


def test_a_reading_that_is_none_is_a_sentence_with_the_nearest(opened: Opened) -> None:
    opened.type("她好干净").open("好").do("apply", "haoo4")
    assert opened.text == "她好干净"
    assert "hao4" in opened.shown[opened.tab.heard]
    assert 'data-level="error"' in opened.shown[opened.tab.heard]


def test_an_english_word_takes_phonemes(opened: Opened) -> None:
    opened.type("a minute ago").open("minute").do("apply", "m ay0 n uw1 t")
    assert opened.text == "a [minute](M AY0 N UW1 T) ago"


def test_a_word_is_heard_by_itself_with_its_reading(opened: Opened) -> None:
    opened.type("他是行长。").open("长")
    opened.do("hear", "chang2")
    heard = opened.shown[opened.tab.heard]
    assert "行长" in heard
    clip_id = re.search('data-clip="([0-9a-f]{64})"', heard).group(1)
    assert opened.page.clips.get(clip_id).data.startswith(b"RIFF")
    assert opened.spoken == ["行[长](chang2)"]
    assert opened.text == "他是行长。"


def test_what_was_typed_since_closes_the_readings(opened: Opened) -> None:
    opened.type("她好干净").open("好")
    opened.text = "她很好"
    opened.do("apply", "hao4")
    assert opened.text == "她很好"
    assert opened.shown[opened.tab.panel] == ""
    assert "很" in opened.shown[opened.tab.view]


def test_marks_are_written_in_another_notation_or_the_place_is_named(opened: Opened) -> None:
    opened.type("她[好](hao4)干净[breath]")
    assert opened.choose(Notation.COSYVOICE).text == "她[h][ào]干净[breath]"
    opened.choose(Notation.INDEXTTS25)
    assert opened.text == "她[h][ào]干净[breath]"
    assert opened.shown[opened.tab.notation] is Notation.COSYVOICE
    told = opened.shown[opened.tab.notice]
    assert 'data-level="error"' in told
    assert "[breath]" in told
    opened.type("她[好](hao4)干净")
    assert opened.choose(Notation.INDEXTTS25).text == "她<好|HAO4>干净"
    opened.open("干").do("apply", "gan4")
    assert opened.text == "她<好|HAO4><干|GAN4>净"


def test_bare_syllables_are_read_only_where_they_are_written(opened: Opened) -> None:
    opened.type("她[好](hao4)干净").choose(Notation.INDEXTTS2)
    assert opened.text == "她HAO4干净"
    assert "marked" in opened.states
    sent = opened.tab._on_send(opened.form)
    assert sent[opened.clone.text] != opened.text
    assert "hao4" in sent[opened.clone.text]
    assert opened.act("undo").text == "她[好](hao4)干净"
    assert opened.shown[opened.tab.notation] is Notation.KOKORO


def test_a_broken_mark_is_told_and_mended(opened: Opened) -> None:
    opened.type("她[好](hoa4)干净")
    assert "[好](hoa4)" in unescape(opened.shown[opened.tab.problems])
    choice = opened.session.draft.problems[0].suggestions.index("hao4")
    event = SimpleNamespace(act="suggest", problem="0", choice=str(choice))
    opened.took(opened.tab._on_problem(opened.form, event))
    assert opened.text == "她[好](hao4)干净"
    assert opened.shown[opened.tab.problems] == ""


def test_always_goes_into_the_lexicon_and_holds_in_every_text(opened: Opened) -> None:
    opened.type("重来一次").open("重").do("always", "zhong4")
    word = "".join(unit.text for unit in opened.session.draft.word(opened.session.draft.units[0]))
    assert opened.page.studio.lexicon.load().entries[word].startswith("zhong4")
    assert "lexicon" in opened.states
    assert opened.text == "重来一次"
    another = Opened(opened.page.studio).type("重来一次")
    assert "lexicon" in another.states


def test_the_lexicon_is_added_to_heard_exported_imported_and_emptied(opened: Opened) -> None:
    panel = opened.tab.lexicon
    opened.type("Koch und 长城")
    opened.took(panel._on_add({**opened.form, panel.word: " Koch ", panel.reading: "k aa1 k"}))
    assert opened.shown[panel.word] == opened.shown[panel.reading] == ""
    assert "lexicon" in opened.states
    opened.took(panel._on_add({**opened.form, panel.word: "长城", panel.reading: "chang2"}))
    assert 'data-level="error"' in opened.shown[panel.notice]
    opened.with_lexicon("hear", word="Koch")
    assert opened.spoken == ["[Koch](K AA1 K)"]
    opened.with_lexicon("export")
    file = json.loads(unescape(opened.shown[panel.file]))
    assert file["content"].removeprefix("\ufeff").splitlines() == ["word,reading", "Koch,K AA1 K"]
    opened.with_lexicon("remove", word="Koch")
    assert "lexicon" not in opened.states
    opened.with_lexicon("import", content=file["content"] + "长城,zhang3 cheng2\n")
    assert "New: 2" in opened.shown[panel.notice]
    assert opened.page.studio.lexicon.load().entries == {"Koch": "K AA1 K", "长城": "zhang3 cheng2"}
    opened.with_lexicon("import", content="长城,great wall\n")
    assert "Line 1" in opened.shown[panel.notice]


def test_the_line_is_heard_as_it_is_marked(opened: Opened) -> None:
    opened.type("她[h][ào]干净。")
    asyncio.run(opened.took_all(opened.tab._on_line(opened.form)))
    assert 'data-act="play-clip"' in opened.shown[opened.tab.line]
    assert "Alto" in opened.shown[opened.tab.line]
    assert len(opened.spoken) == 1
    opened.type("")
    asyncio.run(opened.took_all(opened.tab._on_line(opened.form)))
    assert "nothing to say" in opened.shown[opened.tab.notice]


def test_the_marked_text_goes_to_clone(opened: Opened) -> None:
    sent = opened.type("她[好](hao4)干净").tab._on_send(opened.form)
    assert sent[opened.clone.text] == "她[好](hao4)干净"
    assert sent[opened.tabs]["selected"] == "clone"


def test_what_is_drawn_follows_the_language(opened: Opened) -> None:
    opened.type("她好干净[hoa]")
    opened.session.language = "zh"
    opened.took(opened.tab.redraw(opened.session))
    assert "多音" in opened.shown[opened.tab.view]
    assert "导入" in opened.shown[opened.tab.lexicon.listed]
