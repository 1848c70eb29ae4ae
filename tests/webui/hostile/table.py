"""All rows, and the page that is made of them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from tests.webui.hostile.contents import bodies, forms, texts
from tests.webui.hostile.desk import desk
from tests.webui.hostile.events import events
from tests.webui.hostile.paths import addresses, names, paths
from tests.webui.hostile.row import Row
from tests.webui.hostile.serving import ROOT
from tests.webui.hostile.sounds import sounds
from tests.webui.hostile.wires import http, people

ROWS: Sequence[Row] = (*paths, *names, *addresses, *forms, *bodies, *texts, *sounds, *http, *people, *events, *desk)
PAGE: Path = ROOT / "docs" / "HOSTILE.md"
HEAD = """# What hostile inputs get

Made by `python -m tests.webui.hostile`, and held to by `tests/webui/hostile/test_hostile.py`: a server as
`encore serve` runs it, with keys, a rate limit and a Redis, and with engines that hum in place of real ones. It is sent
{count} inputs, one after the other, by somebody who has a key. Each answer is a status and, where Encore itself
refuses, the code of its error; its sentence stands in `core/errors.py`. `closed` is a connection that ends without an
answer.

After each input it is also checked that

- no answer holds a stack trace, a path of the machine, a key or its hash, or a file's content;
- no answer is a 5xx;
- an ordinary request of somebody else's is answered at once, from the cache: the server lives, and nothing was lost;
- memory grew by no more than {grown} MB on the way.

In the end nothing was written outside the data folder, no file was left over there or in the temporary folder, no
connection stayed open, nothing unexpected stands in the log, and what is saved is as it was.
"""


def page(rows: Sequence[Row], got: Mapping[Row, str], *, grown: int) -> str:
    """The page; ``got`` is what each row was answered, ``grown`` how many MiB memory may grow by a row."""
    parts = [HEAD.format(count=len(rows), grown=grown)]
    for about, part in groupby(rows, lambda row: row.about):
        lines = [f"| {_cell(row.sent)} | {got[row]} |" for row in part]
        parts.append("\n".join([f"## {about}", "", "| sent | answered |", "|---|---|", *lines, ""]))
    return "\n".join(parts)


def _cell(words: str) -> str:
    """``words`` as they may stand in a table."""
    return words.replace("|", "\\|")
