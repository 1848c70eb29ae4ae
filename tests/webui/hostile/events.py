"""What the page's own doors are sent by who is no page."""

from tests.webui.hostile.attacker import Answer, Attacker, tempting
from tests.webui.hostile.row import Rows

events = Rows("The page's events")
JOIN = "/gradio_api/queue/join"


def join(attacker: Attacker, **sent: object) -> Answer:
    """An event of a page, and what became of it."""
    return attacker.ask("POST", JOIN, json={"data": [], "fn_index": 0, "session_hash": "mallory"} | sent)


for said, sent, wanted in (
    ("a handler that there is not", {"fn_index": 100_000}, "404 api.path"),
    ("a handler below zero", {"fn_index": -1}, "404 api.path"),
    ("a handler by a name that is a path", {"fn_index": "../../etc/passwd"}, "422"),
    ("a million values", {"data": [0] * 1_000_000}, "200"),
    ("a session of 1 MB", {"session_hash": "s" * 2**20}, "200"),
    ("no data", {"data": None}, "422"),
    ("9 MB", {"data": ["x" * 9 * 2**20]}, "413 api.too_large"),
):
    events.add(said, wanted, lambda attacker, sent=sent: join(attacker, **sent))
events.add(
    "no JSON", "400", lambda a: a.ask("POST", JOIN, content=b"\xff", headers={"Content-Type": "application/json"})
)


def _file(attacker: Attacker, name: str) -> Answer:
    """A value that says that it is a file, for the page's handlers; none takes it, or tells of it."""
    value = {"path": name, "url": name, "meta": {"_type": "gradio.FileData"}}
    for handler in range(20):
        join(attacker, fn_index=handler, data=[value] * 12, session_hash=f"mallory-{handler}")
        answer = attacker.request(f"GET /gradio_api/queue/data?session_hash=mallory-{handler} HTTP/1.1")
        assert not [secret for secret in attacker.server.secrets if secret.encode() in answer.body], answer.body
    return answer


def _fetched(attacker: Attacker) -> Answer:
    """The same with an address: nobody goes there."""
    with tempting() as (port, came):
        answer = _file(attacker, f"http://127.0.0.1:{port}/clip.wav")
        assert not came
    return answer


events.add(
    "a value that says that it is a file of the server's, to twenty handlers",
    "200",
    lambda attacker: _file(attacker, "/etc/passwd"),
)
events.add("a value that says that it is a file at an address of this machine, to the same", "200", _fetched)
events.add(
    "what becomes of somebody's events, whose session is not known",
    "200",
    lambda a: a.request("GET /gradio_api/queue/data?session_hash=other HTTP/1.1"),
)
events.add(
    "a private handler, called as an API", "404", lambda a: a.ask("POST", "/gradio_api/call/on_load", json={"data": []})
)
events.add(
    "a handler, run at once in a session of its own",
    "200",
    lambda a: a.ask("POST", "/gradio_api/run/predict", json={"data": [None], "fn_index": 0}),
)
events.add(
    "somebody else's event, cancelled",
    "200",
    lambda a: a.ask("POST", "/gradio_api/cancel", json={"session_hash": "other", "fn_index": 0, "event_id": "x"}),
)
events.add("what the page's handlers are", "200", lambda a: a.ask("GET", "/gradio_api/info"))
