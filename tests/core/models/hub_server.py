"""As much of Hugging Face's HTTP interface as a download needs."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest


def point_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take ``address`` for Hugging Face; its package reads the environment only when it is imported."""
    template = f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)


@contextmanager
def hub_server(models: Mapping[str, Path]) -> Iterator[tuple[str, list[str]]]:
    """Serves the files in the folders of ``models``, by their ids; yields the address, and the paths of the files
    within their models as they are downloaded."""
    downloads: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            path = unquote(self.path.partition("?")[0])
            found: bytes | None = None
            headers = {"Content-Type": "application/json"}
            for model_id, folder in models.items():
                commit = hashlib.sha1(model_id.encode()).hexdigest()
                files = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*"))}
                files = {name: file for name, file in files.items() if file.is_file()}
                if path.startswith(f"/api/models/{model_id}/tree/"):
                    tree = [
                        {"type": "file", "path": name, "size": file.stat().st_size, "oid": _digest(file)}
                        for name, file in files.items()
                    ]
                    found = json.dumps(tree).encode()
                elif path.startswith(f"/api/models/{model_id}/"):
                    siblings = [{"rfilename": name} for name in files]
                    found = json.dumps({"id": model_id, "sha": commit, "siblings": siblings}).encode()
                elif path.startswith(f"/{model_id}/resolve/"):
                    name = path.removeprefix(f"/{model_id}/resolve/").partition("/")[2]
                    found = files[name].read_bytes()
                    headers = {"X-Repo-Commit": commit, "ETag": f'"{_digest(files[name])}"'}
                    if self.command == "GET":
                        downloads.append(name)
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
