"""Speech over HTTP: what OpenAI's clients send, what they get, and what is refused in a sentence."""

import base64
import io
import json
import socket
import time
from contextlib import closing

import av
import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.audio import AudioClip, decode
from core.engines.remote.told import read_models
from core.errors import EngineFailed, EngineUnavailable, ModelMissing
from core.request import AudioSource, ReferenceSpeaker
from core.settings import Settings
from core.sound import PCM_RATE, SYNTHETIC
from core.studio import Studio
from tests.core.humming import HummingEngine
from tests.webui.api.conftest import REF_AUDIO, REFERENCE, Turnstile, refused
from webui.api import errors
from webui.api.sound import MEDIA_TYPES

LINE = {"input": "Hello there. How are you?", "voice": "alto", "response_format": "wav"}


def post(client: TestClient, **body: object) -> httpx.Response:
    data = json.dumps(body).encode()
    return client.post("/v1/audio/speech", content=data, headers={"Content-Type": "application/json"})


def samples(pcm: bytes) -> np.ndarray:
    """Float32 [n]."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / 32768


# --- What is said


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [("wav", "audio/wav"), ("mp3", "audio/mpeg"), ("flac", "audio/flac"), ("opus", "audio/ogg")],
)
def test_every_format(encoding: str, kind: str, client: TestClient) -> None:
    answer = post(client, **LINE | {"response_format": encoding})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert decode(answer.content).duration_s == pytest.approx(1.3, abs=0.1)


def test_pcm_is_what_openai_s_clients_take_it_to_be(client: TestClient) -> None:
    answer = post(client, **LINE | {"response_format": "pcm"})
    assert len(samples(answer.content)) == pytest.approx(1.3 * 24_000, abs=2)
    assert answer.headers["content-type"].startswith("audio/pcm;rate=24000")


def test_mp3_is_what_comes_if_nothing_is_said(client: TestClient) -> None:
    answer = post(client, input="Hello.", voice={"id": "alto"}, model="humming")
    assert answer.headers["content-type"] == "audio/mpeg"


def test_a_take_can_be_had_again(client: TestClient) -> None:
    answer = post(client, **LINE)
    again = client.get(answer.headers["x-encore-audio"])
    assert (again.content, again.headers["content-type"]) == (answer.content, "audio/wav")


def test_whoever_asks_for_openai_s_own_model_gets_the_default_and_is_told(client: TestClient) -> None:
    assert post(client, **LINE | {"model": "tts-1"}).headers["x-encore-engine"] == "humming"


def test_the_headers_tell_what_was_done(client: TestClient) -> None:
    post(client, **LINE)
    headers = post(client, **LINE).headers
    assert (headers["x-encore-engine"], headers["x-encore-fingerprint"]) == ("humming", "humming/1")
    assert (headers["x-encore-outcome"], headers["x-encore-seed"]) == ("hit", "0")
    assert float(headers["x-encore-total-ms"]) >= 0
    assert float(headers["x-encore-saved-ms"]) >= 0
    report = json.loads(headers["x-encore-report"])
    assert [segment["text"] for segment in report["segments"]] == ["Hello there.", "How are you?"]


def test_a_long_report_stays_out_of_the_headers(client: TestClient) -> None:
    answer = post(client, **LINE | {"input": "你好。" * 80})
    assert "x-encore-report" not in answer.headers
    assert answer.headers["x-encore-outcome"]


def test_every_control_reaches_the_engine(client: TestClient, engine: HummingEngine) -> None:
    answer = post(
        client,
        **LINE
        | {
            "input": "她[h][ào]干净",
            "speed": 1.5,
            "instructions": "softly",
            "seed": 7,
            "language": "zh",
            "notation": "cosyvoice",
            "emotion": "happy=0.5",
        },
    )
    assert answer.status_code == 200
    (said,) = engine.spoken
    assert (said.text, said.speed, said.seed, said.language) == ("她[](hao4)干净", 1.5, 7, "zh")
    assert (said.instruction.text, said.instruction.vector[0]) == ("softly", 0.5)
    assert post(client, **LINE | {"emotion": [0.5, 0, 0, 0, 0, 0, 0, 0]}).status_code == 200
    assert engine.spoken[-1].instruction.vector == engine.spoken[0].instruction.vector


def test_a_seed_can_be_drawn(client: TestClient) -> None:
    drawn = {post(client, **LINE | {"seed": -1}).headers["x-encore-seed"] for _ in range(3)}
    assert len(drawn) == 3


def test_a_clip_is_cloned_and_a_saved_voice_is_the_same(
    client: TestClient, engine: HummingEngine, studio: Studio
) -> None:
    body = {"input": "Hello.", "response_format": "wav", "task_type": "Base"}
    cloned = post(client, **body, ref_audio=REF_AUDIO, ref_text="What it says.")
    assert cloned.status_code == 200
    studio.library.save("Ann", ReferenceSpeaker(AudioSource(REFERENCE), "What it says."))
    assert post(client, **body, voice="ann").content == cloned.content
    assert len(engine.enrolled) == 1


# --- Streaming


@pytest.mark.parametrize("encoding", ["wav", "mp3", "flac", "opus", "pcm"])
def test_what_is_streamed_is_what_comes_whole(encoding: str, client: TestClient) -> None:
    line = {**LINE, "input": "Hello there."}
    expected = decode(post(client, **line).content)
    got = post(client, **line | {"stream": True, "response_format": encoding})
    assert (got.status_code, got.headers["content-type"]) == (200, MEDIA_TYPES[encoding])
    streamed = AudioClip(samples(got.content), PCM_RATE) if encoding == "pcm" else decode(got.content)
    assert streamed.duration_s == pytest.approx(expected.duration_s, abs=0.11)  # mp3 begins and ends with silence
    if encoding in ("wav", "flac", "pcm"):
        expected = expected.resampled(streamed.sample_rate)
        n = min(len(streamed.samples), len(expected.samples))
        assert np.abs(streamed.samples[:n] - expected.samples[:n]).max() < 2e-3


@pytest.mark.parametrize("encoding", ["wav", "mp3", "flac", "opus"])
def test_a_stream_says_that_it_is_synthetic(encoding: str, client: TestClient) -> None:
    got = post(client, **LINE | {"stream": True, "response_format": encoding})
    with av.open(io.BytesIO(got.content)) as file:
        told = file.metadata | file.streams[0].metadata
    assert SYNTHETIC in {text for name, text in told.items() if name.lower() == "comment"}


def test_the_same_in_openai_s_events(client: TestClient) -> None:
    plain = post(client, **LINE | {"stream_format": "audio", "response_format": "pcm"})
    got = post(client, **LINE | {"stream_format": "sse", "response_format": "pcm"})
    assert got.headers["content-type"].startswith("text/event-stream")
    *deltas, done = [json.loads(line.removeprefix("data: ")) for line in got.text.split("\n\n") if line]
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    assert b"".join(base64.b64decode(event["audio"]) for event in deltas) == plain.content
    assert (done["type"], done["encore"]["outcome"]) == ("speech.audio.done", "hit")


def test_what_breaks_in_the_middle_is_an_event(client: TestClient, engine: HummingEngine) -> None:
    engine.gate = Turnstile(1)
    engine.gate.then = lambda: setattr(engine, "failing", RuntimeError("secret inside"))
    engine.gate.open.set()
    got = post(client, **LINE | {"stream_format": "sse"})
    *_, last = [json.loads(line.removeprefix("data: ")) for line in got.text.split("\n\n") if line]
    assert (last["type"], last["error"]["code"]) == ("error", "engine.failed")
    assert "secret inside" not in got.text


def test_the_first_sentence_is_heard_before_the_second_is_made(url: str, engine: HummingEngine) -> None:
    engine.gate = Turnstile(1)
    with httpx.stream("POST", f"{url}/v1/audio/speech", json=LINE | {"stream": True}, timeout=30) as answer:
        parts = answer.iter_raw()
        heard = b""
        while len(heard) < 16_000:
            heard += next(parts)
        assert len(engine.spoken) == 1
        engine.gate.open.set()
        heard += b"".join(parts)
    assert decode(heard).duration_s == pytest.approx(1.3)


def test_who_goes_away_stops_the_work(url: str, engine: HummingEngine) -> None:
    engine.gate = gate = Turnstile(1)
    body = json.dumps(LINE | {"input": "One is first. Two is second. Three is third. Four is last."}).encode()
    address = httpx.URL(url)
    with closing(socket.create_connection((address.host, address.port))) as client:
        head = f"Host: here\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(b"POST /v1/audio/speech HTTP/1.1\r\n" + head.encode() + body)
        assert gate.reached.wait(20)
    time.sleep(1)  # until the server knows
    gate.open.set()
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        assert len(engine.spoken) <= 2  # the one under way is finished
        time.sleep(0.1)


# --- What is refused


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"model": "nothing"}, 404, "request.engine"),
        ({"voice": "nobody"}, 404, "request.voice"),
        ({"voice": __file__}, 404, "request.voice"),
        ({"voice": ""}, 400, "reference.missing"),
        ({"input": " "}, 400, "text.empty"),
        ({"input": "!!"}, 400, "text.unspeakable"),
        ({"input": "\ud800"}, 400, "text.unspeakable"),
        ({"input": "a" * 100_001}, 400, "text.too_long"),
        ({"input": None}, 400, "api.field"),
        ({"speed": 9}, 400, "request.speed"),
        ({"speed": float("nan")}, 400, "request.speed"),
        ({"speed": "fast"}, 400, "api.field"),
        ({"seed": -2}, 400, "api.field"),
        ({"seed": 2**40}, 400, "request.seed"),
        ({"language": "xx"}, 400, "request.language"),
        ({"notation": "xx"}, 400, "api.field"),
        ({"response_format": "aac"}, 400, "api.field"),
        ({"stream_format": "ndjson"}, 400, "api.field"),
        ({"emotion": "gloomy"}, 400, "instruction.preset"),
        ({"emotion": [1, 2]}, 400, "instruction.vector"),
        ({"instructions": "x" * 501}, 400, "instruction.too_long"),
        ({"temperature": 1}, 400, "api.field"),
        ({"ref_audio": REF_AUDIO}, 400, "api.voice_or_clip"),
    ],
)
def test_what_cannot_be_is_told(change: dict, status: int, code: str, client: TestClient) -> None:
    refused(post(client, **LINE | change), status, code)


@pytest.mark.parametrize(
    ("ref_audio", "code"),
    [
        ("http://127.0.0.1:6379/", "api.ref_audio"),
        ("https://example.org/a.wav", "api.ref_audio"),
        ("file:///etc/passwd", "api.ref_audio"),
        ("/etc/passwd", "api.ref_audio"),
        ("data:audio/wav,plain", "api.ref_audio"),
        ("data:audio/wav;base64,§§§", "api.ref_audio"),
        ("data:audio/wav;base64,AAA", "api.ref_audio"),
        ("data:audio/wav;base64,AAAA", "audio.unreadable"),
        ("data:audio/wav;base64,", "audio.empty"),
    ],
)
def test_a_clip_that_is_none_is_told_and_nothing_is_fetched(ref_audio: str, code: str, client: TestClient) -> None:
    refused(post(client, input="Hello.", ref_audio=ref_audio), 400, code)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (json.dumps(LINE).encode(), "text/plain"),
        (json.dumps(LINE).encode(), ""),
    ],
)
def test_a_body_that_is_no_json(data: bytes, kind: str, client: TestClient) -> None:
    refused(client.post("/v1/audio/speech", content=data, headers={"Content-Type": kind}), 400, "api.body")


def test_too_much_is_not_read(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors.OpenAIRoute, "max_body", 1000)
    refused(post(client, **LINE | {"input": "a" * 2000}), 413, "api.too_large")
    parts = iter([b'{"input": "', b"a" * 2000, b'"}'])
    unsized = client.post("/v1/audio/speech", content=parts, headers={"Content-Type": "application/json"})
    refused(unsized, 413, "api.too_large")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (EngineFailed("engine.memory", engine="humming"), 500, "engine.memory"),
        (EngineUnavailable("remote.unreachable", servers="http://gpu:1"), 503, "remote.unreachable"),
        (ModelMissing("model.missing", model="humming"), 503, "model.missing"),
        (RuntimeError("secret inside"), 500, "engine.failed"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_fails(
    error: Exception, status: int, code: str, stream: bool, client: TestClient, engine: HummingEngine
) -> None:
    engine.failing = error
    answer = post(client, **LINE | {"stream": stream})
    assert "secret inside" not in refused(answer, status, code)
    assert ("retry-after" in answer.headers) is (status == 503)


def test_what_nobody_thought_of_is_no_trace(
    client: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(studio, "synthesize", broken)
    assert "secret inside" not in refused(post(client, **LINE), 500, "api.failed")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = [*LINE, "model", "speed", "instructions", "stream", "ref_audio", "ref_text", "seed", "language", "emotion"]


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_whatever_is_sent_is_done_or_refused(client: TestClient, change: dict) -> None:
    answer = post(client, **LINE | change)
    assert answer.status_code in (200, 400, 404)
    if answer.status_code != 200:
        assert answer.json()["error"]["message"]


# --- What can be asked for


def test_the_models_tell_another_encore_all_it_has_to_know(client: TestClient) -> None:
    model, listening = client.get("/v1/models").json()["data"]
    assert (listening["id"], listening["encore"]["kind"]) == ("listening", "recognition")
    assert read_models({"data": [listening]}, Settings()) is None
    assert (model["id"], model["object"], model["owned_by"]) == ("humming", "model", "encore")
    told = model["encore"]
    assert (told["fingerprint"], told["sample_rate"]) == ("humming/1", 16_000)
    assert told["capabilities"]["notation"] == "kokoro"
    assert told["voices"] == [{"name": "alto", "label": "Alto", "language": "en", "gender": "female"}]


def test_the_voices(client: TestClient, studio: Studio) -> None:
    studio.library.save("Ann", ReferenceSpeaker(AudioSource(REFERENCE)))
    voices = client.get("/v1/audio/voices").json()["voices"]
    assert [(voice["name"], voice["kind"]) for voice in voices] == [("Ann", "saved"), ("alto", "stock")]
    assert all(post(client, **LINE | {"voice": voice["name"]}).status_code == 200 for voice in voices)


def test_health(client: TestClient, engine: HummingEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    well = client.get("/health")
    assert (well.status_code, well.json()["status"], well.json()["redis"]) == (200, "ok", False)

    def missing(_self: object) -> str:
        raise ModelMissing("model.missing", model="humming")

    monkeypatch.setattr(HummingEngine, "fingerprint", property(missing))
    ill = client.get("/health")
    assert (ill.status_code, ill.json()["engines"]["humming"]["usable"]) == (503, False)
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == ["listening"]
