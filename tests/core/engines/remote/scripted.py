"""A real HTTP server that does what a test says, broken answers included."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.audio import AudioClip, encode
from core.sound import encode_take
from tests.core.humming import hum

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Scripted"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers))
        self.send(200, json.dumps(self.server.models).encode(), "application/json")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.bodies.append(body)
            self.server.headers.append(dict(self.headers))
            answer = self.server.script.pop(0) if self.server.script else self.server.usual
        answer(self)

    def send(self, status: int, data: bytes, kind: str, **headers: str) -> None:
        self.begin(status, kind, **{"Content-Length": str(len(data))}, **headers)
        self.wfile.write(data)

    def begin(self, status: int, kind: str, **headers: str) -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def reset(self) -> None:
        """End the connection as a killed process does."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RD)
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Scripted(ThreadingHTTPServer):
    """Answers each POST by the next of ``script``, then always by ``usual``."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.lock = threading.Lock()
        self.models: object = {"object": "list", "data": [{"id": "FunAudioLLM/Fun-CosyVoice3", "owned_by": "vllm"}]}
        self.script: list[Answer] = []
        self.usual: Answer = sound()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # connections that tests broke on purpose

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join(5)


TONE = hum("a tone", seconds=0.4)


def sound(clip: AudioClip = TONE, encoding: str = "wav", **headers: str) -> Answer:
    return lambda handler: handler.send(200, encode_take(clip, encoding), f"audio/{encoding}", **headers)


def raw(data: bytes, kind: str = "audio/wav", status: int = 200, **headers: str) -> Answer:
    return lambda handler: handler.send(status, data, kind, **headers)


def refusal(status: int, message: str, **headers: str) -> Answer:
    return raw(json.dumps({"error": {"message": message}}).encode(), "application/json", status, **headers)


def hang_up(handler: Handler) -> None:
    """Not a byte."""
    handler.reset()


def reset_within_the_sound(handler: Handler) -> None:
    data = encode(TONE)
    handler.begin(200, "audio/wav", **{"Content-Length": str(len(data))})
    handler.wfile.write(data[:2000])
    time.sleep(0.1)
    handler.reset()


def silence_for(seconds: float) -> Answer:
    def answer(handler: Handler) -> None:
        time.sleep(seconds)
        sound()(handler)

    return answer


def in_pieces(pieces: list[bytes], gates: list[threading.Event], kind: str = "audio/wav") -> Answer:
    """Chunked; every piece after the first waits for its gate."""

    def answer(handler: Handler) -> None:
        handler.begin(200, kind, Transfer_Encoding="chunked")
        for piece, gate in zip(pieces, [None, *gates], strict=True):
            if gate is not None:
                gate.wait(5)
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            handler.wfile.flush()
        handler.wfile.write(b"0\r\n\r\n")

    return answer
