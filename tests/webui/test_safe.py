"""The whole app as it is served to others: what nobody may have, and who may have what."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.request import AudioSource, ReferenceSpeaker
from core.studio import Studio
from tests.core.humming import humming_studio
from tests.webui.conftest import NOBODY
from webui.gate.access import Caller
from webui.gate.consent import Consents
from webui.gate.credentials import Credentials, key_hash, password_hash
from webui.gate.middleware import around
from webui.server import _guard

BYTES = {"Content-Type": "application/octet-stream"}
KEYS = {"ann": "encore-ann", "bob": "encore-bob"}


@pytest.fixture(scope="module")
def reference() -> bytes:
    return (Path(__file__).parents[1] / "data" / "reference.ogg").read_bytes()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = humming_studio(tmp_path_factory.mktemp("house"), NOBODY)
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def shared(house: Studio) -> TestClient:
    """The app with logins: ask :func:`of` for the headers."""
    from webui.app import build_app

    credentials = Credentials.of(house.settings)
    for name, key in KEYS.items():
        credentials.keys.add(name, key_hash(key))
    guard = _guard(house, credentials, private=False, pages=True)
    return TestClient(around(build_app(house, private=False), guard), base_url="http://127.0.0.1:7860")


def of(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[name]}"}


@pytest.fixture
def inside(shared: TestClient) -> Callable[[str], int]:
    """The status of a path for somebody who has logged in."""
    return lambda path: shared.get(path, headers=of("ann"), follow_redirects=False).status_code


def test_the_page_and_what_it_needs_is_served_to_who_has_logged_in(
    shared: TestClient, inside: Callable[[str], int]
) -> None:
    for path in ("/", "/theme.css", "/config", "/metrics", "/v1/models"):
        assert inside(path) == 200, path
        assert shared.get(path).status_code == 401, path


def test_strangers_learn_whether_all_is_well_and_no_more(shared: TestClient) -> None:
    assert shared.get("/health").json() == {"status": "ok"}
    assert "engines" in shared.get("/health", headers=of("ann")).json()


def test_no_file_can_be_had(inside: Callable[[str], int], house: Studio) -> None:
    wanted = ["/etc/passwd", "pyproject.toml", "core/settings.py", str(Path("pyproject.toml").resolve())]
    wanted += [str(house.settings.data_dir / "keys.txt"), str(house.settings.data_dir / "consents"), "../../etc/passwd"]
    for path in wanted:
        for door in ("/gradio_api/file=", "/gradio_api/file/", "/file=", "/static/", "/assets/", "/svelte/", "/"):
            assert inside(f"{door}{path}") in (404, 403, 405), door + path
            assert inside(f"{door}{path.replace('/', '%2f')}") in (404, 403, 405), door + path


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://evil.example/",
        "/gradio_api/proxy=https://evil.hf.space/",
        "/gradio_api/upload_progress?upload_id=1",
        "/gradio_api/stream/a/0/1/playlist.m3u8",
        "/gradio_api/vibe-code",
        "/gradio_api/dev/reload",
        "/gradio_api/token",
        "/gradio_api/runs",
        "/monitoring/abc",
        "/gradio_api//file=/etc/passwd",
    ],
)
def test_doors_that_the_page_does_not_use_are_shut(inside: Callable[[str], int], path: str) -> None:
    assert inside(path) in (403, 404)


def test_gradio_takes_no_uploads(shared: TestClient) -> None:
    sent = shared.post("/gradio_api/upload", files={"files": ("a.txt", b"x")}, headers=of("ann"))
    assert sent.status_code == 404


def test_who_knows_what_a_clip_holds_cannot_have_it_for_that(shared: TestClient) -> None:
    from hashlib import sha256

    data = b"RIFF some clip"
    clip_id = shared.post("/audio?name=a.wav", content=data, headers=BYTES | of("ann")).json()["id"]
    assert len(clip_id) == 64
    assert clip_id != sha256(data).hexdigest()
    assert shared.get(f"/audio/{clip_id}").status_code == 401
    assert shared.get(f"/audio/{sha256(data).hexdigest()}", headers=of("bob")).status_code == 404


def test_voices_are_their_owners(shared: TestClient, house: Studio, reference: bytes) -> None:
    voice = house.library.save("Mine", ReferenceSpeaker(AudioSource(reference)), "ann")

    def named(name: str) -> set[str]:
        return {voice["name"] for voice in shared.get("/v1/audio/voices", headers=of(name)).json()["voices"]}

    def spoken(name: str) -> int:
        asked = {"input": "Hello.", "voice": "Mine", "response_format": "wav"}
        return shared.post("/v1/audio/speech", json=asked, headers=of(name)).status_code

    assert ("Mine" in named("ann"), "Mine" in named("bob")) == (True, False)
    assert (spoken("ann"), spoken("bob")) == (200, 404)
    house.library.update(voice.voice_id, "ann", published=True)
    assert "Mine" in named("bob")
    assert spoken("bob") == 200


def test_a_user_confirms_once_before_cloning_and_a_key_has_it_done(
    shared: TestClient, house: Studio, reference: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webui.gate.credentials._N", 2**10)
    Credentials.of(house.settings).users.add("eve", password_hash("a password"))
    url = "data:audio/wav;base64," + base64.b64encode(reference).decode()
    asked = {"input": "Hello.", "ref_audio": url, "response_format": "wav"}
    assert shared.post("/v1/audio/speech", json=asked, headers=of("ann")).status_code == 200
    refused = shared.post("/v1/audio/speech", json=asked, auth=("eve", "a password"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "consent.api")
    Consents(house.settings.data_dir / "consents", private=False).give(Caller("eve", "user"))
    # Written down for whoever starts next.
    again = _guard(house, Credentials.of(house.settings), private=False, pages=False).house
    assert again.consents is not None
    assert again.consents.given(Caller("eve", "user"))


def test_the_rate_limit_holds_for_work_alone(studio: Studio) -> None:
    from webui.api.app import build_api

    settings = studio.settings.model_copy(update={"rate_limit": "2/minute"})
    studio.settings = settings
    guard = _guard(studio, Credentials.of(settings), private=False, pages=False)
    client = TestClient(around(build_api(studio), guard))
    asked = {"input": "Hello.", "voice": "alto", "response_format": "wav"}
    assert [client.post("/v1/audio/speech", json=asked).status_code for _ in range(3)] == [200, 200, 429]
    last = client.post("/v1/audio/speech", json=asked)
    assert last.json()["error"]["code"] == "limit.rate"
    assert int(last.headers["retry-after"]) >= 1
    assert all(client.get("/v1/models").status_code == 200 for _ in range(5))


@pytest.mark.parametrize("private", [True, False])
def test_confirmations_are_kept_where_they_say_who_gave_them(private: bool, tmp_path: Path) -> None:
    path = tmp_path / "consents"
    here, user = Caller(), Caller("李", "user")
    consents = Consents(path, private=private)
    for caller in (here, user):
        assert not consents.given(caller)
        consents.give(caller)
        consents.give(caller)
    again = Consents(path, private=private)
    assert (again.given(here), again.given(user)) == (private, True)
    assert not again.given(Caller("ann", "user"))
    assert len(path.read_text().splitlines()) == 1 + private
