"""Tags that enclose words: each must be closed, and within the one that it was opened in."""

from collections.abc import Sequence

from core.text.markup.model import Span
from core.text.markup.syntax import Placed, Problem, problem


def unbalanced(text: str, placed: Sequence[Placed]) -> tuple[tuple[Problem, ...], frozenset[Placed]]:
    """What is wrong with the spans of ``text``, and the tags that therefore open or close nothing.

    A problem has the place of the tag that it is about.
    """
    problems: list[Problem] = []
    unmatched: set[Placed] = set()
    opened: list[tuple[str, Placed]] = []
    for tag in placed:
        match tag.node:
            case Span(name, opens=True):
                opened.append((name, tag))
            case Span(name):
                depth = next((at for at in reversed(range(len(opened))) if opened[at][0] == name), None)
                if depth is None:
                    problems.append(problem(text, tag.start, tag.end, "markup.unopened"))
                    unmatched.add(tag)
                    continue
                if depth < len(opened) - 1:
                    inside, inner = opened[-1]
                    details = {"opening": text[inner.start : inner.end], "opened": inner.start + 1}
                    problems.append(problem(text, tag.start, tag.end, "markup.crossed", (f"</{inside}>",), **details))
                    unmatched.update((tag, opened[depth][1]))
                del opened[depth]
    for name, tag in opened:
        problems.append(problem(text, tag.start, tag.end, "markup.unclosed", (f"</{name}>",)))
        unmatched.add(tag)
    return tuple(problems), frozenset(unmatched)
