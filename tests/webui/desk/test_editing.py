"""Several pages change one project, step by step, and each is told only what it does not know."""

from pathlib import Path

import pytest

from core.errors import StorageFailed
from core.request import AudioSource, ReferenceSpeaker
from tests.webui.desk.conftest import Page, Site, site_in
from webui.desk import opened
from webui.i18n import texts

REFERENCE = Path(__file__).parents[2] / "data" / "reference.ogg"


def test_an_edit_tells_what_changed_and_nothing_else(page: Page) -> None:
    first, second = page.write("One.", "Two.")
    told = page.edit({"op": "set_line", "line_id": second, "text": "Too."})
    assert told["changed"]["lines"] == {"set": {second: {**told["changed"]["lines"]["set"][second], "text": "Too."}}}
    assert set(told["changed"]) == {"lines", "undo", "redo"}
    assert set(told["states"]) == {second}
    told = page.edit({"op": "move", "line_ids": [second], "before": first})
    assert told["changed"]["lines"] == {"order": [second, first], "set": {}}
    assert told["states"] == {}


def test_a_page_that_knows_less_is_told_what_the_others_did(site: Site, page: Page) -> None:
    page.write("One.")
    other = Page(site.client(), dict(page.see()))
    page.edit({"op": "set_title", "title": "News"}, {"op": "cast", "speaker": "", "voice": "stock:alto"})
    (first,) = (line["line_id"] for line in page.whole["script"]["lines"])
    told = other.edit({"op": "set_line", "line_id": first, "text": "Won."})
    assert told["changed"]["title"] == "News"
    assert told["changed"]["script"] == {"cast": {"": "stock:alto"}}
    assert told["changed"]["lines"]["set"][first]["text"] == "Won."
    assert other.edit()["changed"] == {"undo": True, "redo": False}
    ancient = other.post("edit", {"edits": [], "revision": 1})
    assert ancient["changed"]["lines"]["order"] == [first]
    assert set(ancient["changed"]["script"]) == {"engine", "language", "gap_s", "cast"}


def test_edits_of_one_call_are_one_step(page: Page) -> None:
    first, second = page.write("One.", "Two.")
    page.edit({"op": "delete", "line_ids": [first]}, {"op": "set_line", "line_id": second, "text": "2."})
    told = page.post("undo")
    assert [line["text"] for line in told["changed"]["lines"]["set"].values()] == ["One.", "Two."]
    assert told["changed"]["lines"]["order"] == [first, second]
    assert (told["changed"]["undo"], told["changed"]["redo"]) == (True, True)
    assert page.post("redo", {"revision": told["revision"]})["changed"]["lines"]["order"] == [second]


def test_what_cannot_be_done_is_told_and_nothing_has_happened(page: Page) -> None:
    (first,) = page.write("One.")
    for edit, code in (
        ({"op": "set_line", "line_id": "gone", "text": "x"}, "desk.line_gone"),
        ({"op": "set_line", "line_id": first, "speed": 99}, "request.speed"),
        ({"op": "set_line", "line_id": first, "text": "a\0"}, "desk.untypable"),
        ({"op": "fly"}, "api.field"),
        ({"op": "set_line", "line_id": first, "wings": 2}, "api.field"),
    ):
        assert page.edit({"op": "set_title", "title": "no"}, edit, status=400)["error"]["code"] == code
    assert page.see()["title"] == ""


def test_sentences_are_in_the_language_of_the_page(page: Page) -> None:
    wrong = {"edits": [{"op": "delete", "line_ids": ["gone"]}]}
    answers = [
        page.client.post(f"{page.path}/edit{query}", json=wrong, headers={"Accept-Language": accepted}).json()
        for query, accepted in (("", "en"), ("?language=zh", "en"), ("", "zh-CN,zh;q=0.9"))
    ]
    english, *chinese = (answer["error"]["message"] for answer in answers)
    assert english.isascii() or "“" in english
    assert chinese[0] == chinese[1] != english


def test_projects_are_their_owners_and_listed_for_them_alone(site: Site) -> None:
    mine = site.page("ann", title="Mine")
    nobodys = site.page(title="Nobody’s")
    (listed,) = site.client("ann").get("/desk/projects").json()
    assert (listed["id"], listed["title"]) == (mine.whole["id"], "Mine")
    assert site.client("bob").get("/desk/projects").json() == site.client().get("/desk/projects").json() == []
    for name in ("bob", ""):
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/undo"), ("GET", "/events")):
            refused = site.client(name).request(method, mine.path + path)
            assert (refused.status_code, refused.json()["error"]["code"]) == (404, "desk.unknown")
    assert site.client("bob").get(nobodys.path).json()["title"] == "Nobody’s"


def test_at_its_own_machine_the_house_sees_all(tmp_path: Path) -> None:
    site = site_in(tmp_path, private=True)
    page = site.page(title="Here")
    assert [each["id"] for each in page.client.get("/desk/projects").json()] == [page.whole["id"]]
    assert page.client.delete(page.path).status_code == 204
    assert page.client.get("/desk/projects").json() == []
    assert page.client.get(page.path).status_code == 404
    site.desk.close()
    site.studio.close()


def test_work_is_saved_by_itself_and_at_the_end(
    site: Site, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.write("Typed in the last moment.")
    site.desk.close()
    site.desk.close()
    again = site_in(tmp_path)
    monkeypatch.setattr(opened, "SETTLED_S", 0.0)
    later = Page(again.client(), again.client().get(page.path).json())
    assert [line["text"] for line in later.whole["script"]["lines"]] == ["Typed in the last moment."]
    assert later.whole["revision"] > page.whole["revision"]
    later.edit({"op": "set_title", "title": "Saved"})
    later.until(lambda _: "Saved" in next(tmp_path.glob("projects/*.json")).read_text("utf-8"))
    again.desk.close()
    again.studio.close()


def test_what_nobody_wrote_anything_in_leaves_no_file(site: Site, tmp_path: Path) -> None:
    kept = site.page(title="Kept")
    site.page()
    site.desk.close()
    assert [path.stem for path in tmp_path.glob("projects/*")] == [kept.whole["id"]]


def test_a_disk_that_is_full_is_told_and_tried_again(site: Site, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    work = site.desk._open[page.whole["id"]]
    page.write("One.")
    save = site.desk.store.save

    def full(*_: object) -> None:
        raise StorageFailed("file.unwritable", path="x", reason="No space left on device")

    monkeypatch.setattr(site.desk.store, "save", full)
    work.opened.save()
    _, event = work.opened.feed._latest["saved", ""]
    assert "No space left" in str(event(texts("en")))
    monkeypatch.setattr(site.desk.store, "save", save)
    work.opened.save()
    assert site.desk.store.open(page.whole["id"]).project.script.lines[0].text == "One."


def test_voices_say_what_they_are_and_a_speaker_called_like_one_has_it(site: Site, page: Page) -> None:
    saved = site.studio.library.save("Anna", ReferenceSpeaker(AudioSource.from_path(REFERENCE)))
    lines = [{"text": "Hello.", "speaker": speaker} for speaker in ("ANNA", "alto", "Ben")]
    told = page.edit({"op": "insert", "lines": lines})
    named = {"ANNA": f"saved:{saved.voice_id}", "alto": "stock:alto"}
    assert told["changed"]["named"] == named
    assert page.see()["named"] == named
    assert [voice["label"] for voice in page.whole["voices"]] == ["Anna", "Alto · English, female"]
    site.studio.library.delete(saved.voice_id)
    assert page.client.get(f"{page.path}/offered").json()["named"] == {"alto": "stock:alto"}


def test_a_sample_has_roles_with_voices(site: Site) -> None:
    page = site.page(sample=True)
    assert len(page.whole["script"]["lines"]) > 4
    assert set(page.whole["script"]["cast"]) == set(page.whole["speakers"])
