"""``GET /voices/{id}/file``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.audio import encode
from core.request import AudioSource, ReferenceSpeaker
from core.speakers import bundle
from core.studio import Studio
from tests.core.humming import humming_studio
from tests.core.speakers.test_reference import speechlike
from webui.api.app import api_on
from webui.api.audio import ClipStore


@pytest.fixture
def studio(tmp_path: Path, redis_url: str) -> Iterator[Studio]:
    studio = humming_studio(tmp_path, redis_url)
    yield studio
    studio.close()


def test_a_voice_is_fetched_by_its_owner_alone(studio: Studio) -> None:
    reference = ReferenceSpeaker(AudioSource(encode(speechlike(6.0))))
    mine = studio.library.save("Änna", reference)
    theirs = studio.library.save("Berta", reference, "ann", published=True)
    with TestClient(api_on(studio, ClipStore()), base_url="http://localhost") as client:
        answer = client.get(f"/voices/{mine.voice_id}/file")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%84nna.encorevoice"
        assert bundle.unpack(answer.content).name == "Änna"
        assert client.get(f"/voices/{theirs.voice_id}/file").status_code == 403
        for unknown in ("0" * 16, "..%2f..%2fetc"):
            assert client.get(f"/voices/{unknown}/file").status_code in (400, 404)
