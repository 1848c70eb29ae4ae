from dataclasses import replace

import pytest

from core.desk.editing import add_take, set_line
from core.desk.history import MOST_STEPS, ONE_GO_S, History
from core.desk.script import Project
from core.errors import InvalidInput
from tests.core.desk.made import edit, project, take


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(clock: Clock) -> History:
    return History(project("One", "Two"), clock)


def typed(text: str, line_id: str = "a", field: str = "text") -> object:
    return edit("set_line", line_id=line_id, **{field: text})


def ids(project: Project) -> list[str]:
    return [take.take_id for take in project.takes]


def test_steps_are_taken_back_and_done_again(history: History) -> None:
    start = history.project
    both = history.do([edit("delete", line_ids=["a"]), edit("set_title", title="Day")])
    moved = history.do([edit("set_title", title="Night")])
    assert (history.undo(), history.undo(), history.undo()) == (both, start, start)
    assert (history.can_undo, history.can_redo) == (False, True)
    assert (history.redo(), history.redo(), history.redo()) == (both, moved, moved)
    assert (history.can_undo, history.can_redo) == (True, False)


def test_what_is_done_anew_takes_the_place_of_what_was_taken_back(history: History) -> None:
    history.do([edit("set_title", title="Day")])
    history.undo()
    history.do([edit("set_title", title="Night")])
    assert not history.can_redo
    assert history.undo().title == ""


def test_a_step_is_done_whole_or_not_at_all(history: History) -> None:
    start = history.project
    with pytest.raises(InvalidInput):
        history.do([edit("set_title", title="Day"), edit("delete", line_ids=["z"])])
    assert history.project is start
    assert not history.can_undo


def test_what_changes_nothing_is_no_step(history: History) -> None:
    history.do([typed("One")])
    assert not history.can_undo


def test_typing_in_one_place_is_one_step(history: History, clock: Clock) -> None:
    start = history.project
    for text in ("O", "On", "Once"):
        history.do([typed(text)])
        clock.now += ONE_GO_S / 2
    assert history.undo() == start
    assert history.redo().script.lines[0].text == "Once"


@pytest.mark.parametrize("then", [typed("Deux", "b"), typed("Anna", field="speaker"), edit("set_title", title="Day")])
def test_another_place_is_another_step(history: History, then: object) -> None:
    once = history.do([typed("Once")])
    history.do([then])
    assert history.undo() == once


def test_a_pause_or_a_step_back_ends_the_typing(history: History, clock: Clock) -> None:
    once = history.do([typed("Once")])
    clock.now += ONE_GO_S
    twice = history.do([typed("Twice")])
    history.do([typed("Thrice", "b")])
    assert history.undo() == twice
    history.do([typed("Four times")])
    assert history.undo() == twice
    assert history.undo() == once


def test_only_so_many_steps_are_kept(history: History) -> None:
    for number in range(MOST_STEPS + 5):
        history.do([edit("set_title", title=str(number))])
    while history.can_undo:
        history.undo()
    assert history.project.title == "4"


def test_steps_that_hold_much_are_forgotten_sooner(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.desk.history.MOST_WEIGHT", 250_000)
    for number in range(4):
        history.do([edit("insert", lines=[{"text": str(number) * 100_000}])])
    while history.can_undo:
        history.undo()
    assert [line.text[0] for line in history.project.script.lines] == ["O", "T", "0", "1"]


def test_takes_that_arrived_outlive_every_step(history: History) -> None:
    history.do([typed("Once")])
    history.project = add_take(history.project, take("t"))
    history.do([typed("Once more")])
    history.project = add_take(history.project, take("u", made_s=2e9))
    assert ids(history.undo()) == ["u", "t"]
    assert history.project.script.lines[0].text == "One"
    assert ids(history.redo()) == ["u", "t"]


def test_what_was_done_to_takes_is_taken_back(history: History) -> None:
    kept = add_take(add_take(history.project, take("t")), take("u", made_s=2e9))
    history.project = kept
    history.do([edit("set_take", take_id="t", starred=True)])
    history.do([edit("delete_take", take_id="t")])
    history.project = add_take(history.project, take("v", made_s=3e9))
    assert ids(history.undo()) == ["v", "u", "t"]
    assert history.project.takes[-1].starred
    assert history.undo().takes[1:] == kept.takes
    assert history.redo().takes[-1].starred
    assert ids(history.redo()) == ["v", "u"]


def test_a_step_back_that_a_project_cannot_hold_changes_nothing(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.do([edit("delete", line_ids=["a"])])
    after = history.project = add_take(history.project, take("t"))
    monkeypatch.setattr("core.desk.script.MOST_CHARACTERS", 7)
    with pytest.raises(InvalidInput):
        history.undo()
    assert history.project is after
    monkeypatch.undo()
    assert len(history.undo().script.lines) == 2
    assert set_line(history.project, "a", text="x") == replace(history.do([typed("x")]))
