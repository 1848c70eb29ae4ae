"""Transcripts over HTTP: OpenAI's form, our own for several files, and what is refused in a sentence."""

import json
import socket
import time
from contextlib import closing

import httpx
import pytest
from fastapi.testclient import TestClient

from core.engines.base import Transcript
from core.studio import Studio
from tests.core.humming import ListeningEngine
from tests.webui.api.conftest import REFERENCE, Turnstile, refused

WORDS = "213480 samples"


def ask(client: TestClient, data: bytes = REFERENCE, **fields: object) -> httpx.Response:
    return client.post("/v1/audio/transcriptions", data=fields, files={"file": ("clip.ogg", data)})


def test_json_has_the_report_with_it(client: TestClient, listener: ListeningEngine) -> None:
    ask(client)
    answer = ask(client, model="listening", temperature="0.0", language="en", stream="false")
    ask(client, language="zh")
    told = answer.json()
    assert (told["text"], told["encore"]["text"], told["encore"]["language"]) == (WORDS, WORDS, "en")
    assert answer.headers["x-encore-engine"] == told["encore"]["engine"] == "listening"
    assert len(listener.heard) == 3  # the language counts
    again = ask(client)
    assert (again.json()["encore"]["outcome"], again.headers["x-encore-outcome"]) == ("hit", "hit")
    assert json.loads(again.headers["x-encore-report"])["text"] == WORDS


@pytest.mark.parametrize(
    ("wanted", "kind", "begins"),
    [
        ("text", "text/plain", WORDS),
        ("srt", "application/x-subrip", "1\n00:00:00,000 --> 00:00:08,895"),
        ("vtt", "text/vtt", "WEBVTT"),
    ],
)
def test_formats_that_are_no_json(wanted: str, kind: str, begins: str, client: TestClient) -> None:
    answer = ask(client, response_format=wanted)
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.text.startswith(begins)
    assert answer.headers["x-encore-language"] == "en"


def test_numbers_stay_words_if_that_is_wanted(client: TestClient, listener: ListeningEngine) -> None:
    asked = []

    def transcribe(_clip: object, *, itn: bool, **_: object) -> Transcript:
        asked.append(itn)
        return Transcript("", "en")

    listener.transcribe = transcribe
    ask(client)
    ask(client, use_itn="false")
    client.post("/api/transcribe", data={"use_itn": "0", "language": "zh"}, files={"file": ("a", REFERENCE)})
    assert asked == [True, False, False]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"model": "nothing"}, 404, "request.engine"),
        ({"language": "xx"}, 400, "request.language"),
        ({"response_format": "diarized_json"}, 400, "api.field"),
        ({"prompt": "Encore"}, 400, "api.prompt"),
        ({"temperature": "0.2"}, 400, "api.temperature"),
        ({"temperature": "nan"}, 400, "api.temperature"),
        ({"stream": "true"}, 400, "api.whole"),
        ({"timestamp_granularities[]": "word", "response_format": "verbose_json"}, 400, "api.words"),
        ({"timestamp_granularities[]": "segment"}, 400, "api.granularity"),
        ({"timestamp_granularities[]": "letter"}, 400, "api.field"),
        ({"chunking_strategy": "auto"}, 400, "api.field"),
        ({"include[]": "logprobs"}, 400, "api.field"),
    ],
)
def test_what_cannot_be_followed_is_told(fields: dict, status: int, code: str, client: TestClient) -> None:
    refused(ask(client, **fields), status, code)


def test_what_is_no_sound_is_told(client: TestClient) -> None:
    refused(ask(client, b""), 400, "audio.empty")
    refused(ask(client, b"nonsense"), 400, "audio.unreadable")
    post = client.post
    refused(post("/v1/audio/transcriptions", data={"model": "whisper-1"}), 400, "api.field")
    refused(post("/v1/audio/transcriptions", data={"file": "no file"}), 400, "api.field")
    refused(post("/v1/audio/transcriptions", json={"file": "no file"}), 400, "api.field")
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    refused(post("/v1/audio/transcriptions", content=b"nonsense", headers=broken), 400, "api.form")
    refused(post("/api/transcribe"), 400, "api.field")


def test_several_files_at_once(client: TestClient, listener: ListeningEngine) -> None:
    files = [("file", ("a.ogg", REFERENCE)), ("files", ("b.txt", b"nonsense")), ("files", ("c.ogg", REFERENCE))]
    first, second, third = client.post("/api/transcribe", data={"language": "en"}, files=files).json()
    assert [first["name"], second["name"], third["name"]] == ["a.ogg", "b.txt", "c.ogg"]
    assert (first["report"]["text"], first["error"]) == (WORDS, None)
    assert (second["report"], second["error"]["code"]) == (None, "audio.unreadable")
    assert (third["report"]["outcome"], len(listener.heard)) == ("hit", 1)
    refused(client.post("/api/transcribe", data={"engine": "nothing"}, files=files), 404, "request.engine")
    many = [("file", ("a", b"x"))] * 65
    assert "Too many files" in refused(client.post("/api/transcribe", files=many), 400, "api.form")


def test_who_goes_away_stops_the_work(url: str, studio: Studio, listener: ListeningEngine) -> None:
    gate = Turnstile(0)
    listen = listener.transcribe

    def transcribe(*given: object, progress: object, **more: object) -> Transcript:
        gate.wait(30)
        progress.checkpoint()
        return listen(*given, progress=progress, **more)

    listener.transcribe = transcribe
    form = httpx.Request("POST", f"{url}/v1/audio/transcriptions", files={"file": ("a.ogg", REFERENCE)})
    head = "".join(f"{name}: {value}\r\n" for name, value in form.headers.items())
    with closing(socket.create_connection((form.url.host, form.url.port))) as client:
        client.sendall(f"POST {form.url.path} HTTP/1.1\r\n{head}\r\n".encode() + form.read())
        assert gate.reached.wait(20)
    time.sleep(1)  # until the server knows
    gate.open.set()
    time.sleep(0.5)
    assert not listener.heard
