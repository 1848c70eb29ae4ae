"""What the Pronunciation tab draws."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.lexicon import Lexicon
from webui.components.annotation import annotation, problems, state
from webui.components.annotation_lexicon import lexicon_list
from webui.components.annotation_panel import readings_panel
from webui.draft import Draft
from webui.i18n import LANGUAGES, texts

EN = texts("en")
HOSTILE = "<script>alert(1)</script> \"' onclick=x [1] <img src=x> & 银行"


def analysed(text: str, lexicon: Lexicon | None = None) -> Draft:
    draft = Draft()
    draft.type(text)
    draft.analyse(lexicon or Lexicon())
    return draft


def states_in_order(draft: Draft) -> list[str]:
    return [state(unit) for unit in draft.units if unit.kind in ("han", "word")]


def shown(draft: Draft) -> str:
    """The letters of the view, without the readings above them."""
    view = re.search(r'<div class="e-annotation" .*?>(.*)</div>', annotation(EN, draft), re.DOTALL).group(1)
    return unescape(re.sub(r"<rt>.*?</rt>|<[^>]*>", "", view))


def test_states_are_told_apart() -> None:
    draft = analysed("[好](hao4) 的 银行 长城 Kubernetes 她", Lexicon({"长城": "chang2 cheng2"}))
    states = {unit.text: state(unit) for unit in draft.units if unit.kind in ("han", "word")}
    assert states == {
        "好": "marked",
        "的": "many",
        "银": "",
        "行": "settled",
        "长": "lexicon",
        "城": "lexicon",
        "Kubernetes": "unknown",
        "她": "",
    }
    drawn = annotation(EN, draft)
    assert re.findall(r'e-unit"[^>]* data-state="(\w+)"', drawn) == [name for name in states_in_order(draft) if name]
    assert "<ruby>好<rt>hào</rt></ruby>" in drawn


def test_a_legend_counts() -> None:
    legend = annotation(EN, analysed("[好](hao4)[好](hao4)"))
    assert "marked <b>2</b>" in legend
    assert 'data-state="unknown" data-none' in legend


def test_hostile_text_stays_text() -> None:
    draft = analysed(HOSTILE)
    assert shown(draft) == HOSTILE
    drawn = annotation(EN, draft)
    assert not re.search("<(script|img)", drawn)
    assert "onclick" not in re.sub(r">[^<]*<", "><", drawn)
    assert 'data-word="&lt;i&gt;&quot;"><b>&lt;i&gt;&quot;</b>' in lexicon_list(EN, {'<i>"': "K AA1 K"})


def test_a_broken_mark_is_shown_as_it_is_written() -> None:
    draft = analysed('她。[好](hoa4)"，好')
    assert '<span class="e-broken">[好](hoa4)</span>' in annotation(EN, draft)
    assert shown(draft) == draft.text
    listed = problems(EN, draft.problems, draft.text)
    assert 'data-start="2" data-end="11"' in listed
    assert "hao4" in listed


@given(st.text(alphabet="好长a<>[]()|\\/\"'& \n123strong breathào", max_size=40))
def test_nothing_is_left_out(text: str) -> None:
    draft = analysed(text)
    if text.strip() and all(unit.end - unit.start == len(unit.text) for unit in draft.units):
        assert shown(draft) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readings_of_a_character(language: str) -> None:
    words = texts(language)
    draft = analysed("[长](zhang3)城 Kubernetes")
    panel = readings_panel(words, draft.units[0], index=0, edition=1, word="长城")
    assert re.findall(r'value="(\w+)"( checked)?', panel) == [("zhang3", " checked"), ("chang2", "")]
    assert 'data-act="unmark"' in panel
    assert "长城" in panel
    panel = readings_panel(words, draft.units[-1], index=3, edition=1, word="")
    assert 'type="radio"' not in panel
    assert 'data-act="unmark"' not in panel
    assert 'data-act="always"' not in panel


def test_the_lexicon_says_how_words_are_read() -> None:
    listed = lexicon_list(EN, {"长城": "chang2 cheng2", "Koch": "K AA1 K"})
    assert "cháng chéng" in listed
    assert "K AA1 K" in listed
    assert listed.index("Koch") < listed.index("长城")
    assert "disabled" in lexicon_list(EN, {})
