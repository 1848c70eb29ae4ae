"""Whatever the description allows, and much that it does not: no route breaks, and every answer is as described."""

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.core.humming import humming_studio
from tests.webui.api.conftest import REFERENCE
from tests.webui.conftest import NOBODY
from webui.api.app import build_api

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
"""All that apply. What a description cannot say, such as which voices there are, is refused although it conforms."""
EXAMPLES = 12
"""Generated requests for each route, the same in every run."""
FORMS = ("/tts", "/api/transcribe", "/v1/audio/transcriptions")
_SPOKEN = {"voice": "alto", "emotion": "", "speed": 1.0, "language": "auto"}
KNOWN = {
    "/v1/audio/speech": _SPOKEN | {"model": "", "ref_audio": ""},
    "/tts": _SPOKEN | {"engine": "", "prompt_audio": b""},
    "/v1/audio/transcriptions": {"file": REFERENCE, "model": "", "language": "auto", "prompt": "", "temperature": 0},
}
"""What only this studio knows: with it two in three requests get further."""
LINE = {"input": "Hello there. How are you?", "voice": "alto"}
FILE = {"file": ("clip.ogg", REFERENCE)}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApiSchema]:
    studio = humming_studio(tmp_path_factory.mktemp("studio"), NOBODY)
    yield schemathesis.openapi.from_asgi("/openapi.json", build_api(studio))
    studio.close()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/audio/speech"),
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/tts"),
        ("POST", "/api/transcribe"),
        ("GET", "/audio/{clip_id}"),
        ("GET", "/cache/stats"),
        ("GET", "/v1/models"),
        ("GET", "/v1/audio/voices"),
        ("GET", "/health"),
    ],
)
def test_whatever_is_sent_gets_an_answer_that_is_described(
    method: str, path: str, mode: GenerationMode, described: OpenApiSchema
) -> None:
    operation = described[path][method]
    # In a form all is text or a file, whatever it was meant to be.
    sure = [check for check in CHECKS if check is not checks.negative_data_rejection or path not in FORMS]

    @hypothesis_settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(operation.as_strategy(generation_mode=mode))
    def whatever(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE and len(str(case.body)) % 3:
            case.body |= KNOWN.get(path, {})
        case.call_and_validate(checks=sure)

    try:
        whatever()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong about a request that has no parts


@pytest.mark.parametrize(
    ("method", "path", "request_"),
    [
        *(("POST", "/v1/audio/speech", {"json": LINE | {"response_format": each}}) for each in ("mp3", "wav", "pcm")),
        ("POST", "/v1/audio/speech", {"json": LINE | {"stream": True, "response_format": "opus"}}),
        ("POST", "/v1/audio/speech", {"json": LINE | {"stream_format": "sse"}}),
        *(
            ("POST", "/v1/audio/transcriptions", {"data": {"response_format": each}, "files": FILE})
            for each in ("json", "verbose_json", "text", "srt", "vtt")
        ),
        ("POST", "/tts", {"data": {"text": "Hello."}, "files": {"prompt_audio": FILE["file"]}}),
        ("POST", "/api/transcribe", {"files": [("file", FILE["file"]), ("file", ("a.txt", b"nonsense"))]}),
        ("GET", "/cache/stats", {}),
        ("GET", "/v1/models", {}),
        ("GET", "/v1/audio/voices", {}),
        ("GET", "/health", {}),
    ],
)
def test_what_is_done_is_told_as_described(method: str, path: str, request_: dict, described: OpenApiSchema) -> None:
    with TestClient(described.app) as client:
        response = client.request(method, path, **request_)
        assert response.status_code == 200
        described[path][method].validate_response(response)


def test_a_file_and_its_parts_are_as_described(described: OpenApiSchema) -> None:
    with TestClient(described.app) as client:
        path = client.post("/v1/audio/speech", json=LINE).headers["x-encore-audio"]
        etag = f'"{path.rpartition("/")[2]}"'
        for headers, status in (
            ({}, 200),
            ({"Range": "bytes=0-3"}, 206),
            ({"Range": "bytes=0-3,9-12"}, 206),
            ({"Range": "bytes=99999999-"}, 416),
            ({"If-None-Match": etag}, 304),
        ):
            response = client.get(path, headers=headers)
            assert response.status_code == status
            described["/audio/{clip_id}"]["GET"].validate_response(response)
