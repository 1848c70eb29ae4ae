"""``/tts``: the form with a clip in it."""

import json
import time

import httpx
import pytest
from fastapi.testclient import TestClient

from core.audio import decode
from tests.core.humming import HummingEngine
from tests.webui.api.conftest import REFERENCE, Turnstile, refused

CLIP = {"prompt_audio": ("clip.ogg", REFERENCE)}


def ask(client: TestClient, files: dict | None = None, **fields: object) -> httpx.Response:
    return client.post("/tts", data={"text": "Hello there.", **fields}, files=files or {})


def test_every_control_reaches_the_engine(client: TestClient, engine: HummingEngine) -> None:
    fields = {"instruct": "softly", "emotion": "happy=0.5", "speed": "1.5", "seed": "7", "language": "en"}
    answer = ask(client, CLIP, prompt_text="What it says.", engine="humming", **fields)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert decode(answer.content).duration_s == pytest.approx(0.5, abs=0.2)
    (said,) = engine.spoken
    assert (said.instruction.text, said.instruction.vector[0]) == ("softly", 0.5)
    assert (said.speed, said.seed, said.language) == (1.5, 7, "en")
    assert json.loads(answer.headers["x-encore-report"])["similarity"] == 0.75
    assert client.get(answer.headers["x-encore-audio"]).content == answer.content


def test_a_voice_that_there_is_and_a_file_field_that_was_left_empty(client: TestClient) -> None:
    answer = ask(client, {"prompt_audio": ("", b"")}, voice="alto", format="flac")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/flac")


@pytest.mark.parametrize(
    ("files", "fields", "status", "code"),
    [
        (None, {}, 400, "reference.missing"),
        (CLIP, {"voice": "alto"}, 400, "api.voice_or_clip"),
        (CLIP, {"text": " "}, 400, "text.empty"),
        (CLIP, {"format": "aac"}, 400, "api.field"),
        (CLIP, {"seed": "-2"}, 400, "api.field"),
        (CLIP, {"speed": "nan"}, 400, "request.speed"),
        (CLIP, {"temperature": "1"}, 400, "api.field"),
        (CLIP, {"engine": "nothing"}, 404, "request.engine"),
        ({"prompt_audio": ("a.wav", b"nonsense")}, {}, 400, "audio.unreadable"),
        ({"prompt_audio": ("a.wav", b"")}, {}, 400, "audio.empty"),
        ({"text": ("a.txt", b"Hello.")}, {}, 400, "api.field"),
    ],
)
def test_what_cannot_be_is_told(files: dict, fields: dict, status: int, code: str, client: TestClient) -> None:
    refused(ask(client, files, **fields), status, code)


def test_the_first_sentence_is_heard_before_the_second_is_made(url: str, engine: HummingEngine) -> None:
    engine.gate = Turnstile(1)
    form = {"text": "Hello there. How are you?", "voice": "alto", "stream": "true"}
    with httpx.stream("POST", f"{url}/tts", data=form, timeout=30) as answer:
        parts = answer.iter_raw()
        heard = next(parts)
        assert len(engine.spoken) == 1
        engine.gate.open.set()
        heard += b"".join(parts)
    assert decode(heard).duration_s == pytest.approx(1.3)


def test_who_goes_away_stops_the_work(url: str, engine: HummingEngine) -> None:
    engine.gate = gate = Turnstile(1)
    form = {"text": "One is first. Two is second. Three is third. Four is last.", "voice": "alto", "stream": "true"}
    with httpx.stream("POST", f"{url}/tts", data=form, timeout=30) as answer:
        next(answer.iter_raw())
        assert gate.reached.wait(20)
    time.sleep(1)  # until the server knows
    gate.open.set()
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        assert len(engine.spoken) <= 2  # the one under way is finished
        time.sleep(0.1)
