"""Clips in and out by content."""

import email

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from webui.api.audio import ClipStore, audio_routes
from webui.api.uploads import UPLOAD_TYPE

DATA = bytes(range(256)) * 4
BYTES = {"Content-Type": UPLOAD_TYPE}


@pytest.fixture
def store() -> ClipStore:
    return ClipStore()


@pytest.fixture
def client(store: ClipStore) -> TestClient:
    app = FastAPI()
    app.include_router(audio_routes(store))
    return TestClient(app)


def test_what_was_sent_comes_back_under_its_id(client: TestClient) -> None:
    sent = client.post("/audio", params={"name": "a.wav"}, content=DATA, headers=BYTES).json()
    assert len(sent["id"]) == 64
    got = client.get(f"/audio/{sent['id']}")
    assert got.content == DATA
    assert got.headers["content-type"] == "audio/wav"
    assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_known_clip_is_not_sent_again(client: TestClient, store: ClipStore) -> None:
    clip = store.put(DATA)
    etag = client.get(f"/audio/{clip.clip_id}").headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = client.get(f"/audio/{clip.clip_id}", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get(f"/audio/{clip.clip_id}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_tells_the_length(client: TestClient, store: ClipStore) -> None:
    answer = client.head(f"/audio/{store.put(DATA).clip_id}")
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(DATA)))


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=1000-", 1000, 1024), ("bytes=-24", 1000, 1024), ("bytes=0-9999", 0, 1024)],
)
def test_a_part_of_a_clip(client: TestClient, store: ClipStore, asked: str, start: int, end: int) -> None:
    answer = client.get(f"/audio/{store.put(DATA).clip_id}", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == DATA[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(DATA)}"


@pytest.mark.parametrize("asked", ["bytes=5000-", "bytes=-0", "bytes=5000-6000,9000-"])
def test_a_part_that_does_not_exist(client: TestClient, store: ClipStore, asked: str) -> None:
    answer = client.get(f"/audio/{store.put(DATA).clip_id}", headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(DATA)}")


@pytest.mark.parametrize(
    "asked",
    [
        *("bytes=", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=9-3", "bytes=0-1,", "bytes=٣-٤"),
        "bytes=0-" + "9" * 5000,
        "bytes=" + ",".join(["0-1"] * 17),
        "bytes=0-999,0-999",
    ],
)
def test_a_range_that_is_not_understood_or_asks_too_much_gives_the_whole(
    client: TestClient, store: ClipStore, asked: str
) -> None:
    answer = client.get(f"/audio/{store.put(DATA).clip_id}", headers={"Range": asked.encode()})
    assert (answer.status_code, answer.content) == (200, DATA)


def test_several_parts(client: TestClient, store: ClipStore) -> None:
    answer = client.get(f"/audio/{store.put(DATA).clip_id}", headers={"Range": "bytes=0-3, -4, 8000-"})
    assert answer.status_code == 206
    message = email.message_from_bytes(
        b"Content-Type: " + answer.headers["content-type"].encode() + b"\r\n\r\n" + answer.content
    )
    parts = message.get_payload()
    assert [part["Content-Range"] for part in parts] == ["bytes 0-3/1024", "bytes 1020-1023/1024"]
    assert [part.get_payload(decode=True) for part in parts] == [DATA[:4], DATA[-4:]]


def test_a_part_only_of_what_was_meant(client: TestClient, store: ClipStore) -> None:
    path, etag = f"/audio/{store.put(DATA).clip_id}", f'"{store.put(DATA).clip_id}"'
    asked = {"Range": "bytes=0-3"}
    assert client.get(path, headers=asked | {"If-Range": etag}).status_code == 206
    for other in ('"other"', f"W/{etag}", "Sat, 29 Oct 2026 19:43:31 GMT"):
        assert client.get(path, headers=asked | {"If-Range": other}).status_code == 200
    head = client.head(path, headers=asked)
    assert (head.status_code, head.headers["content-length"], head.content) == (206, "4", b"")


def test_an_unknown_clip(client: TestClient) -> None:
    assert client.get("/audio/" + "0" * 64).status_code == 404
    assert client.get("/audio/..%2f..%2fetc%2fpasswd").status_code == 404


def test_another_site_cannot_send_without_asking(client: TestClient) -> None:
    assert client.post("/audio", content=DATA, headers={"Content-Type": "text/plain"}).status_code == 415


def test_too_much_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.api.audio.MAX_BYTES", 100)
    assert client.post("/audio", content=DATA, headers=BYTES).status_code == 413


def test_nothing_that_was_sent_can_become_a_page(client: TestClient, store: ClipStore) -> None:
    page = store.put(b"<script>alert(1)</script>", "evil.html")
    assert client.get(f"/audio/{page.clip_id}").headers["content-type"] == UPLOAD_TYPE


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=60))
def test_the_store_stays_within_its_bounds_and_keeps_the_newest(clips: list[bytes]) -> None:
    store = ClipStore(limit=100)
    for data in clips:
        kept = store.put(data)
        assert store.get(kept.clip_id).data == data
        assert sum(len(clip.data) for clip in store._clips.values()) == store._bytes <= 100
