"""What the Voices tab shows: told in words, and never markup that a user wrote."""

from dataclasses import replace

import pytest

from core.request import LibrarySpeaker, StockSpeaker
from core.speakers.nearest import KnownVoice, Neighbour
from core.speakers.saved import SavedClip, SavedVoice
from tests.webui.components.test_components import HIT, HOSTILE, MISS, Tags
from tests.webui.test_session import report
from webui.components.voice_map import voice_map
from webui.components.voices import likeness, preview, recordings, voice_head, voice_list
from webui.gallery import Chosen, Gallery, Likeness, Preview, Recording
from webui.i18n import texts

EN, ZH = texts("en"), texts("zh")
CLIP = SavedClip("reference", HOSTILE)
SAVED = SavedVoice("0" * 16, HOSTILE[:60], (CLIP,), 0.0, "ann", True, "zh", (HOSTILE[:30],), HOSTILE, HOSTILE)
MINE = KnownVoice(LibrarySpeaker("0" * 16), HOSTILE, "zh", own=True)
STOCK = KnownVoice(StockSpeaker(HOSTILE), HOSTILE, HOSTILE, own=False)
RECORDING = Recording(CLIP, "c", 6.0)


def pages() -> dict[str, str]:
    chosen = Chosen(MINE, SAVED, True, (RECORDING, RECORDING))
    return {
        "list": voice_list(EN, [SAVED], [STOCK], chosen=STOCK.value, viewer="bob", searched=True),
        "head": voice_head(EN, chosen),
        "stock": voice_head(EN, Chosen(STOCK, None, False)),
        "recordings": recordings(EN, chosen),
        "preview": preview(EN, Preview("c", report(HIT, MISS, speaker=HIT)), play=True),
        "likeness": likeness(EN, Likeness(HOSTILE, "c", [Neighbour(MINE, 0.9), Neighbour(STOCK, -0.2)])),
        "map": voice_map(EN, {MINE: (0.0, 1.0), STOCK: (1.0, 0.0)}, chosen=MINE.value),
    }


@pytest.mark.parametrize("part", sorted(pages()))
def test_nothing_that_a_user_wrote_is_markup(part: str) -> None:
    seen = Tags(pages()[part]).seen
    assert not any(tag in ("script", "img") for tag, _ in seen)
    assert not any(name.startswith("on") for _, attributes in seen for name in attributes)


def test_only_the_owner_hears_the_recordings_and_takes_the_voice_along() -> None:
    assert "voices/0000000000000000/file" in voice_head(EN, Chosen(MINE, SAVED, True, (RECORDING,)))
    theirs = voice_head(EN, Chosen(MINE, SAVED, False))
    assert "/file" not in theirs
    assert 'data-act="like"' not in theirs
    assert "of ann" in theirs


def test_the_last_recording_cannot_be_taken_away() -> None:
    assert 'data-act="remove"' not in recordings(EN, Chosen(MINE, SAVED, True, (RECORDING,)))


def test_a_list_without_voices_says_so() -> None:
    assert "Drop a recording" in voice_list(EN, [], [], chosen="", viewer="", searched=False)
    assert "No saved voice is like that" in voice_list(EN, [], [], chosen="", viewer="", searched=True)


def test_one_point_of_the_map_is_reached_by_the_tab_key_and_all_have_names() -> None:
    places = {replace(STOCK, speaker=StockSpeaker(str(at)), label=f"Voice {at}"): (at / 4, 0.5) for at in range(5)}
    points = [attributes for tag, attributes in Tags(voice_map(ZH, places, chosen="stock:3")).seen if tag == "g"]
    assert [point["tabindex"] for point in points].count("0") == 1
    assert next(point["data-voice"] for point in points if point["tabindex"] == "0") == "stock:3"
    assert all(point["aria-label"].startswith("Voice") and point["role"] == "button" for point in points)
    assert "<svg" not in voice_map(EN, {}, chosen="")


def test_choosing_another_voice_forgets_what_was_heard() -> None:
    gallery = Gallery("saved:1", preview=Preview("c", report(HIT)))
    gallery.choose("saved:1")
    assert gallery.preview is not None
    gallery.choose("stock:x")
    assert (gallery.preview, gallery.voice_id) == (None, "")
