"""Tags that enclose words: each must be closed, and within the one that it was opened in."""

from collections import defaultdict
from collections.abc import Sequence

from core.text.markup.model import Span
from core.text.markup.syntax import Placed, Problem, problem


def unbalanced(text: str, placed: Sequence[Placed]) -> tuple[tuple[Problem, ...], frozenset[int]]:
    """What is wrong with the spans of ``text``, and where the tags begin that therefore open or close nothing.

    A problem has the place of the tag that it is about.
    """
    problems: list[Problem] = []
    unmatched: set[int] = set()
    opened: list[tuple[str, Placed]] = []  # with those that were closed before their turn
    open_by_name: defaultdict[str, list[Placed]] = defaultdict(list)
    closed: set[int] = set()
    for tag in placed:
        match tag.node:
            case Span(name, opens=True):
                opened.append((name, tag))
                open_by_name[name].append(tag)
            case Span(name) if not open_by_name[name]:
                problems.append(problem(text, tag.start, tag.end, "markup.unopened"))
                unmatched.add(tag.start)
            case Span(name):
                opening = open_by_name[name].pop()
                closed.add(opening.start)
                inside, inner = opened[-1]
                if inner is not opening:
                    details = {"opening": text[inner.start : inner.end], "opened": inner.start + 1}
                    problems.append(problem(text, tag.start, tag.end, "markup.crossed", (f"</{inside}>",), **details))
                    unmatched.update((tag.start, opening.start))
                while opened and opened[-1][1].start in closed:
                    opened.pop()
    for name, left in open_by_name.items():
        for tag in left:
            problems.append(problem(text, tag.start, tag.end, "markup.unclosed", (f"</{name}>",)))
            unmatched.add(tag.start)
    return tuple(problems), frozenset(unmatched)
