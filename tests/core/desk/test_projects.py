import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.desk import projects
from core.desk.delivery.wish import Delivery
from core.desk.editing import add_take, cast, set_title
from core.desk.projects import ProjectStore, StoredProject, read_project, write_project
from core.desk.script import Line, Project, Script, Slot
from core.errors import InvalidInput, StorageFailed
from tests.core.desk.made import project, take

WHOLE = cast(
    add_take(
        Project(
            "Tag 1 第一天",
            Script(
                (Line("a", "Hello\nthere 你好", "Anna", "sad", 7, 1.25, True, Slot(0.5, 2)),),
                engine="cosyvoice",
                gap_s=1,
            ),
            delivery=Delivery("mp3", 44_100, 2, -16.0),
        ),
        take("t"),
    ),
    "Anna",
    "saved:0123456789abcdef",
)


@pytest.fixture
def store(tmp_path: Path) -> ProjectStore:
    return ProjectStore(tmp_path / "projects")


def file_of(store: ProjectStore, stored: StoredProject) -> Path:
    return store._folder / f"{stored.project_id}.json"


def test_a_project_is_opened_as_it_was_saved(store: ProjectStore, tmp_path: Path) -> None:
    created = store.create(WHOLE, "anna")
    again = ProjectStore(tmp_path / "projects")
    assert again.open(created.project_id) == created
    saved = again.save(
        replace(created, project=set_title(WHOLE, "Day 2"), revision=5, spoken={"a": "cosyvoice/3/4d2f"})
    )
    assert (saved.revision, store.open(created.project_id, "anna")) == (5, saved)
    assert len(created.project_id) == 32
    assert {path.suffix for path in file_of(store, created).parent.iterdir()} == {".json", ".bak"}


def test_the_json_says_its_version_and_reads_back_the_same() -> None:
    data = write_project(WHOLE, {"owner": "anna"})
    assert json.loads(data)["version"] == 1
    found, meta = read_project(data)
    assert found == WHOLE
    assert meta["owner"] == "anna"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "desk.no_project"),
        (b"\xff\xfe", "desk.no_project"),
        (b"[1]", "desk.no_project"),
        (b"[" * 100_000, "desk.no_project"),
        (b'{"version": 0, "project": {}}', "desk.no_project"),
        (b'{"version": 1}', "desk.no_project"),
        (b'{"version": 1, "project": {"script": {"lines": [{"line_id": "a"}]}}}', "desk.no_project"),
        (b'{"version": 1, "project": {"title": "\\ud800"}}', "desk.untypable"),
        (b'{"version": 1, "project": {"title": "\\u0007"}}', "desk.untypable"),
        (b'{"version": 1, "project": {"script": {"gap_s": NaN}}}', "desk.gap"),
        (b'{"version": ' + b"9" * 5_000 + b"}", "desk.no_project"),
        (b'{"version": 2, "project": "in a way that is not known yet"}', "desk.newer"),
    ],
)
def test_what_is_no_project_is_told(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_project(data)
    assert refused.value.code == code


def test_an_owners_project_is_the_owners_alone(store: ProjectStore) -> None:
    annas = store.create(project("One"), "anna")
    for use in (store.open, store.delete, lambda project_id, viewer: store.rename(project_id, "x", viewer)):
        with pytest.raises(InvalidInput) as refused:
            use(annas.project_id, "ben")
        assert refused.value.code == "desk.unknown"
    assert store.open(annas.project_id, None) == annas


def test_a_list_tells_of_ones_own_projects_and_never_whose_id_is_the_key(store: ProjectStore) -> None:
    annas = store.create(set_title(project("One", "Two"), "Day"), "anna")
    nobodys = store.create(project())
    assert store.open(nobodys.project_id, "ben") == nobodys
    assert [(one.project_id, one.title, one.lines) for one in store.list("anna")] == [(annas.project_id, "Day", 2)]
    assert store.list("ben") == store.list("") == []
    assert [one.project_id for one in store.list(None)] == [nobodys.project_id, annas.project_id]
    store.rename(annas.project_id, "Night", "anna")
    assert [one.title for one in store.list(None)] == ["Night", ""]


@pytest.mark.parametrize("project_id", ["", "..", "../x", "0" * 31, "G" * 32, "0" * 32])
def test_an_id_never_leaves_the_folder(store: ProjectStore, project_id: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        store.open(project_id)
    assert refused.value.code == "desk.unknown"


def test_a_deleted_project_is_gone_and_does_not_come_back(store: ProjectStore) -> None:
    stored = store.save(store.create(project("One")))
    store.delete(stored.project_id)
    for use in (lambda: store.open(stored.project_id), lambda: store.save(stored)):
        with pytest.raises(InvalidInput):
            use()
    assert list(file_of(store, stored).parent.iterdir()) == []


def test_a_damaged_file_is_kept_and_what_was_before_is_opened(store: ProjectStore) -> None:
    first = store.create(project("One"))
    store.save(replace(first, project=project("One", "Two")))
    file_of(store, first).write_bytes(b'{"version": 1, "proj')
    assert store.list(None) == []
    opened = store.open(first.project_id)
    assert opened.project == first.project
    [finding] = opened.findings
    assert (finding.level, finding.code) == ("warning", "desk.restored")
    aside = file_of(store, first).with_name(str(finding.details["name"]))
    assert aside.read_bytes() == b'{"version": 1, "proj'
    assert store.open(first.project_id).findings == ()
    assert store.open(first.project_id).project == first.project


@pytest.mark.parametrize("before", [None, b"", b'{"version": 9}'])
def test_a_damaged_file_without_a_good_one_before_is_kept_and_told_each_time(
    store: ProjectStore, before: bytes | None
) -> None:
    stored = store.create(project("One"))
    file_of(store, stored).write_bytes(b"\0\0\0")
    if before is not None:
        file_of(store, stored).with_suffix(".bak").write_bytes(before)
    for _ in range(2):
        with pytest.raises(StorageFailed) as told:
            store.open(stored.project_id)
        assert told.value.code == "desk.damaged"
    assert [path.read_bytes() for path in file_of(store, stored).parent.glob("*.damaged")] == [b"\0\0\0"]


def test_of_a_deleted_project_nothing_stays(store: ProjectStore) -> None:
    stored = store.save(store.create(project("One")))
    file_of(store, stored).write_bytes(b"")
    store.delete(stored.project_id)
    assert list(file_of(store, stored).parent.iterdir()) == []


def test_a_later_versions_file_is_left_alone(store: ProjectStore) -> None:
    stored = store.save(store.create(project("One")))
    later = b'{"version": 2, "project": {}}'
    file_of(store, stored).write_bytes(later)
    with pytest.raises(InvalidInput) as refused:
        store.open(stored.project_id)
    assert refused.value.code == "desk.newer"
    assert file_of(store, stored).read_bytes() == later


def test_a_disk_that_fails_loses_nothing(store: ProjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = store.create(project("One"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(projects.os, "fsync", full)
    with pytest.raises(StorageFailed) as told:
        store.save(replace(stored, project=project("Two")))
    assert told.value.code == "file.unwritable"
    assert store.open(stored.project_id) == stored
    assert {path.suffix for path in file_of(store, stored).parent.iterdir()} == {".json", ".bak"}


def test_what_nobody_owns_goes_when_nobody_has_used_it_for_long(store: ProjectStore) -> None:
    owned, house, used, forgotten = (
        store.create(project("One"), "ann"),
        store.create(project("One")),
        store.create(project("One"), passing=True),
        store.create(project("One"), passing=True),
    )
    for stored in (owned, house, used, forgotten):
        os.utime(file_of(store, stored), (0, 0))
    assert store.open(used.project_id).passing
    store.tidy(60, {forgotten.project_id})
    assert len(store.list(None)) == 4
    store.tidy(60)
    assert {one.project_id for one in store.list(None)} == {owned.project_id, house.project_id, used.project_id}
    assert store.save(store.open(used.project_id)).passing
