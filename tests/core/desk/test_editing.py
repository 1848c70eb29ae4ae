import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from core.desk.editing import (
    add_take,
    apply,
    cast,
    choose_take,
    delete,
    delete_take,
    insert,
    move,
    replace_all,
    reroll,
    set_line,
    set_script,
    set_take,
    set_title,
)
from core.desk.script import MOST_CHARACTERS, MOST_LINES, MOST_TAKES, KeptTake, Line, Project, Script, Slot
from core.errors import InvalidInput
from tests.core.desk.made import EDIT, project, take


def order(project: Project) -> str:
    return "".join(line.line_id for line in project.script.lines)


def texts(project: Project) -> list[str]:
    return [line.text for line in project.script.lines]


def edited(project: Project, **edit: object) -> Project:
    """``project`` with an edit that came as JSON."""
    return apply(project, EDIT.validate_json(json.dumps(edit)))


def test_fields_of_a_line_are_set_and_the_others_stay() -> None:
    before = project("One", "Two")
    after = set_line(before, "b", speaker="Anna", slot=Slot(1, 2))
    assert after.script.lines == (before.script.lines[0], Line("b", "Two", "Anna", slot=Slot(1, 2)))
    assert after.script.lines[0] is before.script.lines[0]
    assert set_line(before, "b", speaker=" Anna \n B ").script.lines[1].speaker == "Anna B"


@pytest.mark.parametrize(("after", "expected"), [("", "xyab"), ("a", "axyb"), ("b", "abxy"), (None, "abxy")])
def test_lines_are_inserted_at_the_start_behind_a_line_or_at_the_end(after: str | None, expected: str) -> None:
    assert order(insert(project("One", "Two"), [Line("x", ""), Line("y", "")], after)) == expected


def test_lines_are_deleted_and_their_takes_stay() -> None:
    assert order(delete(project("1", "2", "3"), {"a", "c"})) == "b"
    assert delete(add_take(project("1"), take()), ["a"]).takes == (take(),)


@pytest.mark.parametrize(
    ("moved", "before", "expected"),
    [("d", "a", "dabc"), ("ca", None, "bdac"), ("ad", "c", "badc"), ("bc", "b", "abcd"), ("bc", "c", "abcd")],
)
def test_lines_are_moved_in_their_order(moved: str, before: str | None, expected: str) -> None:
    assert order(move(project("1", "2", "3", "4"), list(moved), before)) == expected


@pytest.mark.parametrize(
    ("find", "how", "expected", "count"),
    [
        ("cat", {}, ["A \\1, \\1alogue.", "\\1!", "猫\\1"], 4),
        ("cat", {"case": True}, ["A Cat, \\1alogue.", "\\1!", "猫\\1"], 3),
        ("cat", {"words": True}, ["A \\1, catalogue.", "\\1!", "猫\\1"], 3),
        ("猫", {"words": True}, ["A Cat, catalogue.", "cat!", "\\1cat"], 1),
        (".", {}, ["A Cat, catalogue\\1", "cat!", "猫cat"], 1),
        ("cat", {"line_ids": ["b"]}, ["A Cat, catalogue.", "\\1!", "猫cat"], 1),
    ],
)
def test_find_and_replace(find: str, how: dict[str, Any], expected: list[str], count: int) -> None:
    before = project("A Cat, catalogue.", "cat!", "猫cat")
    after, found = replace_all(before, find, "\\1", **how)
    assert (texts(after), found) == (expected, count)


def test_replacing_never_makes_more_than_a_project_can_hold() -> None:
    with pytest.raises(InvalidInput) as refused:
        replace_all(project("a" * 10_000, "a" * 10_000), "a", "b" * (MOST_CHARACTERS // 10_000))
    assert refused.value.code == "desk.too_long"


def test_new_seeds_are_drawn_for_what_is_not_locked() -> None:
    before = set_line(project("1", "2", "3"), "b", locked=True, seed=7)
    a, b, c = reroll(before, ["a", "b"]).script.lines
    assert a.seed != before.script.lines[0].seed
    assert b == before.script.lines[1]
    assert c is before.script.lines[2]


def test_voices_are_cast_and_taken_back() -> None:
    both = cast(cast(project(), "Anna", "stock:af_heart"), "", "saved:0123456789abcdef")
    assert both.script.cast == {"Anna": "stock:af_heart", "": "saved:0123456789abcdef"}
    assert cast(both, "Anna", "").script.cast == {"": "saved:0123456789abcdef"}


def test_takes_are_kept_starred_chosen_and_forgotten() -> None:
    spoken = Line("a", "Once", "Anna", "sad", 3, 1.2)
    kept = add_take(add_take(project("One"), take("t", spoken)), take("u"))
    assert [one.take_id for one in kept.takes] == ["u", "t"]
    liked = set_take(kept, "t", starred=True)
    assert (liked.takes[1].starred, set_take(liked, "t", note="warm").takes[1].starred) == (True, True)
    assert choose_take(liked, "t").script.lines == (Line("a", "Once", "", "sad", 3, 1.2),)
    assert [one.take_id for one in delete_take(liked, "t").takes] == ["u"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda: set_line(project("1"), "z", text=""), "desk.line_gone"),
        (lambda: insert(project("1"), [Line("x", "")], "z"), "desk.line_gone"),
        (lambda: insert(project("1"), [Line("a", "")]), "desk.line_twice"),
        (lambda: insert(project(), [Line(str(n), "") for n in range(MOST_LINES + 1)]), "desk.too_many_lines"),
        (lambda: insert(project(), [Line("x", "x" * (MOST_CHARACTERS + 1))]), "desk.too_long"),
        (lambda: delete(project("1"), ["a", "z"]), "desk.line_gone"),
        (lambda: move(project("1"), ["a"], "z"), "desk.line_gone"),
        (lambda: replace_all(project("1"), "", "x"), "desk.find"),
        (lambda: replace_all(project("1"), "9", "\0"), "desk.untypable"),
        (lambda: reroll(project("1"), ["z"]), "desk.line_gone"),
        (lambda: set_line(project("1"), "a", text="a\x07"), "desk.untypable"),
        (lambda: set_line(project("1"), "a", text="\ud800"), "desk.untypable"),
        (lambda: Line("a", "", "a  b"), "desk.speaker"),
        (lambda: set_line(project("1"), "a", speaker="a" * 61), "desk.speaker"),
        (lambda: set_line(project("1"), "a", instruction="a" * 501), "instruction.too_long"),
        (lambda: set_line(project("1"), "a", seed=-1), "request.seed"),
        (lambda: set_line(project("1"), "a", speed=float("nan")), "request.speed"),
        (lambda: set_script(project(), gap_s=float("inf")), "desk.gap"),
        (lambda: set_script(project(), engine="\x1b"), "desk.untypable"),
        (lambda: set_title(project(), "a" * 121), "desk.title"),
        (lambda: cast(project(), "Anna", "af_heart"), "request.voice"),
        (lambda: cast(project(), "Anna\ud800", "stock:af_heart"), "desk.untypable"),
        (lambda: add_take(add_take(project(), take()), take()), "desk.take_twice"),
        (
            lambda: add_take(Project(takes=tuple(take(str(n)) for n in range(MOST_TAKES))), take()),
            "desk.too_many_takes",
        ),
        (lambda: set_take(add_take(project(), take()), "t", note="a" * 501), "desk.note"),
        (lambda: set_take(project(), "t", starred=True), "desk.take_gone"),
        (lambda: delete_take(project(), "t"), "desk.take_gone"),
        (lambda: choose_take(add_take(project(), take()), "t"), "desk.line_gone"),
        (lambda: Slot(2, 2), "desk.slot"),
        (lambda: Slot(float("nan"), 2), "desk.slot"),
        (lambda: Line("../a", ""), "desk.id"),
    ],
)
def test_what_cannot_be_is_told(edit: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit()
    assert refused.value.code == code


def test_edits_come_as_json() -> None:
    made = edited(project(), op="insert", lines=[{"line_id": "a", "text": "One cat"}, {"text": "Two", "seed": 5}])
    assert [(line.text, line.seed, bool(line.line_id)) for line in made.script.lines] == [
        ("One cat", 0, True),
        ("Two", 5, True),
    ]
    made = edited(made, op="set_line", line_id="a", speaker="Anna", slot={"start_s": 0, "end_s": 1.5})
    assert made.script.lines[0] == Line("a", "One cat", "Anna", slot=Slot(0, 1.5))
    assert edited(made, op="set_line", line_id="a", slot=None).script.lines[0] == Line("a", "One cat", "Anna")
    assert edited(made, op="reroll", line_ids=["a"]).script.lines[0].seed != 0
    assert order(edited(made, op="move", line_ids=["a"]))[-1] == "a"
    assert texts(edited(made, op="replace_all", find="CAT", instead="dog"))[0] == "One dog"
    assert edited(made, op="set_script", gap_s=1).script == Script(made.script.lines, gap_s=1)
    assert edited(made, op="set_title", title=" A  day ").title == "A day"
    assert edited(made, op="cast", speaker="Anna", voice="stock:a").script.cast == {"Anna": "stock:a"}
    assert edited(made, op="set_delivery", delivery={"format": "mp3"}).delivery.format == "mp3"
    kept = edited(made, op="add_take", take=TypeAdapter(KeptTake).dump_python(take()))
    assert kept.takes == (take(),)
    assert edited(kept, op="set_take", take_id="t", starred=True).takes[0].starred
    assert edited(kept, op="choose_take", take_id="t").script.lines[0].text == "One"
    assert edited(kept, op="delete_take", take_id="t").takes == ()
    assert len(edited(made, op="delete", line_ids=["a"]).script.lines) == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "eval"},
        {"op": "set_line"},
        {"op": "set_line", "line_id": "a", "line": "b"},
        {"op": "set_line", "line_id": "a", "text": None},
        {"op": "set_line", "line_id": "a", "seed": 1.5},
        {"op": "insert", "lines": ["text"]},
        {"op": "set_delivery", "delivery": {"format": "exe"}},
    ],
)
def test_json_that_is_no_edit_is_refused(edit: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EDIT.validate_python(edit)


def test_what_cannot_be_is_told_of_json_too() -> None:
    with pytest.raises(InvalidInput) as refused:
        EDIT.validate_json('{"op": "insert", "lines": [{"text": "\\u0007"}]}')
    assert refused.value.code == "desk.untypable"
