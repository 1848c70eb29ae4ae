"""What comes in and goes out as a file: scripts, projects with their voices, deliveries."""

import io
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest

from core.request import AudioSource, ReferenceSpeaker
from tests.webui.desk.conftest import Json, Page, Site, site_in
from webui.desk import files
from webui.desk.files import Files

REFERENCE = Path(__file__).parents[2] / "data" / "reference.ogg"
BYTES = {"Content-Type": "application/octet-stream"}
CSV = "speaker,text\nAnn,Hello there.\nBen,Hello.\n"


def send(page: Page, name: str, data: bytes, **more: str) -> Json:
    answer = page.client.post(f"{page.path}/import", params={"name": name, **more}, content=data, headers=BYTES)
    told: Json = answer.json()
    return told | {"status": answer.status_code}


def delivered(page: Page, site: Site, **wish: object) -> Json:
    page.post("deliver", {"delivery": {"subtitles": "srt", **wish}}, 202)
    work = site.desk._open[page.whole["id"]]
    page.until(lambda _: not work.delivering.running)
    from webui.i18n import texts

    _, event = work.opened.feed._latest["delivery", ""]
    told = event(texts("en"))
    assert told is not None
    return told


def test_a_script_comes_in_as_one_step(page: Page) -> None:
    page.write("Before.")
    told = send(page, "dia logue.csv", CSV.encode())
    assert (told["count"], told["findings"]) == (2, [])
    assert told["changed"]["title"] == "dia logue"
    assert told["changed"]["speakers"] == ["", "Ann", "Ben"]
    assert len(page.post("undo")["changed"]["lines"]["order"]) == 1
    told = send(page, "x.srt", b"1\n00:00:01,000 --> 00:00:02,500\nHi.\n\nnonsense", mode="replace", language="zh")
    (line,) = told["changed"]["lines"]["set"].values()
    assert line["slot"] == {"start_s": 1.0, "end_s": 2.5}
    assert send(page, "x.csv", b"\0\xff\xfe", mode="append")["status"] == 400
    wrong = page.client.post(f"{page.path}/import", content=b"x", headers={"Content-Type": "text/plain"})
    assert wrong.status_code == 415


def test_a_project_goes_and_comes_as_one_file_with_its_voices(site: Site, tmp_path: Path) -> None:
    voice = site.studio.library.save("Ann", ReferenceSpeaker(AudioSource.from_path(REFERENCE)), "ann")
    page = site.page("ann", title="Tägliches")
    page.write("One.")
    page.edit({"op": "cast", "speaker": "", "voice": f"saved:{voice.voice_id}"})
    answer = page.client.get(f"{page.path}/file")
    assert answer.status_code == 200
    assert unquote(answer.headers["content-disposition"]).endswith("Tägliches.encore")
    other = site_in(tmp_path / "elsewhere")
    client = other.client("bob")
    refused = client.post("/desk/open", content=answer.content, headers=BYTES)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "consent.needed")
    assert other.studio.library.voices() == []
    opened = client.post("/desk/open", params={"agreed": True}, content=answer.content, headers=BYTES)
    assert opened.status_code == 201
    (here,) = other.studio.library.voices()
    assert (here.name, here.owner) == ("Ann", "bob")
    whole = opened.json()
    assert whole["script"]["cast"] == {"": f"saved:{here.voice_id}"}
    assert (whole["title"], whole["agreed"]) == ("Tägliches", True)
    assert client.post("/desk/open", content=b"PK no zip", headers=BYTES).status_code == 400
    # What somebody brings whom nobody knows would be everybody's: it stays in the file, and no consent is asked for.
    unknown = other.client().post("/desk/open", content=answer.content, headers=BYTES)
    assert (unknown.status_code, [each["code"] for each in unknown.json()["findings"]]) == (201, ["desk.voices_left"])
    assert len(other.studio.library.voices()) == 1
    stored = {each.project_id: each.passing for each in other.desk.store.list(None)}
    assert stored == {whole["id"]: False, unknown.json()["id"]: True}
    other.desk.close()
    other.studio.close()


def test_a_delivery_is_made_told_and_fetched(site: Site, page: Page, tmp_path: Path) -> None:
    page.write("One.", "Two.")
    told = delivered(page, site)
    assert told["type"] == "delivered"
    answer = page.client.get(f"/{told['url']}")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == told["bytes"] == len(answer.content)
    assert told["name"] in answer.headers["content-disposition"]
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert len([name for name in names if name.endswith(".wav")]) == 3
    assert {"manifest.json", "script.srt"} <= set(names)
    whole = page.see()
    assert {state["state"] for state in whole["states"].values()} == {"done"}
    assert whole["delivery"]["subtitles"] == "srt"
    assert list((tmp_path / "deliveries").rglob("*.zip")) == []
    gone = page.client.get("/desk/files/" + "0" * 32)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "desk.file_gone")
    site.desk.close()
    assert list((tmp_path / "deliveries").iterdir()) == []
    assert page.client.get(f"/{told['url']}").status_code == 404


def test_what_cannot_be_delivered_is_told_line_by_line(site: Site, page: Page) -> None:
    first, second = page.write("One.", "[h]")
    told = delivered(page, site)
    assert told["type"] == "delivery_failed"
    assert "1 of 2" in str(told["error"])
    (line,) = told["lines"]
    assert (line["line_id"], line["number"]) == (second, 2)
    assert page.see()["states"][second]["state"] == "failed"
    for wish, code in (
        ({"format": "exe"}, "api.field"),
        ({"loudness": 40}, "delivery.loudness"),
        ({"pattern": "{../etc}"}, "delivery.pattern"),
    ):
        assert page.post("deliver", {"delivery": wish}, 400)["error"]["code"] == code
    page.post("deliver", {"delivery": {}, "lines": [first]}, 202)
    page.until(lambda _: not site.desk._open[page.whole["id"]].delivering.running)


def test_a_delivery_can_be_cancelled(site: Site, page: Page) -> None:
    page.write("One.")
    site.engine.gate.clear()
    page.post("deliver", {"delivery": {}}, 202)
    work = site.desk._open[page.whole["id"]]
    page.post("deliver/cancel", status=202)
    site.engine.gate.set()
    page.until(lambda _: not work.delivering.running)
    assert site.desk.files._offered == {}


def test_a_file_is_its_owners_and_goes_with_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Files(tmp_path)
    path = tmp_path / "x.zip"
    path.write_bytes(b"abc" * files.PIECE)
    token = kept.offer(path, "application/zip", owner="ann", project_id="p")
    path.unlink()
    assert kept.get(token, "bob") is None
    found = kept.get(token, "ann")
    assert found is not None
    assert b"".join(found.pieces()) == b"abc" * files.PIECE
    path.write_bytes(b"")
    tokens = [kept.offer(path, "application/zip", owner="", project_id="q") for _ in range(files.MOST_FILES)]
    assert kept.get(token, "ann") is None
    assert kept.get(tokens[0], "") is not None
    monkeypatch.setattr(files, "LONGEST_S", -1.0)
    assert kept.get(tokens[-1], None) is None


def test_what_a_killed_server_left_is_cleared_away(tmp_path: Path) -> None:
    alive, other = Files(tmp_path), Files(tmp_path)
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead" / "half.zip").write_bytes(b"x")
    (tmp_path / "dead.lock").write_bytes(b"")
    with alive.making() as mine:
        assert not (tmp_path / "dead").exists()
        with other.making() as theirs:
            assert mine.exists()
            assert theirs.exists()
        other.close()
        assert mine.exists()
    alive.close()
    assert list(tmp_path.iterdir()) == []
