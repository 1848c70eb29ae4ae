"""HTTP itself, as nobody should write it, and people who are not who they say."""

import base64
import socket
import time

from tests.webui.hostile.attacker import Answer, Attacker, heard
from tests.webui.hostile.row import Rows
from tests.webui.hostile.serving import KEYS, REFERENCE

JSON = "Content-Type: application/json"
SPEECH = "POST /v1/audio/speech HTTP/1.1"
ASKED = b'{"input": "Hello.", "voice": "alto"}'

http = Rows("HTTP")


def post(attacker: Attacker, *headers: str, body: bytes = b"") -> Answer:
    """Speech with these headers."""
    return attacker.request(SPEECH, JSON, *headers, body=body)


def _smuggled(attacker: Attacker) -> Answer:
    """A request inside another's body, for whoever believes the other length; there must be one answer alone."""
    hidden = b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"
    head = (
        f"{SPEECH}\r\nHost: {attacker.server.host}\r\nAuthorization: Bearer {KEYS['ann']}\r\n{JSON}\r\n"
        f"Content-Length: {len(hidden) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with attacker.connected() as peer:
        peer.sendall(head.encode() + b"0\r\n\r\n" + hidden)
        answer = heard(peer)
        assert heard(peer).status == 0
    return answer


http.add("both `Content-Length` and `Transfer-Encoding`, and a request inside the body", "400 api.lengths", _smuggled)
for sent, headers, body, wanted in (
    ("two lengths that differ", ("Content-Length: 5", "Content-Length: 36"), ASKED, "400"),
    ("a length below zero", ("Content-Length: -1",), ASKED, "400"),
    ("`Content-Length: +36`", ("Content-Length: +36",), ASKED, "400"),
    ("a length of 30 digits", ("Content-Length: " + "9" * 30,), ASKED, "400"),
    ("a length of a terabyte", (f"Content-Length: {2**40}",), ASKED, "413 api.too_large"),
    ("`Transfer-Encoding: chunked, identity`", ("Transfer-Encoding: chunked, identity",), b"0\r\n\r\n", "400"),
    ("`Transfer-Encoding: xchunked`", ("Transfer-Encoding: xchunked",), b"0\r\n\r\n", "400"),
    ("a chunk that is longer than it says", ("Transfer-Encoding: chunked",), b"3\r\nabcdefgh\r\n0\r\n\r\n", "400"),
    ("a chunk whose size is no number", ("Transfer-Encoding: chunked",), b"zz\r\nab\r\n0\r\n\r\n", "400"),
    ("a header with a NUL byte", ("X-A: a\0b", "Content-Length: 0"), b"", "400"),
    ("a header without a name", (": x", "Content-Length: 0"), b"", "400"),
    ("a space before a header's colon", ("Content-Length : 0",), b"", "400"),
    ("a header of 1 MB", ("X-A: " + "a" * 2**20,), b"", "400"),
    ("20,000 headers", tuple(f"X-{place}: a" for place in range(20_000)), b"", "400"),
    ("`Content-Encoding: gzip` and 10 MB of zeros, packed", ("Content-Encoding: gzip",), b"gzip", "400 api.body"),
    ("a second `Host`", ("Host: evil.example", "Content-Length: 36"), ASKED, "400"),
):
    if body == b"gzip":
        import gzip

        body = gzip.compress(bytes(10 * 2**20))
        headers = (*headers, f"Content-Length: {len(body)}")
    http.add(sent, wanted, lambda attacker, headers=headers, body=body: post(attacker, *headers, body=body))

http.add("a path of 200 KB", "400", lambda a: a.request(f"GET /{'a' * 200_000} HTTP/1.1"))
http.add(
    "an address of another server in the request line",
    "404 api.path",
    lambda a: a.request("GET http://evil.example/x HTTP/1.1"),
)
http.add("`CONNECT evil.example:443`", "404 api.path", lambda a: a.request("CONNECT evil.example:443 HTTP/1.1"))
http.add("`TRACE /`", "405", lambda a: a.request("TRACE / HTTP/1.1"))
http.add("`GET /tts`", "404", lambda a: a.ask("GET", "/tts"))
http.add("`DELETE /audio/x`", "404", lambda a: a.ask("DELETE", "/audio/x"))
http.add("a method that there is not", "405", lambda a: a.request("HACK / HTTP/1.1"))
http.add(
    "`X-HTTP-Method-Override: DELETE`",
    "200",
    lambda a: a.ask("GET", "/v1/models", headers={"X-HTTP-Method-Override": "DELETE"}),
)
http.add("HTTP/0.9", "400", lambda a: a.raw(b"GET /\r\n\r\n"))
http.add(
    "HTTP/2 without being asked", "403 access.host", lambda a: a.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(40))
)
http.add("the beginning of TLS", "400", lambda a: a.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(600)))
http.add(
    "an upgrade to a WebSocket",
    "405",
    lambda a: a.request(
        "GET /gradio_api/queue/join HTTP/1.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
    ),
)


def _part_of(attacker: Attacker, part: str) -> Answer:
    """A part of a clip of Ann's."""
    told = attacker.speak().headers["x-encore-audio"]
    answer = attacker.ask("GET", told, headers={"Range": part})
    assert len(answer.body) < 2 * 2**20
    return answer


http.add("10,000 ranges that overlap", "200", lambda a: _part_of(a, "bytes=" + ",".join(["0-"] * 10_000)))
http.add("16 ranges that overlap", "200", lambda a: _part_of(a, "bytes=" + ",".join(["0-"] * 16)))
http.add("a range of 40 digits", "200", lambda a: _part_of(a, f"bytes={'9' * 40}-"))
http.add("a range that ends before it begins", "200", lambda a: _part_of(a, "bytes=9-1"))
http.add("a range behind the end", "416", lambda a: _part_of(a, "bytes=99999999-"))


def _traced(attacker: Attacker) -> Answer:
    """An id that would write a line of its own into the log."""
    answer = attacker.ask("GET", "/v1/models", headers={"X-Request-Id": 'a" "event": "forged'})
    assert "forged" not in answer.headers["x-request-id"] + attacker.server.log
    return answer


http.add("a request id that is more than one", "200", _traced)


def _slow(attacker: Attacker) -> Answer:
    """Others are served while twenty send a byte at a time."""
    host, port = attacker.server.host.split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(20)]
    head = (
        f"{SPEECH}\r\nHost: {attacker.server.host}\r\nAuthorization: Bearer {KEYS['ann']}\r\n{JSON}\r\n"
        "Content-Length: 1000\r\n\r\n"
    ).encode()
    for place, peer in enumerate(slow):
        peer.sendall(head if place % 2 else head[:20])
    began = time.monotonic()
    for _ in range(3):
        for peer in slow:
            peer.sendall(b"x")
        answer = attacker.speak()
        time.sleep(0.1)
    assert time.monotonic() - began < 20
    for peer in slow:
        peer.close()
    return answer


http.add("twenty requests at a byte at a time, and one like any other beside them", "200", _slow)
http.add(
    "a body that never comes: the sender hangs up",
    "closed",
    lambda a: a.raw(
        f"{SPEECH}\r\nHost: {a.server.host}\r\nAuthorization: Bearer {KEYS['ann']}\r\n{JSON}\r\n"
        "Content-Length: 1000\r\n\r\n{".encode(),
        hang_up=True,
    ),
)
http.add(
    "a chunk that says that it is 2^64 bytes: the sender hangs up",
    "closed",
    lambda a: a.raw(
        f"{SPEECH}\r\nHost: {a.server.host}\r\nAuthorization: Bearer {KEYS['ann']}\r\n{JSON}\r\n"
        "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx".encode(),
        hang_up=True,
    ),
)

people = Rows("Who asks")
_PATH = "/v1/audio/voices"
people.add("nobody", "401 access.needed", lambda a: a.ask("GET", _PATH, key=""))
for sent, headers in (
    ("a key in the address", {}),
    ("`Authorization: Bearer` and nothing", {"Authorization": "Bearer"}),
    ("a key that is wrong", {"Authorization": "Bearer encore-key-of-anna"}),
    ("`Authorization: Digest`", {"Authorization": f'Digest username="ann", response="{KEYS["ann"]}"'}),
    ("HTTP Basic that is no base64", {"Authorization": "Basic !!!!"}),
    ("HTTP Basic of 60 KB", {"Authorization": "Basic " + base64.b64encode(b"a" * 45_000).decode()}),
    ("HTTP Basic with a NUL byte", {"Authorization": "Basic " + base64.b64encode(b"ann\0:x").decode()}),
    (
        "HTTP Basic with a name of letters like Latin ones",
        {"Authorization": "Basic " + base64.b64encode("\u0430nn:x".encode()).decode()},
    ),
    ("a cookie that nobody signed", {"Cookie": "encore=WyJhbm4iLCJ4Il0.aaaa.bbbb"}),
    ("a cookie with a pickle", {"Cookie": "encore=gASVIQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOU"}),
    ("`X-Forwarded-User: ann`", {"X-Forwarded-User": "ann", "X-Real-IP": "127.0.0.1"}),
):
    target = f"{_PATH}?key={KEYS['ann']}&api_key={KEYS['ann']}" if "address" in sent else _PATH
    people.add(
        sent,
        "401 access.needed",
        lambda a, headers=headers, target=target: a.ask("GET", target, key="", headers=headers),
    )


def _guessed(attacker: Attacker) -> Answer:
    """Guesses from an address, each of which says that it comes from another."""
    for place in range(20):
        answer = attacker.from_address(
            "127.0.0.9", "GET", _PATH, auth=("ann", f"guess {place}"), headers={"X-Forwarded-For": f"10.0.0.{place}"}
        )
    return answer


people.add("twenty guesses, each with another `X-Forwarded-For`", "429 limit.logins", _guessed)
people.add(
    "a form to log in of 1 MB",
    "401",
    lambda a: a.ask("POST", "/login", key="", content=b"name=" + b"a" * 2**20),
)


def _sent_on(attacker: Attacker) -> Answer:
    """The page to log in on sends nobody to another site."""
    answer = attacker.ask("GET", "/", key="", headers={"Accept": "text/html"}, params={"next": "https://evil.example"})
    assert answer.headers["location"].startswith("/login")
    return attacker.ask("GET", "/login?next=//evil.example/%22%3E%3Cscript%3E", key="")


people.add("the page to log in on, asked to send on to another site", "200", _sent_on)
people.add(
    "a request under a foreign name (DNS rebinding)",
    "403 access.host",
    lambda a: a.ask("GET", _PATH, headers={"Host": "evil.example"}),
)
people.add(
    "a request that another site's page makes",
    "403 access.origin",
    lambda a: a.ask("POST", "/tts", headers={"Origin": "https://evil.example"}, data={"text": "a"}),
)
people.add(
    "the same from `Origin: null`",
    "403 access.origin",
    lambda a: a.ask("POST", "/tts", headers={"Origin": "null"}, data={"text": "a"}),
)


def _too_often(attacker: Attacker) -> Answer:
    """As much work as a key may ask for, and more."""
    asked = {"input": "Hello.", "voice": "alto", "response_format": "wav"}
    for _ in range(900):  # a window of the limit may end on the way
        answer = attacker.ask("POST", "/v1/audio/speech", json=asked, key=KEYS["flood"])
        if answer.status != 200:
            break
    assert int(answer.headers["retry-after"]) >= 1
    return answer


people.add("more work than the rate limit allows", "429 limit.rate", _too_often)
people.add(
    "somebody else's clip, by what it holds",
    "404 api.clip_gone",
    lambda a: a.ask("GET", f"/audio/{__import__('hashlib').sha256(REFERENCE).hexdigest()}"),
)
