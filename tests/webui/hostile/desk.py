"""The desk: projects of others, scripts that are none, and files that want to be somewhere else."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from core.desk.projects import write_project
from core.desk.script import MOST_LINES, Project
from tests.webui.hostile.attacker import Answer, Attacker
from tests.webui.hostile.row import Rows
from tests.webui.hostile.serving import KEYS

BYTES = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
Told = Callable[[Attacker, str], Answer]

desk = Rows("The desk")


def on_a_project(attacker: Attacker, ask: Told, *, key: str = KEYS["ann"]) -> Answer:
    """What ``ask`` gets, given the path of a project that is there for so long."""
    made = json.loads(attacker.ask("POST", "/desk/projects", json={}, key=key).body)
    path = f"/desk/projects/{made['id']}"
    try:
        return ask(attacker, path)
    finally:
        attacker.ask("DELETE", path, key=key)


def add(sent: str, wanted: str, ask: Told, *, key: str = KEYS["ann"]) -> None:
    desk.add(sent, wanted, lambda attacker: on_a_project(attacker, ask, key=key))


def send(name: str, **sent: Any) -> Told:
    return lambda attacker, path: attacker.ask("POST", f"{path}/{name}", **sent)


def edit(*edits: Any) -> Told:
    return send("edit", content=json.dumps({"edits": edits}), headers=JSON)


def wish(**fields: Any) -> Told:
    return send("deliver", json={"delivery": fields})


def bring(data: bytes, name: str) -> Told:
    return send("import", params={"name": name}, content=data, headers=BYTES)


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def opened(attacker: Attacker, data: bytes) -> Answer:
    answer = attacker.ask("POST", "/desk/open", params={"name": "../x"}, content=data, headers=BYTES)
    if answer.status == 201:
        attacker.ask("DELETE", f"/desk/projects/{json.loads(answer.body)['id']}")
    return answer


for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/edit"), ("GET", "/file"), ("GET", "/events")):
    add(
        f"`{method}` of somebody else's project{f', its `{path[1:]}`' if path else ''}",
        "404 desk.unknown",
        lambda attacker, place, method=method, path=path: attacker.ask(
            method, place + path, headers=JSON, content=b"{}" if method == "POST" else b""
        ),
        key=KEYS["bob"],
    )
for name, wanted in (
    ("..%2f..%2fkeys", "404"),
    ("%2e%2e%2fvoices", "404"),
    ("0" * 32, "404 desk.unknown"),
    ("0" * 5_000, "404 desk.unknown"),
    ("a%00b", "404 desk.unknown"),
):
    desk.add(
        f"a project called `{name[:40]}`" + ("…" if len(name) > 40 else ""),
        wanted,
        lambda attacker, name=name: attacker.request(f"GET /desk/projects/{name} HTTP/1.1"),
    )
desk.add(
    "a file called `..%2f..%2fkeys.txt`",
    "404",
    lambda attacker: attacker.request("GET /desk/files/..%2f..%2fkeys.txt HTTP/1.1"),
)


def writing(**fields: Any) -> dict[str, Any]:
    """An edit that puts in a line, called ``one`` unless it is said otherwise."""
    return {"op": "insert", "lines": [{"text": "One.", "line_id": "one"} | fields]}


def zeros() -> bytes:
    """A project's file that unpacks to a quarter of a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("project.json", "w") as file:
        for _ in range(256):
            file.write(bytes(2**20))
    return packed.getvalue()


SETTING = {"op": "set_line", "line_id": "one"}
MANY = {"op": "insert", "lines": [{"text": "a"}] * (MOST_LINES + 1)}
LONGER = {"op": "replace_all", "find": "e", "instead": "e" * 2**20}
DEEP = b'{"edits":' + b"[" * 100_000

for sent, wanted, ask in (
    ("an edit that there is none of", "400 api.field", edit({"op": "__class__"})),
    ("a line with a field of Python's", "400 api.field", edit(SETTING | {"__dict__": {}})),
    ("half a character in a line", "400 desk.untypable", edit(writing(text="\ud800"))),
    ("a NUL byte in a line", "400 desk.untypable", edit(writing(text="a\0b"))),
    ("a line called `../../x`", "400 desk.id", edit(writing(line_id="../../x"))),
    ("two lines of one name", "400 desk.line_twice", edit(writing(), writing())),
    ("a speed that is no number", "400 request.speed", edit(writing(), SETTING | {"speed": float("nan")})),
    ("a seed of 100 digits", "400 request.seed", edit(writing(), SETTING | {"seed": 10**100})),
    ("a slot that ends before time began", "400 desk.slot", edit(writing(slot={"start_s": -1, "end_s": -2}))),
    ("a voice that is a path", "404 request.voice", edit({"op": "cast", "speaker": "", "voice": "/etc/passwd"})),
    (f"{MOST_LINES + 1:,} lines", "400 desk.too_many_lines", edit(MANY)),
    ("letters replaced by a megabyte each", "400 desk.too_long", edit(writing(text="e" * 100), LONGER)),
    ("an edit of 9 MB", "413 api.too_large", edit({"op": "set_title", "title": "x" * 9 * 2**20})),
    ("an edit in an edit, 100,000 deep", "400 api.body", send("edit", content=DEEP, headers=JSON)),
    ("a script of 9 MB", "413 api.too_large", bring(b"a\n" * (9 << 19), "a.txt")),
    ("a script of nothing but a NUL byte", "400 import.encoding", bring(b"\0", "a.txt")),
    ("a script called `../../../etc/passwd`", "200", bring(b"a", "../../../etc/passwd")),
    ("subtitles that end before they begin", "200", bring(b"1\n99:99:99,999 --> 00:00:00,000\nHi.\n", "a.srt")),
    ("13 takes at once", "400 api.field", send("takes", json={"line_id": "a", "count": 13})),
    ("lines to be spoken that are not there", "400 desk.line_gone", send("render", json={"lines": ["x"]})),
    ("files called after Python's classes", "400 delivery.pattern", wish(pattern="{__class__}")),
    ("files at 3 Hz", "400 delivery.rate", wish(sample_rate=3)),
    ("a link to a take that is none", "400 take.link", send("take-from-link", json={"link": "?take=e30"})),
    ("a link to a take of 10 kB", "400 api.field", send("take-from-link", json={"link": "a" * 10_000})),
):
    add(sent, wanted, ask)

PROJECT = write_project(Project())
for sent, wanted, data in (
    ("that is no zip", "400 desk.file", lambda: b"PK\3\4 and nothing"),
    ("without a project", "400 desk.file", lambda: zipped({"x": b"y"})),
    ("whose project is a list", "400 desk.no_project", lambda: zipped({"project.json": b"[]"})),
    ("with 256 MB of zeros, packed", "400 desk.file", zeros),
    ("with a path that leads elsewhere", "201", lambda: zipped({"../../x": b"x", "project.json": PROJECT})),
):
    desk.add(f"a project's file {sent}", wanted, lambda attacker, data=data: opened(attacker, data()))
