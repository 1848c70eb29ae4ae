"""Sends what well-behaved clients do not, and hears what it gets."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from tests.webui.hostile.serving import KEYS, REFERENCE, Serving

PATIENCE_S = 20.0
"""The longest that an answer may take to begin, in seconds."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    """0 where the connection was closed without an answer."""
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """That of an error of ours, else empty."""
        with suppress(ValueError, TypeError, KeyError):
            return str(json.loads(self.body)["error"]["code"])
        return ""

    def __str__(self) -> str:
        return f"{self.status} {self.code}".strip() if self.status else "closed"


class Attacker:
    """Ann, who has a key and means ill; ``key=""`` asks without one."""

    def __init__(self, server: Serving) -> None:
        self.server = server
        self._client = httpx.Client(
            base_url=server.url, timeout=PATIENCE_S, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask(self, method: str, path: str, *, key: str = KEYS["ann"], headers: Any = None, **sent: Any) -> Answer:
        """A request that is well-formed as HTTP."""
        told = httpx.Headers(headers or {})
        if key:
            told.setdefault("Authorization", f"Bearer {key}")
        return _patiently(lambda: _answer(self._client.request(method, path, headers=told, **sent)))

    def from_address(self, address: str, method: str, path: str, **sent: Any) -> Answer:
        """The same from another address of this machine, without a key."""
        with httpx.Client(transport=httpx.HTTPTransport(local_address=address), base_url=self.server.url) as client:
            return _answer(client.request(method, path, timeout=PATIENCE_S, **sent))

    def raw(self, *sent: bytes, pause_s: float = 0.0, hang_up: bool = False) -> Answer:
        """Bytes as they are, with pauses between the parts; ``hang_up`` sends no more after them."""
        with self.connected() as peer:
            with suppress(OSError):  # it may have heard enough
                for part in sent:
                    peer.sendall(part)
                    time.sleep(pause_s)
                if hang_up:
                    peer.shutdown(socket.SHUT_WR)
            return heard(peer)

    def request(self, line: str, *headers: str, body: bytes = b"", key: str = KEYS["ann"]) -> Answer:
        """A request line and headers as they are written here, with a host and a key."""
        own = [f"Host: {self.server.host}", "Connection: close"]
        if key:
            own.append(f"Authorization: Bearer {key}")
        head = "\r\n".join([line, *own, *headers, "", ""])
        return _patiently(lambda: self.raw(head.encode("latin-1") + body))

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """A connection."""
        host, port = self.server.host.split(":")
        with socket.create_connection((host, int(port)), PATIENCE_S) as peer:
            yield peer

    def speak(self, *, key: str = KEYS["ann"], **asked: Any) -> Answer:
        """OpenAI's speech, in a stock voice unless it is said otherwise."""
        return self.say(json.dumps({"input": "Hello.", "voice": "alto", "response_format": "wav"} | asked), key=key)

    def say(self, body: str | bytes, *, key: str = KEYS["ann"]) -> Answer:
        """The same with a body as it is written here."""
        headers = {"Content-Type": "application/json"}
        return self.ask("POST", "/v1/audio/speech", content=body, headers=headers, key=key)

    def clone(self, clip: bytes, name: str = "clip.wav", **fields: Any) -> Answer:
        """Encore's own speech in the voice of ``clip``."""
        return self.ask("POST", "/tts", data={"text": "Hello."} | fields, files={"prompt_audio": (name, clip)})

    def hear(self, clip: bytes, name: str = "clip.wav", **fields: Any) -> Answer:
        """OpenAI's transcription of ``clip``."""
        return self.ask("POST", "/v1/audio/transcriptions", data=fields, files={"file": (name, clip)})

    def cloned_from(self, address: str) -> Answer:
        """Speech in the voice of what lies at ``address``."""
        return self.speak(ref_audio=address, voice="")


def heard(peer: socket.socket) -> Answer:
    """What is answered on a connection, up to its end."""
    data = bytearray()
    end = time.monotonic() + PATIENCE_S
    with suppress(OSError):
        while time.monotonic() < end and (part := peer.recv(1 << 16)):
            data += part
            if _whole(data):
                break
    if not data:
        return Answer(0, {}, b"")
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    length = headers.get("content-length")
    return Answer(int(first.split()[1]), headers, body[: int(length)] if length else body)


def _whole(data: bytearray) -> bool:
    """Whether there is all of the answer whose length is told."""
    head, gap, body = bytes(data).partition(b"\r\n\r\n")
    length = next(
        (line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), b""
    )
    return bool(gap and length) and len(body) >= int(length)


def _patiently(ask: Callable[[], Answer]) -> Answer:
    """What ``ask`` gets: the answer to what is refused while it is being sent may be lost with the connection."""
    for _ in range(3):
        with suppress(httpx.TransportError):
            answer = ask()
            if answer.status:
                return answer
    return ask()


def _answer(response: httpx.Response) -> Answer:
    return Answer(response.status_code, dict(response.headers), response.content)


@contextmanager
def tempting() -> Iterator[tuple[int, list[str]]]:
    """A server of somebody's on this machine, by its port, which redirects to itself; and who came to it."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            with suppress(OSError):
                while True:
                    peer, address = listener.accept()
                    came.append(address[0])
                    peer.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
                    peer.close()

        threading.Thread(target=greet, daemon=True).start()
        yield listener.getsockname()[1], came
        listener.shutdown(socket.SHUT_RDWR)  # wakes who waits for a guest


def data_url(clip: bytes = REFERENCE) -> str:
    """``clip`` as it may be sent in JSON."""
    return "data:audio/ogg;base64," + base64.b64encode(clip).decode()
