"""The list of entries: what is shown of each, and what is kept back on a server that others use too."""

from html import escape

import numpy as np
import pytest

from core.cache.key import Namespace, key_for
from core.cache.popular import Popular
from core.cache.stats import EntryInfo
from core.engines.base import TimedText, Transcript
from core.speakers.profile import SpeakerProfile
from tests.webui.components.test_components import HOSTILE, Tags
from webui.components.entries import shelf_view
from webui.components.measures import about, lasting
from webui.i18n import texts
from webui.shelf import KINDS, LISTED, Look, Shelf, Sound

EN, ZH = texts("en"), texts("zh")
KEY = key_for(Namespace.SEGMENT, {"text": "Hello."})
RECIPE = {"engine": "kokoro", "speaker": {"saved": "id1"}, "text": "Hello.", "language": "en", "speed": 1.2, "seed": 7}
POPULAR = Popular(RECIPE, str(KEY), "kokoro", 14, 61_000.0)
ENTRY = EntryInfo(KEY, "kokoro", "audio/1", 0.0, 5_800.0, 312_000, 6 * 86_400.0)


def shelf(**parts: object) -> Shelf:
    return Shelf(True, **{"popular": [POPULAR], "entries": [ENTRY], **parts})  # type: ignore[arg-type]


def view(shelf: Shelf, private: bool = True, words: object = EN) -> str:
    html = shelf_view(words, shelf, private=private, voices={"id1": "Narrator"})
    tags = Tags(html)
    assert tags.open == []
    return html


def test_what_is_worth_most_says_what_who_and_how_often() -> None:
    html = view(shelf())
    for told in ("Hello.", "Narrator", "kokoro", ">14<", "61.0 s"):
        assert told in html


def test_where_others_are_the_words_are_kept_back() -> None:
    html = view(shelf(), private=False)
    assert "Hello." not in html
    assert KEY.digest[:10] in html
    assert "14" in html
    assert "Others use this server" in html


def test_a_stored_entry_says_its_figures() -> None:
    html = view(shelf(kind="segment"))
    for told in (str(KEY), "304.7 kB", "5.80 s", "6 d", "kokoro"):
        assert told in html
    kept = EntryInfo(KEY, "kokoro", "audio/1", 0.0, 5_800.0, 312_000, None)
    assert "never" in view(shelf(kind="segment", entries=[kept]))


def test_a_list_does_not_claim_to_be_all_there_is() -> None:
    assert "All there are (1)" in view(shelf(kind="segment"))
    assert "newest 50 of those looked through" in view(shelf(kind="segment", entries=[ENTRY] * LISTED))


@pytest.mark.parametrize("words", [EN, ZH])
@pytest.mark.parametrize("kind", KINDS)
def test_empty_lists_say_so(kind: str, words: object) -> None:
    html = view(Shelf(True, kind), words=words)
    assert words("cache.popular_empty" if kind == "popular" else "cache.empty") in html
    assert "<table" not in html


def test_an_opened_entry_tells_what_it_holds() -> None:
    name = str(KEY)
    sound = view(shelf(look=Look(name, Sound("c1", 1.5, 24_000))))
    assert 'data-clip="c1"' in sound
    assert "1.50 s at 24,000 Hz" in sound
    assert "1.2" in sound
    transcript = Transcript("Well met.", "en", (TimedText(0, 1, "Well met."),))
    assert "Well met." in view(shelf(look=Look(name, transcript)))
    profile = SpeakerProfile("kokoro", {"style": np.zeros((510, 256), np.float32)}, {"similarity": "0.81"})
    told = view(shelf(look=Look(name, profile)))
    assert "<code>style</code> float32 [510, 256]" in told
    assert "0.81" in told
    assert "not stored any more" in view(shelf(look=Look(name, None, gone=True)))
    assert "is not shown" in view(shelf(look=Look(name, None)), private=False)


def test_nothing_of_a_user_is_markup() -> None:
    recipe = {**RECIPE, "text": HOSTILE, "language": HOSTILE, "speaker": {"stock": HOSTILE}}
    hostile = Popular(recipe, HOSTILE, HOSTILE, 1, 1.0)
    profile = SpeakerProfile(HOSTILE, {HOSTILE: np.zeros(1, np.float32)}, {HOSTILE: HOSTILE})
    transcript = Transcript(HOSTILE, HOSTILE)
    for found in (profile, transcript):
        html = view(Shelf(True, popular=[hostile], look=Look(HOSTILE, found)))
        assert "<script" not in html
        assert "<img" not in html
        assert escape(HOSTILE) in html
        assert not any(name.startswith("on") for _, facts in Tags(html).seen for name in facts)


def test_an_entry_is_taken_off() -> None:
    listed = shelf(look=Look(str(KEY), None))
    listed.take_off(str(KEY))
    assert not listed.entries
    assert not listed.popular
    assert listed.look is None


@pytest.mark.parametrize(
    ("seconds", "shown"), [(-3, "0 s"), (59, "59 s"), (200, "3 min"), (7_300, "2 h"), (86_400 * 6.9, "6 d")]
)
def test_long_times(seconds: float, shown: str) -> None:
    assert lasting(EN, seconds) == shown


def test_what_is_not_exact_says_so() -> None:
    assert about(EN, "50,000", exact=False) == "about 50,000"
    assert about(ZH, "50,000", exact=True) == "50,000"
