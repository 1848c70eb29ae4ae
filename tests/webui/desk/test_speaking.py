"""Lines of an open project are spoken one after the other, whoever looks, and each page is told how far it is."""

import threading
import time
from pathlib import Path

import pytest

from core.errors import EngineFailed
from core.request import AudioSource, ReferenceSpeaker
from tests.webui.desk.conftest import Page, Site, site_in

REFERENCE = Path(__file__).parents[2] / "data" / "reference.ogg"


def states(page: Page) -> list[str]:
    page.see()
    return [page.whole["states"][line["line_id"]]["state"] for line in page.whole["script"]["lines"]]


def said(site: Site) -> list[str]:
    return [utterance.text for utterance in site.engine.spoken]


def test_a_line_that_changed_is_new_and_a_step_back_is_heard_at_once(site: Site, page: Page) -> None:
    first, second = page.write("One. And a half.", "Two.")
    page.post("render", {"lines": [second, first]}, 202)
    page.rendered()
    assert said(site) == ["Two.", "One.", "And a half."]
    state = page.whole["states"][first]
    assert (state["state"], state["misses"], state["error"], len(state["segments"])) == ("done", 2, None, 2)
    assert site.clips.get(state["clip"])
    told = page.edit({"op": "set_line", "line_id": first, "text": "One. And a whole."})
    assert set(told["states"]) == {first}
    stale = told["states"][first]
    assert (stale["state"], stale["stale"], stale["clip"]) == ("new", True, state["clip"])
    page.post("render", {"lines": None}, 202)
    page.rendered()
    assert said(site)[3:] == ["And a whole."]
    again = page.whole["states"][first]
    assert (again["state"], again["hits"], again["misses"]) == ("done", 1, 1)
    back = page.post("undo")["states"][first]
    assert (back["state"], back["clip"]) == ("done", state["clip"])
    told = page.edit({"op": "cast", "speaker": "", "voice": "stock:alto"})
    assert [each["state"] for each in told["states"].values()] == ["new", "new"]


def test_what_another_build_of_the_engine_spoke_is_to_be_spoken_again_and_says_so(site: Site, page: Page) -> None:
    first, second, never = page.write("One.", "Two.", "Three.")
    page.post("render", {"lines": [first, second]}, 202)
    page.rendered()
    site.desk._open.pop(page.whole["id"]).close()  # as after a restart
    site.engine.fingerprint = "humming/2"

    def told(line: str, *names: str) -> tuple[object, ...]:
        return tuple(page.whole["states"][line][name] for name in names)

    page.until(lambda whole: whole["states"][second]["outdated"])
    assert told(first, "state", "stale", "outdated", "clip") == ("new", True, True, None)
    assert told(never, "state", "stale", "outdated") == ("new", False, False)
    page.post("render", {"lines": [first]}, 202)
    page.rendered()
    assert told(first, "state", "stale", "outdated") == ("done", False, False)
    site.desk._open.pop(page.whole["id"]).close()
    page.until(lambda whole: whole["states"][second]["outdated"] and whole["states"][first]["state"] == "done")
    site.engine.fingerprint = "humming/1"  # what that one spoke is still there
    site.desk._open.pop(page.whole["id"]).close()
    page.until(lambda whole: {whole["states"][line]["state"] for line in (first, second)} == {"done"})
    assert not told(second, "outdated")[0]


def test_what_is_asked_for_first_and_what_is_seen(site: Site, page: Page) -> None:
    ids = page.write("One.", "Two.", "Three.", "Four.")
    site.engine.gate.clear()
    page.post("render", {"lines": None}, 202)
    page.until(lambda whole: whole["states"][ids[0]]["state"] == "working")
    page.post("prefer", {"lines": [ids[3]]}, 204)
    assert page.post("cancel", {"lines": [ids[1]]}, 202)["total"] == 3
    assert states(page) == ["working", "new", "waiting", "waiting"]
    site.engine.gate.set()
    assert page.rendered()["rendering"] == {"running": False, "done": 3, "total": 3, "eta_s": None}
    assert said(site) == ["One.", "Four.", "Three."]


def test_cancelling_all_leaves_what_is_done(site: Site, page: Page) -> None:
    page.write("One.", "Two.")
    site.engine.gate.clear()
    page.post("render", {}, 202)
    page.until(lambda whole: "working" in str(whole["states"]))
    page.post("cancel", {}, 202)
    site.engine.gate.set()
    page.rendered()
    assert states(page)[1] == "new"
    assert said(site) == ["One."]


def test_a_line_that_fails_stops_no_other(site: Site, page: Page) -> None:
    first, second = page.write(
        "One.",
        "[h]",
    )
    page.write("Three.")
    page.post("render", {}, 202)
    page.rendered()
    assert states(page) == ["done", "failed", "done"]
    assert "[h]" in page.whole["states"][second]["error"]
    site.engine.failing = EngineFailed("engine.failed", engine="humming", reason="it is tired")
    page.edit({"op": "set_line", "line_id": first, "text": "Won."})
    page.post("render", {"lines": [first]}, 202)
    failed = page.rendered()["states"][first]
    assert (failed["state"], failed["stale"], failed["code"]) == ("failed", True, "engine.failed")
    assert "tired" in failed["error"]
    told = page.edit({"op": "set_line", "line_id": first, "text": "One, then."})
    assert (told["states"][first]["state"], told["states"][first]["error"]) == ("new", None)


def test_pages_are_told_what_happens_and_what_they_missed(site: Site, page: Page) -> None:
    (first,) = page.write("One.")
    seen = page.see()["stamp"]
    page.post("render", {}, 202)
    page.rendered()
    events = heard(site, page, seen)
    assert {"state", "rendering"} <= {event["type"] for event in events}
    (state,) = (event["state"] for event in events if event["type"] == "state")
    assert state["state"] == "done"
    page.edit({"op": "delete", "line_ids": [first]})
    assert "state" not in {event["type"] for event in heard(site, page, seen)}


def heard(site: Site, page: Page, since: int) -> list[dict]:  # type: ignore[type-arg]
    """What a page is told that has heard everything until then; the test client takes a stream only whole."""
    import asyncio
    import json

    from webui.i18n import texts

    async def listen() -> list[dict]:  # type: ignore[type-arg]
        stream = site.desk._open[page.whole["id"]].opened.feed.listen(texts("en"), since)
        assert await anext(stream) == b": hello\n\n"
        told = (await anext(stream)).decode()
        await stream.aclose()
        return [json.loads(part.split("data: ")[1]) for part in told.split("\n\n") if "data: " in part]

    return asyncio.run(listen())


def test_takes_are_new_seeds_and_the_line_as_it_is_and_none_twice(site: Site, page: Page) -> None:
    (first,) = page.write("One.")
    for _ in range(2):
        page.post("takes", {"line_id": first, "count": 2}, 202)
        page.rendered()
    takes = page.whole["takes"]
    assert len(takes) == 5
    assert len({take["line"]["seed"] for take in takes}) == 5
    assert {take["line"]["line_id"] for take in takes} == {first}
    assert all(take["command"].startswith("encore clone") and "take=" in take["link"] for take in takes)
    assert all(page.whole["take_states"][take["take_id"]]["state"] == "done" for take in takes)
    assert page.whole["undo"]  # only what was written is a step
    told = page.post("undo")
    assert "takes" not in told["changed"]
    assert len(page.see()["takes"]) == 5
    page.post("redo")
    page.edit({"op": "choose_take", "take_id": takes[0]["take_id"]})
    chosen = page.until(lambda whole: whole["states"][first]["state"] == "done")["states"][first]
    assert (chosen["seed"], chosen["outcome"]) == (takes[0]["line"]["seed"], "hit")
    link = takes[0]["link"]
    told = page.post("take-from-link", {"link": f"https://encore.example/{link}"})
    line = told["changed"]["lines"]["set"][told["line_id"]]
    assert (line["text"], line["seed"]) == ("One.", takes[0]["line"]["seed"])
    assert page.see()["script"]["cast"][line["speaker"]] == "stock:alto"
    assert page.post("take-from-link", {"link": "?take=%%%"}, 400)["error"]["code"] == "take.link"


def test_lines_are_listened_to(site: Site, page: Page) -> None:
    (first,) = page.write("8000 samples")
    page.post("check", {"lines": None}, 202)
    check = page.rendered()["states"][first]["check"]
    assert check["heard"] == "8000 samples"
    assert (check["passed"], check["diffs"]) == (True, [])
    told = page.edit({"op": "set_line", "line_id": first, "text": "Nothing of the sort."})
    assert told["states"][first]["check"] is None


def test_what_the_cache_has_is_there_again_when_a_project_is_opened(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    page = site.page()
    first, second = page.write("One.", "Two.")
    page.post("check", {"lines": [second]}, 202)
    page.rendered()
    with site.desk._lock:
        site.desk._open.pop(page.whole["id"]).close()
    whole = page.until(lambda whole: whole["states"][second]["check"])
    assert whole["states"][second]["state"] == "done"
    assert whole["states"][first]["state"] == "new"
    assert whole["states"][second]["outcome"] == "hit"
    assert said(site) == ["Two."]
    site.desk.close()
    site.studio.close()


def test_a_busy_house_and_a_limit_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.errors import Busy
    from webui.gate.house import Guest

    site = site_in(tmp_path, limit="1000/minute")
    page = site.page()
    (first,) = page.write("One.")
    refusals = iter([True, True, False, False])
    count = Guest.count

    def refuse(guest: Guest) -> None:
        if next(refusals):
            raise Busy("limit.rate", retry_s=1, limit="1/minute")
        count(guest)

    monkeypatch.setattr(Guest, "count", refuse)
    page.post("render", {}, 202)
    held = page.until(lambda whole: whole["states"][first]["error"])["states"][first]
    assert (held["state"], held["code"]) == ("waiting", "limit.rate")
    began = time.monotonic()
    while page.see()["rendering"]["running"] and time.monotonic() - began < 10:
        time.sleep(0.1)
    assert states(page) == ["done"]
    site.desk.close()
    site.studio.close()


def test_who_has_not_confirmed_it_speaks_with_no_cloned_voice(site: Site) -> None:
    voice = site.studio.library.save("Ann", ReferenceSpeaker(AudioSource.from_path(REFERENCE)), "ann")
    page = site.page("ann")
    first, _ = page.write("One.", "Two.")
    page.edit(
        {"op": "cast", "speaker": "her", "voice": f"saved:{voice.voice_id}"},
        {"op": "set_line", "line_id": first, "speaker": "her"},
    )
    for name, body in (
        ("render", {}),
        ("check", {"lines": [first]}),
        ("takes", {"line_id": first, "count": 1}),
        ("deliver", {"delivery": {}}),
    ):
        assert page.post(name, body, 403)["error"]["code"] == "consent.needed"
    assert page.whole["agreed"] is False
    page.post("agree", status=204)
    page.post("render", {"lines": [first]}, 202)
    state = page.rendered()["states"][first]
    assert (state["state"], state["voice"]["outcome"]) == ("done", "offline")  # learned, and no Redis to keep it
    assert page.whole["agreed"] is True
    assert site.page("ann").whole["agreed"] is True
    assert site.page("bob").whole["agreed"] is False


def test_a_page_can_be_left_while_it_is_spoken(site: Site, page: Page) -> None:
    page.write(*(f"Line {number}." for number in range(20)))
    page.post("render", {}, 202)
    others = [threading.Thread(target=page.edit, args=({"op": "set_title", "title": str(n)},)) for n in range(5)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    page.rendered()
    assert set(states(page)) == {"done"}
