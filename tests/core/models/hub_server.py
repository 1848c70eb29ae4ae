"""As much of Hugging Face's HTTP interface as a download needs, for one model."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "a" * 40


@contextmanager
def hub_server(model_id: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serves the files in ``folder``; yields the address, and the names of the files as they are downloaded."""
    downloads: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            path = self.path.partition("?")[0]
            files = sorted(file for file in folder.iterdir() if file.is_file())
            found: bytes | None = None
            headers = {"Content-Type": "application/json"}
            if path.startswith(f"/api/models/{model_id}/tree/"):
                found = json.dumps(
                    [{"type": "file", "path": f.name, "size": f.stat().st_size, "oid": _digest(f)} for f in files]
                ).encode()
            elif path.startswith(f"/api/models/{model_id}/"):
                siblings = [{"rfilename": file.name} for file in files]
                found = json.dumps({"id": model_id, "sha": COMMIT, "siblings": siblings}).encode()
            elif path.startswith(f"/{model_id}/resolve/"):
                file = folder / path.rpartition("/")[2]
                found = file.read_bytes()
                headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{_digest(file)}"'}
                if self.command == "GET":
                    downloads.append(file.name)
            self.send_response(404 if found is None else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            if self.command == "GET" and found:
                self.wfile.write(found)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", downloads
    finally:
        server.shutdown()
        server.server_close()


def _digest(file: Path) -> str:
    return hashlib.sha1(file.read_bytes()).hexdigest()
